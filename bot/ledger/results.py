"""Results: what Slack answered, written down for a group of parts at once, and deliveries that end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Row, String, bindparam, case, func, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.tables import channel
from bot.ledger import lanes, tables
from bot.ledger.delivery import State
from bot.ledger.dialect import among, execute_with, given, insert_into
from bot.ledger.outcome import Kind, Outcome
from bot.ledger.part import Part
from bot.workspaces.rate_limits import CHANNEL_INTERVAL
from digests.store.schema import Instant

Result = tuple[Part, Outcome]

_part = tables.part.c
_delivery = tables.delivery.c
_OPEN = ("pending", "sending", "doubt", "checking")

AS_WANTED = {
    "payload": func.coalesce(_part.desired, _part.payload),
    "desired": None,
    "correct_at": None,
}
"""What surely is not there is sent as it is to read by then; it needs no correction afterwards."""


async def record(connection: AsyncConnection, results: Sequence[Result], *, now: datetime) -> list[Result]:
    """Write results down; gives those that counted.

    A result counts while its attempt is still the part's last. That a message was sent is
    believed whatever became of the lease: nobody knows it better than who was told so.
    """
    parts = await _parts_of(connection, {held.delivery_id for held, _ in results})
    found = {row.id: row for rows in parts.values() for row in rows}
    counted = [pair for pair in sorted(results, key=_id) if _counts(found.get(pair[0].id), *pair)]
    changes = {
        held.id: _after(held, outcome, now, called_off=found[held.id].called_off) for held, outcome in counted
    }
    sent = [{"id": id_, "ts": change["ts"]} for id_, change in changes.items() if change["state"] == "sent"]
    if sent:
        await execute_with(connection, _sent(connection.dialect.name), sent)
    for id_, change in changes.items():
        if change["state"] != "sent":
            await connection.execute(update(tables.part).where(_part.id == id_).values(change))
    states = {row.id: _Standing(row, changes.get(row.id)) for row in found.values()}
    await _close(
        connection,
        {delivery_id: [states[row.id] for row in rows] for delivery_id, rows in parts.items()},
        now=now,
    )
    arrived = [held for held, outcome in counted if outcome.kind is Kind.SENT]
    await hold(
        connection, {(one.workspace.key, one.slack_channel): now + CHANNEL_INTERVAL for one in arrived}
    )
    going_on = {
        delivery_id
        for delivery_id, rows in parts.items()
        if any(states[row.id].state == "pending" for row in rows)
    }
    await _touch(connection, counted, going_on, now=now)
    return counted


async def lock(connection: AsyncConnection, delivery_ids: Iterable[int]) -> None:
    """Have these deliveries' parts to this transaction alone, on PostgreSQL, in the order of ``record``."""
    await connection.execute(_PARTS_OF, {"ids": sorted(delivery_ids)})


async def hold(connection: AsyncConnection, until: dict[tuple[str, str], datetime]) -> None:
    """Nothing is asked of these channels, or of these methods of a workspace, until then."""
    rows = [{"workspace": key, "what": what, "until": at} for (key, what), at in sorted(until.items())]
    if rows:
        await execute_with(connection, _hold(connection.dialect.name), rows)


async def finish(connection: AsyncConnection, delivery_ids: Iterable[int], *, now: datetime) -> None:
    """Close deliveries that have come to their end otherwise than by a result."""
    parts = await _parts_of(connection, set(delivery_ids))
    await _close(
        connection,
        {delivery_id: [_Standing(row) for row in rows] for delivery_id, rows in parts.items()},
        now=now,
    )


@dataclass(slots=True)
class _Standing:
    """A part as it stands with its result."""

    id: int
    position: int
    state: str
    reason: str | None
    ts: str | None

    def __init__(self, row: Row[Any], change: dict[str, Any] | None = None) -> None:
        self.id, self.position = row.id, row.position
        self.state, self.reason, self.ts = row.state, row.reason, row.ts
        if change is not None:
            self.state, self.reason = change["state"], change["reason"]
            self.ts = change.get("ts", row.ts)


async def _close(
    connection: AsyncConnection, deliveries: dict[int, list[_Standing]], *, now: datetime
) -> None:
    """Threads hang on first messages; a part that ended badly ends those after it, and its delivery."""
    rows: list[dict[str, Any]] = []
    ended: dict[str | None, list[int]] = defaultdict(list)
    unposted: list[int] = []
    for delivery_id, parts in deliveries.items():
        first = parts[0]
        row: dict[str, Any] = {"id": delivery_id, "ts": first.ts, "state": None, "reason": None}
        bad = next((one for one in parts if one.state in ("failed", "unknown")), None)
        if bad is not None:
            rest = [one for one in parts if one.position > bad.position and one.state == "pending"]
            ended[bad.reason] += [one.id for one in rest]
            row |= {"state": bad.state, "reason": bad.reason}
            if not any(_may_come(one, bad) for one in parts):
                unposted.append(delivery_id)
        elif all(one.state == "sent" for one in parts):
            row["state"] = State.SENT.value
        if row["ts"] is not None or row["state"] is not None:
            rows.append(row)
    for reason, ids in ended.items():
        if ids:
            await connection.execute(
                update(tables.part).where(_part.id.in_(ids)).values(state="failed", reason=reason)
            )
    if unposted:
        # Nothing of them came: the next date may bring it.
        had = tables.delivery_digest
        await connection.execute(had.delete().where(had.c.delivery_id.in_(unposted)))
    if rows:
        await execute_with(connection, _closed(connection.dialect.name), rows, now=now)
        # A post arrived: the count of days on which its channel took nothing starts over.
        posted = [row["id"] for row in rows if row["ts"] is not None]
        await connection.execute(_GOOD_DAY, {"ids": posted})


