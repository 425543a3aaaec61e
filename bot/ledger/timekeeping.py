"""Timekeeping: the ledger's clock as it was last seen, so that one that was set back is noticed.

Waits are noted as instants. After the clock was set back they would last longer by as much, and a process
that has just started, or another replica, cannot tell from its own clock that it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import results, tables
from digests.store.database import IDLE_TRANSACTION_TIMEOUT

TOLERANCE = timedelta(seconds=IDLE_TRANSACTION_TIMEOUT)
"""What was seen may be so far ahead of who looks: on PostgreSQL others look between its look at the clock and
its look at the row, and no transaction lasts longer.
"""

_EVERYBODY, _CLOCK, _SLACK = "", "clock", "slack_clock"
_SELDOM = timedelta(hours=1)
"""How often the clock is noted while nothing waits."""

_part, _lane, _pace = tables.part.c, tables.lane.c, tables.pace.c
_NOTED = select(_pace.what, _pace.until).where(
    _pace.workspace == _EVERYBODY, _pace.what.in_((_CLOCK, _SLACK))
)
_SEEN = (
    select(_pace.until)
    .where(_pace.workspace == _EVERYBODY, _pace.what == _CLOCK)
    .with_for_update(skip_locked=True)
)
_OPEN: ColumnElement[bool] = or_(literal_column(tables.PENDING), literal_column(tables.BUSY))


async def keep(
    connection: AsyncConnection, *, now: datetime, offset: timedelta, is_shared: bool
) -> timedelta | None:
    """Note the clock; where it was set back since it was last noted, every wait lasts as long as it was to.

    Gives how far Slack's clock was from this one when it was last noted, None where it never was.
    ``offset`` is how far it is now, as far as this process has heard. ``is_shared``: it is the clock of a
    database that others have gone on with, and not that of a process that may have been away meanwhile.
    """
    noted = {row.what: row.until for row in await connection.execute(_NOTED)}
    seen = noted.get(_CLOCK)
    if seen is not None:
        # Whoever else is just at it does the same, and may have stopped in the middle: nobody waits for that.
        seen = await connection.scalar(_SEEN)
        is_early = seen is None or now - seen < (_SELDOM if await _nothing_waits(connection) else timedelta())
        is_back = seen is not None and seen - now > TOLERANCE
        if is_early and not is_back:
            return _offset(noted)
        if seen is not None and is_back:
            await _shorten(connection, seen - now, now=now, attempts_too=is_shared)
    await results.hold(connection, {(_EVERYBODY, _CLOCK): now, (_EVERYBODY, _SLACK): now + offset})
    return _offset(noted)


def _offset(noted: Mapping[str, datetime]) -> timedelta | None:
    return noted[_SLACK] - noted[_CLOCK] if _SLACK in noted and _CLOCK in noted else None


async def _nothing_waits(connection: AsyncConnection) -> bool:
    return await connection.scalar(select(_part.id).where(_OPEN).limit(1)) is None


async def _shorten(
    connection: AsyncConnection, back: timedelta, *, now: datetime, attempts_too: bool
) -> None:
    """Take so much off every wait, and off the end of every grace."""
    asked: ColumnElement[bool] = literal_column("part.desired IS NOT NULL")
    columns = [_part.not_before, _part.give_up_at, *([_part.first_attempt_at] if attempts_too else [])]
    await _move(connection, [_part.id], columns, _OPEN, back)
    await _move(connection, [_part.id], [_part.correct_at], and_(asked, _part.correct_at > now), back)
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
    """Put instants back. In Python: SQLite has them as text."""
    table = keys[0].table
    found = (await connection.execute(select(*keys, *columns).where(which).order_by(*keys))).all()
    changes = [
        {f"its_{key.name}": value for key, value in zip(keys, row, strict=False)}
        | {
            f"new_{column.name}": None if value is None else value - back
            for column, value in zip(columns, row[len(keys) :], strict=True)
        }
        for row in found
    ]
    if changes:
        await connection.execute(
            update(table)
            .where(*(key == bindparam(f"its_{key.name}") for key in keys))
            .values({column.name: bindparam(f"new_{column.name}") for column in columns}),
            changes,
        )
