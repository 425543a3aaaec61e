"""Channels in the database: their preferences, managers and pauses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels import change_codes, changelog, tables
from bot.channels.preferences import (
    Change,
    Channel,
    Field,
    Language,
    Layout,
    Preferences,
)
from bot.channels.rows import SCHEDULED_BY, channel_of, columns_of
from digests.model import Workspace
from digests.store.bulk import among
from digests.store.database import Database
from digests.store.schema import Instant


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
                for field, old, new in change_codes.differences(current.preferences, wanted)
            )
            if not changes:
                return current, ()
            values: dict[str, Any] = {**columns_of(wanted), "last_admin_id": user_id}
            if wanted.enabled and not current.preferences.enabled:
                values |= {"enabled_at": now, "paused_reason": None, "failed_days": 0}
            await connection.execute(
                update(tables.channel).where(tables.channel.c.id == current.id).values(values)
            )
            written = await changelog.write(connection, current.id, changes)
            changed = await self._get(connection, channel.workspace, channel.channel_id)
        return changed or current, written

    async def change_managers(
        self,
        channel: Channel,
        make: Callable[[frozenset[str]], frozenset[str]],
        *,
        user_id: str,
        now: datetime,
    ) -> tuple[Channel, tuple[Change, ...]]:
        """Change who else may change this channel's settings, as it is now; written down like any change."""
        async with self._database.write() as connection:
            await self._hold(connection, channel)
            current = await self._get(connection, channel.workspace, channel.channel_id)
            if current is None:
                raise LookupError("the channel is gone")
            wanted = make(current.managers)
            if wanted == current.managers:
                return current, ()
            await connection.execute(
                delete(tables.channel_manager).where(tables.channel_manager.c.channel_id == current.id)
            )
            if wanted:
                await connection.execute(
                    insert(tables.channel_manager),
                    [{"channel_id": current.id, "user_id": user} for user in sorted(wanted)],
                )
            old, new = " ".join(sorted(current.managers)), " ".join(sorted(wanted))
            change = Change(user_id, Field.MANAGERS, old, new, now)
            written = await changelog.write(connection, current.id, (change,))
        return replace(current, managers=wanted), written

    async def schedule(self, channel: Channel, day: date | None, at: datetime | None) -> bool:
        """Set the next schedule date and its instant; None while off or paused.

        Only while the channel is still set as it is here: False where somebody has changed since by what
        this was worked out.
        """
        own = columns_of(channel.preferences)
        paused = channel.paused_reason is not None
        async with self._database.write() as connection:
            done = await connection.scalars(
                update(tables.channel)
                .where(
                    _row.id == channel.id,
                    *(_row[name].is_not_distinct_from(own[name]) for name in SCHEDULED_BY),
                    _row.paused_reason.is_not(None) if paused else _row.paused_reason.is_(None),
                )
                .values(next_date=day, next_due_at=at)
                .returning(_row.id)
            )
            return bool(done.all())

    async def behind(self, channel_id: int, *, limit: int) -> list[Channel]:
        """Channels of all workspaces by their rows, those behind one of them: page by page, every one."""
        async with self._database.read() as connection:
            page = select(tables.channel).where(_row.id > channel_id).order_by(_row.id).limit(limit)
            return await _channels(connection, page)

    async def due(
        self, now: datetime, *, after: tuple[datetime, int] | None = None, limit: int = 500
    ) -> list[Channel]:
        """Channels whose next post is due by now, the longest waiting first; ``after`` is where a page
        before ended: its last instant and row.
        """
        statement, values = (_DUE, {}) if after is None else (_DUE_AFTER, {"at": after[0], "row": after[1]})
        # Asked once a second, and mostly for nothing: in one trip.
        async with self._database.read_autocommit() as connection:
            return await _channels(connection, statement, {"now": now, "most": limit, **values})

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

    async def rename(self, workspace: Workspace, channel_id: str, name: str) -> None:
        """A channel's name changed in Slack."""
        await self._set(workspace, channel_id, name=name)

    async def move(self, workspace: Workspace, old_id: str, new_id: str) -> None:
        """A channel's id changed, as happens in Slack Connect. A channel of the new id that nobody has
        set up (somebody only asked there first) gives way.
        """
        channel = tables.channel.c
        if await self.get(workspace, old_id) is None:
            return
        async with self._database.write() as connection:
            await connection.execute(
                delete(tables.channel).where(
                    channel.workspace == workspace.key,
                    channel.channel_id == new_id,
                    channel.last_admin_id.is_(None),
                    channel.enabled_at.is_(None),
                )
            )
            if await self._get(connection, workspace, new_id) is None:
                await connection.execute(
                    update(tables.channel)
                    .where(channel.workspace == workspace.key, channel.channel_id == old_id)
                    .values(channel_id=new_id)
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

    async def _select(self, *conditions: Any, order: Any = ()) -> list[Channel]:
        async with self._database.read() as connection:
            return await _channels(connection, select(tables.channel).where(*conditions).order_by(*order))

    @staticmethod
    async def _get(connection: AsyncConnection, workspace: Workspace, channel_id: str) -> Channel | None:
        found = await _channels(connection, _NAMED, {"of_workspace": workspace.key, "named": channel_id})
        return found[0] if found else None


# Made once: making them takes longer than what they ask, and they are asked all the time.
_row, _at = tables.channel.c, bindparam("at", type_=Instant())
_NAMED = select(tables.channel).where(
    _row.workspace == bindparam("of_workspace"), _row.channel_id == bindparam("named")
)
_DUE = (
    select(tables.channel)
    .where(_row.next_due_at <= bindparam("now", type_=Instant()))
    .order_by(_row.next_due_at, _row.id)
    .limit(bindparam("most"))
)
# The first half is what the index is entered by.
_DUE_AFTER = _DUE.where(_row.next_due_at >= _at, (_row.next_due_at > _at) | (_row.id > bindparam("row")))


async def _channels(
    connection: AsyncConnection, query: Any, given: Mapping[str, Any] | None = None
) -> list[Channel]:
    rows = (await connection.execute(query, given)).all()
    if not rows:
        return []
    manager = tables.channel_manager.c
    found = await connection.execute(
        select(manager.channel_id, manager.user_id).where(
            among(connection, manager.channel_id, [row.id for row in rows])
        )
    )
    managers: dict[int, set[str]] = {}
    for row in found:
        managers.setdefault(row.channel_id, set()).add(row.user_id)
    return [channel_of(row, frozenset(managers.get(row.id, ()))) for row in rows]
