"""Results: what Slack answered is stored for a group of parts at once, and deliveries end by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Row, String, bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.tables import channel
from bot.ledger import lanes, pace, tables
from bot.ledger.dialect import execute_with_rows, in_list, rows_parameter
from bot.ledger.outcome import Kind, Outcome
from bot.ledger.part import Part
from bot.ledger.states import (
    BAD_ENDS,
    BUSY_STATES,
    DeliveryTransition,
    PartState,
    PartTransition,
    Reason,
)
from bot.ledger.transitions import move
from bot.workspaces.rate_limits import CHANNEL_INTERVAL
from digests.store.schema import Instant

Result = tuple[Part, Outcome]

_part = tables.part.c
_delivery = tables.delivery.c

WITH_CORRECTIONS = {
    "payload": func.coalesce(_part.desired, _part.payload),
    "desired": None,
    "correct_at": None,
}
"""For a part that is surely not in its channel: send the corrected text, so no correction is needed later."""

_ENDS = {
    PartState.FAILED: DeliveryTransition.FAIL,
    PartState.UNKNOWN: DeliveryTransition.LOSE_TRACK,
}


async def record(connection: AsyncConnection, results: Sequence[Result], *, now: datetime) -> list[Result]:
    """Store results. Returns those that counted.

    A result counts while its attempt is the part's last one and its transition is allowed. That a message
    was sent is believed even after the lease has ended.
    """
    parts = await _lock_parts(connection, {part.delivery_id for part, _ in results})
    rows = {row.id: row for own in parts.values() for row in own}
    changes: dict[int, _Change] = {}
    counted = []
    for part, outcome in sorted(results, key=lambda result: result[0].id):
        row = rows.get(part.id)
        if row is None or row.attempt != part.attempt:
            continue
        change = _change(part, outcome, now, called_off=row.called_off)
        if _is_allowed(change, row, part):
            changes[part.id] = change
            counted.append((part, outcome))
    await _store(connection, changes)
    states = {row.id: _PartNow(row, changes.get(row.id)) for row in rows.values()}
    deliveries = {id_: [states[row.id] for row in own] for id_, own in parts.items()}
    await _close(connection, deliveries, now=now)
    sent = [part for part, outcome in counted if outcome.kind is Kind.SENT]
    next_at = now + CHANNEL_INTERVAL
    await pace.hold(connection, {(part.workspace.key, part.slack_channel): next_at for part in sent})
    unfinished = {
        id_ for id_, own in deliveries.items() if any(part.state == PartState.PENDING for part in own)
    }
    await _touch_lanes(connection, counted, unfinished, now=now)
    return counted


async def lock(connection: AsyncConnection, delivery_ids: Iterable[int]) -> None:
    """Lock the parts of these deliveries on PostgreSQL.

    The order is that of ``record``, so that the two never wait for each other. Does nothing on SQLite,
    where only one transaction writes at a time.
    """
    await connection.execute(_PARTS_OF, {"ids": sorted(delivery_ids)})


async def finish(connection: AsyncConnection, delivery_ids: Iterable[int], *, now: datetime) -> None:
    """Close those of these deliveries whose parts have come to an end without a result."""
    parts = await _lock_parts(connection, set(delivery_ids))
    await _close(connection, {id_: [_PartNow(row) for row in own] for id_, own in parts.items()}, now=now)


@dataclass(frozen=True, slots=True)
class _Change:
    """What a result does to its part: a transition, and values for other columns."""

    transition: PartTransition
    values: dict[str, Any]


class _PartNow:
    """A part as it is after its result."""

    def __init__(self, row: Row[Any], change: _Change | None = None) -> None:
        self.id, self.position = row.id, row.position
        self.state: str = row.state
        self.reason: str | None = row.reason
        self.ts: str | None = row.ts
        if change is not None:
            self.state = change.transition.target
            self.reason = change.values["reason"]
            self.ts = change.values.get("ts", row.ts)


def _change(part: Part, outcome: Outcome, now: datetime, *, called_off: str | None) -> _Change:
    later = now + timedelta(seconds=outcome.wait)
    values: dict[str, Any]
    match outcome.kind:
        case Kind.SENT:
            return _Change(PartTransition.CONFIRM, {"ts": outcome.ts, "reason": None})
        case Kind.RETRY | Kind.BLOCKED | Kind.WORKSPACE | Kind.MESSAGE if called_off is not None:
            return _Change(PartTransition.REFUSE, {"reason": called_off})
        case Kind.RETRY | Kind.BLOCKED | Kind.WORKSPACE:
            # A paused workspace keeps its parts: they are sent if Haru is installed again within the grace.
            values = {"reason": outcome.code, "not_before": later, **WITH_CORRECTIONS}
            return _Change(PartTransition.RETRY, values)
        case Kind.MESSAGE if not part.plain:
            values = {"reason": outcome.code, "plain": True, "not_before": now, **WITH_CORRECTIONS}
            return _Change(PartTransition.RETRY, values)
        case Kind.DOUBT:
            return _Change(PartTransition.LOSE, {"reason": outcome.code, "doubted_at": now})
        case Kind.PARENT:
            return _Change(PartTransition.REFUSE, {"reason": Reason.PARENT_GONE.value})
        case Kind.MESSAGE:
            return _Change(PartTransition.REFUSE, {"reason": Reason.PLAIN_TEXT_FAILED.value})
        case _:
            return _Change(PartTransition.REFUSE, {"reason": outcome.code})


def _is_allowed(change: _Change, row: Row[Any], part: Part) -> bool:
    if row.state not in change.transition.sources:
        return False
    return change.transition is PartTransition.CONFIRM or row.owner == part.owner


async def _store(connection: AsyncConnection, changes: dict[int, _Change]) -> None:
    sent = []
    for id_, change in changes.items():
        if change.transition is PartTransition.CONFIRM:
            sent.append({"id": id_, "ts": change.values["ts"]})
        else:
            await connection.execute(move(change.transition, _part.id == id_, **change.values))
    if sent:
        await execute_with_rows(connection, _confirm(connection.dialect.name), sent)


async def _close(
    connection: AsyncConnection, deliveries: dict[int, list[_PartNow]], *, now: datetime
) -> None:
    """Store deliveries' threads and states. A part that ended badly ends its delivery and later parts."""
    rows: list[dict[str, Any]] = []
    cancelled: dict[str | None, list[int]] = defaultdict(list)
    not_posted: list[int] = []
    for delivery_id, parts in deliveries.items():
        row: dict[str, Any] = {"id": delivery_id, "ts": parts[0].ts, "state": None, "reason": None}
        bad = next((part for part in parts if part.state in BAD_ENDS), None)
        if bad is not None:
            after = [part for part in parts if part.position > bad.position]
            cancelled[bad.reason] += [part.id for part in after if part.state == PartState.PENDING]
            row |= {"state": _ENDS[PartState(bad.state)].target.value, "reason": bad.reason}
            if not any(_may_be_posted(part, bad) for part in parts):
                not_posted.append(delivery_id)
        elif all(part.state == PartState.SENT for part in parts):
            row["state"] = DeliveryTransition.FINISH.target.value
        if row["ts"] is not None or row["state"] is not None:
            rows.append(row)
    for reason, ids in cancelled.items():
        if ids:
            await connection.execute(move(PartTransition.CANCEL, _part.id.in_(ids), reason=reason))
    if not_posted:
        # The channel got nothing of them, so a later date may bring their digests.
        had = tables.delivery_digest
        await connection.execute(had.delete().where(had.c.delivery_id.in_(not_posted)))
    if rows:
        await execute_with_rows(connection, _close_statement(connection.dialect.name), rows, now=now)
        posted = [row["id"] for row in rows if row["ts"] is not None]
        await connection.execute(_RESET_FAILED_DAYS, {"ids": posted})


