"""Claims of parts to post: which are due, and taking them under a lease."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, case, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import catch_up, editions, lanes, tables
from bot.ledger.dialect import in_list
from bot.ledger.lease import Lease
from bot.ledger.states import PartState, PartTransition
from bot.ledger.transitions import move
from bot.workspaces.rate_limits import MESSAGES_PER_SECOND
from digests.store.schema import Instant


async def claim(
    connection: AsyncConnection, lease: Lease, *, limit: int, settle: timedelta
) -> list[tuple[Row[Any], str | None]]:
    """Take due parts under a lease: their rows as they were before, each with its workspace's bot token.

    Takes at most ``MESSAGES_PER_SECOND`` per workspace and one per channel, first messages before replies.
    Part n+1 of a delivery waits until part n is sent. A channel waits while a message to it is being sent,
    and for ``settle`` after one was doubted. A part that shows a retracted digest waits until it is rewritten
    or given up.
    """
    turns = await lanes.due(connection, now=lease.now, limit=limit)
    if not turns:
        return []
    parameters = {"keys": list(turns), "now": lease.now, "settled": lease.now - settle}
    ready = (await connection.execute(_READY, parameters)).all()
    withheld = await editions.withheld(connection, {row.edition_id for row in ready} - {None})
    ready = [row for row in ready if row.edition_id not in withheld]
    chosen = sorted(ready, key=lambda row: row.rank)[:limit]
    cut_off = {row.workspace for row in ready} - {row.workspace for row in chosen}
    if chosen:
        taken = await connection.scalars(
            _TAKE,
            {"ids": [row.id for row in chosen], "by": lease.owner, "until": lease.until, "now": lease.now},
        )
        # Another transaction may have called one off after it was read.
        ids = set(taken)
        chosen = [row for row in chosen if row.id in ids]
    free_at = {key: lease.now + rest for key, rest in _rests(chosen).items()}
    looked_at = [key for key in turns if key not in cut_off]
    await lanes.leave(connection, looked_at, now=lease.now, free_at=free_at)
    return [(row, turns[row.workspace]) for row in chosen]


def _rests(rows: Sequence[Row[Any]]) -> dict[str, timedelta]:
    """How long each workspace's lane rests after these messages: a second for each if one of them is late."""
    late = {row.workspace for row in rows if row.created_at - row.due_at > catch_up.LATE}
    counts = Counter(row.workspace for row in rows)
    return {
        key: timedelta(seconds=count if key in late else count / MESSAGES_PER_SECOND)
        for key, count in counts.items()
    }


def _one_per_channel(part: Any) -> Any:
    """A subquery for the parts of some lanes that may be sent now, numbered within their channel."""
    now, settled = bindparam("now", type_=Instant()), bindparam("settled", type_=Instant())
    earlier, busy, channel = part.alias("earlier"), part.alias("busy"), tables.pace.alias("channel")
    earlier_open = select(earlier.c.id).where(
        earlier.c.delivery_id == part.c.delivery_id,
        earlier.c.position < part.c.position,
        earlier.c.state != PartState.SENT,
    )
    # COUNT instead of EXISTS: PostgreSQL would turn EXISTS into a join over the whole ledger.
    busy_in_channel = select(func.count()).where(
        literal_column(f"busy.{tables.BUSY}"),
        busy.c.workspace == part.c.workspace,
        busy.c.slack_channel == part.c.slack_channel,
        (busy.c.state == PartState.SENDING) | (busy.c.doubted_at > settled),
    )
    channel_rests_until = select(channel.c.until).where(
        channel.c.workspace == part.c.workspace,
        channel.c.what == part.c.slack_channel,
    )
    is_reply = case((part.c.position > 0, 1), else_=0)
    in_channel = func.row_number().over(
        partition_by=(part.c.workspace, part.c.slack_channel), order_by=(is_reply, part.c.id)
    )
    return (
        select(
            part.c.id,
            part.c.workspace,
            part.c.position,
            is_reply.label("is_reply"),
            in_channel.label("in_channel"),
        )
        .where(
            tables.IS_PENDING,
            in_list(part.c.workspace, "keys"),
            part.c.not_before <= now,
            (part.c.position == 0) | ~earlier_open.exists(),
            busy_in_channel.scalar_subquery() == 0,
            func.coalesce(channel_rests_until.scalar_subquery(), now) <= now,
        )
        .subquery("one_per_channel")
    )


def _ready_statement() -> Any:
    """A query for the parts of some lanes that may be sent now: one per channel, ranked per workspace."""
    part, delivery = tables.part, tables.delivery.c
    ready = _one_per_channel(part)
    order = (ready.c.is_reply, ready.c.position, ready.c.id)
    rank = func.row_number().over(partition_by=ready.c.workspace, order_by=order).label("rank")
    # MATERIALIZED: before its first ANALYZE PostgreSQL would run this query anew for every part.
    ranked = (
        select(ready.c.id, rank)
        .where(ready.c.in_channel == 1)
        .cte("ranked")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    return (
        select(
            part, ranked.c.rank, delivery.thread_ts, delivery.due_at, delivery.created_at,
            delivery.schedule_date, delivery.edition_id,
        )
        .join_from(ranked, part, part.c.id == ranked.c.id)
        .join(tables.delivery, delivery.id == part.c.delivery_id)
        # IS_PENDING again: another transaction may have changed the part since. A part that one is still
        # changing is passed over, since waiting for it with a locked lane could deadlock.
        .where(ranked.c.rank <= MESSAGES_PER_SECOND, tables.IS_PENDING)
        .with_for_update(of=part, skip_locked=True)
    )  # fmt: skip


_READY = _ready_statement()
_TAKE = move(
    PartTransition.CLAIM,
    in_list(tables.part.c.id, "ids"),
    owner=bindparam("by"),
    attempt=tables.part.c.attempt + 1,
    lease_until=bindparam("until", type_=Instant()),
    first_attempt_at=func.coalesce(tables.part.c.first_attempt_at, bindparam("now", type_=Instant())),
).returning(tables.part.c.id)
