"""Catching up: after downtime, late deliveries begin one after another, however many workspaces have some.

The queue is a row, so that replicas keep to it together and a restart goes on with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import results, tables

LATE = timedelta(minutes=10)
"""A delivery opened so long after it was due is late already: others do not wait for it."""

_BURST = timedelta(seconds=1)
_EVERYBODY, _QUEUE = "", "catching_up"


async def begins(
    connection: AsyncConnection, count: int, *, a_second: int, now: datetime
) -> Sequence[datetime]:
    """When so many late deliveries may begin: behind those that were opened before them, and so that
    ``a_second`` begin in a second; as many at once, where none wait.
    """
    if count == 0:
        return ()
    pace = tables.pace.c
    known: datetime | None = await connection.scalar(
        select(pace.until).where(pace.workspace == _EVERYBODY, pace.what == _QUEUE).with_for_update()
    )
    end = now if known is None else max(known, now)
    each = timedelta(seconds=1) / a_second
    await results.hold(connection, {(_EVERYBODY, _QUEUE): end + count * each})
    return [max(now, end + place * each - _BURST) for place in range(1, count + 1)]
