"""Notices that the ledger's clock was set: back, which prolongs waits, or forward, which ends doubts early.

Waits are stored as instants. After the clock was set back they would last longer by that much, and a process
that has just started, or another replica, cannot tell from its own clock that this happened. After it was set
forward, doubts would count as settled before Slack had the time to show their messages. Slack's clock tells:
nobody here can set it, and all processes know it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import pace, tables
from bot.ledger.dialect import in_list
from digests.store.database import IDLE_TRANSACTION_TIMEOUT

log = structlog.stdlib.get_logger(__name__)

TOLERANCE = timedelta(seconds=IDLE_TRANSACTION_TIMEOUT)
"""How far the last reading may be ahead without a setback: on PostgreSQL another process may store a later
reading between this one's reading and its look at the row. No transaction lasts longer.
"""

FORWARD_TOLERANCE = timedelta(seconds=5)
"""How much more time than Slack's clock ours may have counted. Slack's ``Date`` is precise to the second, and
a busy process reads it late.
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
    connection: AsyncConnection, *, now: datetime, slack_now: datetime | None, is_shared: bool
) -> timedelta | None:
    """Store the clock's reading. If the clock was set since the last one, shorten waits or restart doubts.

    Returns Slack's time minus this clock's at the last reading, None when that was not known. ``slack_now``
    is Slack's time, as far as this process knows it. ``is_shared``: the clock is the database's, which may be
    set under running processes; then doubts restart after it was set forward, and the times of first
    attempts move after it was set back.
    """
    readings = {row.what: row.until for row in await connection.execute(_LAST_READINGS)}
    before = _offset(readings)
    offset = before if slack_now is None else slack_now - now
    is_ahead = is_shared and before is not None and offset is not None and before - offset > FORWARD_TOLERANCE
    last = readings.get(_CLOCK)
    if last is not None:
        # Another process that is doing the same may be frozen in its transaction: do not wait for it.
        last = await connection.scalar(_LOCKED_READING)
        is_early = last is None or now - last < (
            _IDLE_INTERVAL if await _nothing_waits(connection) else timedelta()
        )
        is_set_back = last is not None and last - now > TOLERANCE
        if is_early and not is_set_back and not is_ahead:
            return before
        if last is not None and is_set_back:
            await _shorten(connection, last - now, now=now, attempts_too=is_shared)
    if is_ahead:
        log.warning("database_clock_set_forward")
        await restart_doubts(connection, now=now)
    await pace.hold(connection, {(pace.LEDGER, _CLOCK): now})
    if offset is not None:
        await pace.hold(connection, {(pace.LEDGER, _SLACK_CLOCK): now + offset})
    return before


async def restart_doubts(connection: AsyncConnection, *, now: datetime) -> list[int]:
    """Let every doubt settle anew, since nobody knows how much time has passed.

    Returns the ids of all busy parts, which are locked.
    """
    # The condition on the workspace is always true: with it, SQLite uses the index.
    ids = sorted(await connection.scalars(select(_part.id).where(tables.IS_BUSY, _part.workspace > "")))
    own = in_list(_part.id, ids)
    await connection.execute(select(_part.id).where(own).order_by(_part.id).with_for_update())
    doubted = (own, tables.IS_BUSY, _part.doubted_at.is_not(None))
    await connection.execute(update(tables.part).where(*doubted).values(doubted_at=now, not_before=now))
    return ids


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
