"""Text cut into pages of so many bytes, for corrections: Slack limits their text more than a post's. Pure.

The text is mrkdwn whose signs are escaped. No page ends within a link, a mention or an escaped sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.messages.limits import UPDATE_TEXT_BYTES
from bot.messages.message import Message

_ELLIPSIS = "…"
_TOKEN = re.compile(r"<[^<>\n]{1,1200}>|&[a-z]{2,4};|\s+|[^\s<&]+|.", re.DOTALL)


def pages(text: str, limit: int = UPDATE_TEXT_BYTES) -> list[str]:
    """The text in pages of at most ``limit`` bytes of UTF-8; at least one.

    They part between lines if possible, else between words.
    """
    made: list[str] = []
    page: str | None = None
    for line in text.split("\n"):
        for piece in _pieces(line, limit):
            longer = piece if page is None else f"{page}\n{piece}"
            if page is not None and _bytes(longer) > limit:
                made.append(page)
                longer = piece
            page = longer
    made.append(page or "")
    return [page for page in made if page.strip()] or [""]


def first_page(text: str, limit: int = UPDATE_TEXT_BYTES) -> str:
    """The text in at most ``limit`` bytes of UTF-8; a longer one ends with ``…``."""
    if _bytes(text) <= limit:
        return text
    return pages(text, limit - _bytes(_ELLIPSIS))[0].rstrip() + _ELLIPSIS


def as_text(messages: Sequence[Message]) -> list[Message]:
    """The messages without blocks, each as many pages as its text needs, in the same order."""
    return [
        replace(message, text=page, blocks=(), thread=message.thread or number > 0)
        for message in messages
        for number, page in enumerate(pages(message.text))
    ]


def _pieces(line: str, limit: int) -> Iterator[str]:
    """The line in pieces of at most ``limit`` bytes."""
    piece = ""
    for token in _TOKEN.findall(line) if _bytes(line) > limit else [line]:
        for part in [token] if _bytes(token) <= limit else token:
            if _bytes(piece + part) > limit:
                yield piece
                piece = part.lstrip()
            else:
                piece += part
    yield piece


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
