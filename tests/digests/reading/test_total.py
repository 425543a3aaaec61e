"""Reading is total: any text gives a digest or a DigestError, by every door."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.errors import DigestError
from digests.model import Document
from digests.reading.document import read_document
from digests.reading.identity import arxiv_id, identity, normal_url
from digests.reading.tags import canonical, tags_after_text, tags_of_line

PIECES = [
    "2025-02-25", "2025년 2월 25일", "A Title", "(Kim, Lee)", "(", ")", "*", "*T* (A)", "> ", "한국어 설명.",
    "English text of it.", "<english>", "</english>", "<korean>", "#tag", "#a #b", "# Links", "[[250101 N]]",
    "![[", "https://arxiv.org/abs/2502.17416", "https://l.facebook.com/l.php?u=%", "$x^2$", "\\textbf{", "}",
    "&amp;", "&#0;", "<p>", "</p>", "<a href='https://a.b'>", "</a>", "<h3>", "<br>", "<!--", "\n", "\n\n",
    "\r\n", "\r", " ", "\t", "\u2028", "\u200b", "\u202e", "\ufeff", "\x01", "😀", "ㅎㅏㄴ",
]  # fmt: skip


@pytest.mark.parametrize("name", ["a.txt", "250225 A note.md", "a.html", "a"])
@settings(deadline=None)
@given(text=st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=30).map("".join))
def test_any_mix_of_a_digests_pieces_is_read_or_refused(name: str, text: str) -> None:
    """Whatever is put together, nothing but a DigestError comes out, and reading twice gives the same."""
    document = Document("test", name, text.encode(errors="ignore"))
    with contextlib.suppress(DigestError):
        digest = read_document(document)
        assert digest == read_document(document)
        assert all(entry.paper.title and identity(entry.paper) for entry in digest.entries)


@settings(deadline=None)
@given(content=st.binary(max_size=300), name=st.sampled_from(["a.txt", "a.md", "a.html", "a"]))
def test_any_bytes_are_read_or_refused(content: bytes, name: str) -> None:
    """Bytes that are no text are refused by name."""
    with contextlib.suppress(DigestError):
        read_document(Document("test", name, content))


@given(st.text(max_size=60))
def test_any_text_may_be_asked_about(text: str) -> None:
    """Addresses and tags can be looked for in anything, and canonical names are stable."""
    arxiv_id(text)
    normal = normal_url(text)
    assert normal is None or normal_url(normal) == normal
    tags_of_line(text)
    tags_after_text(text)
    assert canonical(canonical(text)) == canonical(text)


@pytest.mark.parametrize("mark", ["</korean>", "<english>", "<english>a</english>"])
@pytest.mark.parametrize("name", ["a.txt", "250225 A note.md"])
def test_marks_in_one_line_take_linear_time(name: str, mark: str) -> None:
    """Four times as many language marks in a line take about four times as long, not sixteen."""

    def processor_time(count: int) -> float:
        text = f"2025-02-25\nA Title\n(Ada Li, Bo Ho)\n{mark * count}한국어 글이에요.\n#rl\n"
        began = time.process_time()
        with contextlib.suppress(DigestError):
            read_document(Document("test", name, text.encode()))
        return time.process_time() - began

    few, many = (min(processor_time(count) for _ in range(3)) for count in (20_000, 80_000))
    assert many < 9 * few + 0.05
