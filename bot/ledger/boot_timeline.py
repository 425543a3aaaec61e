"""The time of a ledger on SQLite: the machine's uptime, which all processes of one boot share."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clocks import Machine
from bot.ledger import clock_changes, pace, tables
from bot.ledger.dialect import in_list

_BOOT = "boot:"

_pace, _part = tables.pace.c, tables.part.c


class BootTimeline:
    """Tells the ledger's time by the machine's uptime, and stores what its time was at the boot.

    A process of the same boot continues the time of those before it, whatever became of the wall clock. After
    a reboot, or on a machine that does not tell its boots apart, nobody knows how much time has passed: the
    first process begins a new time at the wall clock's, and every doubt has to settle anew.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._booted_at: datetime | None = None

    async def now(self, connection: AsyncConnection) -> datetime:
        """This instant. Call it in a transaction that writes: it may begin a new time."""
        known = await self.look(connection)
        return await self._begin(connection) if known is None else known

    async def look(self, connection: AsyncConnection) -> datetime | None:
        """This instant; None until a process of this boot has begun the time."""
        if self._booted_at is None:
            self._booted_at = await connection.scalar(
                select(_pace.until).where(_pace.workspace == pace.LEDGER, _pace.what == self._row)
            )
        if self._booted_at is None:
            return None
        return self._booted_at + timedelta(seconds=self._machine.uptime())

    @property
    def _row(self) -> str:
        return f"{_BOOT}{self._machine.boot_id or id(self)}"

    async def _begin(self, connection: AsyncConnection) -> datetime:
        now = self._machine.wall()
        await connection.execute(
            delete(tables.pace).where(_pace.workspace == pace.LEDGER, _pace.what.startswith(_BOOT))
        )
        booted_at = now - timedelta(seconds=self._machine.uptime())
        await pace.hold(connection, {(pace.LEDGER, self._row): booted_at})
        busy = await clock_changes.restart_doubts(connection, now=now)
        # The processes that held a lease ended with their boot.
        leased = (in_list(_part.id, busy), _part.lease_until.is_not(None))
        await connection.execute(update(tables.part).where(*leased).values(lease_until=now))
        return now
