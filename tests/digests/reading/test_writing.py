"""Writing a digest as newsletter text and reading it back gives the same digest."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.model import Commentary, Digest, Entry, Paper
from digests.reading.authors import MOST_WORDS
from digests.reading.identity import arxiv_id
from digests.reading.lines import urls_in
from digests.reading.newsletter import read_newsletter
from digests.reading.tags import tag, tags_of_line
from digests.reading.writing import write

HANGUL = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
# Everything but controls, separators and what LaTeX would change in a title.
LATIN = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs", "Cf"), exclude_characters="\\$`"
) | st.sampled_from("   .,:#<>()*?!\"'-–1")
LINES = [
    "#llm #rl", "(Kim, Lee)", "https://arxiv.org/abs/2411.17691", "<english>", "</korean>", "2025-02-25",
    "A Title", "> quoted",
]  # fmt: skip


def _line(alphabet: st.SearchStrategy[str], longest: int = 80) -> st.SearchStrategy[str]:
    words = st.text(alphabet, min_size=1, max_size=longest).map(lambda text: " ".join(text.split()))
    return words.filter(bool)


def _paragraphs(alphabet: st.SearchStrategy[str], between: str, *more: str) -> st.SearchStrategy[str]:
    return st.lists(_line(alphabet) | st.sampled_from([*LINES, *more]), min_size=1, max_size=4).map(
        between.join
    )


LETTER = st.characters(min_codepoint=65, max_codepoint=0x24F).filter(str.isalpha)
NAME = _line(LETTER | st.just(" "), 20).filter(lambda name: len(name.split()) <= MOST_WORDS)
ADDRESS = st.sampled_from(
    ["https://arxiv.org/abs/2502.17416v2", "http://a.example/b?c=d", "https://doi.org/10.1145/1"]
)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """An entry with Korean and English commentaries, and as little or as odd as text can be otherwise."""
    url = draw(st.none() | ADDRESS)
    between = draw(st.sampled_from(["\n\n", "\n"]))
    korean = draw(_paragraphs(HANGUL | LATIN, between, "\\escaped"))
    english = draw(_paragraphs(LATIN, between, "\\escaped"))
    names = draw(st.lists(_line(st.sampled_from("abcdefg-_ABC123"), 8), max_size=3))
    tags = {made.name: made for made in map(tag, names) if tags_of_line(f"#{made.spelling}")}
    authors = draw(st.lists(NAME.filter(lambda name: " and " not in f" {name} "), max_size=3))
    paper = Paper(
        draw(_line(LATIN | HANGUL) | st.sampled_from(LINES)),
        tuple(authors),
        url,
        arxiv_id(url) if url else None,
        draw(st.none() | _paragraphs(LATIN, "\n\n")),
    )
    commentaries = (Commentary("ko", korean), Commentary("en", english))
    return Entry(paper, commentaries, tuple(tags.values()), urls_in([korean, english]))


@settings(deadline=None)
@given(st.lists(entries(), min_size=1, max_size=4), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_writing_and_reading_back_gives_the_same_digest(made: list[Entry], day: date) -> None:
    """Whatever titles, paragraphs and tags look like, what was written is what is read."""
    digest = Digest(day, tuple(made))
    read = read_newsletter(write(digest))
    assert read.refusals == ()
    assert replace(read, entries=tuple(replace(entry, line=1) for entry in read.entries)) == digest


def test_a_title_that_ends_like_a_sentence_is_written_apart_from_an_entry_without_tags() -> None:
    """Two entries without tags stay two, though the second's title looks like what the first goes on with."""
    said = (Commentary("ko", "한국어"), Commentary("en", "English"))
    first, second = Paper("0", (), None, None, None), Paper("한 문장.", ("A",), None, None, None)
    digest = Digest(date(2000, 1, 1), tuple(Entry(paper, said, (), ()) for paper in (first, second)))
    assert [entry.paper for entry in read_newsletter(write(digest)).entries] == [first, second]


TITLES = [
    "Fractal Generative Models", "DeepEP", "Straight to Zero: Why Linearly Decaying the Learning Rate Works",
    "Can Attention Become Explanation?", "COSMOS: A Hybrid Adaptive Optimizer for LLMs",
]  # fmt: skip


@st.composite
def written_entries(draw: st.DrawFn) -> list[str]:
    """The lines of an entry numbered ``{0}``, as people write them, some of its parts missing."""
    said = draw(st.sampled_from([("ko",), ("en",), ("ko", "en"), ("ko", "en", "ko2", "en2")]))
    abstract = draw(st.booleans()) or said == ("en",)
    authors = draw(st.booleans())
    lines = [draw(st.sampled_from(TITLES))]
    lines += ["(Kim Young, Lee)"] if authors else []
    lines += ["We show the thing {0} in full, and it works."] if abstract else []
    lines += ["이것은 {0}번 논문에 대한 설명입니다."] if "ko" in said else []
    lines += ["{0}번 논문에 대한 다른 문단이군요."] if "ko2" in said else []
    lines += ["This is what we say of paper {0}, briefly."] if "en" in said else []
    lines += ["Another paragraph on paper {0}."] if "en2" in said else []
    return [*lines, "#tag-{0}"]


@settings(deadline=None)
@given(st.lists(written_entries(), min_size=2, max_size=4), st.data())
def test_two_entries_are_never_merged_when_a_line_of_tags_is_lost(
    made: list[list[str]], data: st.DataObject
) -> None:
    """Without one line of tags no entry that is read holds text of two, whatever parts they lack."""
    numbered = [[line.format(n) for line in entry] for n, entry in enumerate(made)]
    del numbered[data.draw(st.integers(0, len(made) - 2))][-1]
    for entry in read_newsletter("\n".join(["2025-02-25", *chain(*numbered)])).entries:
        text = "\n".join([entry.paper.abstract or "", *(said.text for said in entry.commentaries)])
        assert len({a or b for a, b in re.findall(r"(?:thing|paper) (\d)|(\d)번", text)}) <= 1


@pytest.mark.parametrize(
    "digest",
    [
        Digest(None, (Entry(Paper("T"), (), (tag("a"),)),)),
        Digest(date(2025, 2, 25), ()),
        Digest(date(2025, 2, 25), (Entry(Paper("A\nB"), (), (tag("a"),)),)),
        Digest(date(2025, 2, 25), (Entry(Paper("T", ("A, B",)), (), (tag("a"),)),)),
        Digest(date(2025, 2, 25), (Entry(Paper("T", ("A B C D E F G H I",)), (), (tag("a"),)),)),
        Digest(date(2025, 2, 25), (Entry(Paper("T"), (Commentary("ja", "x"),), (tag("a"),)),)),
    ],
)
def test_what_the_text_cannot_hold_is_said(digest: Digest) -> None:
    """A digest that would not be read back the same is not written at all."""
    with pytest.raises(ValueError):
        write(digest)
