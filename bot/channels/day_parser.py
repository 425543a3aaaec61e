"""Parses the days of a channel's posts that a person typed, in English or Korean. Pure.

Examples: ``weekdays``, ``mon-thu``, ``every day except sunday``, ``weekdays except holidays in Germany``,
``월-금``, ``월수금``, ``화요일부터 토요일까지``, ``평일, 독일 공휴일 제외``, ``대한민국 공휴일을 뺀 평일``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from babel import Locale

from bot.channels.loose_names import loose
from bot.channels.preferences import EVERY_DAY, WEEKDAYS

_LOCALES = ("en", "ko", "ja", "zh")
"""Locales whose names of weekdays and countries are known."""

_LONGEST = 120
"""Characters; no choice of days needs more. Longer text is not parsed, so that no text takes long."""

_MORE_DAY_NAMES = {
    "tues": 1, "weds": 2, "thur": 3, "thurs": 3, "m": 0, "w": 2, "f": 4,
}  # fmt: skip
GROUPS = {
    "weekdays": WEEKDAYS, "weekday": WEEKDAYS, "workdays": WEEKDAYS, "working days": WEEKDAYS,
    "business days": WEEKDAYS, "every weekday": WEEKDAYS, "평일": WEEKDAYS, "주중": WEEKDAYS,
    "daily": EVERY_DAY, "everyday": EVERY_DAY, "every day": EVERY_DAY, "each day": EVERY_DAY,
    "all days": EVERY_DAY, "all": EVERY_DAY, "all week": EVERY_DAY, "7 days": EVERY_DAY, "always": EVERY_DAY,
    "매일": EVERY_DAY, "날마다": EVERY_DAY, "매일매일": EVERY_DAY, "전체": EVERY_DAY, "모든 요일": EVERY_DAY,
    "weekends": EVERY_DAY - WEEKDAYS, "weekend": EVERY_DAY - WEEKDAYS, "주말": EVERY_DAY - WEEKDAYS,
}  # fmt: skip
"""Words for several days at once."""

_EXCEPT = r"(?:except(?: for)?|without|excluding|excl\.?|but not|but|not|no|skip(?:ping)?)(?: on)?"
_HOLIDAY_WORDS = r"(?:public |bank |national |the )*holidays?"
_HOLIDAYS = (
    re.compile(rf"{_EXCEPT} {_HOLIDAY_WORDS}(?: (?:in|of|for) (?:the )?(?P<country>.+)| (?P<code>.+))?$"),
    re.compile(rf"{_EXCEPT} (?:on )?(?P<country>.+?)(?:'s)? {_HOLIDAY_WORDS}$"),
    re.compile(
        r"(?:(?P<country>[^,]+?)(?:의)? )?공휴일(?:은|에는|을|를)? ?"
        r"(?:제외|빼고|말고|쉬고|쉼|뺀|쉬기|쉬어|안 ?받기)(?:하고|한|된)?(?: (?P<code>[a-z]{2}))?$"
    ),
)  # fmt: skip
_KOREAN_HOLIDAYS_FIRST = re.compile(
    r"^(?:(?P<country>.+?)(?:의)? )?공휴일(?:은|을|를)? ?(?:제외한|뺀|빼고|제외하고|말고) ?(?P<days>.+)$"
)
_ENGLISH_HOLIDAYS = re.compile(
    r"^(?P<days>.*?),? ?(?P<clause>(?:except|without|excluding|but|not|no|skip)\b.*holidays?\b.*)$"
)
_EXCEPT_DAYS = re.compile(rf"^(?P<days>.+?),? {_EXCEPT} (?P<without>.+)$")
_KOREAN_EXCEPT_DAYS = (
    re.compile(r"^(?P<without>.+?)(?:은|는|을|를)? ?(?:빼고|제외하고|제외한|말고|뺀) ?(?P<days>.+)$"),
    re.compile(
        r"^(?P<days>매일|날마다|평일|주중),? ?(?P<without>.+?)(?:은|는|을|를)? ?(?:빼고|제외|제외하고|말고)$"
    ),
)
_RANGE = re.compile(
    r"(?P<first>[^\s\-~,]+?)(?:부터 ?| to | through | thru | until | till | ?[-~] ?)(?P<last>[^\s\-~,·/]+)"
)
_SEPARATORS = re.compile(r"[\s,·/&+、]+|\band\b|\bor\b|그리고")
_FILLERS = re.compile(r"\b(?:on|every|each|only|just)\b|마다|에만|에$|만$|하고|이랑|랑")


@dataclass(frozen=True, slots=True)
class Days:
    """Weekdays (Monday is 0) and the public holidays that are left out.

    ``country`` is the code of the country of the holidays (``KR``), ``OWN`` for those of the channel's own
    country, or None if no holidays are left out.
    """

    weekdays: frozenset[int]
    country: str | None = None


_PUNCTUATION = str.maketrans({"–": "-", "—": "-", "〜": "~", "(": " ", ")": " "})

OWN = ""
"""The country in which the channel's time zone lies: holidays were named without a country."""


class UnknownCountryError(ValueError):
    """A country was named that is none; the message is its name as it was typed."""


