"""The times a question names, as first and last days: last week, 24년 9월, before 2021, since:2025-01. Pure.

The day it is asked on is an argument. What cannot be read in a filter is reported. Does not decide whether a
lone year among words is a time or part of a title; the index does.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from digests.reading.dates import date_of_line
from digests.search import word_lists
from digests.search.word_lists import WordLists, words_of

Span = tuple[date, date]
"""The first and the last day."""

_MONTH_NAMES = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
                "october", "november", "december")  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_KOREAN_WEEKDAYS = "월화수목금토일"
_SEASONS = {"spring": 3, "봄": 3, "summer": 6, "여름": 6, "fall": 9, "autumn": 9, "가을": 9,
            "winter": 12, "겨울": 12}  # fmt: skip
"""The first month of each; three months long."""

_FEW = 3
"""What "a few" is counted as; so many months ago may be one more or less."""


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


def period_in(text: str, today: date) -> Found:
    """The period that a text (made plain by ``pasted.plain``) names, as of ``today``. What stands in quotation
    marks is no time. A filter counts more than a time among words, which then stays where it is.
    """
    grammar = _grammar(word_lists.current())
    rest, filters, not_understood = _filters(text, grammar, today)
    if filters:
        return Found(rest, _together(filters), tuple(not_understood))
    stripped = rest.strip(" ?!.,")
    if day := _bare_date(stripped, grammar, today):
        return Found("", Period(day[0], day[1], stripped, True, stripped), tuple(not_understood))
    for start, end, since, until in _named(rest, grammar, today):
        said = " ".join(rest[start:end].split())
        is_date = bool(_ISO.match(said)) and not said[-1].isalpha()
        period = Period(since, until, said, is_date, _core(said))
        return Found(f"{rest[:start]} {rest[end:]}", period, tuple(not_understood))
    return Found(rest, None, tuple(not_understood))


def span_of(said: str, today: date) -> Span | None:
    """The first and last day of a time by itself, ``2025-02``, ``작년`` or ``last month``; None for any other
    text.
    """
    grammar = _grammar(word_lists.current())
    said = said.strip().replace("_", " ")
    for spelling in (said, said.replace("-", " ")):
        moment = _moment(spelling, 0, grammar, today, alone=True)
        if moment and moment[2] == len(spelling):
            return moment[:2]
    return None


_ISO = re.compile(r"(\d{4})[-./](\d{1,2})(?:[-./](\d{1,2}))?\.?(?![\d.-])")
_DASHED = re.compile(
    r"(\d{4})[-/](\d{1,2})(?:[-./](\d{1,2})\.?)?(?![\w-])|(\d{4})\.(\d{1,2})\.(\d{1,2})(?!\w)"
)
_FILTER = re.compile(r"(?<![\w-])(?P<key>[^\W\d_]{2,})[:：](?P<value>\"[^\"]*\"?|[^\s\"]+)")
_QUOTED = re.compile(r"\"[^\"]*\"?")
_HINT = re.compile(r"\d|[년월주일달해제금]|봄|여름|가을|겨울|year|month|week|day|ago|quarter|spring|summer|fall|autumn"
                   r"|winter|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec", re.IGNORECASE)  # fmt: skip
"""What every time has something of."""

_WORD_START = re.compile(r"(?<![^\s(\[,~/-])(?=\w|')")
_BEFORE = re.compile(
    r"(?:(?:(?:papers?|published|released|posted|out|dated|back|those)\s+)?"
    r"(?P<word>since|before|prior\s+to|until|till|up\s+to|through|after|later\s+than|earlier\s+than|between|from"
    r"|in|on|during|of|around|by|pre|post)(?:\s+the)?[\s-]+)?(?:the\s+)?",
    re.IGNORECASE,
)
_TO = re.compile(r"\s*(?:-|~|to|and|until|till|through|부터|에서|와|과|랑)\s*", re.IGNORECASE)
_BEHIND = re.compile(
    r"(?P<suffix>\s*(?:(?P<since>이후|이래|부터|and\s+later|and\s+after|onwards?|or\s+later)"
    r"|(?P<before>이전|전(?!체)|or\s+earlier)|(?P<until>까지)))?"
    r"(?:(?:에는|에도|에|엔|의|쯤|경|무렵|즈음|자|사이에?|로|꺼|거)(?!\w))?(?:'?s(?!\w))?"
    r"(?:\s+(?:published|released|posted))?"
    r"(?:\s*(?:에\s*)?(?:나온|나왔던|발표된|공개된|올라온|실린|출판된)(?!\w))?",
    re.IGNORECASE,
)
_END = re.compile(r"(?![\w가-힣])")
_AROUND = re.compile(
    r"(?i)^(?:(?:papers?|published|released|posted|out|dated|back|those|from|in|on|during|of|around|the)\s+)+"
    r"|(?:에는|에도|에|엔|의|쯤|경)?\s*(?:나온|나왔던|발표된|공개된|올라온|실린|출판된)?$|'s$"
)

Reading = Callable[[re.Match[str], date], Span | None]
_Rule = tuple[re.Pattern[str], Reading]


@dataclass(frozen=True, slots=True)
class _Grammar:
    """The patterns of times, and the words they are made of."""

    filters: dict[str, str]
    rules: tuple[_Rule, ...]


@lru_cache(maxsize=2)
def _grammar(lists: WordLists) -> _Grammar:
    named = {_key(said): (unit, int(ago)) for said, unit, ago in lists.rows("times")}
    numbers = {word: int(number) for words, number in lists.rows("numbers") for word in words_of(words)}
    units = {word: unit for words, unit in lists.rows("units") for word in words_of(words)}
    filters = {word: said for word, said in lists.rows("filters") if said not in ("author", "tag")}
    return _Grammar(filters, tuple(_rules(named, numbers, units)))


def _key(said: str) -> str:
    return said.replace(" ", "") if not said.isascii() else " ".join(said.split())


def _alternatives(words: Iterator[str] | list[str]) -> str:
    return "|".join(
        re.escape(word).replace(r"\ ", r"[\s-]+" if word.isascii() else r"\s*")
        for word in sorted(words, key=len, reverse=True)
    )


def _rules(
    named: dict[str, tuple[str, int]], numbers: dict[str, int], units: dict[str, str]
) -> Iterator[_Rule]:
    """The patterns, the longest things first."""
    spelt = {said: word for said, word in numbers.items() if not said.isascii()}
    number = rf"\d{{1,3}}|{_alternatives(list(numbers))}"
    korean_unit = _alternatives([unit for unit in units if not unit.isascii()])
    english_unit = _alternatives([unit for unit in units if unit.isascii()])
    days = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "열흘": 10, "보름": 15}

    def counted(found: re.Match[str]) -> tuple[int, str]:
        if "days" in found.re.groupindex and found["days"]:
            return days[found["days"]], "day"
        said = " ".join(found["number"].casefold().split())
        return (int(said) if said.isdecimal() else numbers[said]), units[found["unit"].casefold()]

    def is_few(found: re.Match[str]) -> bool:
        said = (found["number"] or "").casefold()
        return said in ("few", "a few", "several") or said.startswith("몇")

    def ago(found: re.Match[str], today: date) -> Span | None:
        count, unit = counted(found)
        if is_few(found):
            since, until = _ago(today, count + 1, unit), _ago(today, count - 1, unit)
            return (since[0], until[1]) if since and until else None
        return _ago(today, count, unit)

    def lately(found: re.Match[str], today: date) -> Span | None:
        count, unit = counted(found)
        start = _back(today, count, unit)
        return (start, today) if start else None

    korean_count = rf"(?:(?P<days>{'|'.join(days)})|(?P<number>\d{{1,3}}|{_alternatives(list(spelt))})\s*(?P<unit>{korean_unit}))"
    english_count = rf"(?P<number>{number})[\s-]*(?P<unit>{english_unit})"
    yield _rule(rf"{korean_count}\s*(?:쯤|정도)?\s*전(?!체)", ago)
    yield _rule(rf"(?:about\s+|around\s+|like\s+)?{english_count}\s+(?:ago|back)\b", ago)
    yield _rule(rf"(?:지난|최근|요|근|저번)\s*{korean_count}\s*(?:간|동안|사이|새)?", lately)
    yield _rule(rf"(?:last|past|previous|recent)\s+{english_count}\b", lately)

    def from_named(found: re.Match[str], today: date) -> Span | None:
        unit, count = named[_key(" ".join(found["named"].casefold().replace("-", " ").split()))]
        span = _ago(today, count, unit)
        if span and unit == "year" and "part" in found.re.groupindex and found["part"]:
            return _part(span[0].year, found["part"])
        return span

    part = (
        r"(?:\s*(?P<part>\d{1,2}\s*월(?:\s*\d{1,2}\s*일)?(?:\s*(?:초|중순|말))?|[상하]반기|[1-4]\s*분기"
        r"|초반?|중반|말|후반|연초|연말|봄|여름|가을|겨울|q[1-4]|h[12])(?![가-힣]*기))?"
    )
    said = _alternatives([said for said in named])
    spaced = "|".join(r"\s*".join(map(re.escape, name)) for name in sorted(named, key=len, reverse=True)
                      if not name.isascii())  # fmt: skip
    yield _rule(rf"(?P<named>{spaced}){part}(?!도|간|대)", from_named)
    english = _alternatives([name for name in named if name.isascii()])
    yield _rule(rf"(?P<named>{english})(?:'s)?{part.replace('(?:', '(?:', 1)}\b", from_named)
    del said
    yield from _CALENDAR


def _rule(pattern: str, reading: Reading) -> _Rule:
    return re.compile(pattern, re.IGNORECASE), reading


def _filters(text: str, grammar: _Grammar, today: date) -> tuple[str, list[Period], list[str]]:
    found: list[Period] = []
    not_understood: list[str] = []

    def read(match: re.Match[str]) -> str:
        kind = grammar.filters.get(match["key"].casefold())
        if kind is None:
            return match[0]
        span = span_of(match["value"].strip('"'), today)
        if span is None:
            not_understood.append(match[0])
        else:
            found.append(_bounded(kind, span, match[0], is_operator=True))
        return " "

    return _FILTER.sub(read, text), found, not_understood


def _together(periods: list[Period]) -> Period:
    """What several filters leave together."""
    said = " ".join(period.said for period in periods)
    since = max((period.since for period in periods if period.since), default=None)
    until = min((period.until for period in periods if period.until), default=None)
    return Period(since, until, said, is_operator=True, as_words=said)


def _bounded(kind: str, span: Span, said: str, *, is_operator: bool = False) -> Period:
    first, last = span
    words = _core(said)
    day = timedelta(days=1)
    if kind == "since":
        return Period(first, None, said, is_operator, words)
    if kind == "until":
        return Period(None, last, said, is_operator, words)
    if kind == "after":
        return Period(last + day if last < date.max else last, None, said, is_operator, words)
    return Period(None, first - day if first > date.min else first, said, is_operator, words)


def _core(said: str) -> str:
    """The words of a time without what only ties it to the others."""
    return _AROUND.sub("", said).strip()


def _bare_date(text: str, grammar: _Grammar, today: date) -> Span | None:
    """The days of a question that is a date and nothing else."""
    words = text.split()
    last = words[-1].strip("(),").casefold() if words else ""
    is_weekday = last[:3] in {name[:3] for name in _WEEKDAYS}
    if (day := date_of_line(text)) and (
        len(words) == 1 or not last.isalpha() or not last.isascii() or is_weekday
    ):
        return day, day
    if re.fullmatch(r"(?:19|20)\d\d\s*년?", text):
        year = int(text[:4])
        return date(year, 1, 1), date(year, 12, 31)
    return span_of(text, today) if _DASHED.fullmatch(text) or re.fullmatch(r"\d{1,2}/\d{1,2}", text) else None


def _named(text: str, grammar: _Grammar, today: date) -> Iterator[tuple[int, int, date | None, date | None]]:
    """The times among the words of a text, with where each begins and ends."""
    text = _QUOTED.sub(lambda quoted: "\ufffc" * len(quoted[0]), text)
    if not _HINT.search(text):
        return
    for word in _WORD_START.finditer(text):
        if found := _phrase(text, word.start(), grammar, today):
            end, since, until = found
            yield word.start(), end, since, until


def _phrase(
    text: str, at: int, grammar: _Grammar, today: date
) -> tuple[int, date | None, date | None] | None:
    """A time with the words that tie it: before 2021, from 2023 to 2024, 2021년부터; with its end."""
    tied = _BEFORE.match(text, at)
    word = " ".join((tied["word"] or "").casefold().split()) if tied else ""
    start = tied.end() if tied else at
    first = _moment(text, start, grammar, today, alone=bool(word))
    if first is None:
        return None
    is_year = text[start : first[2]].isdecimal()
    if word in ("between", "from", "") and (joint := _TO.match(text, first[2])):
        second = _moment(text, joint.end(), grammar, today, alone=True)
        if second and second[0] >= first[0] and joint[0].strip() not in ("", "에서" if not word else ""):
            end = _BEHIND.match(text, second[2])
            # A dash or an "and" between two years is a period only where something says so, or nothing else is.
            if end and _END.match(text, end.end()):
                return end.end(), first[0], second[1]
    behind = _BEHIND.match(text, first[2])
    if behind is None or not _END.match(text, behind.end()):
        return None
    period = Period(first[0], first[1], "")
    if word in ("since",) or behind["since"] or (word == "from" and _onwards(text, behind.end())):
        period = _bounded("since", first[:2], "")
    elif word in ("after", "later than", "post"):
        period = _bounded("after", first[:2], "")
    elif word in ("before", "prior to", "earlier than", "pre") or behind["before"]:
        period = _bounded("before", first[:2], "")
    elif word in ("until", "till", "up to", "through", "by") or behind["until"]:
        period = _bounded("until", first[:2], "")
    elif is_year and not (word in ("from", "in", "during", "of") or behind[0].strip()):
        return None
    return behind.end(), period.since, period.until


def _onwards(text: str, at: int) -> bool:
    return bool(re.match(r"\s*(?:on\b|onwards?)", text[at:]))


def _moment(
    text: str, at: int, grammar: _Grammar, today: date, *, alone: bool
) -> tuple[date, date, int] | None:
    """A time that begins at a place of a text, and where it ends. A lone year or a month that is a word as
    well (may, march) is one only where ``alone``, behind a word like since.
    """
    for pattern, reading in grammar.rules:
        if (found := pattern.match(text, at)) and (span := reading(found, today)):
            return *span, found.end()
    if alone:
        for pattern, reading in _ALONE:
            if (found := pattern.match(text, at)) and (span := reading(found, today)):
                return *span, found.end()
    elif found := _YEAR.match(text, at):
        return *_year(int(found[1])), found.end()
    return None


def _year(year: int) -> Span:
    return date(year, 1, 1), date(year, 12, 31)


def _month(year: int, month: int) -> Span | None:
    """The days of a month; of months beyond December those of the next year."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if not date.min.year <= year <= date.max.year:
        return None
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _months(year: int, first: int, count: int) -> Span | None:
    start, end = _month(year, first), _month(year, first + count - 1)
    return (start[0], end[1]) if start and end else None


