"""Parses the values of settings that a person typed, in English or Korean. Pure.

Each function returns None if it does not understand the words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from zoneinfo import available_timezones

from bot.channels.preferences import EVERY_DAY, WEEKDAYS, Language, Layout

_LANGUAGES = {
    "ko": Language.KO, "kr": Language.KO, "kor": Language.KO, "korean": Language.KO,
    "한국어": Language.KO, "한글": Language.KO, "국문": Language.KO,
    "en": Language.EN, "eng": Language.EN, "english": Language.EN,
    "영어": Language.EN, "영문": Language.EN,
    "both": Language.BOTH, "all": Language.BOTH, "ko+en": Language.BOTH, "en+ko": Language.BOTH,
    "둘다": Language.BOTH, "모두": Language.BOTH, "한영": Language.BOTH,
}  # fmt: skip
_LAYOUTS = {
    "digest": Layout.DIGEST, "다이제스트": Layout.DIGEST, "한번에": Layout.DIGEST,
    "thread": Layout.THREAD, "스레드": Layout.THREAD,
    "stream": Layout.STREAM, "스트림": Layout.STREAM, "하나씩": Layout.STREAM,
}  # fmt: skip
_DAYS = {
    name: number
    for number, names in enumerate(
        [
            ("mon", "monday", "월", "월요일"), ("tue", "tues", "tuesday", "화", "화요일"),
            ("wed", "wednesday", "수", "수요일"), ("thu", "thur", "thurs", "thursday", "목", "목요일"),
            ("fri", "friday", "금", "금요일"), ("sat", "saturday", "토", "토요일"),
            ("sun", "sunday", "일", "일요일"),
        ]
    )
    for name in names
}  # fmt: skip
_DAY_RANGES = {
    "weekdays": WEEKDAYS, "weekday": WEEKDAYS, "평일": WEEKDAYS, "주중": WEEKDAYS,
    "daily": EVERY_DAY, "everyday": EVERY_DAY, "매일": EVERY_DAY, "날마다": EVERY_DAY,
    "weekends": EVERY_DAY - WEEKDAYS, "weekend": EVERY_DAY - WEEKDAYS, "주말": EVERY_DAY - WEEKDAYS,
}  # fmt: skip
_COUNTRIES = {
    "한국": "KR", "대한민국": "KR", "국내": "KR", "일본": "JP", "미국": "US", "중국": "CN", "대만": "TW",
    "영국": "GB", "독일": "DE", "프랑스": "FR", "캐나다": "CA", "호주": "AU", "인도": "IN", "싱가포르": "SG",
    "uk": "GB",
}  # fmt: skip
_COUNTRY_NAMES = "|".join(_COUNTRIES)
_HOLIDAYS = re.compile(
    r"(?:except|without|no|not on)\s+(?:(?P<before>[a-z]{2})\s+)?holidays?"
    r"(?:\s+(?:in\s+)?(?P<after>[a-z]{2}))?$"
    rf"|(?:(?P<korean>{_COUNTRY_NAMES})\s+)?공휴일은?\s*(?:제외|빼고|말고|쉬고|쉼)(?:\s+(?P<last>[a-z]{2}))?$"
)
_TIME = re.compile(
    r"(?P<half>오전|오후|am|pm)?\s*(?P<hour>\d{1,2})(?:[:시]\s*(?P<minute>\d{1,2})?\s*분?)?\s*(?P<half_after>am|pm|a\.m\.|p\.m\.)?"
)
_TIME_WORDS = 8
"""More words than any time of day has."""

_ZONE_NAMES = {
    "kst": "Asia/Seoul", "서울": "Asia/Seoul", "한국": "Asia/Seoul",
    "jst": "Asia/Tokyo", "도쿄": "Asia/Tokyo", "utc": "UTC", "gmt": "UTC",
    "런던": "Europe/London", "뉴욕": "America/New_York",
}  # fmt: skip

_EVERYONE = {
    "everyone": True, "everybody": True, "anyone": True, "all": True,
    "모두": True, "누구나": True, "전체": True,
    "chosen": False, "named": False, "listed": False, "지정": False, "제한": False,
}  # fmt: skip
_REMOVE = frozenset({"remove", "delete", "drop", "-", "삭제", "제거", "빼기", "해제"})
_ADD = frozenset({"add", "+", "추가", "지정"})
_USER = re.compile(r"<@([UW][A-Z0-9_]{1,30})(?:\|[^<>]{0,200})?>")


def value_words(subcommand: str) -> Mapping[str, str]:
    """The words that a subcommand's value may have, each with the value it means; for ``time``, the zones."""
    match subcommand:
        case "language":
            return {word: language.value for word, language in _LANGUAGES.items()}
        case "layout":
            return {word: layout.value for word, layout in _LAYOUTS.items()}
        case "days":
            return {word: word for word in _DAY_RANGES}
        case "time":
            return _zones()
        case "managers":
            words = (*_EVERYONE, *_ADD, *_REMOVE)
            return {word: word for word in words if len(word) > 2}
        case _:
            return {}


