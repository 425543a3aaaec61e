"""Changed preferences as the log keeps them: codes, not sentences, that can be read back. Pure.

``ko``; ``thread``; ``09:00 Asia/Seoul``; ``01234`` or ``01234 KR`` (Monday 0, a country whose
holidays are left out); ``+nlp -gan``; ``on``, ``off``; ``U1 U2``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import time

from bot.channels import tag_filter
from bot.channels.preferences import Change, Field, Language, Layout, Preferences
from bot.channels.tag_filter import TagFilter


def differences(old: Preferences, new: Preferences) -> list[tuple[Field, str, str]]:
    """Each setting that differs, with its old and its new value."""
    described = [(field, write(old), write(new)) for field, write in _WRITERS.items()]
    return [(field, before, after) for field, before, after in described if before != after]


def restored(preferences: Preferences, field: Field, value: str) -> Preferences:
    """The preferences with one setting as the log has it. Managers are no preference: unchanged."""
    read = _READERS.get(field)
    return read(preferences, value) if read else preferences


def merged(now: Preferences, since: Sequence[Change], wanted: Preferences) -> Preferences:
    """The preferences with what somebody changed who saw them as they were before the changes ``since``
    (oldest first): what they left as they saw it stays as others have made it meanwhile.
    """
    saw = now
    for change in reversed(since):
        saw = restored(saw, change.field, change.old)
    for field, _, value in differences(saw, wanted):
        now = restored(now, field, value)
    return now


def merged_managers(now: frozenset[str], since: Sequence[Change], wanted: frozenset[str]) -> frozenset[str]:
    """The same for managers: those added and taken away by somebody who saw them as they were before."""
    first = next((change for change in since if change.field is Field.MANAGERS), None)
    saw = frozenset(first.old.split()) if first else now
    return (now | (wanted - saw)) - (saw - wanted)


def days(preferences: Preferences) -> str:
    """The weekdays as digits, Monday 0."""
    return "".join(str(day) for day in sorted(preferences.days))


def _hour(preferences: Preferences) -> str:
    return f"{preferences.hour:%H:%M} {preferences.zone}"


def _day_choice(preferences: Preferences) -> str:
    return f"{days(preferences)} {preferences.holidays or ''}".strip()


def _switch(preferences: Preferences) -> str:
    return "on" if preferences.enabled else "off"


def _with_hour(preferences: Preferences, value: str) -> Preferences:
    hour, _, zone = value.partition(" ")
    return replace(preferences, hour=time.fromisoformat(hour), zone=zone)


def _with_days(preferences: Preferences, value: str) -> Preferences:
    digits, _, country = value.partition(" ")
    return replace(preferences, days=frozenset(int(day) for day in digits), holidays=country or None)


def _with_tags(preferences: Preferences, value: str) -> Preferences:
    return replace(preferences, tags=tag_filter.read(value) or TagFilter())


_WRITERS: dict[Field, Callable[[Preferences], str]] = {
    Field.LANGUAGE: lambda one: one.language.value,
    Field.LAYOUT: lambda one: one.layout.value,
    Field.TIME: _hour,
    Field.DAYS: _day_choice,
    Field.TAGS: lambda one: str(one.tags),
    Field.ENABLED: _switch,
}
_READERS: dict[Field, Callable[[Preferences, str], Preferences]] = {
    Field.LANGUAGE: lambda one, value: replace(one, language=Language(value)),
    Field.LAYOUT: lambda one, value: replace(one, layout=Layout(value)),
    Field.TIME: _with_hour,
    Field.DAYS: _with_days,
    Field.TAGS: _with_tags,
    Field.ENABLED: lambda one, value: replace(one, enabled=value == "on"),
}
