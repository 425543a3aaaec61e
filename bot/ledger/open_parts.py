"""Open parts: how many there are, how old the oldest is, giving them up and calling them off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.plan import Skip
from bot.ledger import editions, lanes, results, tables
from bot.ledger.dialect import among
from digests.model import Workspace

LONGEST = timedelta(hours=24)
"""How long after its grace a part is tried that was begun in time: the rest of a thread, an old doubt."""

_OWN_REASONS = ("not_in_history", "lease_expired_before_sending")
"""Why a part is pending again, where that was nobody's refusal."""

_part = tables.part.c
_PENDING: ColumnElement[bool] = literal_column(tables.PENDING)
_BUSY: ColumnElement[bool] = literal_column(tables.BUSY)


async def count(connection: AsyncConnection) -> int:
    """How many parts are not at their end."""
    return int(
        await connection.scalar(select(func.count()).select_from(tables.part).where(or_(_PENDING, _BUSY)))
        or 0
    )


async def sendable(connection: AsyncConnection) -> int:
    """How many parts can still be sent without anybody settling a doubt first."""
    part, earlier = tables.part, tables.part.alias("earlier")
    blocked = select(earlier.c.id).where(
        earlier.c.delivery_id == part.c.delivery_id,
        earlier.c.position < part.c.position,
        earlier.c.state.in_(("doubt", "checking", "failed", "unknown")),
    )
    found = await connection.scalar(
        select(func.count()).select_from(part).where(lanes.PENDING, ~blocked.exists())
    )
    return int(found or 0)


async def oldest_due(connection: AsyncConnection, *, now: datetime) -> datetime | None:
    """Since when the longest waiting first message could have been sent; None when none waits.

    What a paused workspace holds back waits for whoever paused it.
    """
    found: datetime | None = await connection.scalar(
        lanes.with_token(
            select(func.min(_part.not_before)).join_from(
                tables.part, tables.lane, tables.lane.c.workspace == _part.workspace
            )
        ).where(lanes.PENDING, _part.position == 0, _part.not_before <= now, lanes.PAUSED.is_(None))
    )
    return found


async def give_up(connection: AsyncConnection, *, now: datetime) -> int:
    """Fail what could not be begun within its grace, what was begun and came to no end, and what is of
    digests that were taken back; how many.

    What was late for a reason bears that: why its workspace is paused, or why Slack did not take it.
    """
    begun = (_part.position > 0) | _part.doubted_at.is_not(None)
    late = (~begun & (_part.give_up_at < now)) | (begun & (_part.give_up_at < now - LONGEST))
    # Of whatever delivery: one that ended by its replies may have had its first message in doubt.
    retracted = _part.delivery_id.in_(
        select(tables.delivery.c.id).where(tables.delivery.c.edition_id.in_(editions.gone()))
    )
    by_reason: dict[str, list[int]] = defaultdict(list)
    for row in await _free(connection, late):
        held_up = row.paused or (row.reason if row.reason not in _OWN_REASONS else None)
        by_reason[held_up or Skip.TOO_LATE.value].append(row.id)
    count = 0
    for reason, ids in sorted(by_reason.items()):
        count += await _fail(connection, among(_part.id, ids), reason, now=now)
    ids = [row.id for row in await _free(connection, retracted)]
    if ids:
        count += await _fail(connection, among(_part.id, ids), "retracted", now=now)
    return count


async def _free(connection: AsyncConnection, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Some of the pending parts, with what they wait for, of deliveries that are this transaction's alone.

    What another process is just writing is left to the next look: it may have stopped in the middle, or be
    about to ask for what this one has.
    """
    ids = set(await connection.scalars(select(_part.delivery_id).where(_PENDING, which)))
    if not ids:
        return ()
    theirs = select(_part.id, _part.delivery_id).where(among(_part.delivery_id, sorted(ids)))
    locked = theirs.order_by(_part.id).with_for_update(skip_locked=True)
    ours = {row.id for row in await connection.execute(locked)}
    busy = {row.delivery_id for row in await connection.execute(theirs) if row.id not in ours}
    waiting = select(_part.id, _part.reason, lanes.PAUSED.label("paused")).join_from(
        tables.part, tables.lane, tables.lane.c.workspace == _part.workspace
    )
    rows = await connection.execute(
        lanes.with_token(waiting)
        .where(lanes.PENDING, which, among(_part.delivery_id, sorted(ids - busy)))
        .order_by(_part.id)
    )
    return list(rows)


async def call_off(connection: AsyncConnection, channel_id: int, reason: str, *, now: datetime) -> int:
    """Send nothing more of what a channel was to get: it was switched off, or Haru was removed.

    What has not left is given up; how many parts. What is under way or in doubt may have arrived: it
    bears the reason, with which it is given up as soon as it is known that it did not.
    """
    deliveries = select(tables.delivery.c.id).where(tables.delivery.c.channel_id == channel_id)
    return await _call_off(connection, _part.delivery_id.in_(deliveries), reason, now=now)


async def call_off_deliveries(
    connection: AsyncConnection, delivery_ids: Sequence[int], reason: str, *, now: datetime
) -> int:
    """The same for these deliveries."""
    return await _call_off(connection, among(_part.delivery_id, delivery_ids), reason, now=now)


async def call_off_uninstalled(connection: AsyncConnection, reason: str, *, now: datetime) -> int:
    """The same for every workspace in which Haru is installed no more, neither by itself nor with its
    organisation.
    """
    without = lanes.with_token(select(tables.lane.c.workspace)).where(lanes.IS_UNINSTALLED)
    return await _call_off(connection, _part.workspace.in_(without), reason, now=now)


async def follow(connection: AsyncConnection, workspace: Workspace, old_id: str, new_id: str) -> None:
    """Turn the parts of a channel whose id changed to its new id: sent ones too, for their corrections."""
    await connection.execute(
        update(tables.part)
        .where(_part.workspace == workspace.key, _part.slack_channel == old_id)
        .values(slack_channel=new_id)
    )


async def _call_off(
    connection: AsyncConnection, which: ColumnElement[bool], reason: str, *, now: datetime
) -> int:
    delivery_ids = set(await connection.scalars(select(_part.delivery_id).where(or_(_PENDING, _BUSY), which)))
    if not delivery_ids:
        return 0
    # Whoever claims one of them or writes its result down just now is waited for, and comes first.
    await results.lock(connection, delivery_ids)
    own = among(_part.delivery_id, sorted(delivery_ids))
    await connection.execute(
        update(tables.part).where(_BUSY, own, _part.called_off.is_(None)).values(called_off=reason)
    )
    return await _fail(connection, own, reason, now=now)


async def _fail(
    connection: AsyncConnection, which: ColumnElement[bool], reason: str, *, now: datetime
) -> int:
    rows = await connection.execute(
        update(tables.part)
        .where(_PENDING, which)
        .values(state="failed", reason=reason)
        .returning(_part.delivery_id)
    )
    ids = list(rows.scalars())
    await results.finish(connection, ids, now=now)
    return len(ids)
