"""The period a question names: last week's papers, 24년 9월, before 2021, since:2025-01. Pure.

The day it is asked on is an argument. What cannot be read in a filter is reported. Does not decide whether a
lone year among words is a time or part of a title; the index does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from digests.reading.dates import date_of_line
from digests.search import word_lists
from digests.search.moments import Span, may_hold, moment, span_of
from digests.search.word_lists import WordLists


@dataclass(frozen=True, slots=True)
class Period:
    """The days a question is narrowed to; None where it is open."""

    since: date | None
    until: date | None
    """Inclusive, as ``since`` is."""
    said: str
    """How it was said: ``last week's``, ``24년 9월``, ``since:2025-02``."""
    is_operator: bool = False
    """Whether a filter or a bare date said it, so that it can mean nothing else."""
    as_words: str = ""
    """The words to look for if it is to be read as words after all."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a question says of time, and what is left of it."""

    rest: str
    period: Period | None = None
    not_understood: tuple[str, ...] = ()
    """Filters whose time cannot be read."""
    chatter: str = ""
    """When somebody saw or said something, which narrows nothing: 어제 본, we discussed yesterday."""


def period_in(text: str, today: date) -> Found:
    """The period that a text (made plain by ``pasted.plain``) names, as of ``today``. What stands in
    quotation marks is no time. Beside a filter, a time among words stays where it is.
    """
    rest, filters, not_understood = _filters(text, today)
    if filters:
        return Found(rest, _together(filters), tuple(not_understood))
    stripped = rest.strip(" ?!.,")
    if day := _bare_date(stripped, today):
        return Found("", Period(*day, stripped, True, stripped), tuple(not_understood))
    chatter = ""
    for start, end, period in _among_words(rest, today):
        without = f"{rest[:start]} {rest[end:]}"
        if not (_SEEN_BEFORE.search(rest, 0, start) or _SEEN_BEHIND.match(rest, end)):
            return Found(without, period, tuple(not_understood))
        chatter = chatter or period.said
    return Found(rest.replace(chatter, " ", 1) if chatter else rest, None, tuple(not_understood), chatter)


_FILTER = re.compile(r"(?<![\w-])(?P<key>[^\W\d_]{2,})[:：](?P<space>\s?)(?P<value>\"[^\"]*\"?|[^\s\"]+)")
_QUOTED = re.compile(r"\"[^\"]*\"?")
_DATED = re.compile(r"\d{4}[-./]\d{1,2}(?:[-./]\d{1,2})?\.?|\d{1,2}/\d{1,2}")
_YEAR_ALONE = re.compile(r"((?:19|20)\d\d)\s*년?")
_WORD_START = re.compile(r"(?<![^\s(\[,~])(?=\w|')")
_WEEKDAY = re.compile(r"\(?(?:mon|tue|wed|thu|fri|sat|sun)\w*\)?", re.IGNORECASE)
_FIRST_OF_DATE = re.compile(
    r"#?\d|(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE
)
_TIED = re.compile(
    r"(?:(?:papers?|published|released|posted|out|dated|back|those|as)\s+)?"
    r"(?P<word>since|before|prior\s+to|until|till|up\s+to|through|after|later\s+than|earlier\s+than|between"
    r"|from|in|on|during|of|around|by|within|pre|post)(?:\s+the)?[\s-]+(?:year\s+)?|(?:the\s+)?",
    re.IGNORECASE,
)
_TO = re.compile(
    r"\s*(?:-|~|\.\.+|\bto\b|\band\b|\buntil\b|\btill\b|\bthrough\b|부터|에서|와|과|랑)\s*", re.IGNORECASE
)
_BEHIND = re.compile(
    r"(?:\s*(?:(?P<since>이후|이래|부터|and\s+later|and\s+after|or\s+later|onwards?|and\s+on\b)"
    r"|(?P<before>이전|전(?!체))|(?P<until>까지|or\s+earlier|and\s+before)))?"
    r"(?P<tie>(?:에는|에도|에|엔|의|쯤|경|무렵|즈음|자|사이에?|로|꺼|거)(?![가-힣]))?(?:'s\b)?"
    r"(?P<out>(?:\s+(?:published|released|posted))?"
    r"(?:\s*(?:에\s*)?(?:나온|나왔던|발표된|공개된|올라온|실린|출판된)(?![가-힣]))?)",
    re.IGNORECASE,
)
_END = re.compile(r"(?!\w)")
_TIES = re.compile(
    r"^(?:(?:papers?|published|released|posted|out|dated|back|those|from|in|on|during|of|as|around|the"
    r"|within)\s+)+"
    r"|\s*(?:에는|에도|에|엔|의|쯤|경)?\s*(?:나온|나왔던|발표된|공개된|올라온|실린|출판된)$"
    r"|(?:에는|에도|에|엔|의)$|'s$",
    re.IGNORECASE,
)
"""What only ties a time to the question."""

