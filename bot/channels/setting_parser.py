"""What an admin types, as values: in English or Korean words. Pure.

Each reader gives the value, or None when the words mean nothing to it.
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
_SPANS = {
    "weekdays": WEEKDAYS, "weekday": WEEKDAYS, "평일": WEEKDAYS, "주중": WEEKDAYS,
    "daily": EVERY_DAY, "everyday": EVERY_DAY, "매일": EVERY_DAY, "날마다": EVERY_DAY,
    "weekends": EVERY_DAY - WEEKDAYS, "weekend": EVERY_DAY - WEEKDAYS, "주말": EVERY_DAY - WEEKDAYS,
}  # fmt: skip
_COUNTRIES = {
    "한국": "KR", "대한민국": "KR", "국내": "KR", "일본": "JP", "미국": "US", "중국": "CN", "대만": "TW",
    "영국": "GB", "독일": "DE", "프랑스": "FR", "캐나다": "CA", "호주": "AU", "인도": "IN", "싱가포르": "SG",
    "uk": "GB",
}  # fmt: skip
_NAMED = "|".join(_COUNTRIES)
_HOLIDAYS = re.compile(
    r"(?:except|without|no|not on)\s+(?:(?P<before>[a-z]{2})\s+)?holidays?"
    r"(?:\s+(?:in\s+)?(?P<after>[a-z]{2}))?$"
    rf"|(?:(?P<korean>{_NAMED})\s+)?공휴일은?\s*(?:제외|빼고|말고|쉬고|쉼)(?:\s+(?P<last>[a-z]{2}))?$"
)
_HOUR = re.compile(
    r"(?P<half>오전|오후|am|pm)?\s*(?P<hour>\d{1,2})(?:[:시]\s*(?P<minute>\d{1,2})?\s*분?)?\s*(?P<after>am|pm|a\.m\.|p\.m\.)?"
)
_ZONES = {
    "kst": "Asia/Seoul", "서울": "Asia/Seoul", "한국": "Asia/Seoul",
    "jst": "Asia/Tokyo", "도쿄": "Asia/Tokyo", "utc": "UTC", "gmt": "UTC",
    "런던": "Europe/London", "뉴욕": "America/New_York",
}  # fmt: skip

_EVERYONE = {
    "everyone": True, "everybody": True, "anyone": True, "all": True,
    "모두": True, "누구나": True, "전체": True,
    "chosen": False, "named": False, "listed": False, "지정": False, "제한": False,
}  # fmt: skip
_TAKING_AWAY = frozenset({"remove", "delete", "drop", "-", "삭제", "제거", "빼기", "해제"})
_ADDING = frozenset({"add", "+", "추가", "지정"})
_USER = re.compile(r"<@([UW][A-Z0-9_]+)(?:\|[^>]*)?>")

SUBCOMMANDS = {
    "language": ("lang", "언어"),
    "time": ("hour", "시간", "시각"),
    "days": ("day", "요일"),
    "layout": ("모양", "레이아웃"),
    "tags": ("tag", "filter", "태그"),
    "on": ("start", "subscribe", "켜기", "켜", "시작"),
    "off": ("stop", "unsubscribe", "끄기", "꺼", "중지"),
    "preview": ("미리보기",),
    "post": ("게시", "올리기"),
    "log": ("history", "기록"),
    "add": ("give", "추가", "주기"),
    "managers": ("manager", "관리자"),
    "settings": ("설정",),
    "help": ("?", "도움말", "도움"),
}
"""What `/digest` takes, each with its other names."""

SUBCOMMANDS_BY_WORD = {name: command for command, names in SUBCOMMANDS.items() for name in (command, *names)}
"""The subcommand that each word means."""


def subcommand(typed: str) -> str | None:
    """The subcommand a word means, or None."""
    return SUBCOMMANDS_BY_WORD.get(typed.casefold())


def value_words(subcommand: str) -> Mapping[str, str]:
    """The words a subcommand's value can be made of, each with what it stands for; for ``time`` the zones."""
    match subcommand:
        case "language":
            return {word: value.value for word, value in _LANGUAGES.items()}
        case "layout":
            return {word: value.value for word, value in _LAYOUTS.items()}
        case "days":
            return {word: word for word in _SPANS}
        case "time":
            return _zones()
        case "managers":
            words = (*_EVERYONE, *_ADDING, *_TAKING_AWAY)
            return {word: word for word in words if len(word) > 2}
        case _:
            return {}


