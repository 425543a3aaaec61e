"""Doubts: parts that Slack may or may not have, until their channel's history is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import lanes, pace, results, tables
from bot.ledger.dialect import in_list
from bot.ledger.lease import Lease, LeaseHolder
from bot.ledger.part import Part
from bot.ledger.payloads import PayloadCache
from bot.ledger.states import PartState, PartTransition, Reason
from bot.ledger.transitions import is_in, move
from bot.workspaces.rate_limits import CHANNEL_INTERVAL
from digests.store.database import IDLE_TRANSACTION_TIMEOUT, Database

CLOCK_SKEW = timedelta(seconds=IDLE_TRANSACTION_TIMEOUT)
"""How far a row may be ahead of the time this process read: on PostgreSQL another process may claim between
this one's reading of the clock and its look at the parts. No transaction lasts longer.
"""

_part = tables.part.c


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a read of the history says about a part.

    ``ts``: it is there. ``unknown``: why it cannot be found out. ``gone``: its thread was deleted.
    ``again_after``: look again after this time. None of them: it is surely not there.
    """

    ts: str | None = None
    unknown: str | None = None
    gone: bool = False
    again_after: timedelta | None = None


Settlement = tuple[Part, Verdict]


class Doubts:
    """Turns abandoned parts into doubts, hands doubts out to be looked for, and stores the verdicts.

    Reads no history itself: the reconciler does. ``settle`` is how long after a doubt Slack may still
    show the message.
    """

    def __init__(
        self, database: Database, holder: LeaseHolder, payloads: PayloadCache, *, settle: timedelta
    ) -> None:
        self._database = database
        self._holder = holder
        self._clock = holder.clock
        self._payloads = payloads
        self._settle_time = settle

    async def recover(self) -> int:
        """At the start of the only process on a database: doubt every part that an earlier process held.

        Returns how many were being sent. Stored waits stay, so that a crash does not break the pace.
        """
        async with self._database.write() as connection:
            now = await self._clock.now(connection)
            await self._clock.check(connection, now)
            values = {"reason": Reason.LEASE_EXPIRED.value, "doubted_at": now, "not_before": now}
            lost = await connection.execute(move(PartTransition.LOSE, **values).returning(_part.id))
            count = len(lost.all())
            await connection.execute(move(PartTransition.POSTPONE))
            doubted = is_in(PartState.DOUBT)
            await connection.execute(update(tables.part).where(doubted).values(not_before=now))
            in_future = and_(tables.IS_BUSY, _part.doubted_at > now)
            await connection.execute(update(tables.part).where(in_future).values(doubted_at=now))
            return count

    async def expire_leases(self) -> int:
        """Doubt every part whose lease has ended; returns how many were being sent.

        A lease that ends much later than a new one would was made before the clock was set back, and has
        ended too. Skips parts that this process holds, whatever the clock says, and parts that another
        transaction has locked, since that process may be frozen.
        """
        held = self._holder.held()
        async with self._database.write() as connection:
            now = await self._clock.now(connection)
            await self._clock.check(connection, now)
            longest = now + self._holder.length + CLOCK_SKEW
            has_ended = or_(_part.lease_until < now, _part.lease_until > longest)
            is_leased = is_in(PartState.SENDING, PartState.CHECKING)
            # A doubt from the future is from before the clock was set back.
            is_from_future = and_(is_in(PartState.DOUBT), _part.doubted_at > now)
            rows = await connection.execute(
                select(_part.id, _part.state)
                .where(
                    tables.IS_BUSY,
                    or_(and_(is_leased, has_ended, _part.id.not_in(held)), is_from_future),
                )
                .order_by(_part.id)
                .with_for_update(skip_locked=True)
            )
            found: dict[str, list[int]] = defaultdict(list)
            for row in rows:
                found[row.state].append(row.id)
            lost, checking = found[PartState.SENDING], found[PartState.CHECKING]
            values = {"reason": Reason.LEASE_EXPIRED.value, "doubted_at": now, "not_before": now}
            await connection.execute(move(PartTransition.LOSE, in_list(_part.id, lost), **values))
            await connection.execute(move(PartTransition.POSTPONE, in_list(_part.id, checking)))
            from_future = in_list(_part.id, found[PartState.DOUBT])
            await connection.execute(update(tables.part).where(from_future).values(doubted_at=now))
            return len(lost)

    async def check_out(self, limit: int = 100) -> list[Part]:
        """Take doubts that had time to settle, the oldest first, to look for them under a lease."""
        held_until = self._holder.held_until()
        async with self._database.write() as connection:
            now = await self._clock.now(connection)
            lease = self._holder.lease(now, held_until=held_until)
            rows = await _check_out(connection, lease, settle=self._settle_time, limit=limit)
            bodies = await self._payloads.load(connection, {row.payload for row in rows})
        return [
            self._holder.part(row, bodies[row.payload], lease, attempt=row.attempt, token=row.token)
            for row in rows
        ]

    async def settle(self, verdicts: Sequence[Settlement]) -> list[Settlement]:
        """Store verdicts. Returns those that counted: of parts that this process still checks."""
        async with self._database.write() as connection:
            now = await self._clock.now(connection)
            # The answers told Slack's time: it shows whether the settle time was really over.
            await self._clock.check(connection, now)
            return await _settle(connection, verdicts, now=now, settled=now - self._settle_time)


