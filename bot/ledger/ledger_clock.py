"""The clock that leases and stored waits follow."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clocks import Machine, MonotonicClock, SlackClock, monotonic_clock, this_machine
from bot.ledger import clock_changes
from bot.ledger.boot_timeline import BootTimeline
from digests.store.database import Database

_DATABASE_CLOCK = select(func.clock_timestamp())


class LedgerClock:
    """Tells the time of the ledger's rows: PostgreSQL's clock, which all processes share, or on SQLite the
    machine's uptime. Does not tell when a channel's post is due: ``Clock`` does.

    ``monotonic`` replaces both, for a simulation.
    """

    def __init__(
        self, database: Database, *, machine: Machine | None = None, monotonic: MonotonicClock | None = None
    ) -> None:
        machine = machine or this_machine()
        self.monotonic = monotonic or monotonic_clock(machine)
        """This process's own clock: how long it holds a part."""
        self.slack = SlackClock(self.monotonic)
        """How far Slack's clock is from ``monotonic``."""
        self.is_shared = not database.is_sqlite
        self._asks_database = self.is_shared and monotonic is None
        self._timeline = None if self.is_shared or monotonic else BootTimeline(machine)
        self.previous_slack_offset: timedelta | None = None
        """Slack's time minus ``monotonic``, as the previous process knew it, which noted the attempts before
        this start. None until ``check`` has run, and on PostgreSQL, whose clock all processes share.
        """

    async def now(self, connection: AsyncConnection) -> datetime:
        """This instant. Call it in a transaction that writes, else ``known_now``."""
        if self._asks_database:
            now: datetime = (await connection.execute(_DATABASE_CLOCK)).scalar_one()
            return now
        return self.monotonic() if self._timeline is None else await self._timeline.now(connection)

    async def known_now(self, connection: AsyncConnection) -> datetime | None:
        """This instant; None where only the database knows it (``dialect.KnownOrNow`` asks it then)."""
        if self._asks_database:
            return None
        known = None if self._timeline is None else await self._timeline.look(connection)
        return known or self.monotonic()

    async def check(self, connection: AsyncConnection, now: datetime) -> None:
        """Store the clock's reading. If it was set since the last one, shorten waits or restart doubts."""
        ours = self.monotonic()
        slack_now = ours + self.slack.offset if self.slack.is_known else None
        before = await clock_changes.check(connection, now=now, slack_now=slack_now, is_shared=self.is_shared)
        if self.previous_slack_offset is None and not self.is_shared:
            self.previous_slack_offset = self.slack.offset if before is None else before + (now - ours)
