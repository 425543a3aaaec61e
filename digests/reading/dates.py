"""Parses dates in the forms that digests use: Korean, ISO and English. Pure."""

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
_WITHIN = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d{2})\s*(?:년|年|[-./_])\s*(?P<m>\d{1,2})"
    r"\s*(?:월|月|[-./_])\s*(?P<d>\d{1,2})(?!\d)"
    r"|\b(?P<name>[A-Za-z]{3,9})\.?\s+(?P<d2>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{4})\b"
    r"|\b(?P<d3>\d{1,2})(?:st|nd|rd|th)?\s+(?P<name3>[A-Za-z]{3,9})\.?,?\s+(?P<y3>\d{4})\b"
)
"""A whole date among other words."""

_NAMED = re.compile(r"(\d{2})(\d{2})(\d{2})(?!\d)")

_FULL_IN_NAME = re.compile(r"(?<!\d)(20\d\d|19\d\d)([-._]?)(\d{2})\2(\d{2})(?!\d)")
_SHORT_IN_NAME = re.compile(r"(\d{2})-(\d{2})-(\d{2})(?!\d)")

MAX_DATE_LENGTH = 100
"""Characters of a line. A longer line is not only a date."""


def date_of_line(line: str) -> date | None:
    """The date of a line that is only a date; None for any other line and for days that do not exist."""
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


def date_within(text: str) -> date | None:
    """The one date that stands among other words; None without one, with two, or in a long text."""
    if len(text) > MAX_DATE_LENGTH:
        return None
    days = set()
    for found in _WITHIN.finditer(text):
        if found["y"]:
            days.add(_date(int(found["y"]), int(found["m"]), int(found["d"])))
        elif found["name"]:
            days.add(_date(int(found["y2"]), _MONTHS.get(found["name"].lower(), 0), int(found["d2"])))
        else:
            days.add(_date(int(found["y3"]), _MONTHS.get(found["name3"].lower(), 0), int(found["d3"])))
    days.discard(None)
    return days.pop() if len(days) == 1 else None


def date_of_name(name: str) -> date | None:
    """The date in a file's name: ``YYMMDD`` at its start, else ``2025-02-25``, ``2025.02.25``, ``20250225``.

    None without one and for days that do not exist.
    """
    if found := _NAMED.match(name):
        return _date(2000 + int(found[1]), int(found[2]), int(found[3]))
    if found := _FULL_IN_NAME.search(name):
        return _date(int(found[1]), int(found[3]), int(found[4]))
    if found := _SHORT_IN_NAME.match(name):
        return _date(2000 + int(found[1]), int(found[2]), int(found[3]))
    return None


def date_of_path(path: str) -> date | None:
    """The date in a document's path: in the file's name, else in its folders' (``2025/02/25``)."""
    *folders, name = path.split("/")
    if (day := date_of_name(name)) is not None:
        return day
    found = re.search(r"(?:^|/)(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?=/|$|[^\d])", "/".join([*folders, name]))
    if found:
        return _date(int(found[1]), int(found[2]), int(found[3]))
    return next((day for folder in reversed(folders) if (day := date_of_name(folder)) is not None), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
