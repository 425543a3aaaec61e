"""Notices that the ledger's clock was set back, and shortens every stored wait by as much.

Waits are stored as instants. After the clock was set back they would last longer by that much, and a process
that has just started, or another replica, cannot tell from its own clock that this happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import pace, tables
from digests.store.database import IDLE_TRANSACTION_TIMEOUT

TOLERANCE = timedelta(seconds=IDLE_TRANSACTION_TIMEOUT)
"""How far the last reading may be ahead without a setback: on PostgreSQL another process may store a later
reading between this one's reading and its look at the row. No transaction lasts longer.
"""

_CLOCK, _SLACK_CLOCK = "clock", "slack_clock"
_IDLE_INTERVAL = timedelta(hours=1)
"""How often the reading is stored while nothing waits."""

_part, _lane, _pace = tables.part.c, tables.lane.c, tables.pace.c
_LAST_READINGS = select(_pace.what, _pace.until).where(
    _pace.workspace == pace.LEDGER, _pace.what.in_((_CLOCK, _SLACK_CLOCK))
)
_LOCKED_READING = (
    select(_pace.until)
    .where(_pace.workspace == pace.LEDGER, _pace.what == _CLOCK)
    .with_for_update(skip_locked=True)
)
_IS_OPEN: ColumnElement[bool] = or_(tables.IS_PENDING, tables.IS_BUSY)


async def check(
    connection: AsyncConnection, *, now: datetime, offset: timedelta, is_shared: bool
) -> timedelta | None:
    """Store the clock's reading, and shorten all waits if the clock was set back since the last one.

    Returns Slack's time minus this clock's at the last reading, None when there was none. ``offset`` is that
    difference now. ``is_shared``: the clock is the database's, which other processes have followed meanwhile;
    then the times of first attempts move as well.
    """
    readings = {row.what: row.until for row in await connection.execute(_LAST_READINGS)}
    last = readings.get(_CLOCK)
    if last is not None:
        # Another process that is doing the same may be frozen in its transaction: do not wait for it.
        last = await connection.scalar(_LOCKED_READING)
        is_early = last is None or now - last < (
            _IDLE_INTERVAL if await _nothing_waits(connection) else timedelta()
        )
        is_set_back = last is not None and last - now > TOLERANCE
        if is_early and not is_set_back:
            return _offset(readings)
        if last is not None and is_set_back:
            await _shorten(connection, last - now, now=now, attempts_too=is_shared)
    await pace.hold(connection, {(pace.LEDGER, _CLOCK): now, (pace.LEDGER, _SLACK_CLOCK): now + offset})
    return _offset(readings)


def _offset(readings: Mapping[str, datetime]) -> timedelta | None:
    if _SLACK_CLOCK not in readings or _CLOCK not in readings:
        return None
    return readings[_SLACK_CLOCK] - readings[_CLOCK]


async def _nothing_waits(connection: AsyncConnection) -> bool:
    return await connection.scalar(select(_part.id).where(_IS_OPEN).limit(1)) is None


async def _shorten(
    connection: AsyncConnection, back: timedelta, *, now: datetime, attempts_too: bool
) -> None:
    """Move the end of every wait, and of every grace, back by this much."""
    columns = [_part.not_before, _part.give_up_at, *([_part.first_attempt_at] if attempts_too else [])]
    await _move(connection, [_part.id], columns, _IS_OPEN, back)
    later = and_(tables.NEEDS_CORRECTION, _part.correct_at > now)
    await _move(connection, [_part.id], [_part.correct_at], later, back)
    await _move(connection, [_lane.workspace], [_lane.free_at], _lane.free_at > now, back)
    await _move(connection, [_lane.workspace], [_lane.next_at], _lane.next_at > now, back)
    await _move(connection, [_pace.workspace, _pace.what], [_pace.until], _pace.until > now, back)


async def _move(
    connection: AsyncConnection,
    keys: Sequence[Any],
    columns: Sequence[Any],
    which: ColumnElement[bool],
    back: timedelta,
) -> None:
    """Move instants back. Done in Python, since SQLite stores instants as text."""
    table = keys[0].table
    rows = (await connection.execute(select(*keys, *columns).where(which).order_by(*keys))).all()
    changes = [
        {f"key_{key.name}": value for key, value in zip(keys, row, strict=False)}
        | {
            f"new_{column.name}": None if value is None else value - back
            for column, value in zip(columns, row[len(keys) :], strict=True)
        }
        for row in rows
    ]
    if changes:
        await connection.execute(
            update(table)
            .where(*(key == bindparam(f"key_{key.name}") for key in keys))
            .values({column.name: bindparam(f"new_{column.name}") for column in columns}),
            changes,
        )
