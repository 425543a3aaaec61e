"""Checks that every rendered message and view has to pass, whatever it was rendered from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from bot.messages import limits
from bot.messages.message import Message, View
from bot.messages.mrkdwn import one_line
from tests.bot.messages.slack_schema import check_message, check_view
from tests.bot.messages.slack_types import check_blocks, check_view_around

# What a renderer may put between angle brackets: a web link, a mention of a given id, a channel.
_MARKUP = re.compile(r"<([^<>]*)>")
_OURS = re.compile(r"^(@U[0-9A-Z]+|#C[0-9A-Z]+)$")
_MADE = re.compile(r"^<(@U[0-9A-Z]+|#C[0-9A-Z]+|https?://[^<>]+)>$")


def check(message: Message) -> None:
    """Asserts that the message keeps every limit, by two schemas and by Slack's own count, and that all
    markup in it was made by its renderer.
    """
    check_message(message.payload())
    check_blocks(message.blocks)
    assert limits.size(message.text) <= limits.MESSAGE_TEXT_HARD
    assert limits.texts(message.blocks) <= limits.MESSAGE_BLOCKS_TEXT
    _check_blocks(message.blocks)
    # The text is markup too: Slack parses it for clients that show no blocks.
    for found in re.finditer("<[^>]*>?", message.text):
        assert _MADE.match(found[0]), found[0]


def check_window(view: View) -> None:
    """Asserts the same of a modal or App Home."""
    check_view(view)
    check_view_around(view)
    check_blocks(view["blocks"])
    _check_blocks(view["blocks"])


def shown_text(*shown: Message | View) -> str:
    """The text of the sections on one line, unescaped, with links replaced by their labels."""
    blocks = [block for one in shown for block in (one.blocks if isinstance(one, Message) else one["blocks"])]
    pieces = (
        _MARKUP.sub(_label, text["text"]) if text["type"] == "mrkdwn" else text["text"]
        for text in (block["text"] for block in blocks if block["type"] == "section" and "text" in block)
    )
    whole = " ".join(pieces).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return one_line(whole)


def row_elements(shown: Message | View) -> list[dict[str, Any]]:
    """The elements of all rows of buttons."""
    blocks = shown.blocks if isinstance(shown, Message) else shown["blocks"]
    return [element for block in blocks if block["type"] == "actions" for element in block["elements"]]


def without_spaces(text: str) -> str:
    """The text without white space and formatting characters, since long texts are split anywhere."""
    return re.sub(r"[\s*_~\u202c\u2069]", "", one_line(text))


def _label(found: re.Match[str]) -> str:
    _, bar, label = found[1].partition("|")
    return label if bar else found[1]


def _check_blocks(blocks: Any) -> None:
    for block in blocks:
        ids = [element.get("action_id") for element in block.get("elements", ())]
        known = [one for one in ids if one]
        assert len(known) == len(set(known)), "action_ids of a row must differ"
        for text in _objects(block):
            assert text["text"].strip(), "Slack refuses blank texts"
            assert "\x00" not in text["text"]
            if text["type"] == "mrkdwn":
                _check_markup(text["text"])


def _check_markup(text: str) -> None:
    for found in _MARKUP.finditer(text):
        address = found[1].partition("|")[0]
        if _OURS.match(address):
            continue
        assert urlsplit(address.replace("&amp;", "&")).scheme in ("http", "https"), found[0]
        assert " " not in address
    bare = _MARKUP.sub("", text)
    assert "<" not in bare, bare
    assert ">" not in bare, bare
    assert not re.search(r"&(?!amp;|lt;|gt;)", text), "an escape was cut in two"


def _objects(value: Any) -> Iterator[dict[str, str]]:
    if isinstance(value, dict):
        if value.get("type") in ("mrkdwn", "plain_text") and isinstance(value.get("text"), str):
            yield value
        for part in value.values():
            yield from _objects(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _objects(part)