def _may_be_posted(part: _PartNow, bad: _PartNow) -> bool:
    """Whether a part of a delivery that ended badly is in its channel, or may still get there.

    A part before the bad one may still be pending: it was in doubt when the bad one ended.
    """
    is_waiting = part.state == PartState.PENDING and part.position < bad.position
    return is_waiting or part.state in (PartState.SENT, PartState.UNKNOWN, *BUSY_STATES)


async def _lock_parts(connection: AsyncConnection, delivery_ids: set[int]) -> dict[int, list[Row[Any]]]:
    """The parts of these deliveries in their order, locked."""
    parts: dict[int, list[Row[Any]]] = defaultdict(list)
    if delivery_ids:
        rows: Sequence[Any] = (await connection.execute(_PARTS_OF, {"ids": sorted(delivery_ids)})).all()
        for row in rows:
            parts[row.delivery_id].append(row)
    for own in parts.values():
        own.sort(key=lambda row: row.position)
    return parts


async def _touch_lanes(
    connection: AsyncConnection, results: Sequence[Result], unfinished: set[int], *, now: datetime
) -> None:
    """Have lanes looked at when the rest of their deliveries may go, and rest as long as Slack asked."""
    workspaces = {part.workspace.key for part, _ in results}
    resting = {
        part.workspace.key: now + timedelta(seconds=outcome.wait)
        for part, outcome in results
        if outcome.kind is Kind.RETRY and outcome.code == Reason.RATELIMITED
    }
    await lanes.rest(connection, resting, beside=workspaces)
    due: dict[str, datetime] = {}
    for part, outcome in results:
        if part.delivery_id in unfinished:
            waits = outcome.kind in (Kind.RETRY, Kind.BLOCKED, Kind.WORKSPACE)
            at = now + (timedelta(seconds=outcome.wait) if waits else CHANNEL_INTERVAL)
            due[part.workspace.key] = min(due.get(part.workspace.key, at), at)
    # A part of another delivery may have waited for this one's channel.
    others = dict.fromkeys(workspaces - due.keys(), now + CHANNEL_INTERVAL)
    await lanes.touch(connection, due, if_waiting=others)