def _day(year: int, month: int, day: int) -> Span | None:
    try:
        return date(year, month, day), date(year, month, day)
    except ValueError:
        return None


def _ago(today: date, count: int, unit: str) -> Span | None:
    """The day, the week from Monday, the month or the year so many of them ago."""
    try:
        if unit == "day":
            day = today - timedelta(days=count)
            return day, day
        if unit == "week":
            monday = today - timedelta(days=today.weekday() + 7 * count)
            return monday, monday + timedelta(days=6)
        return _year(today.year - count) if unit == "year" else _month(today.year, today.month - count)
    except (ValueError, OverflowError):
        return None


def _back(today: date, count: int, unit: str) -> date | None:
    """The day so much time before."""
    try:
        if unit in ("day", "week"):
            return today - timedelta(days=count * (7 if unit == "week" else 1))
        month = _month(today.year, today.month - count * (12 if unit == "year" else 1))
        return month and month[0].replace(day=min(today.day, month[1].day))
    except (ValueError, OverflowError):
        return None


def _full_year(written: str | None, today: date) -> int | None:
    """The year of two or four digits; two are of this century, and no year after the next."""
    if not written:
        return None
    year = int(written.strip("'"))
    if year >= 1000:
        return year
    return 2000 + year if 2000 + year <= today.year + 1 else None


