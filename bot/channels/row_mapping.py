"""Converts rows of the channel tables to values, and preferences to columns. Pure."""

from __future__ import annotations

from datetime import time
from functools import lru_cache
from typing import Any

from bot.channels.preferences import Change, Channel, Field, Language, Layout, Preferences
from bot.channels.setting_codec import decode_pause, encode_days, encode_pause
from bot.channels.tag_filter import TagFilter
from digests.model import Workspace

SCHEDULE_COLUMNS = ("hour", "zone", "days", "holidays", "enabled", "pause")
"""The columns that decide when a channel's next post is due."""


def channel_of(row: Any, managers: frozenset[str]) -> Channel:
    """The channel in a row of the table, with its managers."""
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
            row.pause,
            row.links,
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
def _preferences(*columns: Any) -> Preferences:
    """The preferences in these columns. Cached: most channels that are due at one time have the same."""
    language, layout, hour, zone, days, holidays, include, exclude, enabled, pause, links = columns
    return Preferences(
        language=Language(language),
        layout=Layout(layout),
        hour=time.fromisoformat(hour),
        zone=zone,
        days=frozenset(int(day) for day in days),
        holidays=holidays,
        tags=TagFilter(include, exclude),
        enabled=enabled,
        pause=decode_pause(pause or ""),
        links=links,
    )


def change_of(row: Any) -> Change:
    """The change in a row of the change log."""
    return Change(row.user_id, Field(row.field), row.old, row.new, row.at, row.id)


def columns_of(preferences: Preferences) -> dict[str, Any]:
    """The columns of a channel's row that hold its preferences."""
    return {
        "language": preferences.language.value,
        "layout": preferences.layout.value,
        "hour": preferences.hour.strftime("%H:%M"),
        "zone": preferences.zone,
        "days": encode_days(preferences),
        "holidays": preferences.holidays,
        "include_tags": [list(group) for group in preferences.tags.include],
        "exclude_tags": list(preferences.tags.exclude),
        "enabled": preferences.enabled,
        "pause": encode_pause(preferences.pause) or None,
        "links": preferences.links,
    }
