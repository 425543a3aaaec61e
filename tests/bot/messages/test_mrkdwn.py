"""Foreign texts as mrkdwn."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import limits
from bot.messages.mrkdwn import (
    bold,
    brief,
    clean,
    clip,
    escape,
    italic,
    link,
    one_line,
    opening_sentences,
    split,
    web_address,
    with_links,
)
from tests.bot.messages.checks import without_spaces
from tests.bot.messages.samples import text


def test_escape() -> None:
    """Ampersands are escaped first, so that text that looks escaped is shown as it is."""
    assert escape("<@U1> & &lt;") == "&lt;@U1&gt; &amp; &amp;lt;"


def test_direction_marks_end_with_their_text() -> None:
    """A title that changes the text direction does not change it for the text after it."""
    assert clean("\u202eabc") == "\u202eabc\u202c"
    assert clean("\u2067a\u2066b\u2069") == "\u2067a\u2066b\u2069\u2069"
    assert clean("\u202ea\u202c") == "\u202ea\u202c"


def test_link() -> None:
    """A link's address is encoded where it would end the link; its label is escaped."""
    assert (
        link("https://a.example/?q=a|b>c d&e", "a<b") == "<https://a.example/?q=a%7Cb%3Ec%20d&amp;e|a&lt;b>"
    )


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "mailto:a@b.example",
        "slack://channel?id=C1",
        "https://",
        "https://[broken",
        "//a.example",
        "https://a.example/" + "x" * limits.URL,
    ],
)
def test_what_is_no_web_address_is_no_link(url: str | None) -> None:
    """Only http and https addresses of a reasonable length become links."""
    assert web_address(url) is None
    assert link(url, "title") == "title"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("(https://arxiv.org/abs/2411.17691)", "(<https://arxiv.org/abs/2411.17691>)"),
        ("see https://a.example/x_(y).", "see <https://a.example/x_(y)>."),
        ("https://a.example/글은 아니고", "<https://a.example/>글은 아니고"),
        ("https://a.example에서", "<https://a.example>에서"),
        ("http://a.example/?a=1&b=2, ok", "<http://a.example/?a=1&amp;b=2>, ok"),
        ("no http:// link", "no http:// link"),
        ("<https://a.example|click>", "&lt;<https://a.example>|click&gt;"),
    ],
)
def test_addresses_in_prose_can_be_clicked(raw: str, shown: str) -> None:
    """A web address in a commentary becomes a link, without the punctuation of its sentence."""
    assert with_links(raw) == shown


def test_emphasis_is_left_out_where_it_would_break() -> None:
    """A text with an asterisk or underscore is not emphasised, because Slack cannot escape these."""
    assert (bold("a"), bold("Q* search"), bold("a\nb"), bold("")) == ("*a*", "Q* search", "a\nb", "")
    assert (italic("a"), italic("long_context")) == ("_a_", "long_context")


def test_split_at_paragraphs_then_sentences_then_words() -> None:
    """A text is split at the best place that fits."""
    assert list(split("One two.\n\nThree four.", 12)) == ["One two.", "Three four."]
    assert list(split("One two. Three four.", 12)) == ["One two.", "Three four."]
    assert list(split("one two three four", 9)) == ["one two", "three", "four"]
    assert list(split("x" * 25, 10)) == ["x" * 10, "x" * 10, "x" * 5]
    assert list(split("가나다. 라마바.", 5)) == ["가나다.", "라마바."]
    assert list(split("  \n ", 5)) == []


@given(text, st.integers(20, 200), st.sampled_from([escape, with_links]))
def test_split_loses_nothing(raw: str, limit: int, render: object) -> None:
    """The pieces together are the text, each within the limit."""
    assert callable(render)
    pieces = list(split(raw, limit, render))
    assert all(0 < limits.size(piece) <= limit for piece in pieces)
    if render is escape:
        whole = "".join(pieces).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert without_spaces(whole) == without_spaces(raw)


def test_split_is_linear() -> None:
    """Splitting 5 MB, the largest document, takes seconds and not minutes."""
    started = time.perf_counter()
    assert sum(1 for _ in split("A sentence of it. " * 300_000, limits.SECTION_TEXT, with_links)) > 1_700
    assert time.perf_counter() - started < 20


@given(text, st.integers(10, 300))
def test_clip_and_brief_keep_to_the_limit(raw: str, limit: int) -> None:
    """A clipped text fits, also after it is escaped."""
    assert limits.size(clip(raw, limit)) <= limit
    assert limits.size(brief(raw, limit)) <= limit
    assert "\n" not in brief(raw, limit)


def test_opening() -> None:
    """An abstract's opening consists of whole sentences."""
    abstract = "First sentence here. Second sentence here. Third."
    assert opening_sentences(abstract, 45) == "First sentence here. Second sentence here. …"
    assert opening_sentences(abstract, 200) == abstract
    assert opening_sentences("word " * 50, 22) == "word word word word…"


def test_line() -> None:
    """A text on one line has single spaces and no control characters."""
    assert one_line(" a\n\tb\x00  c ") == "a b c"
