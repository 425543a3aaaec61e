"""The change log of a channel: who changed which setting when, from which value to which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels import tables
from bot.channels.preferences import Change, Channel
from bot.channels.row_mapping import change_of
from digests.store.database import Database

NOTICE_WINDOW = timedelta(minutes=10)
"""Changes made within this time share one notice in the channel, which is edited."""

SIMULTANEOUS = timedelta(minutes=2)
"""Two people who change the same setting within this time probably did not see each other's change."""


class ChangeLog:
    """Reads the log, and stores which message in the channel announces a change.

    Does not add changes: ``append`` does, in the transaction that changes the setting.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, channel: Channel, *, limit: int = 10) -> tuple[Change, ...]:
        """The last changes, newest first."""
        change = tables.setting_change
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(change)
                .where(change.c.channel_id == channel.id)
                .order_by(change.c.id.desc())
                .limit(limit)
            )
            return tuple(change_of(row) for row in rows)

    async def since(self, channel: Channel, change_id: int) -> tuple[Change, ...]:
        """The changes made after a change, oldest first; all changes for 0."""
        change = tables.setting_change
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(change)
                .where(change.c.channel_id == channel.id, change.c.id > change_id)
                .order_by(change.c.id)
            )
            return tuple(change_of(row) for row in rows)

    async def overwritten(
        self, channel: Channel, made: Sequence[Change], *, seen: int | None = None
    ) -> tuple[Change, ...]:
        """The changes by other people that the changes ``made`` replaced, probably without knowing of them.

        That is the last earlier change to each setting, if it came after ``seen``, the last change that the
        user saw, or within ``SIMULTANEOUS``.
        """
        if not made:
            return ()
        first = made[0]
        fields = {change.field for change in made}
        earlier = [
            change
            for change in await self.newest(channel, limit=50)
            if change.field in fields
            and change.id is not None
            and first.id is not None
            and change.id < first.id
            and (change.at > first.at - SIMULTANEOUS or (seen is not None and change.id > seen))
        ]
        last = {change.field: change for change in reversed(earlier)}
        return tuple(change for change in last.values() if change.user_id != first.user_id)

    async def undoable(self, channel: Channel, change_id: int) -> tuple[Change, ...]:
        """The changes made together with this one, oldest first.

        Empty if one of these settings has changed again since, so that an undo would overwrite it.
        """
        change = tables.setting_change.c
        at = select(change.at).where(change.id == change_id, change.channel_id == channel.id)
        async with self._database.read() as connection:
            rows = (
                await connection.execute(
                    select(tables.setting_change)
                    .where(change.channel_id == channel.id, change.at >= at.scalar_subquery())
                    .order_by(change.id)
                )
            ).all()
        chosen = next((row for row in rows if row.id == change_id), None)
        if chosen is None:
            return ()
        together = [row for row in rows if (row.user_id, row.at) == (chosen.user_id, chosen.at)]
        changed_since = {row.field for row in rows if row.id > together[-1].id}
        if changed_since & {row.field for row in together}:
            return ()
        return tuple(change_of(row) for row in together)

    async def recent(self, channel: Channel, *, now: datetime) -> tuple[tuple[Change, ...], str | None]:
        """The changes within ``NOTICE_WINDOW``, oldest first, and the ``ts`` of their notice, if any."""
        change = tables.setting_change.c
        async with self._database.read() as connection:
            rows = (
                await connection.execute(
                    select(tables.setting_change)
                    .where(change.channel_id == channel.id, change.at >= now - NOTICE_WINDOW)
                    .order_by(change.id)
                )
            ).all()
        notice = next((row.announced_ts for row in reversed(rows) if row.announced_ts), None)
        return tuple(change_of(row) for row in rows), notice

    async def set_notice(self, channel: Channel, ts: str, *, now: datetime) -> None:
        """Store the ``ts`` of the message that announces the changes within ``NOTICE_WINDOW``."""
        change = tables.setting_change.c
        async with self._database.write() as connection:
            await connection.execute(
                update(tables.setting_change)
                .where(change.channel_id == channel.id, change.at >= now - NOTICE_WINDOW)
                .values(announced_ts=ts)
            )


async def append(
    connection: AsyncConnection, channel_id: int, changes: Sequence[Change]
) -> tuple[Change, ...]:
    """Add changes to a channel's log; returns them with their ids."""
    added = []
    for change in changes:
        row = await connection.execute(
            insert(tables.setting_change)
            .values(
                channel_id=channel_id,
                user_id=change.user_id,
                field=change.field,
                old=change.old,
                new=change.new,
                at=change.at,
            )
            .returning(tables.setting_change.c.id)
        )
        added.append(replace(change, id=row.scalar_one()))
    return tuple(added)
