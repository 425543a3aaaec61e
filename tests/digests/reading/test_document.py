"""The door: limits, encodings, shapes, and whatever else bytes can be."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from datetime import date

import pytest

from digests.errors import DigestError
from digests.model import MAX_DOCUMENT_BYTES, Digest, Document, DocumentKind
from digests.reading.document import read_document
from digests.reading.lines import MAX_LINES
from digests.reading.newsletter import MAX_ENTRIES

ENTRY = "A Title {0}\n(Kim, Lee)\n설명입니다.\n#llm\n"


def _read(name: str, content: str | bytes) -> Digest:
    return read_document(Document("test", name, content if isinstance(content, bytes) else content.encode()))


def test_a_byte_order_mark_is_no_text() -> None:
    """A file saved on Windows begins with its date all the same."""
    assert _read("a.txt", "\ufeff2025-02-25\r\n" + ENTRY.format(1)).date == date(2025, 2, 25)


def test_what_is_not_utf_8_is_refused_with_its_line() -> None:
    """A Korean file in EUC-KR is refused and told what to do."""
    with pytest.raises(DigestError, match="UTF-8") as caught:
        _read("a.txt", b"2025-02-25\n" + "제목\n".encode("euc-kr"))
    assert caught.value.line == 2


def test_a_nul_is_refused_with_its_line() -> None:
    """Binary is no digest."""
    with pytest.raises(DigestError, match="NUL") as caught:
        _read("a.md", "x\ny\n\0")
    assert caught.value.line == 3


def test_a_document_over_5_mb_is_refused() -> None:
    """The limit is said, not struggled with."""
    with pytest.raises(DigestError, match="5 MB"):
        _read("a.txt", b"a" * (MAX_DOCUMENT_BYTES + 1))


def test_more_than_500_entries_are_refused() -> None:
    """500 entries are read, 501 are not."""
    entries = "2025-02-25\n" + "".join(ENTRY.format(number) for number in range(MAX_ENTRIES))
    assert len(_read("a.txt", entries).entries) == MAX_ENTRIES
    with pytest.raises(DigestError, match="500"):
        _read("a.txt", entries + ENTRY.format("more"))


@pytest.mark.parametrize(("name", "line"), [("a.txt", "x\n"), ("a.md", "x\r"), ("a.html", "<p>x")])
def test_more_lines_than_a_digest_has_are_refused(name: str, line: str) -> None:
    """Five megabytes of tiny lines do not keep anybody busy."""
    with pytest.raises(DigestError, match="lines"):
        _read(name, "2025-02-25\n" + line * (MAX_LINES + 1))


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", "2025-02-25\n" + ENTRY, DocumentKind.NEWSLETTER),
        ("a", "2025-02-25\n" + ENTRY, DocumentKind.NEWSLETTER),
        ("a.md", "2025-02-25\n" + ENTRY, DocumentKind.NEWSLETTER),
        ("a.md", "https://a.org/b\n", DocumentKind.NOTE),
        ("a.html", "<p>2025-02-25<p>T<p>(A, B)<p>#x", DocumentKind.NEWSLETTER),
        ("a", "<p>2025-02-25<p>T<p>(A, B)<p>#x", DocumentKind.NEWSLETTER),
    ],
)
def test_the_shape_is_told_by_name_and_content(name: str, content: str, kind: DocumentKind) -> None:
    """A Markdown file that begins with a date is a newsletter; any other is a note."""
    assert _read(name, content).kind is kind


MEAN = {
    "right to left": "2025-02-25\n\u202eA Title\u202c\n(Kim, Lee)\n\u200f설명.\n#llm\n",
    "zero width": "2025-02-25\nA\u200b Title\n(Ki\u200dm, Lee)\n설\u2060명.\n#l\u200bm\n",
    "only marks": "2025-02-25\nT\n(A, B)\n<english><english></english></english><korean>\n#x\n",
    "controls": "2025-02-25\nT\x01\x1b[31m\n(A, B)\n설명.\x85\u2028\n#x\n",
    "combining": "2025-02-25\nT" + "\u0301" * 5000 + "\n(A, B)\n설명.\n#x\n",
    "surrogates in CESU": "2025-02-25\nT 𝕏 😀\n(A, B)\n설명.\n#x\n",
    "jamo": "2025-02-25\nT\n(A, B)\n\u1112\u1161\u11ab\u1100\u1173\u11af\n#x\n",
    "a number without end": "2025-02-25\nT &#" + "9" * 5000 + ";\n(A, B)\n설명.\n#x\n",
    "a page of brackets": "[[" * 20_000 + "\n" + "](" * 20_000,
}


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
@pytest.mark.parametrize("mean", MEAN.values(), ids=MEAN.keys())
def test_odd_characters_are_read_or_refused(name: str, mean: str) -> None:
    """Right-to-left, zero-width and control characters raise nothing but a DigestError."""
    try:
        digest = _read(name, mean)
    except DigestError:
        return
    assert digest.entries or digest.refusals


def test_what_cannot_be_seen_does_not_change_a_title() -> None:
    """Zero-width spaces and direction overrides are taken out, wherever they stand."""
    (entry,) = _read(
        "a.txt", "2025-02-25\n\u202eA \u200bTitle\u202c\n(Kim\ufeff, Lee)\n설명.\n#l\u200bm\n"
    ).entries
    assert (entry.paper.title, entry.paper.authors) == ("A Title", ("Kim", "Lee"))
    assert [tag.name for tag in entry.tags] == ["lm"]


def test_a_billion_laughs_laugh_nobody() -> None:
    """Entities that would grow without end are not expanded."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 30))
    page = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><p>2025-02-25<p>&l29;<p>(A, B)<p>#x'
    try:
        digest = _read("a.html", page)
    except DigestError:
        return
    assert all(len(entry.paper.title) < len(page) for entry in digest.entries)