def _may_come(part: _Standing, bad: _Standing) -> bool:
    """Whether a part of a delivery that ended badly stands in its channel, or may yet: before the bad one
    something may still wait, of which nobody knew then whether it had arrived.
    """
    is_waiting = part.state == "pending" and part.position < bad.position
    return is_waiting or part.state in ("sent", "unknown", "doubt", "checking", "sending")


async def _parts_of(connection: AsyncConnection, delivery_ids: set[int]) -> dict[int, list[Row[Any]]]:
    parts: dict[int, list[Row[Any]]] = defaultdict(list)
    if delivery_ids:
        rows: Sequence[Any] = (await connection.execute(_PARTS_OF, {"ids": sorted(delivery_ids)})).all()
        for row in rows:
            parts[row.delivery_id].append(row)
    for own in parts.values():
        own.sort(key=lambda row: row.position)
    return parts


async def _touch(
    connection: AsyncConnection, results: Sequence[Result], going_on: set[int], *, now: datetime
) -> None:
    """What may go on, now or later, is looked at then; what Slack asked to rest, rests."""
    resting = {
        held.workspace.key: now + timedelta(seconds=outcome.wait)
        for held, outcome in results
        if outcome.kind is Kind.AGAIN and outcome.code == "ratelimited"
    }
    await lanes.rest(connection, resting, beside={held.workspace.key for held, _ in results})
    due: dict[str, datetime] = {}
    for held, outcome in results:
        if held.delivery_id in going_on:
            waits = outcome.kind in (Kind.AGAIN, Kind.LATER, Kind.WORKSPACE)
            at = now + (timedelta(seconds=outcome.wait) if waits else CHANNEL_INTERVAL)
            due[held.workspace.key] = min(due.get(held.workspace.key, at), at)
    # Another delivery may have waited for this one's channel.
    others = {held.workspace.key for held, _ in results} - due.keys()
    await lanes.touch(connection, due, nudged=dict.fromkeys(others, now + CHANNEL_INTERVAL))


def _counts(row: Row[Any] | None, held: Part, outcome: Outcome) -> bool:
    if row is None or row.attempt != held.attempt:
        return False
    if outcome.kind is Kind.SENT:
        return row.state in _OPEN
    return bool(row.state == "sending" and row.owner == held.owner)


def _id(result: Result) -> int:
    return result[0].id


def _after(held: Part, outcome: Outcome, now: datetime, *, called_off: str | None) -> dict[str, Any]:
    match outcome.kind:
        case Kind.SENT:
            return {"state": "sent", "ts": outcome.ts, "reason": None}
        case Kind.AGAIN | Kind.LATER | Kind.WORKSPACE | Kind.MESSAGE if called_off is not None:
            # Surely not sent, and not wanted any more.
            return {"state": "failed", "reason": called_off}
        case Kind.AGAIN | Kind.LATER | Kind.WORKSPACE:
            # A paused workspace keeps what it has: installed again within the grace, it gets it.
            later = now + timedelta(seconds=outcome.wait)
            return {"state": "pending", "reason": outcome.code, "not_before": later, **AS_WANTED}
        case Kind.MESSAGE if not held.plain:
            return {
                "state": "pending", "reason": outcome.code, "plain": True, "not_before": now, **AS_WANTED
            }  # fmt: skip
        case Kind.PARENT:
            return {"state": "failed", "reason": "parent_gone"}
        case Kind.MESSAGE:
            return {"state": "failed", "reason": "plain_text_failed"}
        case Kind.DOUBT:
            return {"state": "doubt", "reason": outcome.code, "doubted_at": now}
        case _:
            return {"state": "failed", "reason": outcome.code}


_PARTS_OF = (
    select(
        _part.id, _part.delivery_id, _part.position, _part.state, _part.reason, _part.ts, _part.owner,
        _part.attempt, _part.called_off,
    )
    .where(among(_part.delivery_id, "ids"))
    # In one order everywhere: two processes that wait for each other's rows would wait for good.
    .order_by(_part.id)
    .with_for_update()
)  # fmt: skip
_GOOD_DAY = (
    update(channel)
    .where(
        channel.c.failed_days > 0,
        channel.c.id.in_(select(_delivery.channel_id).where(among(_delivery.id, "ids"))),
    )
    .values(failed_days=0)
)


@lru_cache(maxsize=2)
def _sent(dialect: str) -> Any:
    rows = given(dialect, id=BigInteger(), ts=String(32))
    return (
        update(tables.part)
        .where(_part.id == rows.c.id)
        .values(state="sent", ts=rows.c.ts, reason=None, owner=None, lease_until=None)
    )


@lru_cache(maxsize=2)
def _closed(dialect: str) -> Any:
    rows = given(dialect, id=BigInteger(), ts=String(32), state=String(16), reason=String(64))
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


@lru_cache(maxsize=2)
def _hold(dialect: str) -> Any:
    rows = given(dialect, workspace=String(64), what=String(64), until=Instant())
    pace = tables.pace.c
    wanted = select(rows.c.workspace, rows.c.what, rows.c.until).where(true())
    statement = insert_into(dialect, tables.pace).from_select([pace.workspace, pace.what, pace.until], wanted)
    return statement.on_conflict_do_update(
        index_elements=[pace.workspace, pace.what], set_={"until": statement.excluded.until}
    )