def _latest(today: date, make: Callable[[int], Span | None]) -> Span | None:
    """The latest span of its kind that has begun: 9월 in March is September of last year."""
    for year in range(today.year, today.year - 5, -1):
        span = make(year) if year > 0 else None
        if span and span[0] <= today:
            return span
    return None


def _part(year: int, said: str) -> Span | None:
    """The part of a year that is named: 9월, 상반기, Q3, summer."""
    said = said.casefold().replace(" ", "")
    if found := re.match(r"(\d{1,2})월(?:(\d{1,2})일)?(초|중순|말)?", said):
        return _in_month(year, int(found[1]), int(found[2]) if found[2] else None, found[3])
    if found := re.fullmatch(r"(?:q([1-4])|([1-4])분기|([1-4])q)", said):
        return _months(year, 3 * int(found[1] or found[2] or found[3]) - 2, 3)
    if found := re.fullmatch(r"h([12])|([상하])반기", said):
        return _months(year, 1 if found[1] == "1" or found[2] == "상" else 7, 6)
    if said in _SEASONS:
        return _months(year, _SEASONS[said], 3)
    if said in ("초", "초반", "연초", "early"):
        return _months(year, 1, 4)
    if said in ("중반", "mid"):
        return _months(year, 5, 4)
    if said in ("말", "후반", "연말", "late"):
        return _months(year, 9, 4)
    return None