def test_elements_nested_without_end_are_refused() -> None:
    """A hundred thousand open elements are counted before the parser sees them."""
    with pytest.raises(DigestError, match="deeply"):
        _read("a.html", "<div>" * 100_000)


@pytest.mark.parametrize("value", ["", "='>'", '=">"', "=1", " = x"])
def test_a_tag_of_attributes_without_end_is_refused(value: str) -> None:
    """Thousands of attributes of one tag are refused, however they are written."""
    with pytest.raises(DigestError, match="attributes"):
        _read("a.html", "<p>2025-02-25<p " + " ".join(f"a{n}{value}" for n in range(2000)) + ">x")


PAPERS = "# x\nhttps://arxiv.org/abs/2502.00001 https://arxiv.org/abs/2502.00002\n"
HEAD = "2025-02-25\nA Title\n(Kim, Lee)\n"
GROWING: dict[str, tuple[str, Callable[[int], str]]] = {
    "newsletter of many entries": ("a.txt", lambda n: "2025-02-25\n" + ENTRY * (n // 40)),
    "newsletter of untagged titles": ("a.txt", lambda n: "2025-02-25\n" + "A Title\n(A, B)\n" * (n // 16)),
    "one entry of many lines": (
        "a.txt",
        lambda n: HEAD + "설명입니다.\nAnd more of it.\n" * (n // 30) + "#x",
    ),
    "an entry of blank lines": ("a.txt", lambda n: HEAD + "\n" * (n // 2) + "설명.\n#x"),
    "a note of blank lines": ("a.md", lambda n: "*T* (A, B)\n" + "\n" * (n // 2) + "설명.\n#x"),
    "one line of Korean": ("a.txt", lambda n: HEAD + "가" * n + "\n#x"),
    "one line of spaces": ("a.txt", lambda n: HEAD + "(" + " " * n + ")\n설명.\n#x"),
    "one line of spaces and a name": ("a.txt", lambda n: HEAD + "(" + " " * n + "x)\n설명.\n#x"),
    "a label and spaces": ("a.txt", lambda n: HEAD + "Tags" + " " * n + "x\n#x"),
    "names of others": ("a.txt", lambda n: HEAD + "(" + "et al 외 " * (n // 8) + ")\n#x"),
    "one line of commas": ("a.txt", lambda n: HEAD + "(" + "a, " * (n // 3) + ")\n설명.\n#x"),
    "one line of marks": ("a.txt", lambda n: HEAD + "<english>" * (n // 9) + "\n#x"),
    "one line of tags": ("a.txt", lambda n: HEAD + "설명. " + "#a " * (n // 3) + "b"),
    "one line of dollars": ("a.txt", lambda n: HEAD + "$a$ " * (n // 4) + "\n#x"),
    "one line of macros": ("a.txt", lambda n: HEAD + "\\textbf{a} " * (n // 11) + "\n#x"),
    "one line of open macros": ("a.txt", lambda n: HEAD + "\\textbf{" * (n // 8) + "\n#x"),
    "one line of addresses": ("a.txt", lambda n: HEAD + "가 https://a.b/c(d " * (n // 16) + "\n#x"),
    "note of parentheses": ("a.md", lambda n: "https://a.b/c\n\nA T " + "(" * n),
    "note of closed parentheses": ("a.md", lambda n: "https://a.b/c\n\nA T " + "(A, B) " * (n // 7)),
    "note of stars": ("a.md", lambda n: "*" * n + " (A, B)"),
    "note of brackets": ("a.md", lambda n: "가" + "[[a" * (n // 3)),
    "note of images": ("a.md", lambda n: "가" + "![" * (n // 2)),
    "note of quotes": ("a.md", lambda n: "*T* (A, B)\n" + "> a\n" * (n // 4)),
    "note of quote signs": ("a.md", lambda n: "*T* (A, B)\n" + ">" * n),
    "note of headings": ("a.md", lambda n: "가\n" + "# Links\n" * (n // 8)),
    "note of addresses": ("a.md", lambda n: "https://a.b/c\n" * (n // 14)),
    "note of dots": ("a.md", lambda n: "a." * (n // 2)),
    "note of entities": ("a.md", lambda n: "가 " + "&amp" * (n // 4)),
    "facts of labels": ("a.md", lambda n: "# T\n" + "> **Authors**: Ada Kim, Ben Lee\n" * (n // 33)),
    "a fact of names": ("a.md", lambda n: "# T\n**Authors**: " + "Ada Kim, " * (n // 9)),
    "a fact of remarks": ("a.md", lambda n: "# T\n**Authors**: " + "(" * (n // 2) + "a)" * (n // 4)),
    "a line of links": ("a.md", lambda n: "# T\n" + "[a](https://arxiv.org/abs/2502.00001) " * (n // 38)),
    "names below the title": ("a.md", lambda n: "# T\n" + "Ada Kim, " * (n // 9)),
    "references": ("a.md", lambda n: PAPERS + "".join(f'- A. Kim "{"b " * (n // 8)}' for _ in range(4))),
    "brackets after titles": ("a.md", lambda n: PAPERS + "- T " + "[[pdf]](" * (n // 8)),
    "names in italics": ("a.md", lambda n: PAPERS + "- **T** *" + "Ada Kim, " * (n // 9) + "*"),
    "a digest of headings": (
        "a.md",
        lambda n: PAPERS + "## A Title of It\nhttps://arxiv.org/abs/2502.00001\n" * (n // 50),
    ),
    "a digest of items": (
        "a.md",
        lambda n: PAPERS + "- [A Title of It](https://arxiv.org/abs/2502.00001)\n" * (n // 50),
    ),
    "a digest of rows": (
        "a.md",
        lambda n: (
            PAPERS + "\n|Title|Link|\n|---|---|\n" + "|A T|https://arxiv.org/abs/2502.00001|\n" * (n // 40)
        ),
    ),
    "a digest of brackets": ("a.md", lambda n: PAPERS + "[" * n),
    "a digest of stars": ("a.md", lambda n: PAPERS + "**a _b " * (n // 7)),
    "a digest with a label and spaces": ("a.md", lambda n: "## A Title\n" + PAPERS + "Link" + " " * n + "x"),
    "front matter of lines": ("a.md", lambda n: "---\n" + "a: b\n" * (n // 5) + "---\nx"),
    "page of paragraphs": ("a.html", lambda n: "<p>2025-02-25" + "<p>T<p>(A, B)<p>가<p>#x" * (n // 24)),
    "page of unclosed comments": ("a.html", lambda n: "<p>2025-02-25" + "<!--" * (n // 4)),
    "page of links": ("a.html", lambda n: "<p>2025-02-25<p>" + "<a href='https://a.b/c'>x</a>" * (n // 29)),
    "page of open tags": ("a.html", lambda n: "<p>2025-02-25" + "<p><" * (n // 4)),
    "page of open values": ("a.html", lambda n: "<p>2025-02-25" + "<p a=\"<p b='" * (n // 13)),
    "page of attributes": ("a.html", lambda n: "<p>2025-02-25<p " + "a=1 " * (n // 4) + ">x"),
}


def _seconds(name: str, content: str) -> float:
    document = Document("test", name, content.encode())
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        with contextlib.suppress(DigestError):
            read_document(document)
        best = min(best, time.process_time() - started)
    return best


@pytest.mark.parametrize(("name", "grow"), GROWING.values(), ids=GROWING.keys())
def test_reading_takes_time_in_proportion_to_the_size(name: str, grow: Callable[[int], str]) -> None:
    """Four times the document takes at most seven times as long (a square would take sixteen)."""
    small, large = grow(20_000), grow(80_000)
    # A busy machine can slow one measurement down, but a square stays one however often it is measured.
    ratios = ((_seconds(name, large) - 0.02) / _seconds(name, small) for _ in range(4))
    assert any(ratio < 7 for ratio in ratios)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
@pytest.mark.parametrize("piece", ["가", "a ", "(a, b) ", "<", "$x", "#a ", "["])
def test_a_line_of_a_megabyte_is_read_or_refused_at_once(name: str, piece: str) -> None:
    """No single line, whatever it repeats, takes more than seconds."""
    line = piece * (1_000_000 // len(piece.encode()))
    started = time.process_time()
    with contextlib.suppress(DigestError):
        _read(name, f"2025-02-25\nT\n(A, B)\n{line}\n#x\n")
    assert time.process_time() - started < 5
