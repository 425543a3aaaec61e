"""The clock that leases and stored waits follow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clocks import MonotonicClock, monotonic_clock
from bot.ledger import clock_setbacks
from digests.store.database import Database

_DATABASE_CLOCK = select(func.clock_timestamp())


class LedgerClock:
    """Tells the time of the ledger's rows: PostgreSQL's clock, which all processes share, or on SQLite this
    process's monotonic clock. Does not tell when a channel's post is due: ``Clock`` does.

    ``monotonic`` replaces both, for a simulation. ``slack_offset`` returns Slack's time minus this clock's,
    as far as this process knows it.
    """

    def __init__(
        self,
        database: Database,
        *,
        monotonic: MonotonicClock | None = None,
        slack_offset: Callable[[], timedelta] = timedelta,
    ) -> None:
        self.monotonic = monotonic or monotonic_clock()
        """This process's own clock: how long it holds a part."""
        self.is_shared = not database.is_sqlite
        self._asks_database = self.is_shared and monotonic is None
        self._slack_offset = slack_offset
        self.previous_slack_offset: timedelta | None = None
        """Slack's time minus the previous process's clock, which noted the attempts before this start. None
        until ``check`` has run, and on PostgreSQL, whose clock all processes share.
        """

    async def now(self, connection: AsyncConnection) -> datetime:
        """This instant."""
        if self._asks_database:
            now: datetime = (await connection.execute(_DATABASE_CLOCK)).scalar_one()
            return now
        return self.monotonic()

    def known_now(self) -> datetime | None:
        """This instant; None where only the database knows it (``dialect.KnownOrNow`` asks it then)."""
        return None if self._asks_database else self.monotonic()

    async def check(self, connection: AsyncConnection, now: datetime) -> None:
        """Store the clock's reading. If it was set back since the last reading, shorten all stored waits."""
        offset = self._slack_offset()
        before = await clock_setbacks.check(connection, now=now, offset=offset, is_shared=self.is_shared)
        if self.previous_slack_offset is None and not self.is_shared:
            self.previous_slack_offset = offset if before is None else before
