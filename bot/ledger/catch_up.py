"""Catching up after downtime: late deliveries start one after another, over all workspaces.

The end of the queue is a row, so that replicas share it and a restart continues it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import pace, tables

LATE = timedelta(minutes=10)
"""A delivery that is opened this long after it was due is late: those on time go first."""

_BURST = timedelta(seconds=1)
_QUEUE = "catching_up"


async def queue(
    connection: AsyncConnection, count: int, *, per_second: int, now: datetime
) -> Sequence[datetime]:
    """When each of ``count`` late deliveries may start, after those that were queued before.

    ``per_second`` of them start per second. With an empty queue, the first ``per_second`` start at once.
    """
    if count == 0:
        return ()
    row = tables.pace.c
    known: datetime | None = await connection.scalar(
        select(row.until).where(row.workspace == pace.LEDGER, row.what == _QUEUE).with_for_update()
    )
    end = now if known is None else max(known, now)
    each = timedelta(seconds=1) / per_second
    await pace.hold(connection, {(pace.LEDGER, _QUEUE): end + count * each})
    return [max(now, end + place * each - _BURST) for place in range(1, count + 1)]
