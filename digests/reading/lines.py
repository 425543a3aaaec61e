"""Splits a text into lines, and finds web addresses in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from digests.errors import DigestError, RefusalCode, RefusalReason

_PIECE = r"[^\s<>\"'`|{}()\[\]（）「」가-힣]"
_URL = re.compile(rf"https?://{_PIECE}+(?:\([^\s<>\"'`|{{}}()\[\]]*\){_PIECE}*)*")
_ONLY_URL = re.compile(r"<?(https?://[^\s<>]+)>?(?:\s*\\)?")
MAX_LINES = 50_000
"""Lines of a document, or of a page's text: 100 for each of 500 entries."""

_BREAK = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class Line:
    """One line without surrounding white space. ``number`` counts from 1, as in an editor.

    ``plain``: the line was escaped, so it is text whatever it looks like. ``url`` is the link of the whole
    line and ``cites`` are links of parts of it; only HTML has them.
    """

    number: int
    text: str
    plain: bool = False
    url: str | None = None
    cites: tuple[str, ...] = ()


def lines_of(text: str) -> list[Line]:
    """All lines of a text, blank ones included."""
    return [Line(number, line.strip()) for number, line in enumerate(_BREAK.split(text), start=1)]


def check_lines(text: str) -> None:
    """DigestError when a text has more than ``MAX_LINES``, which bounds the time of reading."""
    if max(text.count("\n"), text.count("\r")) > MAX_LINES:
        raise DigestError(RefusalReason(RefusalCode.TOO_MANY_LINES, limit=MAX_LINES))


def only_url(text: str) -> str | None:
    """The address of a line that is only an address, also in ``<…>``; None for any other line."""
    found = _ONLY_URL.fullmatch(text)
    return found[1] if found else None


def urls_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The addresses in texts, in order, each once, without the punctuation after them."""
    found = (match[0] for text in texts if "://" in text for match in _URL.finditer(text))
    return tuple(dict.fromkeys(address.rstrip(".,;:!?…*_~").rstrip("\\") for address in found))
