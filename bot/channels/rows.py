"""Rows of the tables as values, and back. Pure."""

from __future__ import annotations

from datetime import time
from functools import lru_cache
from typing import Any

from bot.channels.change_codes import days
from bot.channels.preferences import Change, Channel, Field, Language, Layout, Preferences
from bot.channels.tag_filter import TagFilter
from digests.model import Workspace

SCHEDULED_BY = ("hour", "zone", "days", "holidays", "enabled")
"""The columns by which a channel's next post is worked out."""


def channel_of(row: Any, managers: frozenset[str]) -> Channel:
    """The channel of a row of the table and its managers."""
    return Channel(
        id=row.id,
        workspace=Workspace.from_key(row.workspace),
        channel_id=row.channel_id,
        preferences=_preferences(
            row.language,
            row.layout,
            row.hour,
            row.zone,
            row.days,
            row.holidays,
            tuple(map(tuple, row.include_tags)),
            tuple(row.exclude_tags),
            row.enabled,
        ),
        name=row.name,
        inviter_id=row.inviter_id,
        creator_id=row.creator_id,
        managers=managers,
        paused_reason=row.paused_reason,
        last_admin_id=row.last_admin_id,
        next_due_at=row.next_due_at,
        next_date=row.next_date,
        enabled_at=row.enabled_at,
    )


@lru_cache(maxsize=1024)
def _preferences(
    language: str,
    layout: str,
    hour: str,
    zone: str,
    chosen_days: str,
    holidays: str | None,
    include: tuple[tuple[str, ...], ...],
    exclude: tuple[str, ...],
    enabled: bool,
) -> Preferences:
    """Of a morning's channels most like the same: made once, and quickly told apart."""
    return Preferences(
        language=Language(language),
        layout=Layout(layout),
        hour=time.fromisoformat(hour),
        zone=zone,
        days=frozenset(int(day) for day in chosen_days),
        holidays=holidays,
        tags=TagFilter(include, exclude),
        enabled=enabled,
    )


def change_of(row: Any) -> Change:
    """A line of the log."""
    return Change(row.user_id, Field(row.field), row.old, row.new, row.at, row.id)


def columns_of(preferences: Preferences) -> dict[str, Any]:
    """What a channel's row holds of its preferences."""
    return {
        "language": preferences.language.value,
        "layout": preferences.layout.value,
        "hour": preferences.hour.strftime("%H:%M"),
        "zone": preferences.zone,
        "days": days(preferences),
        "holidays": preferences.holidays,
        "include_tags": [list(group) for group in preferences.tags.include],
        "exclude_tags": list(preferences.tags.exclude),
        "enabled": preferences.enabled,
    }
