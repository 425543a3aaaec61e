"""Times by themselves, as first and last days: 2025-02, 24년 9월, Q3 2025, last month, 석 달 전. Pure.

What ties a time to a question (since, 부터) is for ``digests.search.periods``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from digests.search import word_lists
from digests.search.word_lists import WordLists, words_of

Span = tuple[date, date]
"""The first and the last day."""


def span_of(said: str, today: date) -> Span | None:
    """The days of a time and nothing else, ``2025-02``, ``작년`` or ``last month``; None for other text."""
    said = said.strip().replace("_", " ")
    if short := _SHORT.fullmatch(said):
        return _ago(today, int(short[1]), _SHORT_UNITS[short[2].casefold()])
    for spelling in (said, said.replace("-", " ")):
        found = moment(spelling, 0, today, alone=True)
        if found and found[2] == len(spelling):
            return found[:2]
    return None


_SHORT = re.compile(r"(\d{1,3})(d|w|mo?|y)", re.IGNORECASE)
_SHORT_UNITS = {"d": "day", "w": "week", "m": "month", "mo": "month", "y": "year"}
"""In a filter, so long ago: since:3d."""


def moment(text: str, at: int, today: date, *, alone: bool = False) -> tuple[date, date, int] | None:
    """The days of a time that begins at a place of a text, and where it ends. What may be something else as
    well (may, march, 3/14) is a time only where ``alone``, or behind a word like since.
    """
    grammar = _grammar(word_lists.current())
    if not grammar.start.match(text, at):
        return None
    rules = grammar.rules
    for pattern, reading in (*rules, *_ALONE) if alone else rules:
        if (found := pattern.match(text, at)) and (span := reading(found, today)):
            return *span, found.end()
    if found := _YEAR.match(text, at):
        return *_year(int(found[1])), found.end()
    return None


def may_hold(text: str) -> bool:
    """Whether a text has something that every time has; False for most questions, in no time."""
    return bool(_grammar(word_lists.current()).hint.search(text))


Reading = Callable[[re.Match[str], date], Span | None]
"""From what a pattern found to the days it means as of today."""

_Rule = tuple[re.Pattern[str], Reading]


@dataclass(frozen=True, slots=True)
class _Grammar:
    """The patterns of times, those of longer times first; what every time has something of."""

    rules: tuple[_Rule, ...]
    hint: re.Pattern[str]
    start: re.Pattern[str]
    """What a time may begin with."""


@lru_cache(maxsize=2)
def _grammar(lists: WordLists) -> _Grammar:
    named = {_name(said): (unit, int(ago)) for said, unit, ago in lists.rows("times")}
    numbers = {word: int(number) for words, number in lists.rows("numbers") for word in words_of(words)}
    units = {word: unit for words, unit in lists.rows("units") for word in words_of(words)}
    rules = (*_counted(numbers, units), *_named(named), *_CALENDAR)
    parts = "|".join((_MONTH, *_PARTS, *_WEEKDAYS, *_DAYS, _alternatives(named)))
    longer_units = _alternatives(unit for unit in units if len(unit) > 2)
    hint = rf"\d|[년월일달주]|{longer_units}|{parts}"
    start = (
        rf"[\d'{_KOREAN_WEEKDAYS}]|지난|저번|최근|요|근|반년|last|past|previous|recent|this|about|around|like"
        rf"|{_alternatives(numbers)}|{parts}"
    )
    return _Grammar(rules, re.compile(hint, re.IGNORECASE), re.compile(start, re.IGNORECASE))


def _name(said: str) -> str:
    """A named time as it is compared: Korean without spaces, English with single ones."""
    words = said.casefold().replace("-", " ").split()
    return " ".join(words) if said.isascii() else "".join(words)


def _alternatives(words: Iterable[str]) -> str:
    """A pattern of these words, longest first, with their spaces as people type them."""
    return "|".join(
        re.escape(word).replace(r"\ ", r"[\s-]+") if word.isascii() else r"\s*".join(map(re.escape, word))
        for word in sorted(words, key=len, reverse=True)
    )


def _rule(pattern: str, reading: Reading) -> _Rule:
    return re.compile(pattern, re.IGNORECASE), reading


_DAYS = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "열흘": 10, "보름": 15}
"""Korean words for several days."""

_FEW = re.compile(r"(?:a )?few|several|몇+")


def _counted(numbers: Mapping[str, int], units: Mapping[str, str]) -> Iterator[_Rule]:
    """Times that are counted: three weeks ago, 지난 3개월."""
    korean = {word for word in units if not word.isascii()}
    spelt = _alternatives(word for word in numbers if not word.isascii())
    in_korean = (
        rf"(?:(?P<days>{'|'.join(_DAYS)})"
        rf"|(?P<number>\d{{1,3}}|{spelt})\s*(?P<unit>{_alternatives(korean)}))"
    )
    in_english = (
        rf"(?P<days>(?!))?(?P<number>\d{{1,3}}|{_alternatives(word for word in numbers if word.isascii())})"
        rf"[\s-]*(?P<unit>{_alternatives(units.keys() - korean)})"
    )

    def counted(found: re.Match[str]) -> tuple[int, str]:
        if found["days"]:
            return _DAYS[found["days"]], "day"
        number = " ".join(found["number"].casefold().split())
        return (int(number) if number.isdecimal() else numbers[number]), units[found["unit"].casefold()]

    def ago(found: re.Match[str], today: date) -> Span | None:
        count, unit = counted(found)
        if not _FEW.fullmatch((found["number"] or "").casefold()):
            return _ago(today, count, unit)
        # A few is about so many.
        earliest, latest = _ago(today, count + 1, unit), _ago(today, count - 1, unit)
        return (earliest[0], latest[1]) if earliest and latest else None

    def lately(found: re.Match[str], today: date) -> Span | None:
        start = _back(today, *counted(found))
        return (start, today) if start else None

    def half_year_ago(_: re.Match[str], today: date) -> Span | None:
        return _ago(today, 6, "month")

    yield _rule(rf"{in_korean}\s*(?:쯤|정도)?\s*전(?!체)", ago)
    yield _rule(r"반년\s*전", half_year_ago)
    yield _rule(rf"(?:about\s+|around\s+|like\s+)?{in_english}\s+(?:ago|back)\b", ago)
    yield _rule(rf"(?:지난|최근|요|근|저번)\s*{in_korean}(?:\s*(?:간|동안|사이|새)(?![가-힣]))?", lately)
    yield _rule(rf"(?:last|past|previous|recent)\s+{in_english}\b", lately)


def _named(named: Mapping[str, tuple[str, int]]) -> Iterator[_Rule]:
    """Times with a name, and parts of a year with one: 지난달, last year, 작년 9월."""

    def span(found: re.Match[str], today: date) -> Span | None:
        unit, ago = named[_name(found["named"])]
        whole = _ago(today, ago, unit)
        return _part(whole[0].year, found["part"]) if whole and found["part"] else whole

    def weekday(found: re.Match[str], today: date) -> Span | None:
        unit, ago = named[_name(found["named"])]
        week = _ago(today, ago, unit)
        if not week or unit != "week":
            return None
        day = week[0] + timedelta(days=_KOREAN_WEEKDAYS.index(found["day"][0]))
        return day, day

    in_korean = _alternatives(name for name in named if not name.isascii())
    in_english = _alternatives(name for name in named if name.isascii())
    years = _alternatives(name for name, (unit, _) in named.items() if unit == "year")
    part = rf"(?:\s*(?P<part>{_PART_OF_YEAR})(?!기|체))?"
    yield _rule(rf"(?P<named>{in_korean})\s*(?P<day>[{_KOREAN_WEEKDAYS}]요일)", weekday)
    yield _rule(rf"(?P<named>{years})(?:'s)?(?!도|간|대){part}(?!\w*[a-z])", span)
    yield _rule(rf"(?P<named>{in_korean})(?P<part>)(?!도|간|대)", span)
    yield _rule(rf"(?P<named>{in_english})(?P<part>)\b", span)


_MONTH_NAMES = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
                "october", "november", "december")  # fmt: skip
_MONTH = "|".join([*_MONTH_NAMES, *(name[:3] for name in _MONTH_NAMES if name != "may"), "sept"])
_CLEAR_MONTH = "january|february|april|june|july|august|september|october|november|december|sept|oct|nov|dec"
"""Months that are no other word."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_KOREAN_WEEKDAYS = "월화수목금토일"
_PARTS = {
    "spring": (3, 3), "봄": (3, 3), "summer": (6, 3), "여름": (6, 3), "fall": (9, 3), "autumn": (9, 3),
    "가을": (9, 3), "winter": (12, 3), "겨울": (12, 3), "early": (1, 4), "초": (1, 4), "초반": (1, 4),
    "연초": (1, 4), "mid": (5, 4), "중반": (5, 4), "late": (9, 4), "말": (9, 4), "후반": (9, 4),
    "연말": (9, 4),
    "상반기": (1, 6), "하반기": (7, 6), "h1": (1, 6), "h2": (7, 6), "1h": (1, 6), "2h": (7, 6),
    **{f"{quarter}분기": (3 * quarter - 2, 3) for quarter in range(1, 5)},
    **{f"q{quarter}": (3 * quarter - 2, 3) for quarter in range(1, 5)},
    **{f"{quarter}q": (3 * quarter - 2, 3) for quarter in range(1, 5)},
}  # fmt: skip
"""Parts of a year: the first month, and how many there are."""

