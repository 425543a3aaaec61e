"""Encodes the value of a setting as text for the change log, and decodes it again. Pure.

Language, layout: ``ko``, ``thread``. Time: ``09:00 Asia/Seoul``. Days: ``01234``, or ``01234 KR`` where
public holidays in a country are left out (Monday is 0). Tags: ``+nlp -gan``. Enabled: ``on``, ``off``.
Pause: ``2026-12-24/2027-01-02``, from the first day without a post to the day before the second, or nothing.
Managers: ``U1 U2``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time

from bot.channels import tag_filter_parser
from bot.channels.preferences import Field, Language, Layout, Pause, Preferences
from bot.channels.tag_filter import TagFilter


def differences(old: Preferences, new: Preferences) -> list[tuple[Field, str, str]]:
    """Each setting that differs, with its old and new value encoded."""
    encoded = [(field, encode(old), encode(new)) for field, encode in _ENCODERS.items()]
    return [(field, before, after) for field, before, after in encoded if before != after]


def with_value(preferences: Preferences, field: Field, value: str) -> Preferences:
    """The preferences with one setting replaced by an encoded value.

    Unchanged for ``Field.MANAGERS``, which is not a part of the preferences.
    """
    decode = _DECODERS.get(field)
    return decode(preferences, value) if decode else preferences


def encode_days(preferences: Preferences) -> str:
    """The weekdays as digits; Monday is 0."""
    return "".join(str(day) for day in sorted(preferences.days))


def encode_pause(pause: Pause | None) -> str:
    """The two dates of a pause, or an empty text."""
    return f"{pause.first.isoformat()}/{pause.until.isoformat()}" if pause else ""


def decode_pause(value: str) -> Pause | None:
    """The pause that ``encode_pause`` wrote. ValueError for anything else."""
    if not value:
        return None
    first, _, until = value.partition("/")
    return Pause(date.fromisoformat(first), date.fromisoformat(until))


def encode_managers(managers: frozenset[str]) -> str:
    """The user ids of a channel's managers."""
    return " ".join(sorted(managers))


def _encode_time(preferences: Preferences) -> str:
    return f"{preferences.hour:%H:%M} {preferences.zone}"


def _encode_days_and_holidays(preferences: Preferences) -> str:
    return f"{encode_days(preferences)} {preferences.holidays or ''}".strip()


def _encode_enabled(preferences: Preferences) -> str:
    return "on" if preferences.enabled else "off"


def _decode_time(preferences: Preferences, value: str) -> Preferences:
    hour, _, zone = value.partition(" ")
    return replace(preferences, hour=time.fromisoformat(hour), zone=zone)


def _decode_days(preferences: Preferences, value: str) -> Preferences:
    digits, _, country = value.partition(" ")
    return replace(preferences, days=frozenset(int(day) for day in digits), holidays=country or None)


def _decode_tags(preferences: Preferences, value: str) -> Preferences:
    return replace(preferences, tags=tag_filter_parser.parse(value) or TagFilter())


_ENCODERS: dict[Field, Callable[[Preferences], str]] = {
    Field.LANGUAGE: lambda preferences: preferences.language.value,
    Field.LAYOUT: lambda preferences: preferences.layout.value,
    Field.TIME: _encode_time,
    Field.DAYS: _encode_days_and_holidays,
    Field.TAGS: lambda preferences: str(preferences.tags),
    Field.ENABLED: _encode_enabled,
    Field.PAUSE: lambda preferences: encode_pause(preferences.pause),
    Field.LINKS: lambda preferences: "on" if preferences.links else "off",
}
_DECODERS: dict[Field, Callable[[Preferences, str], Preferences]] = {
    Field.LANGUAGE: lambda preferences, value: replace(preferences, language=Language(value)),
    Field.LAYOUT: lambda preferences, value: replace(preferences, layout=Layout(value)),
    Field.TIME: _decode_time,
    Field.DAYS: _decode_days,
    Field.TAGS: _decode_tags,
    Field.ENABLED: lambda preferences, value: replace(preferences, enabled=value == "on"),
    Field.PAUSE: lambda preferences, value: replace(preferences, pause=decode_pause(value)),
    Field.LINKS: lambda preferences, value: replace(preferences, links=value == "on"),
}
