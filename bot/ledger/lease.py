"""Leases: what this process holds, and until when. A part has one owner at a time, among all replicas."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from bot.ledger.ledger_clock import LedgerClock
from bot.ledger.part import Method, Part
from digests.model import Workspace


@dataclass(frozen=True, slots=True)
class Lease:
    """Who takes parts, when, and until when. ``now`` and ``until`` are on the ledger's clock, ``held_until``
    is on the process's monotonic clock and never later than ``until``.
    """

    owner: str
    now: datetime
    until: datetime
    held_until: datetime


class LeaseHolder:
    """Makes this process's leases, and remembers which parts it holds. Writes nothing to the database."""

    def __init__(self, clock: LedgerClock, *, length: timedelta, owner: str | None = None) -> None:
        self.clock = clock
        self.length = length
        self.owner = owner or secrets.token_hex(8)
        self._held: dict[int, datetime] = {}

    def held_until(self) -> datetime:
        """The end of a lease that is asked for now, on the monotonic clock.

        Call it before the transaction: waiting for the database may shorten a lease, never lengthen it.
        """
        return self.clock.monotonic() + self.length

    def lease(self, now: datetime, *, held_until: datetime) -> Lease:
        """A lease that begins at ``now`` on the ledger's clock."""
        return Lease(self.owner, now, now + self.length, held_until)

    def take(self, parts: Iterable[Part]) -> None:
        """Note that this process holds the leases of these parts from now on."""
        self._held |= {part.id: part.held_until for part in parts}

    def release(self, parts: Iterable[Part]) -> None:
        """Forget parts whose results are stored."""
        for part in parts:
            self._held.pop(part.id, None)

    def held(self) -> list[int]:
        """The ids of the parts this process still holds, in order."""
        now = self.clock.monotonic()
        return sorted(id_ for id_, held_until in self._held.items() if held_until > now)

    def part(self, row: Row[Any], body: str, lease: Lease, *, attempt: int, token: str | None) -> Part:
        """A part made from its row (with ``thread_ts`` and ``schedule_date`` of its delivery)."""
        # The database's clock may differ from this process's, which Slack's offset was measured against.
        since_first_attempt = lease.now - (row.first_attempt_at or lease.now)
        return Part(
            id=row.id,
            delivery_id=row.delivery_id,
            workspace=Workspace.from_key(row.workspace),
            slack_channel=row.slack_channel,
            uid=row.uid,
            body=body,
            payload=row.payload,
            thread_ts=row.thread_ts if row.in_thread else None,
            attempt=attempt,
            owner=lease.owner,
            held_until=lease.held_until,
            plain=row.plain,
            first_attempt_at=self.clock.monotonic() - since_first_attempt,
            in_thread=row.in_thread,
            position=row.position,
            scheduled=row.schedule_date is not None,
            method=Method.POST,
            ts=row.ts,
            token=token,
        )