_HALF_OR_QUARTER = r"[상하]반기|[1-4]\s*분기"
_LATIN_PART = r"q[1-4]|[1-4]q|h[12]|[12]h"
_THIRD = r"(?:\s*(초|중순|말)(?![가-힣]))?"
_DAY_OF_YEAR = rf"\d{{1,2}}\s*월(?:\s*\d{{1,2}}\s*일)?{_THIRD.replace('(초', '(?:초')}"
_PART_OF_YEAR = (
    rf"{_DAY_OF_YEAR}|{_HALF_OR_QUARTER}|{_LATIN_PART}|연초|연말|초반|중반|후반|초|말|봄|여름|가을|겨울"
)
_THIRDS = {"초": (1, 10), "중순": (11, 20), "말": (21, 31)}
"""Parts of a month: the first day and the last."""


def _year(year: int) -> Span:
    return date(year, 1, 1), date(year, 12, 31)


def _month(year: int, month: int) -> Span | None:
    """The days of a month; the thirteenth is January of the next year, and so on both ways."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if not date.min.year <= year <= date.max.year:
        return None
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _in_month(year: int, month: int, day: int | None, third: str | None = None) -> Span | None:
    """A month, a day of it or a third."""
    whole = _month(year, month) if 1 <= month <= 12 else None
    if whole is None:
        return None
    first, last = (day, day) if day else _THIRDS.get(third or "", (1, 31))
    if first > whole[1].day:
        return None
    return whole[0].replace(day=first), whole[0].replace(day=min(last, whole[1].day))


def _part(year: int, said: str) -> Span | None:
    """The part of a year that is named: 9월, 상반기, Q3, summer."""
    said = said.casefold().replace(" ", "")
    if found := re.fullmatch(rf"(\d{{1,2}})월(?:(\d{{1,2}})일)?{_THIRD}", said):
        return _in_month(year, int(found[1]), int(found[2]) if found[2] else None, found[3])
    first, count = _PARTS[said]
    start, end = _month(year, first), _month(year, first + count - 1)
    return (start[0], end[1]) if start and end else None


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


def _full_year(written: str, today: date) -> int | None:
    """The year of two or four digits; two are of this century, and no year after the next."""
    year = int(written.strip("'"))
    if year >= 1000:
        return year
    return 2000 + year if 2000 + year <= today.year + 1 else None


def _of_year(written: str | None, today: date, make: Callable[[int], Span | None]) -> Span | None:
    """What ``make`` says of the year that is written; where none is, of the latest that has begun: 9월 in
    March is September of last year.
    """
    if written:
        year = _full_year(written, today)
        return make(year) if year else None
    for year in range(today.year, max(today.year - 5, date.min.year), -1):
        span = make(year)
        if span and span[0] <= today:
            return span
    return None


def _read_dashed(found: re.Match[str], _: date) -> Span | None:
    year, month, day = found.groups()[:3] if found[1] else found.groups()[3:]
    return _in_month(int(year), int(month), int(day) if day else None)


def _read_part(found: re.Match[str], today: date) -> Span | None:
    return _of_year(found["year"], today, lambda year: _part(year, found["part"]))


def _read_year(found: re.Match[str], today: date) -> Span | None:
    year = _full_year(found[1], today)
    return _year(year) if year else None


def _read_month(found: re.Match[str], today: date) -> Span | None:
    day = int(found[2]) if found[2] else None
    return _of_year(None, today, lambda year: _in_month(year, int(found[1]), day, found[3]))


def _read_english(found: re.Match[str], today: date) -> Span | None:
    written = found["month"][:3].casefold()
    month = next(number for number, name in enumerate(_MONTH_NAMES, 1) if name[:3] == written)
    day = int(found["day"]) if found["day"] else None
    return _of_year(found["year"], today, lambda year: _in_month(year, month, day))


def _read_weekday(found: re.Match[str], today: date) -> Span | None:
    said = found["day"].casefold()
    number = _WEEKDAYS.index(said) if said.isascii() else _KOREAN_WEEKDAYS.index(said[0])
    # Last Monday is before today; Monday by itself may be today.
    least = 1 if found["last"] else 0
    return _ago(today, (today.weekday() - number - least) % 7 + least, "day")


_YEAR = re.compile(r"((?:19|20)\d\d)(?![\d가-힣])(?![-./]\d{1,2}(?!\d))")
"""A year among words, which may be part of a name."""

_FOUR_OR_TWO = r"(?P<year>(?:19|20)\d\d|'?\d\d)"
_CLEAR_YEAR = r"(?P<year>(?:19|20)\d\d|'\d\d)(?!\d)"
_CALENDAR = tuple(
    _rule(pattern, reading)
    for pattern, reading in (
        (
            # With a dot between year and month it would be the beginning of an arXiv id.
            r"(\d{4})[-/](\d{1,2})(?:[-./](\d{1,2})\.?)?(?![\w-])|(\d{4})\.\s?(\d{1,2})\.\s?(\d{1,2})\.?(?!\w)",
            _read_dashed,
        ),
        (rf"{_FOUR_OR_TWO}\s*(?:년도?)?\s*(?P<part>{_DAY_OF_YEAR}|{_HALF_OR_QUARTER})(?:달)?", _read_part),
        (
            rf"{_FOUR_OR_TWO}\s*년도?\s*(?P<part>연초|연말|초반|중반|후반|초|말|봄|여름|가을|겨울)(?![가-힣]*기)",
            _read_part,
        ),
        (r"((?:19|20)\d\d|'?\d\d)\s*년도?(?!\s*\d|간|대|째|차|생|\s*전)", _read_year),
        (rf"(1[0-2]|0?[1-9])\s*월(?:\s*(\d{{1,2}})\s*일)?{_THIRD}(?:달)?", _read_month),
        (
            rf"(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d-]),?"
            rf"(?:\s*(?:of\s+)?{_CLEAR_YEAR})?",
            _read_english,
        ),
        (
            rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH})\b\.?,?(?:\s*{_CLEAR_YEAR})?",
            _read_english,
        ),
        (rf"(?P<month>{_MONTH})(?P<day>)\.?,?\s*(?:of\s+)?{_CLEAR_YEAR}", _read_english),
        (rf"{_CLEAR_YEAR},?[\s/-]+(?P<month>{_MONTH})(?P<day>)\b", _read_english),
        (rf"(?P<part>{_LATIN_PART})[\s,/-]*(?:of\s+)?{_FOUR_OR_TWO}(?!\d)", _read_part),
        (rf"{_CLEAR_YEAR}[\s,/-]*(?P<part>{_LATIN_PART})\b", _read_part),
        (
            rf"(?P<part>early|mid|late|spring|summer|fall|autumn|winter)[\s-]+(?:of\s+|in\s+)?{_CLEAR_YEAR}",
            _read_part,
        ),
        (rf"(?P<part>{_HALF_OR_QUARTER})(?P<year>)", _read_part),
        (
            rf"(?:last|this)\s+(?P<part>spring|summer|fall|autumn|winter|{_LATIN_PART})(?P<year>)\b",
            _read_part,
        ),
        (rf"(?:last|this)\s+(?P<month>{_MONTH})(?P<day>)(?P<year>)\b", _read_english),
        (r"(?:지난|저번)\s*(?P<part>봄|여름|가을|겨울)(?P<year>)", _read_part),
        (rf"(?P<last>last)\s+(?P<day>{'|'.join(_WEEKDAYS)})\b", _read_weekday),
        (rf"(?P<last>)(?P<day>{'|'.join(_WEEKDAYS)})(?='s)", _read_weekday),
        (rf"(?:(?P<last>지난|저번)\s*)?(?P<day>[{_KOREAN_WEEKDAYS}]요일)", _read_weekday),
        (rf"(?P<month>{_CLEAR_MONTH})(?P<day>)(?P<year>)\b", _read_english),
    )
)
_ALONE = tuple(
    _rule(pattern, reading)
    for pattern, reading in (
        (r"(\d{4})\.(\d{1,2})()(?![\d.])|()()()(?!)", _read_dashed),
        (r"'(\d\d)(?!\d)", _read_year),
        (rf"(?P<month>{_MONTH})(?P<day>)(?P<year>)\b", _read_english),
        (rf"(?P<last>)(?P<day>{'|'.join(_WEEKDAYS)})\b", _read_weekday),
        (r"(\d{1,2})/(\d{1,2})(?![\d/])()", _read_month),
    )
)
"""Times that may be something else as well."""
