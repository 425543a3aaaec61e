"""What was asked, in words: pure and forgiving. Nothing a person types is an error."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from digests.reading.dates import date_of_line
from digests.reading.identity import arxiv_id, normal_url
from digests.reading.tags import canonical
from digests.search import times

LONGEST_QUERY = 1000
MOST_WORDS = 24
"""What is longer is read only so far: a pasted page is no question."""

_CURLY = str.maketrans("“”„‟«»‘’‚‛—–−", '""""""\'\'\'\'---')
_SLACK_LINK = re.compile(r"<(?:#[CG]\w*\|([^>]*)|(https?://[^|>]+)(?:\|[^>]*)?|@(\w+)(?:\|([^>]*))?)>")
_TOKEN = re.compile(
    r"""(?P<not>-)?(?:(?P<key>by|author|tag|since|until|저자|태그)[:：](?P<value>"[^"]*"|\S+)|"""
    r""""(?P<phrase>[^"]*)"?|(?P<word>\S+))""",
    re.IGNORECASE,
)
_PERIOD = re.compile(r"(\d{4})(?:[-./](\d{1,2})(?:[-./](\d{1,2}))?)?")
_BESIDE = re.compile(r"(20[0-4]\d)[-/]\d{1,2}(?:[-/]\d{1,2})?")
"""A month or a day among words; with a dot it would be the beginning of an arXiv id."""

_YEAR = re.compile(r"20[0-4]\d년?")
_KOREAN_MONTH = re.compile(r"(20[0-4]\d)\s*년\s*(\d{1,2})\s*월(?:에)?(?!\s*\d)")
_WEEKDAYS = frozenset({"mon", "tue", "wed", "thu", "fri", "sat", "sun"})
_SPECIAL = {
    "today": "today", "오늘": "today", "latest": "latest", "newest": "latest", "최신": "latest",
    "random": "random", "무작위": "random", "아무거나": "random",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """A question taken apart. Empty fields ask for nothing."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    year: int | None = None
    """A year among words: of a title, or when the papers came."""
    address: str | None = None
    """An arXiv id as ``arxiv:…``, or a web address in normal form."""
    special: str | None = None
    """today, latest or random."""

    @property
    def is_empty(self) -> bool:
        return self == Query()


def parse(typed: str, *, now: date | None = None) -> Query:
    """Take a question apart; whatever is no operator is a word. Times like last year are meant as of the day
    ``now``; without one they are words too.
    """
    text = unicodedata.normalize("NFKC", typed[:LONGEST_QUERY].replace("\0", " ").translate(_CURLY))
    text = times.spelt_out(text, now) if now else text
    text = _KOREAN_MONTH.sub(r"\1-\2", _SLACK_LINK.sub(_unlinked, text)).strip()
    if special := _SPECIAL.get(text.casefold()):
        return Query(special=special)
    if (day := date_of_line(text)) and not _names_no_day(text):
        return Query(since=day, until=day)
    if address := _address(text):
        return Query(address=address)
    words: list[str] = []
    phrases: list[str] = []
    without: list[str] = []
    tags: list[str] = []
    without_tags: list[str] = []
    authors: list[str] = []
    since = until = None
    year: int | None = None
    for token in list(_TOKEN.finditer(text))[:MOST_WORDS]:
        key = (token["key"] or "").lower()
        value = (token["value"] or "").strip('"')
        word = token["word"] or ""
        if key in ("tag", "태그") or (word.startswith("#") and canonical(word)):
            (without_tags if token["not"] else tags).append(canonical(value or word))
        elif key in ("by", "author", "저자"):
            authors.append(value)
        elif key == "since" and (period := _period(value)):
            since = period[0]
        elif key == "until" and (period := _period(value)):
            until = period[1]
        elif token["phrase"] is not None:
            (without if token["not"] else phrases).append(token["phrase"])
        elif address := _address(word):
            return Query(address=address)
        elif token["not"] and word:
            without.append(word)
        elif _BESIDE.fullmatch(word) and (period := _period(word)) and not (since or until):
            since, until = period
        elif _YEAR.fullmatch(word) and not year:
            year = int(word[:4])
        else:
            words.append(word or value)
    if year and (since or until):
        words.append(str(year))
    elif year and not words and not phrases:
        since, until = date(year, 1, 1), date(year, 12, 31)
    return Query(
        tuple(word for word in words if word),
        tuple(phrase for phrase in phrases if phrase.strip()),
        tuple(without),
        tuple(tag for tag in tags if tag),
        tuple(without_tags),
        tuple(author for author in authors if author),
        since,
        until,
        None if since or until else year,
    )


def _names_no_day(text: str) -> bool:
    """Whether another word than a weekday follows a day: of what is asked for of that day."""
    last = text.split()[-1].strip("(),").casefold()
    return len(text.split()) > 1 and last.isascii() and last.isalpha() and last[:3] not in _WEEKDAYS


def _unlinked(found: re.Match[str]) -> str:
    channel, address, user, label = found.groups()
    # Slack's composer turns #scaling-law into a channel; the tag was meant.
    return f"#{channel}" if channel else address or label or user or ""


def _address(text: str) -> str | None:
    known = arxiv_id(text)
    if known:
        return f"arxiv:{known}"
    return normal_url(text) if text.startswith(("http://", "https://")) else None


def _period(text: str) -> tuple[date, date] | None:
    """The first and the last day of a year, a month or a day."""
    found = _PERIOD.fullmatch(text)
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        if year and month and day:
            return date(year, month, day), date(year, month, day)
        if year and month:
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        return (date(year, 1, 1), date(year, 12, 31)) if year else None
    except ValueError:
        return None
