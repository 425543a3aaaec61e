"""Open parts: how many there are, how old the oldest is, and giving them up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery import tables
from bot.delivery.delivery import State
from bot.delivery.plan import Skip
from bot.delivery.store import editions, lanes, results
from bot.delivery.store.dialect import among
from digests.model import Workspace

LONGEST = timedelta(hours=24)
"""How long after its grace a part is tried that was begun in time: the rest of a thread, an old doubt."""

_part = tables.part.c
_PENDING: ColumnElement[bool] = literal_column(tables.PENDING)


async def count(connection: AsyncConnection) -> int:
    """How many parts are not at their end."""
    open_ = or_(_PENDING, literal_column(tables.BUSY))
    return int(await connection.scalar(select(func.count()).select_from(tables.part).where(open_)) or 0)


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
    """
    begun = (_part.position > 0) | _part.doubted_at.is_not(None)
    late = (~begun & (_part.give_up_at < now)) | (begun & (_part.give_up_at < now - LONGEST))
    # Of whatever delivery: one that ended by its replies may have had its first message in doubt.
    retracted = _part.delivery_id.in_(
        select(tables.delivery.c.id).where(tables.delivery.c.edition_id.in_(editions.gone()))
    )
    count = 0
    for which, reason in ((late, Skip.TOO_LATE.value), (retracted, "retracted")):
        # What another process is just writing is left to the next look: it may have stopped in the middle.
        chosen = select(_part.id).where(_PENDING, which).order_by(_part.id).with_for_update(skip_locked=True)
        ids = list(await connection.scalars(chosen))
        if ids:
            count += await _fail(connection, among(_part.id, ids), reason, now=now)
    return count


async def cancel(connection: AsyncConnection, channel_id: int, reason: str, *, now: datetime) -> int:
    """Give up what was not yet sent to a channel: it was switched off, or Haru was removed."""
    deliveries = select(tables.delivery.c.id).where(
        tables.delivery.c.channel_id == channel_id, tables.delivery.c.state == State.POSTING
    )
    return await _fail(connection, _part.delivery_id.in_(deliveries), reason, now=now)


async def cancel_deliveries(
    connection: AsyncConnection, delivery_ids: Sequence[int], reason: str, *, now: datetime
) -> int:
    """Give up what was not yet sent of these deliveries."""
    return await _fail(connection, _part.delivery_id.in_(delivery_ids), reason, now=now)


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


async def follow(connection: AsyncConnection, workspace: Workspace, old_id: str, new_id: str) -> None:
    """Turn the parts of a channel whose id changed to its new id: sent ones too, for their corrections."""
    await connection.execute(
        update(tables.part)
        .where(_part.workspace == workspace.key, _part.slack_channel == old_id)
        .values(slack_channel=new_id)
    )