_SEEN_BEHIND = re.compile(
    r"(?:에|쯤|에는)?\s*(?:본|봤|보신|읽은|읽었|들은|얘기|이야기|말한|말했|언급|i\s+(?:saw|read))"
)
_SEEN_BEFORE = re.compile(
    r"\b(?:saw|seen|read|discussed|mentioned|heard|told\s+me|talked|talking|talked\s+about|heard\s+about)\s+$",
    re.IGNORECASE,
)


@lru_cache(maxsize=2)
def _kinds(lists: WordLists) -> dict[str, str]:
    return {word: kind for word, kind in lists.rows("filters") if kind not in ("author", "tag")}


@lru_cache(maxsize=2)
def _author_words(lists: WordLists) -> frozenset[str]:
    return frozenset(word for word, kind in lists.rows("filters") if kind == "author")


def _filters(text: str, today: date) -> tuple[str, list[Period], list[str]]:
    """The text without its filters of time, their periods, and those that cannot be read."""
    kinds = _kinds(word_lists.current())
    authors = _author_words(word_lists.current())
    found: list[Period] = []
    not_understood: list[str] = []
    rest: list[str] = []
    at = 0
    for match in _FILTER.finditer(text):
        key = match["key"].casefold()
        kind = kinds.get(key)
        if kind is None or match.start() < at:
            continue
        end, span = _time_of_filter(text, match, today)
        if span is None and (match["space"] or key in authors):
            continue  # a colon and a space are punctuation, and from:kaiming names an author
        said = text[match.start() : end].rstrip(" ,.")
        if span is None:
            not_understood.append(said)
        else:
            found.append(replace(_bounded(kind, span), said=said, is_operator=True, as_words=said))
        rest += [text[at : match.start()], " "]
        at = end
    return "".join((*rest, text[at:])), found, not_understood


def _time_of_filter(text: str, match: re.Match[str], today: date) -> tuple[int, Span | None]:
    """Where the time behind a filter's word ends, and its days: since:last week, before:3 months ago."""
    span = span_of(match["value"].strip('",.'), today)
    longest = moment(text, match.start("value"), today, alone=True)
    if longest and longest[2] > match.end() and _END.match(text, longest[2]):
        return longest[2], longest[:2]
    return match.end(), span


def _together(periods: list[Period]) -> Period:
    """What several filters leave together."""
    said = " ".join(period.said for period in periods)
    since = max((period.since for period in periods if period.since), default=None)
    until = min((period.until for period in periods if period.until), default=None)
    return Period(since, until, said, is_operator=True, as_words=said)


def _bounded(kind: str, span: Span) -> Period:
    """The period since, until, after or before a time; the time itself for any other word."""
    first, last = span
    day = timedelta(days=1)
    if kind == "since":
        return Period(first, None, "")
    if kind == "until":
        return Period(None, last, "")
    if kind == "after":
        return Period(last + day if last < date.max else last, None, "")
    if kind == "before":
        return Period(None, first - day if first > date.min else first, "")
    return Period(first, last, "")


