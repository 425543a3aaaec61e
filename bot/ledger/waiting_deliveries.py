"""Deliveries that are not finished: until when each waits, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, and_, or_, select

from bot.ledger import lanes, tables
from bot.ledger.ledger_clock import LedgerClock
from bot.ledger.states import PartState
from digests.model import Workspace
from digests.store.database import Database

_part, _delivery, _lane, _rests = tables.part.c, tables.delivery.c, tables.lane.c, tables.pace.c


class Wait(StrEnum):
    """Why a delivery waits. Where Slack refused its last attempt for now, Slack's code stands instead."""

    LEASE = "lease"
    """A process holds it, and may have died: it is in doubt when the lease has ended."""
    DOUBT = "in_doubt"
    """Slack may have it: the channel's history is read when it has had time to settle."""
    PACE = "pace"
    """The channel or the workspace takes its next message then."""
    PAUSED = "paused"
    """The workspace is paused."""


@dataclass(frozen=True, slots=True)
class WaitingDelivery:
    """A delivery with open parts, by the first of them. ``wait`` is None for one that may be sent now."""

    delivery_id: int
    workspace: Workspace
    slack_channel: str
    day: date
    why: str
    wait: timedelta | None


class WaitingDeliveries:
    """Lists the deliveries that are not finished. Changes nothing. ``settle``: as for ``Doubts``."""

    def __init__(self, database: Database, clock: LedgerClock, *, settle: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._settle_time = settle

    async def all(self) -> list[WaitingDelivery]:
        """Every delivery with open parts, the oldest first."""
        query = (
            select(
                _part.delivery_id, _part.workspace, _part.slack_channel, _part.state, _part.reason,
                _part.lease_until, _part.not_before, _part.doubted_at, _delivery.schedule_date,
                _delivery.created_at, _lane.free_at, _rests.until.label("rests_until"),
                lanes.PAUSED_REASON.label("paused"),
            )
            .join_from(tables.part, tables.delivery, _delivery.id == _part.delivery_id)
            .join(tables.lane, _lane.workspace == _part.workspace)
            .outerjoin(
                tables.pace, and_(_rests.workspace == _part.workspace, _rests.what == _part.slack_channel)
            )
            .where(or_(tables.IS_PENDING, tables.IS_BUSY))
            .order_by(_part.delivery_id, _part.position)
        )  # fmt: skip
        async with self._database.read() as connection:
            now = await self._clock.known_now(connection) or await self._clock.now(connection)
            rows = (await connection.execute(lanes.with_installation(query))).all()
        first: dict[int, Row[Any]] = {}
        for row in rows:
            first.setdefault(row.delivery_id, row)
        return [self._waiting(row, now) for row in first.values()]

    def _waiting(self, row: Row[Any], now: datetime) -> WaitingDelivery:
        why, until = self._why(row, now)
        return WaitingDelivery(
            delivery_id=row.delivery_id,
            workspace=Workspace.from_key(row.workspace),
            slack_channel=row.slack_channel,
            day=row.schedule_date or row.created_at.date(),
            why=why,
            wait=None if until is None or until <= now else until - now,
        )

    def _why(self, row: Row[Any], now: datetime) -> tuple[str, datetime | None]:
        if row.state in (PartState.SENDING, PartState.CHECKING):
            return Wait.LEASE, row.lease_until
        if row.paused is not None:
            return Wait.PAUSED, None
        if row.state == PartState.DOUBT:
            return Wait.DOUBT, max(row.doubted_at + self._settle_time, row.not_before)
        if row.not_before > now and row.reason is not None:
            return row.reason, row.not_before
        return Wait.PACE, max(at for at in (row.not_before, row.free_at, row.rests_until) if at is not None)
