"""Results: what Slack answered, written down for a group of parts at once, and deliveries that end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.tables import channel
from bot.delivery import tables
from bot.delivery.delivery import State
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.part import Part
from bot.delivery.store import lanes
from bot.delivery.store.dialect import insert_into

PER_CHANNEL = timedelta(seconds=1)
"""Slack takes about one message a second a channel: https://docs.slack.dev/apis/web-api/rate-limits"""

_part = tables.part.c

Result = tuple[Part, Outcome]


async def record(connection: AsyncConnection, results: Sequence[Result], *, now: datetime) -> list[Result]:
    """Write results down; gives those that counted.

    A result counts while its attempt is still the part's last. That a message was sent is
    believed whatever became of the lease: nobody knows it better than who was told so.
    """
    counted = await _still_ours(connection, results)
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for held, outcome in counted:
        values = _after(held, outcome, now)
        by_columns[tuple(values)].append({"key": held.id, **values})
    for rows in by_columns.values():
        await connection.execute(
            update(tables.part).where(_part.id == bindparam("key")),
            rows,
        )
    sent = [(held, outcome.ts) for held, outcome in counted if outcome.kind is Kind.SENT and outcome.ts]
    await arrived(connection, sent, now=now)
    await finish(connection, {held.delivery_id for held, _ in counted}, now=now)
    await _touch(connection, counted, now=now)
    return counted


async def arrived(connection: AsyncConnection, parts: Sequence[tuple[Part, str]], *, now: datetime) -> None:
    """Parts are in their channels: threads hang on the first, and each channel rests its second."""
    if not parts:
        return
    by_delivery = sorted((held.delivery_id, ts) for held, ts in parts if held.position == 0)
    firsts = [{"key": delivery_id, "thread_ts": ts} for delivery_id, ts in by_delivery]
    if firsts:
        await connection.execute(
            update(tables.delivery).where(
                tables.delivery.c.id == bindparam("key"), tables.delivery.c.thread_ts.is_(None)
            ),
            firsts,
        )
        # A post arrived: the count of days on which the channel took nothing starts over.
        taken = select(tables.delivery.c.channel_id).where(
            tables.delivery.c.id.in_([row["key"] for row in firsts])
        )
        await connection.execute(
            update(channel).where(channel.c.failed_days > 0, channel.c.id.in_(taken)).values(failed_days=0)
        )
    await hold(
        connection,
        {(held.workspace.key, held.slack_channel): now + PER_CHANNEL for held, _ in parts},
    )


async def hold(connection: AsyncConnection, until: dict[tuple[str, str], datetime]) -> None:
    """Nothing is asked of these channels, or of these methods of a workspace, until then."""
    statement = insert_into(connection, tables.pace)
    statement = statement.on_conflict_do_update(
        index_elements=["workspace", "what"], set_={"until": statement.excluded.until}
    )
    await connection.execute(
        statement,
        [{"workspace": key, "what": what, "until": at} for (key, what), at in sorted(until.items())],
    )


async def finish(connection: AsyncConnection, delivery_ids: Iterable[int], *, now: datetime) -> None:
    """Close deliveries: a part that ended badly ends those after it, and then the delivery."""
    ids = sorted(set(delivery_ids))
    if not ids:
        return
    rows = await connection.execute(
        select(_part.delivery_id, _part.position, _part.state, _part.reason)
        .where(_part.delivery_id.in_(ids))
        .order_by(_part.position)
    )
    parts: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        parts[row.delivery_id].append(row)
    closed: list[dict[str, Any]] = []
    ended: list[dict[str, Any]] = []
    unposted: list[int] = []
    for delivery_id, own in parts.items():
        bad = next((row for row in own if row.state in ("failed", "unknown")), None)
        if bad is None:
            if all(row.state == "sent" for row in own):
                closed.append({"key": delivery_id, "state": State.SENT, "reason": None})
            continue
        ended.append({"key": delivery_id, "after": bad.position, "reason": bad.reason})
        closed.append({"key": delivery_id, "state": State(bad.state), "reason": bad.reason})
        if not any(row.state in ("sent", "unknown", "doubt", "checking", "sending") for row in own):
            unposted.append(delivery_id)
    if ended:
        await connection.execute(
            update(tables.part)
            .where(
                _part.delivery_id == bindparam("key"),
                _part.position > bindparam("after"),
                literal_column(tables.PENDING),
            )
            .values(state="failed"),
            ended,
        )
    if unposted:
        # Nothing of them came: the next date may bring it.
        had = tables.delivery_digest
        await connection.execute(had.delete().where(had.c.delivery_id.in_(unposted)))
    if closed:
        delivery = tables.delivery.c
        await connection.execute(
            update(tables.delivery).where(delivery.id == bindparam("key")).values(finished_at=now),
            closed,
        )


async def _still_ours(connection: AsyncConnection, results: Sequence[Result]) -> list[Result]:
    rows = await connection.execute(
        select(_part.id, _part.owner, _part.attempt, _part.state)
        .where(_part.id.in_([held.id for held, _ in results]))
        .order_by(_part.id)
        .with_for_update()
    )
    found = {row.id: row for row in rows}

    def counts(held: Part, outcome: Outcome) -> bool:
        row = found.get(held.id)
        if row is None or row.attempt != held.attempt:
            return False
        if outcome.kind is Kind.SENT:
            return row.state in ("sending", "doubt", "checking", "pending")
        return bool(row.state == "sending" and row.owner == held.owner)

    # In one order everywhere: two processes that wait for each other's rows would wait for good.
    return [pair for pair in sorted(results, key=lambda pair: pair[0].id) if counts(*pair)]


async def _touch(connection: AsyncConnection, results: Sequence[Result], *, now: datetime) -> None:
    """What may go on now, or later, is looked at then; what Slack asked to rest, rests."""
    resting = {
        held.workspace.key: now + timedelta(seconds=outcome.wait)
        for held, outcome in results
        if outcome.kind is Kind.AGAIN and outcome.code == "ratelimited"
    }
    await lanes.rest(connection, resting)
    due: dict[str, datetime] = {}
    for held, outcome in results:
        wait = timedelta(seconds=outcome.wait) if outcome.kind in (Kind.AGAIN, Kind.LATER) else PER_CHANNEL
        key = held.workspace.key
        due[key] = min(due.get(key, now + wait), now + wait)
    waiting = await connection.scalars(
        select(_part.workspace)
        .where(literal_column(tables.PENDING), _part.workspace.in_(sorted(due)))
        .distinct()
    )
    await lanes.touch(connection, {key: due[key] for key in waiting})


def _after(held: Part, outcome: Outcome, now: datetime) -> dict[str, Any]:
    match outcome.kind:
        case Kind.SENT:
            return {"state": "sent", "ts": outcome.ts, "reason": None}
        case Kind.AGAIN | Kind.LATER:
            later = now + timedelta(seconds=outcome.wait)
            return {"state": "pending", "reason": outcome.code, "not_before": later}
        case Kind.MESSAGE if not held.plain:
            return {"state": "pending", "reason": outcome.code, "plain": True, "not_before": now}
        case Kind.PARENT:
            return {"state": "failed", "reason": "parent_gone"}
        case Kind.MESSAGE:
            return {"state": "failed", "reason": "plain_text_failed"}
        case Kind.DOUBT:
            return {"state": "doubt", "reason": outcome.code, "doubted_at": now}
        case _:
            return {"state": "failed", "reason": outcome.code}
