"""Parses a language, a layout and managers that a person typed, in English or Korean.

Times, zones, days and pauses have parsers of their own. Each function returns None if it does not understand
the words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.channels import day_parser, zone_names
from bot.channels.preferences import Language, Layout

_LANGUAGES = {
    "ko": Language.KO, "kr": Language.KO, "kor": Language.KO, "korean": Language.KO,
    "한국어": Language.KO, "한글": Language.KO, "국문": Language.KO,
    "en": Language.EN, "eng": Language.EN, "english": Language.EN,
    "영어": Language.EN, "영문": Language.EN,
    "both": Language.BOTH, "all": Language.BOTH, "ko+en": Language.BOTH, "en+ko": Language.BOTH,
    "둘다": Language.BOTH, "모두": Language.BOTH, "한영": Language.BOTH, "영한": Language.BOTH,
}  # fmt: skip
_BETWEEN_LANGUAGES = re.compile(r"\s*(?:[\s,+/&·]|\band\b|\bthen\b|하고|이랑|랑|와|과|그리고)\s*(?:and\s+)?")
_LAYOUTS = {
    "digest": Layout.DIGEST, "다이제스트": Layout.DIGEST, "한번에": Layout.DIGEST,
    "thread": Layout.THREAD, "스레드": Layout.THREAD,
    "stream": Layout.STREAM, "스트림": Layout.STREAM, "하나씩": Layout.STREAM,
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
            return {word: word for word in day_parser.GROUPS if len(word) > 2}
        case "time":
            return zone_names.zone_spellings()
        case "managers":
            words = (*_EVERYONE, *_ADD, *_REMOVE)
            return {word: word for word in words if len(word) > 2}
        case _:
            return {}


def parse_language(typed: str) -> Language | None:
    """A language: ``ko``, ``한국어``, ``both``, ``둘 다``…"""
    known = _LANGUAGES.get("".join(typed.split()).casefold())
    if known is not None:
        return known
    named = [_LANGUAGES.get(word) for word in _BETWEEN_LANGUAGES.split(typed.casefold().strip())]
    if set(named) == {Language.KO, Language.EN}:
        return Language.BOTH
    return named[0] if len(set(named)) == 1 else None


_ON = frozenset({"on", "yes", "true", "켜기", "켜", "켜줘", "사용"})
_OFF = frozenset({"off", "no", "none", "false", "끄기", "꺼", "꺼줘", "안함"})


def parse_on_off(typed: str) -> bool | None:
    """Whether something is on, in English or Korean; None for any other word."""
    word = typed.strip().casefold()
    return True if word in _ON else False if word in _OFF else None


def parse_layout(typed: str) -> Layout | None:
    """A layout: ``digest``, ``thread`` or ``stream``, or their Korean names."""
    return _LAYOUTS.get("".join(typed.split()).casefold())


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
