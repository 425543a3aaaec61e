"""Channels in the database: their preferences, managers, pauses, and the log of changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels import record, tables
from bot.channels.preferences import (
    Change,
    Channel,
    Field,
    Language,
    Layout,
    Preferences,
)
from bot.channels.rows import change_of, channel_of, columns_of
from digests.model import Workspace
from digests.store.sessions import Database

ONE_LINE = timedelta(minutes=10)
"""Changes so close together are announced in one line, which is edited."""


class Channels:
    """Reads and writes channels. Does not ask who may, nor tell anyone: listeners do."""

    def __init__(self, database: Database, *, defaults: Preferences) -> None:
        self._database = database
        self._defaults = defaults

    async def get(self, workspace: Workspace, channel_id: str) -> Channel | None:
        """A channel Haru knows, or None."""
        async with self._database.read() as connection:
            return await self._get(connection, workspace, channel_id)

    async def by_id(self, id_: int) -> Channel | None:
        """A channel by its row, or None."""
        found = await self._select(tables.channel.c.id == id_)
        return found[0] if found else None

    async def get_or_make(
        self,
        workspace: Workspace,
        channel_id: str,
        *,
        language: Language | None = None,
        zone: str | None = None,
        layout: Layout | None = None,
        name: str | None = None,
        inviter_id: str | None = None,
        creator_id: str | None = None,
    ) -> Channel:
        """A channel, made switched off and with these defaults when Haru did not know it."""
        async with self._database.write() as connection:
            known = await self._get(connection, workspace, channel_id)
            if known is not None:
                told = replace(
                    known,
                    name=name or known.name,
                    inviter_id=inviter_id or known.inviter_id,
                    creator_id=creator_id or known.creator_id,
                )
                if told != known:
                    await connection.execute(
                        update(tables.channel)
                        .where(tables.channel.c.id == known.id)
                        .values(name=told.name, inviter_id=told.inviter_id, creator_id=told.creator_id)
                    )
                    known = told
                return known
            preferences = replace(
                self._defaults,
                language=language or self._defaults.language,
                zone=zone or self._defaults.zone,
                layout=layout or self._defaults.layout,
                enabled=False,
            )
            with suppress(IntegrityError):  # Somebody made it in the same moment: theirs is read below.
                async with connection.begin_nested():
                    await connection.execute(
                        insert(tables.channel).values(
                            workspace=workspace.key,
                            channel_id=channel_id,
                            name=name,
                            inviter_id=inviter_id,
                            creator_id=creator_id,
                            **columns_of(preferences),
                        )
                    )
            made = await self._get(connection, workspace, channel_id)
        if made is None:
            raise RuntimeError("a channel just written cannot be read")
        return made

    async def change(
        self,
        channel: Channel,
        make: Callable[[Preferences], Preferences],
        *,
        user_id: str,
        now: datetime,
    ) -> tuple[Channel, tuple[Change, ...]]:
        """Apply a change to the preferences as they are now, and write down what it changed.

        Two admins at once: each change applies to what the other left; for one field the
        last wins. Changing nothing writes nothing.
        """
        async with self._database.write() as connection:
            await self._hold(connection, channel)
            current = await self._get(connection, channel.workspace, channel.channel_id)
            if current is None:
                raise LookupError("the channel is gone")
            wanted = make(current.preferences)
            changes = tuple(
                Change(user_id, field, old, new, now)
                for field, old, new in record.differences(current.preferences, wanted)
            )
            if not changes:
                return current, ()
            values: dict[str, Any] = {**columns_of(wanted), "last_admin_id": user_id}
            if wanted.enabled and not current.preferences.enabled:
                values |= {"enabled_at": now, "paused_reason": None, "failed_days": 0}
            await connection.execute(
                update(tables.channel).where(tables.channel.c.id == current.id).values(values)
            )
            written = await self._log(connection, current.id, changes)
            changed = await self._get(connection, channel.workspace, channel.channel_id)
        return changed or current, written

    async def set_managers(
        self, channel: Channel, managers: frozenset[str], *, user_id: str, now: datetime
    ) -> tuple[Change, ...]:
        """Replace who else may change this channel's settings."""
        if managers == channel.managers:
            return ()
        change = Change(
            user_id, Field.MANAGERS, " ".join(sorted(channel.managers)), " ".join(sorted(managers)), now
        )
        async with self._database.write() as connection:
            await self._hold(connection, channel)
            await connection.execute(
                delete(tables.channel_manager).where(tables.channel_manager.c.channel_id == channel.id)
            )
            if managers:
                await connection.execute(
                    insert(tables.channel_manager),
                    [{"channel_id": channel.id, "user_id": user} for user in sorted(managers)],
                )
            return await self._log(connection, channel.id, (change,))

    async def log(self, channel: Channel, *, limit: int = 10) -> tuple[Change, ...]:
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

    async def unannounced_since(
        self, channel: Channel, *, now: datetime
    ) -> tuple[tuple[Change, ...], str | None]:
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

    async def schedule(self, channel: Channel, day: date | None, at: datetime | None) -> None:
        """Set the next schedule date and its instant; None while off or paused."""
        async with self._database.write() as connection:
            await connection.execute(
                update(tables.channel)
                .where(tables.channel.c.id == channel.id)
                .values(next_date=day, next_due_at=at)
            )

    async def due(
        self, now: datetime, *, after: tuple[datetime, int] | None = None, limit: int = 500
    ) -> list[Channel]:
        """Channels whose next post is due by now, the longest waiting first; ``after`` is where a page
        before ended: its last instant and row.
        """
        channel = tables.channel.c
        conditions = [channel.next_due_at <= now]
        if after is not None:
            at, row = after
            # The first half is what the index is entered by.
            conditions += [
                channel.next_due_at >= at,
                (channel.next_due_at > at) | (channel.id > row),
            ]
        return await self._select(*conditions, order=(channel.next_due_at, channel.id), limit=limit)

    async def all(self) -> list[Channel]:
        """Every channel of every workspace."""
        return await self._select(order=(tables.channel.c.workspace, tables.channel.c.channel_id))

    async def of_workspace(self, workspace: Workspace) -> list[Channel]:
        """A workspace's channels."""
        return await self._select(tables.channel.c.workspace == workspace.key, order=(tables.channel.c.name,))

    async def pause(self, channel: Channel, reason: str) -> None:
        """Haru itself stops posting here, for a reason that `/digest` shows."""
        async with self._database.write() as connection:
            await connection.execute(
                update(tables.channel)
                .where(tables.channel.c.id == channel.id)
                .values(paused_reason=reason, next_date=None, next_due_at=None)
            )

    async def resume(self, channel: Channel) -> Channel:
        """A pause is over; the caller schedules the next post."""
        async with self._database.write() as connection:
            await connection.execute(
                update(tables.channel)
                .where(tables.channel.c.id == channel.id)
                .values(paused_reason=None, failed_days=0)
            )
        return replace(channel, paused_reason=None)

    async def failed_day(self, channel: Channel) -> int:
        """Count a day on which this channel took nothing; how many there were in a row."""
        async with self._database.write() as connection:
            days = await connection.execute(
                update(tables.channel)
                .where(tables.channel.c.id == channel.id)
                .values(failed_days=tables.channel.c.failed_days + 1)
                .returning(tables.channel.c.failed_days)
            )
            return int(days.scalar_one())

    async def good_day(self, channel: Channel) -> None:
        """A post arrived: the count of failed days starts over."""
        async with self._database.write() as connection:
            await connection.execute(
                update(tables.channel).where(tables.channel.c.id == channel.id).values(failed_days=0)
            )

    async def rename(self, workspace: Workspace, channel_id: str, name: str) -> None:
        """A channel's name changed in Slack."""
        await self._set(workspace, channel_id, name=name)

    async def move(self, workspace: Workspace, old_id: str, new_id: str) -> None:
        """A channel's id changed, as happens in Slack Connect."""
        if await self.get(workspace, new_id) is None:
            await self._set(workspace, old_id, channel_id=new_id)

    async def reader_language(self, workspace: Workspace, user_id: str) -> str | None:
        """The language a person chose for themselves, or None."""
        reader = tables.reader.c
        async with self._database.read() as connection:
            found: str | None = await connection.scalar(
                select(reader.language).where(reader.workspace == workspace.key, reader.user_id == user_id)
            )
        return found

    async def choose_reader_language(self, workspace: Workspace, user_id: str, language: str | None) -> None:
        """Remember a person's language; None forgets it."""
        reader = tables.reader.c
        mine = (reader.workspace == workspace.key) & (reader.user_id == user_id)
        async with self._database.write() as connection:
            await connection.execute(delete(tables.reader).where(mine))
            if language is not None:
                await connection.execute(
                    insert(tables.reader).values(workspace=workspace.key, user_id=user_id, language=language)
                )

    async def _set(self, workspace: Workspace, slack_id: str, /, **values: object) -> None:
        channel = tables.channel.c
        async with self._database.write() as connection:
            await connection.execute(
                update(tables.channel)
                .where(channel.workspace == workspace.key, channel.channel_id == slack_id)
                .values(values)
            )

    @staticmethod
    async def _hold(connection: AsyncConnection, channel: Channel) -> None:
        # PostgreSQL lets two transactions read before either writes; SQLite does not, and ignores this.
        held = select(tables.channel.c.id).where(tables.channel.c.id == channel.id).with_for_update()
        await connection.execute(held)

    @staticmethod
    async def _log(
        connection: AsyncConnection, channel_id: int, changes: Sequence[Change]
    ) -> tuple[Change, ...]:
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

    async def _select(self, *conditions: Any, order: Any = (), limit: int | None = None) -> list[Channel]:
        async with self._database.read() as connection:
            return await _channels(
                connection, select(tables.channel).where(*conditions).order_by(*order).limit(limit)
            )

    @staticmethod
    async def _get(connection: AsyncConnection, workspace: Workspace, channel_id: str) -> Channel | None:
        channel = tables.channel.c
        found = await _channels(
            connection,
            select(tables.channel).where(
                channel.workspace == workspace.key, channel.channel_id == channel_id
            ),
        )
        return found[0] if found else None


async def _channels(connection: AsyncConnection, query: Any) -> list[Channel]:
    rows = (await connection.execute(query)).all()
    if not rows:
        return []
    manager = tables.channel_manager.c
    found = await connection.execute(
        select(manager.channel_id, manager.user_id).where(manager.channel_id.in_([row.id for row in rows]))
    )
    managers: dict[int, set[str]] = {}
    for row in found:
        managers.setdefault(row.channel_id, set()).add(row.user_id)
    return [channel_of(row, frozenset(managers.get(row.id, ()))) for row in rows]