def _in_month(year: int, month: int, day: int | None, third: str | None = None) -> Span | None:
    if not 1 <= month <= 12:
        return None
    whole = _month(year, month)
    if day:
        return _day(year, month, day)
    if whole and third:
        first, last = {"초": (1, 10), "중순": (11, 20), "말": (21, 31)}[third]
        return whole[0].replace(day=first), whole[0].replace(day=min(last, whole[1].day))
    return whole


def _iso(found: re.Match[str], _: date) -> Span | None:
    year, month, day = (int(part) if part else None for part in found.groups()[:3])
    if year is None and found.re is _DASHED:
        year, month, day = (int(part) for part in found.groups()[3:])
    return _in_month(year, month, day) if year and month else None


def _korean(found: re.Match[str], today: date) -> Span | None:
    year = _full_year(found["year"], today)
    return (year and _part(year, found["part"])) or None


def _korean_year(found: re.Match[str], today: date) -> Span | None:
    year = _full_year(found[1], today)
    return _year(year) if year else None


def _korean_month(found: re.Match[str], today: date) -> Span | None:
    return _latest(
        today, lambda year: _in_month(year, int(found[1]), int(found[2]) if found[2] else None, found[3])
    )


def _english(found: re.Match[str], today: date) -> Span | None:
    month = next(
        number for number, name in enumerate(_MONTH_NAMES, 1) if name[:3] == found["month"][:3].lower()
    )
    day = int(found["day"]) if found["day"] else None
    if found["year"]:
        year = _full_year(found["year"], today)
        return _in_month(year, month, day) if year else None
    return _latest(today, lambda year: _in_month(year, month, day))


