"""Rows of the tables as values, and back. Pure."""

from __future__ import annotations

from datetime import time
from typing import Any

from bot.channels.filters import TagFilter
from bot.channels.preferences import Change, Channel, Field, Language, Layout, Preferences
from bot.channels.record import days
from digests.model import Workspace


def channel_of(row: Any, managers: frozenset[str]) -> Channel:
    """The channel of a row of the table and its managers."""
    return Channel(
        id=row.id,
        workspace=Workspace.from_key(row.workspace),
        channel_id=row.channel_id,
        preferences=Preferences(
            language=Language(row.language),
            layout=Layout(row.layout),
            hour=time.fromisoformat(row.hour),
            zone=row.zone,
            days=frozenset(int(day) for day in row.days),
            holidays=row.holidays,
            tags=TagFilter(tuple(map(tuple, row.include_tags)), tuple(row.exclude_tags)),
            enabled=row.enabled,
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