_PARTS_OF = (
    select(
        _part.id, _part.delivery_id, _part.position, _part.state, _part.reason, _part.ts, _part.owner,
        _part.attempt, _part.called_off,
    )
    .where(in_list(_part.delivery_id, "ids"))
    # Every process locks parts in this order, so that no two wait for each other.
    .order_by(_part.id)
    .with_for_update()
)  # fmt: skip
_RESET_FAILED_DAYS = (
    update(channel)
    .where(
        channel.c.failed_days > 0,
        channel.c.id.in_(select(_delivery.channel_id).where(in_list(_delivery.id, "ids"))),
    )
    .values(failed_days=0)
)


@lru_cache(maxsize=2)
def _confirm(dialect: str) -> Any:
    rows = rows_parameter(dialect, id=BigInteger(), ts=String(32))
    values = {"ts": rows.c.ts, "reason": None, "owner": None, "lease_until": None}
    return move(PartTransition.CONFIRM, _part.id == rows.c.id, **values)


@lru_cache(maxsize=2)
def _close_statement(dialect: str) -> Any:
    rows = rows_parameter(dialect, id=BigInteger(), ts=String(32), state=String(16), reason=String(64))
    now = bindparam("now", type_=Instant())
    is_over = rows.c.state.is_not(None)
    return (
        update(tables.delivery)
        .where(_delivery.id == rows.c.id)
        .values(
            thread_ts=func.coalesce(_delivery.thread_ts, rows.c.ts),
            state=func.coalesce(rows.c.state, _delivery.state),
            reason=case((is_over, rows.c.reason), else_=_delivery.reason),
            finished_at=case((is_over, now), else_=_delivery.finished_at),
        )
    )
