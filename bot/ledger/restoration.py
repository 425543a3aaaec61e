"""What a ledger that was restored from a backup does not know: what was posted since the copy was made."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import open_parts, pace, tables
from bot.ledger.states import Reason

_WHAT = "restored"


async def begin_anew(connection: AsyncConnection, *, now: datetime, wall: datetime) -> None:
    """Send nothing that may have been sent since the copy: call open parts off, and note when this was.

    A part that was being sent is still looked for in its channel. The planner leaves out the digests up to
    the day of ``wall``: the copy does not say which of them were posted. ``now`` is the ledger's time.
    """
    await open_parts.call_off_all(connection, Reason.RESTORED, now=now)
    await pace.hold(connection, {(pace.LEDGER, _WHAT): wall})


async def restored_at(connection: AsyncConnection) -> datetime | None:
    """When the database was last restored from a backup, on the wall clock; None if it never was."""
    row = tables.pace.c
    at: datetime | None = await connection.scalar(
        select(row.until).where(row.workspace == pace.LEDGER, row.what == _WHAT)
    )
    return at
