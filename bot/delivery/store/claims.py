"""Claiming: due parts become ``sending``, with an owner and a lease, before they are given out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, case, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery import tables
from bot.delivery.store import lanes

PER_WORKSPACE = 3
"""Messages a workspace gets in a second, about."""

CATCHING_UP = timedelta(minutes=10)
"""A delivery opened so long after it was due is late already: its workspace gets one message a second."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Who claims, from when, and until when a request of it may leave."""

    owner: str
    now: datetime
    until: datetime


async def claim(
    connection: AsyncConnection, lease: Lease, *, limit: int, settle: timedelta
) -> list[tuple[Row[Any], str | None]]:
    """Take due parts, each with its workspace's token: at most ``PER_WORKSPACE`` a workspace and one
    a channel, first messages before replies.

    Part n+1 of a delivery waits until part n is sent; a channel with a message under way, or
    whose last one may still turn up (``settle``), waits too.
    """
    turns = await lanes.due(connection, now=lease.now, limit=limit)
    if not turns:
        return []
    ready = await _ready(connection, list(turns), now=lease.now, settle=settle)
    kept = sorted(ready, key=lambda row: row.rank)[:limit]
    cut = {row.workspace for row in ready} - {row.workspace for row in kept}
    if kept:
        await connection.execute(
            update(tables.part)
            .where(tables.part.c.id.in_([row.id for row in kept]))
            .values(
                state="sending",
                owner=lease.owner,
                attempt=tables.part.c.attempt + 1,
                lease_until=lease.until,
                first_attempt_at=func.coalesce(tables.part.c.first_attempt_at, lease.now),
            )
        )
    free_at = {key: lease.now + took for key, took in _shares(kept).items()}
    await lanes.leave(connection, [key for key in turns if key not in cut], now=lease.now, free_at=free_at)
    return [(row, turns[row.workspace]) for row in kept]


async def _ready(
    connection: AsyncConnection, keys: Sequence[str], *, now: datetime, settle: timedelta
) -> Sequence[Row[Any]]:
    part = tables.part
    earlier, busy, channel = part.alias("earlier"), part.alias("busy"), tables.pace.alias("channel")
    waits_for = select(earlier.c.id).where(
        earlier.c.delivery_id == part.c.delivery_id,
        earlier.c.position < part.c.position,
        earlier.c.state != "sent",
    )
    under_way = select(busy.c.id).where(
        literal_column(f"busy.{tables.BUSY}"),
        busy.c.workspace == part.c.workspace,
        busy.c.slack_channel == part.c.slack_channel,
        (busy.c.state == "sending") | (busy.c.doubted_at > now - settle),
    )
    held = select(channel.c.until).where(
        channel.c.workspace == part.c.workspace,
        channel.c.what == part.c.slack_channel,
        channel.c.until > now,
    )
    is_reply = case((part.c.position > 0, 1), else_=0)
    one_each = (
        select(
            part.c.id,
            func.row_number()
            .over(partition_by=(part.c.workspace, part.c.slack_channel), order_by=(is_reply, part.c.id))
            .label("in_channel"),
        )
        .where(
            lanes.PENDING,
            part.c.workspace.in_(keys),
            part.c.not_before <= now,
            ~waits_for.exists(),
            ~under_way.exists(),
            ~held.exists(),
        )
        .subquery("one_each")
    )
    ranked = (
        select(
            part,
            func.row_number()
            .over(partition_by=part.c.workspace, order_by=(is_reply, part.c.position, part.c.id))
            .label("rank"),
        )
        .join(one_each, (one_each.c.id == part.c.id) & (one_each.c.in_channel == 1))
        .subquery("ranked")
    )
    delivery = tables.delivery.c
    rows = await connection.execute(
        select(ranked, delivery.thread_ts, delivery.due_at, delivery.created_at, delivery.schedule_date)
        .join_from(ranked, tables.delivery, delivery.id == ranked.c.delivery_id)
        .where(ranked.c.rank <= PER_WORKSPACE)
    )
    return rows.all()


def _shares(rows: Sequence[Row[Any]]) -> dict[str, timedelta]:
    """How long each workspace's lane rests for what was taken from it."""
    late = {row.workspace for row in rows if row.created_at - row.due_at > CATCHING_UP}
    counts = Counter(row.workspace for row in rows)
    return {
        key: timedelta(seconds=count if key in late else count / PER_WORKSPACE)
        for key, count in counts.items()
    }