def _of_year(found: re.Match[str], today: date) -> Span | None:
    """A part of a year: q3 2025, early 2024, 여름; without one the latest such part."""
    said = found["part"]
    if found["year"]:
        year = _full_year(found["year"], today)
        return _part(year, said) if year else None
    return _latest(today, lambda year: _part(year, said))


def _weekday(found: re.Match[str], today: date) -> Span | None:
    said = found["day"].casefold()
    number = _KOREAN_WEEKDAYS.index(said[0]) if not said.isascii() else _WEEKDAYS.index(said)
    # The last one is before today; named by itself it may be today.
    least = 1 if found["last"] else 0
    try:
        day = today - timedelta(days=(today.weekday() - number - least) % 7 + least)
    except OverflowError:
        return None
    return day, day


_MONTH = "|".join([*_MONTH_NAMES, *(name[:3] for name in _MONTH_NAMES if name != "may"), "sept"])
_CLEAR_MONTH = "|".join([name for name in _MONTH_NAMES if name not in ("may", "march")]
                        + ["jan", "feb", "sept", "oct", "nov"])  # fmt: skip
"""Months that are no other word."""

_YEAR_WRITTEN = r"(?P<year>(?:19|20)\d\d|'\d\d)"
_PARTS = r"[상하]반기|[1-4]\s*분기"
_YEAR = re.compile(r"((?:19|20)\d\d)(?!\d)(?![-./]\d)(?:\s*년)?(?!\s*년?\s*\d{1,2}\s*월)(?!대|도|간|년)")
_CALENDAR: tuple[_Rule, ...] = tuple(
    _rule(pattern, reading)
    for pattern, reading in (
        (_DASHED.pattern, lambda found, today: _dashed(found)),
        (
            r"(?P<year>(?:19|20)\d\d|'?\d\d)\s*(?:년도?)?\s*(?P<part>\d{1,2}\s*월(?:\s*\d{1,2}\s*일)?"
            rf"(?:\s*(?:초|중순|말)(?![가-힣]))?|{_PARTS})(?:달)?",
            _korean,
        ),
        (
            r"(?P<year>(?:19|20)\d\d|'?\d\d)\s*년도?\s*(?P<part>초반?|중반|말|후반|봄|여름|가을|겨울)(?![가-힣]*기)",
            _korean,
        ),
        (r"'?(\d\d)\s*년(?!\s*\d|간|대|째|차|생|전|\s*전)도?", _korean_year),
        (r"(1[0-2]|0?[1-9])\s*월(?:\s*(\d{1,2})\s*일)?(?:\s*(초|중순|말)(?![가-힣]))?(?:달)?", _korean_month),
        (
            rf"(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d),?(?:\s*(?:of\s+)?{_YEAR_WRITTEN}(?!\d))?",
            _english,
        ),
        (
            rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH})\b\.?,?(?:\s*{_YEAR_WRITTEN}(?!\d))?",
            _english,
        ),
        (rf"(?P<month>{_MONTH})(?P<day>)\.?,?\s*(?:of\s+)?{_YEAR_WRITTEN}(?!\d)", _english),
        (rf"(?P<year>(?:19|20)\d\d),?[\s/-]+(?P<month>{_MONTH})(?P<day>)\b", _english),
        (
            r"(?P<part>q[1-4]|[1-4]q|h[12])[\s,/-]*(?:of\s+)?(?P<year>(?:19|20)\d\d|'?\d\d)(?!\d)",
            _of_year,
        ),
        (r"(?P<year>(?:19|20)\d\d|'\d\d)[\s,/-]*(?P<part>q[1-4]|[1-4]q|h[12])\b", _of_year),
        (
            rf"(?P<part>early|mid|late|spring|summer|fall|autumn|winter)[\s-]+(?:of\s+|in\s+)?{_YEAR_WRITTEN}(?!\d)",
            _of_year,
        ),
        (rf"(?P<part>{_PARTS})(?P<year>)", _of_year),
        (r"(?:last|this)\s+(?P<part>spring|summer|fall|autumn|winter|q[1-4])(?P<year>)\b", _of_year),
        (rf"(?:last|this)\s+(?P<month>{_MONTH})(?P<day>)(?P<year>)\b", _english),
        (r"(?:지난|저번)\s*(?P<part>봄|여름|가을|겨울)(?P<year>)", _of_year),
        (rf"(?P<last>last)\s+(?P<day>{'|'.join(_WEEKDAYS)})\b", _weekday),
        (rf"(?P<last>)(?P<day>{'|'.join(_WEEKDAYS)})(?='s)", _weekday),
        (rf"(?:(?P<last>지난|저번)\s*|이번\s*주?\s*)?(?P<day>[{_KOREAN_WEEKDAYS}]요일)", _weekday),
        (rf"(?P<month>{_CLEAR_MONTH})(?P<day>)(?P<year>)\b", _english),
    )
)
_ALONE: tuple[_Rule, ...] = tuple(
    _rule(pattern, reading)
    for pattern, reading in (
        (_ISO.pattern, _iso),
        (r"((?:19|20)\d\d)(?!\d)(?:\s*년도?)?(?!대|간)", lambda found, _: _year(int(found[1]))),
        (r"'(\d\d)(?!\d)", _korean_year),
        (rf"(?P<month>{_MONTH})(?P<day>)(?P<year>)\b", _english),
        (rf"(?P<last>)(?P<day>{'|'.join(_WEEKDAYS)})\b", _weekday),
        (r"(\d{1,2})/(\d{1,2})(?![\d/])()", _korean_month),
    )
)


def _dashed(found: re.Match[str]) -> Span | None:
    year, month, day = found.groups()[:3] if found[1] else found.groups()[3:]
    return _in_month(int(year), int(month), int(day) if day else None)
