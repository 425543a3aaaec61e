"""Dates as digests write them: Korean, ISO, English. Pure."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",),
            ("june", "jun"), ("july", "jul"), ("august", "aug"), ("september", "sep", "sept"),
            ("october", "oct"), ("november", "nov"), ("december", "dec"),
        ],
        start=1,
    )
    for name in names
}  # fmt: skip
_WEEKDAY = r"(?:\s*[(,]?\s*(?:[월화수목금토일](?:요일)?|[A-Za-z]{3,9})\s*[),]?)?"
_NUMBERS = re.compile(
    rf"(\d{{4}})\s*(?:년|[-./])\s*(\d{{1,2}})\s*(?:월|[-./])\s*(\d{{1,2}})\s*(?:일|\.)?{_WEEKDAY}"
)
_BEFORE = r"(?:[A-Za-z]{3,9},?\s+)?"
_MONTH_FIRST = re.compile(_BEFORE + r"([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_DAY_FIRST = re.compile(_BEFORE + r"(\d{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]{3,9})\.?,?\s+(\d{4})")


_NAMED = re.compile(r"(\d{2})(\d{2})(\d{2})(?!\d)")

MAX_DATE_LENGTH = 100
"""Characters of a line that can be only a date."""


def date_of_line(line: str) -> date | None:
    """The date of a line that holds only a date; None for any other line, or a day there never was."""
    if len(line) > MAX_DATE_LENGTH:
        return None
    text = line.strip().lstrip("#").strip()
    if found := _NUMBERS.fullmatch(text):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _MONTH_FIRST.fullmatch(text):
        return _date(int(found[3]), _MONTHS.get(found[1].lower(), 0), int(found[2]))
    if found := _DAY_FIRST.fullmatch(text):
        return _date(int(found[3]), _MONTHS.get(found[2].lower(), 0), int(found[1]))
    return None


def date_of_name(name: str) -> date | None:
    """The date a file's name begins with, ``YYMMDD``; None when it has none, or a day there never was."""
    found = _NAMED.match(name)
    return _date(2000 + int(found[1]), int(found[2]), int(found[3])) if found else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
