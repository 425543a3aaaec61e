"""Text in pages of so many bytes: everything is there, and nothing is cut in two."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from bot.messages.message import Message
from bot.messages.text_pages import as_text, first_page, pages

LIMIT = 60
_PIECES = st.sampled_from(
    [
        "논문",
        "읽었어요 ",
        "paper",
        " ",
        "\n",
        "\n\n",
        "&amp;",
        "&lt;",
        "<https://a.b/c|제목>",
        "<@U1>",
        "😀",
        "길" * 50,
    ]
)


@given(st.lists(_PIECES, max_size=60).map("".join))
@example("&amp;" * 40)
@example("")
def test_pages_hold_everything_and_part_nothing(text: str) -> None:
    """Each page fits, together they say what the text says, and no link or escaped sign is cut."""
    made = pages(text, LIMIT)
    assert made
    assert max(len(page.encode()) for page in made) <= LIMIT
    assert re.sub(r"\s", "", "".join(made)) == re.sub(r"\s", "", text)
    for whole in (r"&(amp|lt);", r"<[^>]*>"):
        assert sum(len(re.findall(whole, page)) for page in made) == len(re.findall(whole, text))


@given(st.lists(_PIECES, max_size=60).map("".join))
def test_a_first_page_says_that_more_follows(text: str) -> None:
    """A text that fits stays as it is; the first page of a longer one ends with an ellipsis."""
    page = first_page(text, LIMIT)
    assert len(page.encode()) <= LIMIT
    assert page == text if len(text.encode()) <= LIMIT else page.endswith("…")


def test_messages_without_blocks_take_as_many_places_as_their_texts_need() -> None:
    """A message whose text does not fit continues in a reply, before the next message."""
    long = "\n".join(["논문" * 600] * 2)
    shown = as_text([Message(long, ({"type": "divider"},)), Message("b", thread=True)])
    assert [(one.text, one.blocks, one.thread) for one in shown] == [
        ("논문" * 600, (), False),
        ("논문" * 600, (), True),
        ("b", (), True),
    ]
