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


_LABELLED = re.compile(
    r"^[\s>*_\-+•]*(?:(?:paper|arxiv|pdf|abs)?\s*(?:link|url|page)s?|paper|arxiv|pdf|링크|논문(?:\s*링크)?|주소|出处|链接|論文|リンク)"
    r"\s*(?:\*\*|__)?\s*[:：]\s*(?:\*\*|__)?\s*<?(?P<address>\S+?)>?\s*$",
    re.IGNORECASE,
)
_ARXIV_ID = re.compile(
    r"(?:arxiv\s*[:：]?\s*)?(\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})(?:v\d+)?(?:\s*\[[\w.-]+\])?", re.IGNORECASE
)
_NO_SCHEME = re.compile(
    r"(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/\S+",
    re.IGNORECASE,
)
_AS_MARKDOWN = re.compile(
    r"^[\s>*_\-+•]*\[[^\[\]]{1,80}\]\(<?(https?://[^\s()]+(?:\([^\s()]*\)[^\s()]*)?)>?\)\s*$"
)


def address_of(text: str) -> str | None:
    """The address of a line that gives one and nothing else, as people write it: with a label, as
    ``arXiv:2502.00001``, without its scheme, or as a Markdown link. None for any other line.
    """
    if address := only_url(text):
        return address
    if len(text) > 500:
        return None
    if found := _AS_MARKDOWN.match(text):
        return found[1]
    labelled = _LABELLED.match(text)
    if labelled and (found := _AS_MARKDOWN.match(labelled["address"])):
        return found[1]
    said = labelled["address"] if labelled else text
    if address := only_url(said):
        return address
    if found := _ARXIV_ID.fullmatch(said):
        return f"https://arxiv.org/abs/{found[1]}"
    return f"https://{said}" if _NO_SCHEME.fullmatch(said) else None


def urls_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The addresses in texts, in order, each once, without the punctuation after them."""
    found = (match[0] for text in texts if "://" in text for match in _URL.finditer(text))
    return tuple(dict.fromkeys(address.rstrip(".,;:!?…*_~").rstrip("\\") for address in found))