async def _check_out(
    connection: AsyncConnection, lease: Lease, *, settle: timedelta, limit: int
) -> list[Row[Any]]:
    settled = (
        select(_part.id)
        .where(is_in(PartState.DOUBT), _part.doubted_at <= lease.now - settle, _part.not_before <= lease.now)
        .order_by(_part.doubted_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(await connection.scalars(settled))
    if not ids:
        return []
    values = {"owner": lease.owner, "lease_until": lease.until}
    await connection.execute(move(PartTransition.CHECK, _part.id.in_(ids), **values))
    delivery = tables.delivery.c
    rows = await connection.execute(
        lanes.with_installation(
            select(tables.part, delivery.thread_ts, delivery.schedule_date, lanes.TOKEN)
            .join_from(tables.part, tables.delivery, delivery.id == _part.delivery_id)
            .join(tables.lane, tables.lane.c.workspace == _part.workspace)
        )
        .where(_part.id.in_(ids))
        .order_by(_part.doubted_at)
    )
    return list(rows)


async def _settle(
    connection: AsyncConnection, verdicts: Sequence[Settlement], *, now: datetime, settled: datetime
) -> list[Settlement]:
    await results.lock(connection, {part.delivery_id for part, _ in verdicts})
    rows = await connection.execute(
        select(_part.id, _part.owner, _part.attempt, _part.called_off, _part.doubted_at).where(
            _part.id.in_([part.id for part, _ in verdicts]), _part.state == PartState.CHECKING
        )
    )
    checking = {(row.id, row.owner, row.attempt): row for row in rows}
    counted = []
    for part, verdict in sorted(verdicts, key=lambda settlement: settlement[0].id):
        row = checking.get((part.id, part.owner, part.attempt))
        if row is None:
            continue
        # The doubt was restarted while its history was read: that the message is not there may still change.
        counts = verdict.ts is not None or row.doubted_at <= settled
        counted.append((part, verdict if counts else Verdict(again_after=timedelta(0))))
    for part, verdict in counted:
        row = checking[part.id, part.owner, part.attempt]
        transition, values = _change(verdict, now, called_off=row.called_off)
        await connection.execute(move(transition, _part.id == part.id, **values))
    found = [part for part, verdict in counted if verdict.ts is not None]
    next_at = now + CHANNEL_INTERVAL
    await pace.hold(connection, {(part.workspace.key, part.slack_channel): next_at for part in found})
    await results.finish(connection, {part.delivery_id for part, _ in counted}, now=now)
    await lanes.touch(connection, {part.workspace.key: now for part, _ in counted})
    return counted


def _change(
    verdict: Verdict, now: datetime, *, called_off: str | None
) -> tuple[PartTransition, dict[str, Any]]:
    """The transition of a verdict, and values for other columns."""
    if verdict.ts is not None:
        found = {"ts": verdict.ts, "reason": None, "owner": None, "lease_until": None}
        return PartTransition.FIND, found
    if verdict.unknown is not None:
        return PartTransition.GIVE_UP, {"reason": verdict.unknown}
    if verdict.gone:
        return PartTransition.ABANDON, {"reason": Reason.PARENT_GONE.value}
    if verdict.again_after is not None:
        return PartTransition.POSTPONE, {"not_before": now + verdict.again_after}
    if called_off is not None:
        return PartTransition.ABANDON, {"reason": called_off}
    values: dict[str, Any] = {
        "reason": Reason.NOT_IN_HISTORY.value,
        "not_before": now,
        **results.WITH_CORRECTIONS,
    }
    return PartTransition.MISS, values