def _bare_date(text: str, today: date) -> Span | None:
    """The days of a question that is a date and nothing else."""
    if found := _YEAR_ALONE.fullmatch(text):
        return date(int(found[1]), 1, 1), date(int(found[1]), 12, 31)
    if _DATED.fullmatch(text):
        return span_of(text.rstrip("."), today)
    words = text.split()
    # Another word than a weekday behind a day is of what is asked for of that day.
    is_dated = bool(words) and (not words[-1].strip("(),").isalpha() or bool(_WEEKDAY.fullmatch(words[-1])))
    is_korean = bool(words) and not words[-1].isascii()
    is_first = bool(words) and bool(_FIRST_OF_DATE.match(words[0]))
    day = date_of_line(text) if is_first and (len(words) == 1 or is_dated or is_korean) else None
    return (day, day) if day else None


def _among_words(text: str, today: date) -> Iterator[tuple[int, int, Period]]:
    """The times among the words of a text, with where each begins and ends."""
    bare = _QUOTED.sub(lambda quoted: "\ufffc" * len(quoted[0]), text)
    if not may_hold(bare):
        return
    for word in _WORD_START.finditer(bare):
        if found := _phrase(bare, word.start(), today):
            end, period = found
            said = " ".join(text[word.start() : end].split())
            is_date = bool(_DATED.fullmatch(said))
            words = _TIES.sub("", _TIES.sub("", said)).strip()
            yield word.start(), end, replace(period, said=said, is_operator=is_date, as_words=words)


def _phrase(text: str, at: int, today: date) -> tuple[int, Period] | None:
    """Where a time with the words that tie it ends, and its period: before 2021, 2021년부터."""
    tied = _TIED.match(text, at)
    word = " ".join((tied["word"] or "").casefold().split()) if tied else ""
    start = tied.end() if tied else at
    first = moment(text, start, today, alone=bool(word))
    if first is None:
        return None
    if word in ("between", "from", "") and (joint := _TO.match(text, first[2])):
        second = moment(text, joint.end(), today, alone=True)
        behind = _BEHIND.match(text, second[2]) if second else None
        is_range = word or joint[0].strip().casefold() not in ("and", "와", "과", "랑")
        if second and behind and is_range and second[0] >= first[0] and _END.match(text, behind.end()):
            return behind.end(), Period(first[0], second[1], "")
    behind = _BEHIND.match(text, first[2])
    if behind is None or not _END.match(text, behind.end()):
        return None
    kind = _KINDS_OF_TIE.get(word, "")
    if behind["since"]:
        kind = "since"
    elif behind["before"] or behind["until"]:
        kind = "before" if behind["before"] else "until"
    said = text[start : first[2]]
    is_lone_month = said.isascii() and said.isalpha() and said.casefold() in _MONTHS
    if (
        is_lone_month
        and not (word or kind or behind["out"].strip())
        and len(text.split()) > MOST_BESIDE_A_MONTH
    ):
        return None
    is_year = said.isdecimal()
    if is_year and not (
        kind or word in ("from", "in", "during", "of") or behind["tie"] or behind["out"].strip()
    ):
        return None
    return behind.end(), _bounded(kind, first[:2])


MOST_BESIDE_A_MONTH = 3
"""Words of a question, with it, in which a month's name alone is a time; among more it is part of a name."""

_MONTHS = frozenset({
    "january", "february", "april", "june", "july", "august", "september", "october", "november", "december",
    "sept", "oct", "nov", "dec",
})  # fmt: skip
_KINDS_OF_TIE = {
    "since": "since", "after": "after", "later than": "after", "post": "after", "before": "before",
    "prior to": "before", "earlier than": "before", "pre": "before", "until": "until", "till": "until",
    "up to": "until", "through": "until", "by": "until",
}  # fmt: skip
"""What a word before a time makes of it; any other only ties it to the question."""
