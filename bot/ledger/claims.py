"""Claiming: due parts become ``sending``, with an owner and a lease, before they are given out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, case, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import catch_up, editions, lanes, tables
from bot.ledger.dialect import among
from bot.workspaces.rate_limits import MESSAGES_PER_SECOND
from digests.store.schema import Instant


@dataclass(frozen=True, slots=True)
class Lease:
    """Who claims, from when, and until when a request of it may leave."""

    owner: str
    now: datetime
    until: datetime


async def claim(
    connection: AsyncConnection, lease: Lease, *, limit: int, settle: timedelta
) -> list[tuple[Row[Any], str | None]]:
    """Take due parts, each with its workspace's token: at most ``MESSAGES_PER_SECOND`` a workspace and one
    a channel, first messages before replies.

    Part n+1 of a delivery waits until part n is sent; a channel with a message under way, or
    whose last one may still turn up (``settle``), waits too. What shows a digest that was taken
    back since waits until it is written anew, or given up.
    """
    turns = await lanes.due(connection, now=lease.now, limit=limit)
    if not turns:
        return []
    ready = await _ready(connection, list(turns), now=lease.now, settle=settle)
    withheld = await editions.withheld(connection, {row.edition_id for row in ready} - {None})
    ready = [row for row in ready if row.edition_id not in withheld]
    kept = sorted(ready, key=lambda row: row.rank)[:limit]
    cut = {row.workspace for row in ready} - {row.workspace for row in kept}
    if kept:
        taken = await connection.scalars(
            _TAKE,
            {"ids": [row.id for row in kept], "by": lease.owner, "until": lease.until, "now": lease.now},
        )
        # Somebody may have called one off since it was read.
        ids = set(taken)
        kept = [row for row in kept if row.id in ids]
    free_at = {key: lease.now + took for key, took in _shares(kept).items()}
    await lanes.leave(connection, [key for key in turns if key not in cut], now=lease.now, free_at=free_at)
    return [(row, turns[row.workspace]) for row in kept]


async def _ready(
    connection: AsyncConnection, keys: Sequence[str], *, now: datetime, settle: timedelta
) -> Sequence[Row[Any]]:
    rows = await connection.execute(_READY, {"keys": keys, "now": now, "settled": now - settle})
    return rows.all()


def _shares(rows: Sequence[Row[Any]]) -> dict[str, timedelta]:
    """How long each workspace's lane rests for what was taken from it: where some of it is late already, a
    second a message.
    """
    late = {row.workspace for row in rows if row.created_at - row.due_at > catch_up.LATE}
    counts = Counter(row.workspace for row in rows)
    return {
        key: timedelta(seconds=count if key in late else count / MESSAGES_PER_SECOND)
        for key, count in counts.items()
    }


def _ready_statement() -> Any:
    """The parts of some lanes that may go now: one a channel, ranked within their workspace."""
    part = tables.part
    now, settled = bindparam("now", type_=Instant()), bindparam("settled", type_=Instant())
    earlier, busy, channel = part.alias("earlier"), part.alias("busy"), tables.pace.alias("channel")
    waits_for = select(earlier.c.id).where(
        earlier.c.delivery_id == part.c.delivery_id,
        earlier.c.position < part.c.position,
        earlier.c.state != "sent",
    )
    # Counted, and not merely sought: PostgreSQL would make a join of the latter, over all the ledger.
    under_way = select(func.count()).where(
        literal_column(f"busy.{tables.BUSY}"),
        busy.c.workspace == part.c.workspace,
        busy.c.slack_channel == part.c.slack_channel,
        (busy.c.state == "sending") | (busy.c.doubted_at > settled),
    )
    held = select(channel.c.until).where(
        channel.c.workspace == part.c.workspace,
        channel.c.what == part.c.slack_channel,
    )
    is_reply = case((part.c.position > 0, 1), else_=0)
    one_each = (
        select(
            part.c.id,
            part.c.workspace,
            part.c.position,
            is_reply.label("is_reply"),
            func.row_number()
            .over(partition_by=(part.c.workspace, part.c.slack_channel), order_by=(is_reply, part.c.id))
            .label("in_channel"),
        )
        .where(
            lanes.PENDING,
            among(part.c.workspace, "keys"),
            part.c.not_before <= now,
            (part.c.position == 0) | ~waits_for.exists(),
            under_way.scalar_subquery() == 0,
            func.coalesce(held.scalar_subquery(), now) <= now,
        )
        .subquery("one_each")
    )
    order = (one_each.c.is_reply, one_each.c.position, one_each.c.id)
    rank = func.row_number().over(partition_by=one_each.c.workspace, order_by=order).label("rank")
    # Worked out once: PostgreSQL, before it has counted a morning's parts, would do so anew for each of them.
    ranked = (
        select(one_each.c.id, rank)
        .where(one_each.c.in_channel == 1)
        .cte("ranked")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    delivery = tables.delivery.c
    return (
        select(
            part, ranked.c.rank, delivery.thread_ts, delivery.due_at, delivery.created_at,
            delivery.schedule_date, delivery.edition_id,
        )
        .join_from(ranked, part, part.c.id == ranked.c.id)
        .join(tables.delivery, delivery.id == part.c.delivery_id)
        # Said again for what another process has just changed. What one is still changing is passed over:
        # it would be waited for with a lane in hand, of which the other may be in want.
        .where(ranked.c.rank <= MESSAGES_PER_SECOND, lanes.PENDING)
        .with_for_update(of=part, skip_locked=True)
    )  # fmt: skip


_READY = _ready_statement()
_TAKE = (
    update(tables.part)
    .where(among(tables.part.c.id, "ids"), lanes.PENDING)
    .values(
        state="sending",
        owner=bindparam("by"),
        attempt=tables.part.c.attempt + 1,
        lease_until=bindparam("until", type_=Instant()),
        first_attempt_at=func.coalesce(tables.part.c.first_attempt_at, bindparam("now", type_=Instant())),
    )
    .returning(tables.part.c.id)
)
