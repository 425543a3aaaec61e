"""Remembers which events were handled, so that an event that Slack delivers again is handled once.

Slack delivers an event again when the answer was late or lost, over any socket and to any replica, and with
Delayed Events for up to 24 hours. Its ``event_id`` stays the same.
https://docs.slack.dev/apis/events-api#retries
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from bot.workspaces.tables import handled_event
from digests.model import Workspace
from digests.store.database import Database

KEPT_FOR = timedelta(days=2)
"""How long an event is remembered: longer than Slack goes on to deliver it again."""

PRUNE_EVERY = timedelta(hours=1)
"""How often to forget old events."""

_LONGEST_ID = 64


class HandledEvents:
    """The events that any replica has begun to handle, in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, workspace: Workspace, event_id: str, *, now: datetime) -> bool:
        """Whether the caller is the first to handle the event. Of several at once, one is."""
        async with self._database.write() as connection:
            dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
            claimed = await connection.scalars(
                dialect.insert(handled_event)
                .values(event_id=event_id[:_LONGEST_ID], workspace=workspace.key, received_at=now)
                .on_conflict_do_nothing()
                .returning(handled_event.c.event_id)
            )
            return bool(claimed.all())

    async def prune(self, *, now: datetime) -> None:
        """Forget events that Slack no longer delivers again."""
        async with self._database.write() as connection:
            await connection.execute(
                delete(handled_event).where(handled_event.c.received_at < now - KEPT_FOR)
            )
