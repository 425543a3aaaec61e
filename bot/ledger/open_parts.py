"""Open parts: counting them, giving them up and calling them off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import editions, lanes, results, tables
from bot.ledger.dialect import in_list
from bot.ledger.ledger_clock import LedgerClock
from bot.ledger.states import PartTransition, Reason
from bot.ledger.transitions import move
from digests.model import Workspace
from digests.store.database import Database

LONGEST_AFTER_GRACE = timedelta(hours=24)
"""How long after its grace a part is still tried once it was begun: replies, and parts that were in doubt."""

_NO_REFUSAL = (Reason.NOT_IN_HISTORY, Reason.LEASE_EXPIRED_BEFORE_SENDING)
"""Reasons of a pending part that say nothing about why it is late."""

_part = tables.part.c
_IS_OPEN: ColumnElement[bool] = or_(tables.IS_PENDING, tables.IS_BUSY)


class OpenParts:
    """Counts the parts that have not reached an end, and ends or redirects them. Sends nothing."""

    def __init__(self, database: Database, clock: LedgerClock) -> None:
        self._database = database
        self._clock = clock

    async def count(self) -> int:
        """How many parts have not reached an end."""
        async with self._database.read() as connection:
            query = select(func.count()).select_from(tables.part).where(_IS_OPEN)
            return int(await connection.scalar(query) or 0)

    async def count_by_state(self) -> dict[str, int]:
        """How many parts are in each state, ended ones too."""
        query = select(_part.state, func.count()).group_by(_part.state)
        async with self._database.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(query)}

    async def longest_wait(self) -> timedelta | None:
        """How long the oldest first message that could be sent has waited; None when none waits.

        Parts of a paused workspace do not count: they wait for whoever paused it.
        """
        async with self._database.read() as connection:
            now = await self._clock.known_now(connection) or await self._clock.now(connection)
            since: datetime | None = await connection.scalar(
                lanes.with_installation(
                    select(func.min(_part.not_before)).join_from(
                        tables.part, tables.lane, tables.lane.c.workspace == _part.workspace
                    )
                ).where(
                    tables.IS_PENDING,
                    _part.position == 0,
                    _part.not_before <= now,
                    lanes.PAUSED_REASON.is_(None),
                )
            )
        return None if since is None else now - since

    async def give_up(self) -> int:
        """Fail pending parts that are too late, and those that show only retracted digests; how many.

        A part that is late for a reason gets that reason: its workspace's pause, or Slack's last refusal.
        """
        async with self._database.write() as connection:
            return await _give_up(connection, now=await self._clock.now(connection))

    async def call_off(self, channel_id: int, reason: str) -> None:
        """Send nothing more to a channel: it was switched off, or Haru was removed.

        Pending parts fail now. A busy part may have arrived, so it is still looked for, and fails with this
        reason if it did not.
        """
        deliveries = select(tables.delivery.c.id).where(tables.delivery.c.channel_id == channel_id)
        async with self._database.write() as connection:
            now = await self._clock.now(connection)
            await _call_off(connection, _part.delivery_id.in_(deliveries), reason, now=now)

    async def call_off_uninstalled(self) -> None:
        """The same for every workspace where neither it nor its organisation has Haru installed."""
        without = lanes.with_installation(select(tables.lane.c.workspace)).where(lanes.IS_UNINSTALLED)
        async with self._database.write() as connection:
            now = await self._clock.now(connection)
            await _call_off(connection, _part.workspace.in_(without), Reason.UNINSTALLED, now=now)

    async def move_channel(self, workspace: Workspace, old_id: str, new_id: str) -> None:
        """Move all parts of a channel to its new id, also sent ones, for their corrections."""
        async with self._database.write() as connection:
            await connection.execute(
                update(tables.part)
                .where(_part.workspace == workspace.key, _part.slack_channel == old_id)
                .values(slack_channel=new_id)
            )


async def call_off_deliveries(
    connection: AsyncConnection, delivery_ids: Sequence[int], reason: str, *, now: datetime
) -> None:
    """Send nothing more of these deliveries, as ``OpenParts.call_off`` does for a channel."""
    await _call_off(connection, in_list(_part.delivery_id, delivery_ids), reason, now=now)


async def call_off_all(connection: AsyncConnection, reason: str, *, now: datetime) -> None:
    """Send no part of any delivery that is open."""
    await _call_off(connection, true(), reason, now=now)


async def _give_up(connection: AsyncConnection, *, now: datetime) -> int:
    is_begun = (_part.position > 0) | _part.doubted_at.is_not(None)
    is_late = (~is_begun & (_part.give_up_at < now)) | (
        is_begun & (_part.give_up_at < now - LONGEST_AFTER_GRACE)
    )
    by_reason: dict[str, list[int]] = defaultdict(list)
    for row in await _lock_pending(connection, is_late):
        refusal = row.reason if row.reason not in _NO_REFUSAL else None
        by_reason[row.paused or refusal or Reason.TOO_LATE.value].append(row.id)
    count = 0
    for reason, ids in sorted(by_reason.items()):
        count += await _cancel(connection, in_list(_part.id, ids), reason, now=now)
    # Whatever the state of the delivery: it may have ended by a reply while its first message was in doubt.
    is_retracted = _part.delivery_id.in_(
        select(tables.delivery.c.id).where(tables.delivery.c.edition_id.in_(editions.all_retracted()))
    )
    ids = [row.id for row in await _lock_pending(connection, is_retracted)]
    if ids:
        count += await _cancel(connection, in_list(_part.id, ids), Reason.RETRACTED, now=now)
    return count


async def _lock_pending(connection: AsyncConnection, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Pending parts with their reason and their workspace's pause, of deliveries that this call could lock.

    Skips a delivery that another transaction has locked in part: its process may be frozen, or about to wait
    for a lock of this one. The next call finds it.
    """
    ids = set(await connection.scalars(select(_part.delivery_id).where(tables.IS_PENDING, which)))
    if not ids:
        return ()
    parts = select(_part.id, _part.delivery_id).where(in_list(_part.delivery_id, sorted(ids)))
    lock = parts.order_by(_part.id).with_for_update(skip_locked=True)
    locked = {row.id for row in await connection.execute(lock)}
    skipped = {row.delivery_id for row in await connection.execute(parts) if row.id not in locked}
    pending = select(_part.id, _part.reason, lanes.PAUSED_REASON.label("paused")).join_from(
        tables.part, tables.lane, tables.lane.c.workspace == _part.workspace
    )
    rows = await connection.execute(
        lanes.with_installation(pending)
        .where(tables.IS_PENDING, which, in_list(_part.delivery_id, sorted(ids - skipped)))
        .order_by(_part.id)
    )
    return list(rows)


async def _call_off(
    connection: AsyncConnection, which: ColumnElement[bool], reason: str, *, now: datetime
) -> None:
    delivery_ids = set(await connection.scalars(select(_part.delivery_id).where(_IS_OPEN, which)))
    if not delivery_ids:
        return
    # Waits for a transaction that claims one of them or stores its result just now.
    await results.lock(connection, delivery_ids)
    own = in_list(_part.delivery_id, sorted(delivery_ids))
    await connection.execute(
        update(tables.part).where(tables.IS_BUSY, own, _part.called_off.is_(None)).values(called_off=reason)
    )
    await _cancel(connection, own, reason, now=now)


async def _cancel(
    connection: AsyncConnection, which: ColumnElement[bool], reason: str, *, now: datetime
) -> int:
    cancelled = await connection.scalars(
        move(PartTransition.CANCEL, which, reason=reason).returning(_part.delivery_id)
    )
    ids = list(cancelled)
    await results.finish(connection, ids, now=now)
    return len(ids)