def parse_language(typed: str) -> Language | None:
    """A language: ``ko``, ``한국어``, ``both``, ``둘 다``…"""
    return _LANGUAGES.get("".join(typed.split()).casefold())


def parse_layout(typed: str) -> Layout | None:
    """A layout: ``digest``, ``thread`` or ``stream``, or their Korean names."""
    return _LAYOUTS.get("".join(typed.split()).casefold())


def parse_time(typed: str) -> time | None:
    """A time of day: ``09:00``, ``9``, ``9am``, ``오전 9시``, ``오후 6시 30분``."""
    found = _TIME.fullmatch(typed.strip().casefold())
    if not found:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    half = (found["half"] or found["half_after"] or "").replace(".", "")
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in ("pm", "오후") else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def parse_time_and_zone(typed: str) -> tuple[time | None, str | None, str]:
    """A time, a time zone or both (``09:00 Asia/Seoul``), and the words that are neither.

    What was not typed is None.
    """
    words = typed.split()
    for end in range(min(len(words), _TIME_WORDS), -1, -1):
        at = parse_time(" ".join(words[:end])) if end else None
        if at is None and end:
            continue
        rest = " ".join(words[end:])
        zone = parse_zone(rest) if rest else None
        return at, zone, "" if zone else rest
    return None, None, typed


def parse_zone(typed: str) -> str | None:
    """An IANA time zone: by its name, by its last part (``seoul``), or by a common name (``KST``)."""
    name = typed.strip().casefold().replace(" ", "_")
    return _ZONE_NAMES.get(name) or _zones().get(name)


def parse_days(typed: str) -> tuple[frozenset[int], str | None] | None:
    """Weekdays (Monday is 0), and the country whose public holidays are left out.

    ``weekdays except holidays KR``, ``mon, wed``, ``월수금``. Holidays without a country are those of Korea.
    """
    text = typed.strip().casefold()
    country: str | None = None
    if found := _HOLIDAYS.search(text):
        name = found["before"] or found["after"] or found["korean"] or found["last"] or "kr"
        country = _COUNTRIES.get(name, name.upper())
        text = text[: found.start()].strip()
    if text in _DAY_RANGES:
        return _DAY_RANGES[text], country
    names = [name for name in re.split(r"[\s,·/]+", text) if name]
    if len(names) == 1 and all(letter in _DAYS for letter in names[0]):
        names = list(names[0])
    if not names or not all(name in _DAYS for name in names):
        return None
    return frozenset(_DAYS[name] for name in names), country


def has_known_holidays(country: str) -> bool:
    """Whether Haru knows the public holidays of a country, by its code (``KR``)."""
    # Imported here because the library takes four megabytes of memory and is rarely needed.
    from holidays import list_supported_countries

    return country in list_supported_countries()


@dataclass(frozen=True, slots=True)
class ManagersRequest:
    """What ``/digest managers`` was asked to do: add or remove users (by id), or open the workspace.

    ``everyone``: let everyone in the workspace manage its channels (True), or only managers (False). If
    nothing is set, the managers are to be listed.
    """

    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    everyone: bool | None = None


def parse_managers(typed: str) -> ManagersRequest | None:
    """``@minji``, ``add @minji``, ``remove @minji``, ``everyone``, ``chosen``, ``list``, or nothing."""
    word, _, rest = typed.strip().partition(" ")
    users = frozenset(_USER.findall(typed))
    first = word.casefold()
    if not typed.strip() or first in ("list", "목록"):
        return ManagersRequest()
    if not users:
        return ManagersRequest(everyone=_EVERYONE[first]) if first in _EVERYONE and not rest else None
    others = _USER.sub(" ", typed).replace(",", " ").casefold().split()
    if not others or (len(others) == 1 and others[0] in _ADD):
        return ManagersRequest(add=users)
    return ManagersRequest(remove=users) if len(others) == 1 and others[0] in _REMOVE else None


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    """Each IANA zone by its name and by its last part, in lower case."""
    names = {name for name in available_timezones() if "/" in name or name == "UTC"}
    by_name = {name.casefold(): name for name in names}
    by_city: dict[str, str] = {}
    # Zones such as Etc/GMT+9 come last: they give a name only if no city has it.
    for name in sorted(names, key=lambda name: (name.startswith("Etc/"), name)):
        by_city.setdefault(name.rpartition("/")[2].casefold(), name)
    return by_city | by_name
