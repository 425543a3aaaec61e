"""Parses the days without posts that a person typed. Pure.

Examples: ``until monday``, ``tomorrow``, ``for two weeks``, ``금요일까지``, ``3일``, ``12월 24일``.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from functools import cache

from babel import Locale

from bot.channels.day_parser import day_number
from bot.channels.preferences import Pause

LONGEST_PAUSE = timedelta(days=366)

_LONGEST = 60
"""Characters; no pause needs more."""

_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10,
    "한": 1, "두": 2, "세": 3, "네": 4, "일": 1, "이": 2, "삼": 3, "사": 4,
}  # fmt: skip
_KOREAN_DAYS = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "일주일": 7, "보름": 15}
_LENGTH = re.compile(
    r"(?:for )?(?:the )?(?:next )?(?P<count>\d{1,3}|[a-z]+|[한두세네일이삼사])? ?"
    r"(?P<unit>days?|weeks?|months?|일|주일?|개월|달)"
    r"(?: ?동안)?(?: ?간)?"
)
_UNTIL = re.compile(r"(?:until|till|til|to) (?P<day>.+)|(?P<korean>.+?) ?까지(?: ?(?:쉬기|중지|멈춤))?")
_THROUGH = re.compile(r"(?:through|thru|up to and including) (?P<day>.+)")
_DATE = re.compile(
    r"(?P<year>\d{4})[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})"
    r"|(?:(?P<year_ko>\d{4})년 ?)?(?P<month_ko>\d{1,2})월 ?(?P<day_ko>\d{1,2})일"
    r"|(?P<name>[a-z]{3,9})\.? (?P<day_en>\d{1,2})(?:st|nd|rd|th)?(?:,? (?P<year_en>\d{4}))?"
    r"|(?P<day_first>\d{1,2})(?:st|nd|rd|th)?(?: of)? (?P<name_last>[a-z]{3,9})\.?"
    r"(?:,? (?P<year_last>\d{4}))?"
)


def parse_pause(typed: str, *, today: date) -> Pause | None:
    """The days without posts, counted from ``today``; None if the words name none.

    ``until monday`` ends before that day, and ``월요일까지`` after it, as people mean them. A single day is
    that day alone. Nothing in the past, and no pause longer than ``LONGEST_PAUSE``.
    """
    text = " ".join(unicodedata.normalize("NFKC", typed[: 4 * _LONGEST]).casefold().split()).strip(" .")
    if not text or len(text) > _LONGEST:
        return None
    pause = _pause(text, today)
    if pause is None or pause.until <= max(today, pause.first) or pause.until - today > LONGEST_PAUSE:
        return None
    return pause


def _pause(text: str, today: date) -> Pause | None:
    if text in ("this week", "이번 주", "이번주"):
        return Pause(today, today + timedelta(days=7 - today.weekday()))
    if text in ("next week", "다음 주", "다음주"):
        monday = today + timedelta(days=7 - today.weekday())
        return Pause(monday, monday + timedelta(days=7))
    if found := _THROUGH.fullmatch(text):
        last = _day(found["day"], today)
        return Pause(today, last + timedelta(days=1)) if last else None
    if found := _UNTIL.fullmatch(text):
        until = _day(found["day"] or found["korean"], today)
        if until is None:
            return None
        return Pause(today, until + timedelta(days=1) if found["korean"] else until)
    day = _day(text, today)
    if day is not None:
        return Pause(day, day + timedelta(days=1))
    length = _length(text)
    return Pause(today, today + length) if length else None


def _length(text: str) -> timedelta | None:
    plain = text.removesuffix("동안").removesuffix("간").strip()
    if plain in _KOREAN_DAYS:
        return timedelta(days=_KOREAN_DAYS[plain])
    found = _LENGTH.fullmatch(text)
    if not found:
        return None
    counted = found["count"] or "1"
    count = int(counted) if counted.isdecimal() else _NUMBERS.get(counted)
    unit = found["unit"]
    days = 7 if unit.startswith(("week", "주")) else 30 if unit.startswith(("month", "개월", "달")) else 1
    return timedelta(days=count * days) if count else None


def _day(text: str, today: date) -> date | None:
    """The day that the words name: the next one of a weekday or of a date without a year."""
    named = {"today": 0, "오늘": 0, "tomorrow": 1, "내일": 1, "the day after tomorrow": 2, "모레": 2}
    if text in named:
        return today + timedelta(days=named[text])
    weekday = day_number(re.sub(r"^(?:next|on|this|coming|다음|이번|오는) ", "", text))
    if weekday is not None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    found = _DATE.fullmatch(text)
    if not found:
        return None
    name = found["name"] or found["name_last"]
    month = _months().get(name) if name else int(found["month"] or found["month_ko"])
    day = int(found["day"] or found["day_ko"] or found["day_en"] or found["day_first"])
    year = found["year"] or found["year_ko"] or found["year_en"] or found["year_last"]
    if month is None:
        return None
    try:
        if year:
            return date(int(year), month, day)
        this_year = date(today.year, month, day)
        return this_year if this_year >= today else date(today.year + 1, month, day)
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    """Months by their English names, in lower case."""
    english = Locale.parse("en").months["format"]
    return {
        str(name).casefold(): month
        for width in ("wide", "abbreviated")
        for month, name in english[width].items()
    } | {"sept": 9}
