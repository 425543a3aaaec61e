"""Channels in the database: their preferences, managers and pauses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels import change_log, tables
from bot.channels.preferences import Change, Channel, ChannelInfo, Field, Language, Layout, Preferences
from bot.channels.row_mapping import channel_of, columns_of
from bot.channels.setting_codec import differences, encode_managers
from digests.model import Workspace
from digests.store.bulk import among
from digests.store.database import Database

_NO_INFO = ChannelInfo()


class Channels:
    """Reads and writes channels. Does not check permissions, schedule posts, or notify anyone."""

    def __init__(self, database: Database, *, defaults: Preferences) -> None:
        self._database = database
        self._defaults = defaults

    async def get(self, workspace: Workspace, channel_id: str) -> Channel | None:
        """The channel with this Slack id, or None if Haru does not know it."""
        async with self._database.read() as connection:
            return await _find(connection, workspace, channel_id)

    async def by_id(self, id_: int) -> Channel | None:
        """The channel with this row id, or None."""
        found = await self._select(_row.id == id_)
        return found[0] if found else None

    async def of_workspace(self, workspace: Workspace) -> list[Channel]:
        """A workspace's channels, by name."""
        return await self._select(_row.workspace == workspace.key, order=(_row.name,))

    async def all(self) -> list[Channel]:
        """Every channel of every workspace."""
        return await self._select(order=(_row.workspace, _row.channel_id))

    async def page_after(self, id_: int, *, limit: int) -> list[Channel]:
        """The next ``limit`` channels after this row id, of all workspaces, in id order."""
        async with self._database.read() as connection:
            page = select(tables.channel).where(_row.id > id_).order_by(_row.id).limit(limit)
            return await select_channels(connection, page)

    async def get_or_create(
        self,
        workspace: Workspace,
        channel_id: str,
        *,
        language: Language | None = None,
        zone: str | None = None,
        layout: Layout | None = None,
        info: ChannelInfo = _NO_INFO,
    ) -> Channel:
        """The channel with this Slack id.

        A new channel is created switched off, with these preferences in place of the defaults. A known one
        keeps its preferences. Both take what is known from ``info``.
        """
        async with self._database.write() as connection:
            known = await _find(connection, workspace, channel_id)
            if known is not None:
                return await _update_info(connection, known, info)
            preferences = replace(
                self._defaults,
                language=language or self._defaults.language,
                zone=zone or self._defaults.zone,
                layout=layout or self._defaults.layout,
                enabled=False,
            )
            # If another process creates the same channel at this moment, its row is read below.
            with suppress(IntegrityError):
                async with connection.begin_nested():
                    await connection.execute(
                        insert(tables.channel).values(
                            workspace=workspace.key,
                            channel_id=channel_id,
                            name=info.name,
                            inviter_id=info.inviter_id,
                            creator_id=info.creator_id,
                            **columns_of(preferences),
                        )
                    )
            created = await _find(connection, workspace, channel_id)
        if created is None:
            raise RuntimeError("a channel just written cannot be read")
        return created

    async def change(
        self,
        channel: Channel,
        apply: Callable[[Preferences], Preferences],
        *,
        user_id: str,
        now: datetime,
    ) -> tuple[Channel, tuple[Change, ...]]:
        """Apply a change to a channel's current preferences, and log each setting that differs.

        Two changes at the same time are applied one after the other; for the same setting the last one
        wins. If nothing differs, nothing is written. LookupError if the channel no longer exists.
        """
        async with self._database.write() as connection:
            current = await _lock(connection, channel)
            wanted = apply(current.preferences)
            changes = tuple(
                Change(user_id, field, old, new, now)
                for field, old, new in differences(current.preferences, wanted)
            )
            if not changes:
                return current, ()
            values: dict[str, Any] = {**columns_of(wanted), "last_admin_id": user_id}
            if wanted.enabled and not current.preferences.enabled:
                values |= {"enabled_at": now, "paused_reason": None, "failed_days": 0}
            await connection.execute(update(tables.channel).where(_row.id == current.id).values(values))
            logged = await change_log.append(connection, current.id, changes)
            changed = await _find(connection, channel.workspace, channel.channel_id)
        return changed or current, logged

    async def change_managers(
        self,
        channel: Channel,
        apply: Callable[[frozenset[str]], frozenset[str]],
        *,
        user_id: str,
        now: datetime,
    ) -> tuple[Channel, tuple[Change, ...]]:
        """Apply a change to a channel's current managers (user ids), and log it.

        LookupError if the channel no longer exists.
        """
        async with self._database.write() as connection:
            current = await _lock(connection, channel)
            wanted = apply(current.managers)
            if wanted == current.managers:
                return current, ()
            manager = tables.channel_manager
            await connection.execute(delete(manager).where(manager.c.channel_id == current.id))
            if wanted:
                rows = [{"channel_id": current.id, "user_id": user} for user in sorted(wanted)]
                await connection.execute(insert(manager), rows)
            old, new = encode_managers(current.managers), encode_managers(wanted)
            change = Change(user_id, Field.MANAGERS, old, new, now)
            logged = await change_log.append(connection, current.id, (change,))
        return replace(current, managers=wanted), logged

    async def pause(self, channel: Channel, reason: str) -> None:
        """Stop posting in a channel, for a reason that ``/digest`` shows."""
        async with self._database.write() as connection:
            await connection.execute(
                update(tables.channel)
                .where(_row.id == channel.id)
                .values(paused_reason=reason, next_date=None, next_due_at=None)
            )

    async def resume(self, channel: Channel) -> Channel:
        """End a pause. The caller schedules the next post."""
        async with self._database.write() as connection:
            await connection.execute(
                update(tables.channel).where(_row.id == channel.id).values(paused_reason=None, failed_days=0)
            )
        return replace(channel, paused_reason=None)

    async def count_failed_day(self, channel: Channel) -> int:
        """Count a day on which no post reached the channel; returns the number of such days in a row."""
        async with self._database.write() as connection:
            days = await connection.execute(
                update(tables.channel)
                .where(_row.id == channel.id)
                .values(failed_days=_row.failed_days + 1)
                .returning(_row.failed_days)
            )
            return int(days.scalar_one())

    async def rename(self, workspace: Workspace, channel_id: str, name: str) -> None:
        """Store the new name of a channel that was renamed in Slack."""
        async with self._database.write() as connection:
            await connection.execute(
                update(tables.channel)
                .where(_row.workspace == workspace.key, _row.channel_id == channel_id)
                .values(name=name)
            )

    async def move(self, workspace: Workspace, old_id: str, new_id: str) -> None:
        """Store the new Slack id of a channel, which changes for instance when it becomes a shared channel.

        If there already is a channel with the new id, it is replaced, unless somebody has changed its
        settings or switched it on; then nothing happens.
        """
        if await self.get(workspace, old_id) is None:
            return
        async with self._database.write() as connection:
            await connection.execute(
                delete(tables.channel).where(
                    _row.workspace == workspace.key,
                    _row.channel_id == new_id,
                    _row.last_admin_id.is_(None),
                    _row.enabled_at.is_(None),
                )
            )
            if await _find(connection, workspace, new_id) is None:
                await connection.execute(
                    update(tables.channel)
                    .where(_row.workspace == workspace.key, _row.channel_id == old_id)
                    .values(channel_id=new_id)
                )

    async def _select(self, *conditions: Any, order: Any = ()) -> list[Channel]:
        async with self._database.read() as connection:
            query = select(tables.channel).where(*conditions).order_by(*order)
            return await select_channels(connection, query)


