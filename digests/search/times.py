"""Times that depend on the day, as a question names them: 작년, last month. Pure: the day is an argument."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

_YEARS = {"올해": 0, "금년": 0, "this year": 0, "작년": 1, "지난해": 1, "last year": 1, "재작년": 2}
_MONTHS = {"이번달": 0, "이달": 0, "this month": 0, "지난달": 1, "저번달": 1, "last month": 1}
_WEEKS = {"이번주": 0, "this week": 0, "지난주": 1, "저번주": 1, "last week": 1}
_DAYS = {"어제": 1, "yesterday": 1}
"""How long ago each began."""

_SPELLINGS = "|".join(
    # Korean writes 지난 달 as well as 지난달.
    re.sub("(?<=[번난])(?=[달주])", r"\\s*", name).replace(" ", r"\s+")
    for name in sorted([*_YEARS, *_MONTHS, *_WEEKS, *_DAYS], key=len, reverse=True)
)
_NAMED = re.compile(
    rf"""(?P<kept>"[^"]*"?)|(?<![^\s(])(?:(?:from|in|since)\s+)?(?P<name>{_SPELLINGS})"""
    r"(?:에\s*나온|에는|에|의)?(?=[\s),]|$)",
    re.IGNORECASE,
)
_OPERATOR = re.compile(r"(?:since|until)[:：]", re.IGNORECASE)


def named(typed: str) -> bool:
    """Whether a question names such a time outside quotation marks, and says no period by an operator."""
    return not _OPERATOR.search(typed) and any(found["name"] for found in _NAMED.finditer(typed))


def spelt_out(typed: str, now: date) -> str:
    """The question with such times, as of the day ``now``, as the operators ``since:`` and ``until:``; as it
    was if it names none.
    """
    if not named(typed):
        return typed

    def operators(found: re.Match[str]) -> str:
        if found["kept"] is not None:
            return found["kept"]
        first, last = _period(re.sub(r"\s+", " ", found["name"].casefold()), now)
        return f"since:{first} until:{last}"

    return _NAMED.sub(operators, typed)


def _period(name: str, now: date) -> tuple[date, date]:
    """The first and the last day of a time that is named."""
    if not name.isascii():
        name = name.replace(" ", "")
    if name in _YEARS:
        year = now.year - _YEARS[name]
        return date(year, 1, 1), date(year, 12, 31)
    if name in _MONTHS:
        years, month = divmod(now.year * 12 + now.month - 1 - _MONTHS[name], 12)
        return date(years, month + 1, 1), date(years, month + 1, monthrange(years, month + 1)[1])
    if name in _WEEKS:
        monday = now - timedelta(days=now.weekday() + 7 * _WEEKS[name])
        return monday, monday + timedelta(days=6)
    day = now - timedelta(days=_DAYS[name])
    return day, day