def parse_days(typed: str) -> Days | None:
    """The days, or None if the words are none. UnknownCountryError for holidays of no known country."""
    text = _normalized(typed)
    if not text or len(text) > _LONGEST:
        return None
    rest, country = _without_holidays(text)
    weekdays = _parse_weekdays(rest)
    return Days(weekdays, country) if weekdays else None


def parse_country(typed: str) -> str | None:
    """The code of a country by its code or by its name (``독일``, ``germany``); None if it is none."""
    name = loose(typed)
    return _countries().get(name) or _countries().get(name.removeprefix("the"))


def _normalized(typed: str) -> str:
    text = unicodedata.normalize("NFKC", typed[: 4 * _LONGEST]).casefold()
    return " ".join(text.translate(_PUNCTUATION).split()).strip(" .,")


def _without_holidays(text: str) -> tuple[str, str | None]:
    """The text without its words about holidays, and the country they name (``OWN`` if they name none)."""
    if "holiday" not in text and "공휴일" not in text:
        return text, None
    if found := _KOREAN_HOLIDAYS_FIRST.match(text):
        return found["days"], _country(found["country"])
    if clause := _ENGLISH_HOLIDAYS.match(text):
        for pattern in _HOLIDAYS[:2]:
            if found := pattern.fullmatch(clause["clause"]):
                named = found.groupdict()
                return clause["days"].strip(" ,"), _country(named.get("country") or named.get("code"))
    for start in _starts_of_words(text):
        if korean := _HOLIDAYS[2].fullmatch(text, start):
            name = korean["country"] or korean["code"]
            # The country may be several words, but the days before it are no part of it.
            if name is None or parse_country(name):
                return text[:start].strip(" ,"), _country(name)
    if found := re.search(r"(\S+) 공휴일", text):
        raise UnknownCountryError(found[1])
    return text, None


def _starts_of_words(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer(r"[ ,]+", text))]


def _country(named: str | None) -> str:
    if named is None or not named.strip():
        return OWN
    code = parse_country(named)
    if code is None:
        raise UnknownCountryError(named.strip())
    return code


def _parse_weekdays(text: str) -> frozenset[int] | None:
    if found := _EXCEPT_DAYS.match(text):
        return _difference(found["days"], found["without"])
    for pattern in _KOREAN_EXCEPT_DAYS:
        if found := pattern.match(text):
            return _difference(found["days"], found["without"])
    return _union(text)


def _difference(days: str, without: str) -> frozenset[int] | None:
    wanted, unwanted = _union(days), _union(without)
    return ((wanted - unwanted) or None) if wanted and unwanted else None


def _union(text: str) -> frozenset[int] | None:
    """The weekdays of a list of names, ranges and groups; None if one of them is none of these."""
    if text in GROUPS:
        return GROUPS[text]
    plain = " ".join(_FILLERS.sub(" ", text).split())
    if plain in GROUPS:
        return GROUPS[plain]
    chosen: set[int] = set()

    def take_range(found: re.Match[str]) -> str:
        first, last = day_number(found["first"]), day_number(found["last"])
        if first is None or last is None:
            return found[0]
        chosen.update((first + step) % 7 for step in range((last - first) % 7 + 1))
        return " "

    rest = _RANGE.sub(take_range, plain)
    for name in filter(None, _SEPARATORS.split(rest)):
        day = day_number(name)
        if day is not None:
            chosen.add(day)
        elif name in GROUPS:
            chosen |= GROUPS[name]
        elif all(letter in _letters() for letter in name):
            # `월수금` and `MWF` are written without anything between the days.
            chosen.update(_letters()[letter] for letter in name)
        else:
            return None
    return frozenset(chosen) or None


def day_number(name: str) -> int | None:
    """The weekday of a name (Monday is 0), or None: ``mon``, ``Mondays``, ``월요일``."""
    name, names = name.removesuffix("까지"), _day_names()
    return names.get(name, names.get(name.removesuffix("s"))) if len(name) > 2 else names.get(name)


@cache
def _day_names() -> dict[str, int]:
    """Weekdays by their CLDR names, in lower case."""
    names = dict(_MORE_DAY_NAMES)
    for locale in map(Locale.parse, _LOCALES):
        for width in ("wide", "abbreviated", "short"):
            for day, name in locale.days["format"].get(width, {}).items():
                names.setdefault(str(name).casefold().rstrip("."), day)
    return names


@cache
def _letters() -> dict[str, int]:
    """Weekdays by names of one letter that no two days share."""
    days = Locale.parse("ko").days["format"]["abbreviated"]
    return {"m": 0, "w": 2, "f": 4} | {str(name): day for day, name in days.items()}


@cache
def _countries() -> dict[str, str]:
    """Codes of countries by code and by their CLDR names."""
    names = {
        "uk": "GB", "usa": "US", "america": "US", "korea": "KR", "england": "GB", "britain": "GB",
        "한국": "KR", "국내": "KR", "남한": "KR", "우리나라": "KR",
    }  # fmt: skip
    for locale in map(Locale.parse, _LOCALES):
        for code, name in locale.territories.items():
            if len(str(code)) == 2 and str(code).isalpha():
                names.setdefault(loose(str(name)), str(code))
                names.setdefault(str(code).casefold(), str(code))
    return names