async def select_channels(
    connection: AsyncConnection, query: Any, parameters: Mapping[str, Any] | None = None
) -> list[Channel]:
    """The channels that a query on the channel table selects, with their managers, in the query's order."""
    rows = (await connection.execute(query, parameters)).all()
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


_row = tables.channel.c
# Built once: most requests run it, and building it takes longer than running it.
_BY_SLACK_ID = select(tables.channel).where(
    _row.workspace == bindparam("of_workspace"), _row.channel_id == bindparam("with_id")
)


async def _find(connection: AsyncConnection, workspace: Workspace, channel_id: str) -> Channel | None:
    values = {"of_workspace": workspace.key, "with_id": channel_id}
    found = await select_channels(connection, _BY_SLACK_ID, values)
    return found[0] if found else None


async def _lock(connection: AsyncConnection, channel: Channel) -> Channel:
    """The channel as it is now, locked until the transaction ends. LookupError if it no longer exists."""
    # Without the lock, two transactions on PostgreSQL could both read before either writes. SQLite has one
    # writer at a time, and ignores FOR UPDATE.
    await connection.execute(select(_row.id).where(_row.id == channel.id).with_for_update())
    current = await _find(connection, channel.workspace, channel.channel_id)
    if current is None:
        raise LookupError("the channel is gone")
    return current


async def _update_info(connection: AsyncConnection, channel: Channel, info: ChannelInfo) -> Channel:
    """Store what Slack says about a known channel, where it is given."""
    updated = replace(
        channel,
        name=info.name or channel.name,
        inviter_id=info.inviter_id or channel.inviter_id,
        creator_id=info.creator_id or channel.creator_id,
    )
    if updated != channel:
        await connection.execute(
            update(tables.channel)
            .where(_row.id == channel.id)
            .values(name=updated.name, inviter_id=updated.inviter_id, creator_id=updated.creator_id)
        )
    return updated
