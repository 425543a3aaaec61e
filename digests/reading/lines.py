"""A line of a document, and the web addresses in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from digests.errors import DigestError, RefusalCode, RefusalReason

_PIECE = r"[^\s<>\"'`|{}()\[\]（）「」가-힣]"
_URL = re.compile(rf"https?://{_PIECE}+(?:\([^\s<>\"'`|{{}}()\[\]]*\){_PIECE}*)*")
_ONLY_URL = re.compile(r"<?(https?://[^\s<>]+)>?(?:\s*\\)?")
MAX_LINES = 50_000
"""Lines of a document, or of what a page shows; a hundred for each of 500 entries."""

_BREAK = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class Line:
    """One line, stripped. ``number`` is 1-based as editors count, which break at CR and LF only.

    ``plain`` says that the line is text whatever it looks like (it was escaped).
    ``url`` is the link that all of the line carries, ``cites`` are links of parts
    of it; both only where the source has links apart from text.
    """

    number: int
    text: str
    plain: bool = False
    url: str | None = None
    cites: tuple[str, ...] = ()


def lines_of(text: str) -> list[Line]:
    """All lines of a text, blank ones too, each without the white space around it."""
    return [Line(number, line.strip()) for number, line in enumerate(_BREAK.split(text), start=1)]


def check_lines(text: str) -> None:
    """DigestError when there are more lines than a digest of 500 entries has, so that time is bounded."""
    if max(text.count("\n"), text.count("\r")) > MAX_LINES:
        raise DigestError(RefusalReason(RefusalCode.TOO_MANY_LINES, limit=MAX_LINES))


def only_url(text: str) -> str | None:
    """The address of a line that is nothing else (``<…>`` allowed); None for any other line."""
    found = _ONLY_URL.fullmatch(text)
    return found[1] if found else None


def urls_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The addresses in texts, in order and each once, without the punctuation that follows them."""
    found = (match[0] for text in texts if "://" in text for match in _URL.finditer(text))
    return tuple(dict.fromkeys(address.rstrip(".,;:!?…*_~").rstrip("\\") for address in found))