def language(typed: str) -> Language | None:
    """``ko``, ``한국어``, ``both``, ``둘 다``…"""
    return _LANGUAGES.get("".join(typed.split()).casefold())


def layout(typed: str) -> Layout | None:
    """``digest``, ``thread``, ``stream``, in either language."""
    return _LAYOUTS.get("".join(typed.split()).casefold())


def hour(typed: str) -> time | None:
    """``09:00``, ``9``, ``9am``, ``오전 9시``, ``오후 6시 30분``."""
    found = _HOUR.fullmatch(typed.strip().casefold())
    if not found:
        return None
    value, minute = int(found["hour"]), int(found["minute"] or 0)
    half = (found["half"] or found["after"] or "").replace(".", "")
    if half:
        if not 1 <= value <= 12:
            return None
        value = value % 12 + (12 if half in ("pm", "오후") else 0)
    return time(value, minute) if value < 24 and minute < 60 else None


def hour_and_zone(typed: str) -> tuple[time | None, str | None, str]:
    """An hour, a zone, and what was left over; each None when it was not named.

    ``09:00 Asia/Seoul`` gives both; a zone alone keeps the hour.
    """
    parts = typed.split()
    for cut in range(len(parts), -1, -1):
        at = hour(" ".join(parts[:cut])) if cut else None
        if at is None and cut:
            continue
        rest = " ".join(parts[cut:])
        place = zone(rest) if rest else None
        return at, place, "" if place or not rest else rest
    return None, None, typed


def zone(typed: str) -> str | None:
    """An IANA zone by its name, its last part (``seoul``), or a name people use (``KST``)."""
    wanted = typed.strip().casefold().replace(" ", "_")
    return _ZONES.get(wanted) or _zones().get(wanted)


def days(typed: str) -> tuple[frozenset[int], str | None] | None:
    """Weekdays, and a country whose holidays are left out: ``weekdays except holidays KR``, ``월,수``."""
    text = typed.strip().casefold()
    country: str | None = None
    if found := _HOLIDAYS.search(text):
        named = found["before"] or found["after"] or found["korean"] or found["last"] or "kr"
        country = _COUNTRIES.get(named, named.upper())
        text = text[: found.start()].strip()
    if text in _SPANS:
        return _SPANS[text], country
    names = [name for name in re.split(r"[\s,·/]+", text) if name]
    if len(names) == 1 and all(letter in _DAYS for letter in names[0]):
        names = list(names[0])
    if not names or not all(name in _DAYS for name in names):
        return None
    return frozenset(_DAYS[name] for name in names), country


def is_country(code: str) -> bool:
    """Whether a country's public holidays are known."""
    # Imported by who asks: it takes four megabytes, and hardly anybody does.
    from holidays import list_supported_countries

    return code in list_supported_countries()


@dataclass(frozen=True, slots=True)
class Managing:
    """What `/digest managers …` asks: whom to add, whom to take away; or to open the settings of the
    whole workspace to everyone. With neither it asks who they are.
    """

    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    everyone: bool | None = None


def managing(typed: str) -> Managing | None:
    """``@minji``, ``add @minji``, ``remove @minji``, ``everyone``, ``chosen``, or nothing."""
    word, _, rest = typed.strip().partition(" ")
    named = frozenset(_USER.findall(typed))
    first = word.casefold()
    if not typed.strip() or first in ("list", "목록"):
        return Managing()
    if not named:
        return Managing(everyone=_EVERYONE[first]) if first in _EVERYONE and not rest else None
    others = _USER.sub(" ", typed).replace(",", " ").casefold().split()
    if not others or (len(others) == 1 and others[0] in _ADDING):
        return Managing(add=named)
    return Managing(remove=named) if len(others) == 1 and others[0] in _TAKING_AWAY else None


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    names = {name for name in available_timezones() if "/" in name or name == "UTC"}
    whole = {name.casefold(): name for name in names}
    cities: dict[str, str] = {}
    for name in sorted(names, key=lambda name: (name.startswith("Etc/"), name)):
        cities.setdefault(name.rpartition("/")[2].casefold(), name)
    return cities | whole
