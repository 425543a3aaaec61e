"""The log of changes: who changed which setting of a channel, from what, to what, when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels import tables
from bot.channels.preferences import Change, Channel
from bot.channels.rows import change_of
from digests.store.database import Database

ONE_LINE = timedelta(minutes=10)
"""Changes so close together are announced in one line, which is edited."""

AT_ONCE = timedelta(minutes=2)
"""Two people who change the same setting so close together did not know of each other."""


class ChangeLog:
    """Reads the log. Writes only which line in the channel told of a change: ``write`` below, in the
    transaction of the change itself, does the rest.
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
        """What was changed after a change (0: everything), oldest first."""
        change = tables.setting_change
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(change)
                .where(change.c.channel_id == channel.id, change.c.id > change_id)
                .order_by(change.c.id)
            )
            return tuple(change_of(row) for row in rows)

    async def overtaken(
        self, channel: Channel, made: Sequence[Change], *, seen: int | None = None
    ) -> tuple[Change, ...]:
        """The last change somebody else made to each of the settings just changed, where these replaced
        it unawares: it came after the change ``seen`` last, or at the same time.
        """
        if not made:
            return ()
        first = made[0]
        mine = {change.field for change in made}
        before = [
            change
            for change in await self.newest(channel, limit=50)
            if change.field in mine
            and change.id is not None
            and first.id is not None
            and change.id < first.id
            and (change.at > first.at - AT_ONCE or (seen is not None and change.id > seen))
        ]
        last = {change.field: change for change in reversed(before)}
        return tuple(change for change in last.values() if change.user_id != first.user_id)

    async def undoable(self, channel: Channel, change_id: int) -> tuple[Change, ...]:
        """The changes made together with this one, oldest first; none when any was changed again since."""
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
        asked = next((row for row in rows if row.id == change_id), None)
        if asked is None:
            return ()
        together = [row for row in rows if (row.user_id, row.at) == (asked.user_id, asked.at)]
        changed_since = {row.field for row in rows if row.id > together[-1].id}
        if changed_since & {row.field for row in together}:
            return ()
        return tuple(change_of(row) for row in together)

    async def lately(self, channel: Channel, *, now: datetime) -> tuple[tuple[Change, ...], str | None]:
        """The changes of the last ten minutes, oldest first, and the line that told of them, if any."""
        change = tables.setting_change.c
        async with self._database.read() as connection:
            rows = (
                await connection.execute(
                    select(tables.setting_change)
                    .where(change.channel_id == channel.id, change.at >= now - ONE_LINE)
                    .order_by(change.id)
                )
            ).all()
        line = next((row.announced_ts for row in reversed(rows) if row.announced_ts), None)
        return tuple(change_of(row) for row in rows), line

    async def announced(self, channel: Channel, ts: str, *, now: datetime) -> None:
        """Remember the line that told of the changes of the last ten minutes."""
        change = tables.setting_change.c
        async with self._database.write() as connection:
            await connection.execute(
                update(tables.setting_change)
                .where(change.channel_id == channel.id, change.at >= now - ONE_LINE)
                .values(announced_ts=ts)
            )


async def write(
    connection: AsyncConnection, channel_id: int, changes: Sequence[Change]
) -> tuple[Change, ...]:
    """Write changes down; gives them with their rows."""
    written = []
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
        written.append(replace(change, id=row.scalar_one()))
    return tuple(written)
