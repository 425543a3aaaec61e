"""The past: what channels have had, and how their deliveries ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.tables import channel as channel_table
from bot.delivery import tables
from bot.delivery.delivery import Delivery, State
from bot.delivery.plan import CATCH_UP, SEEN_FOR, History
from bot.delivery.store.dialect import among
from digests.store.tables import digest as digest_table

_had = tables.delivery_digest.c


async def histories(
    connection: AsyncConnection,
    channel_ids: Sequence[int],
    *,
    day: date,
    also: Collection[int] = (),
) -> dict[int, History]:
    """What each of these channels has had, as far as a post of ``day`` asks.

    Of digests older than a post reaches back only that there was one is told, by
    ``newest``, and of those in ``also``.
    """
    since = day - CATCH_UP - timedelta(days=1)
    recent = {
        row.id: row.date
        for row in await connection.execute(
            select(digest_table.c.id, digest_table.c.date).where(
                (digest_table.c.date >= since) | digest_table.c.id.in_(sorted(also))
            )
        )
    }
    digest_ids: dict[int, set[int]] = defaultdict(set)
    rows = await connection.execute(
        select(_had.channel_id, _had.digest_id).where(
            among(_had.channel_id, channel_ids), _had.digest_id.in_(list(recent))
        )
    )
    for row in rows:
        digest_ids[row.channel_id].add(row.digest_id)
    others = [id_ for id_ in channel_ids if id_ not in digest_ids]
    had_something = set(
        await connection.scalars(
            select(channel_table.c.id).where(
                among(channel_table.c.id, others),
                exists().where(_had.channel_id == channel_table.c.id),
            )
        )
    )
    return {
        id_: History(
            frozenset(digest_ids[id_]),
            max((recent[one] or date.min for one in digest_ids[id_]), default=None)
            or (date.min if id_ in had_something else None),
        )
        for id_ in channel_ids
    }


async def newest_had(connection: AsyncConnection, channel_id: int) -> date | None:
    """The date of the newest digest a channel has had."""
    found: date | None = await connection.scalar(
        select(digest_table.c.date)
        .join_from(tables.delivery_digest, digest_table)
        .where(_had.channel_id == channel_id, digest_table.c.date.is_not(None))
        .order_by(digest_table.c.date.desc())
        .limit(1)
    )
    return found


async def reopen(connection: AsyncConnection, channel_id: int, day: date) -> bool:
    """Forget a skip without parts, so that the date may be tried again; whether the date is free."""
    delivery = tables.delivery.c
    await connection.execute(
        tables.delivery.delete().where(
            delivery.channel_id == channel_id,
            delivery.schedule_date == day,
            delivery.state == State.SKIPPED,
            delivery.id.not_in(select(tables.part.c.delivery_id)),
        )
    )
    return await is_free(connection, channel_id, day)


async def is_free(connection: AsyncConnection, channel_id: int, day: date) -> bool:
    """Whether a schedule date has brought a channel nothing yet, not even a skip."""
    delivery = tables.delivery.c
    found = await connection.scalar(
        select(delivery.id).where(delivery.channel_id == channel_id, delivery.schedule_date == day)
    )
    return found is None


async def deliveries(connection: AsyncConnection, channel_id: int, *, limit: int) -> list[Delivery]:
    """A channel's deliveries, newest first."""
    delivery = tables.delivery.c
    return await _deliveries(
        connection,
        select(tables.delivery)
        .where(delivery.channel_id == channel_id)
        .order_by(delivery.created_at.desc(), delivery.id.desc())
        .limit(limit),
    )


async def deliveries_of(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, Delivery]:
    """These deliveries, by id."""
    found = await _deliveries(connection, select(tables.delivery).where(tables.delivery.c.id.in_(ids)))
    return {one.id: one for one in found}


async def _deliveries(connection: AsyncConnection, query: Any) -> list[Delivery]:
    rows = (await connection.execute(query)).all()
    digests = await connection.execute(
        select(_had.delivery_id, _had.digest_id).where(_had.delivery_id.in_([row.id for row in rows]))
    )
    of: dict[int, list[int]] = defaultdict(list)
    for row in digests:
        of[row.delivery_id].append(row.digest_id)
    part = tables.part.c
    doubted = await connection.scalars(
        select(part.delivery_id).where(
            part.delivery_id.in_([row.id for row in rows if row.state == State.POSTING]),
            part.state.in_(("doubt", "checking")),
        )
    )
    in_doubt = set(doubted)
    return [
        Delivery(
            row.id,
            row.channel_id,
            row.schedule_date,
            State(row.state),
            row.reason,
            row.due_at,
            row.thread_ts,
            row.created_at,
            tuple(sorted(of[row.id])),
            row.id in in_doubt,
        )
        for row in rows
    ]


async def posts(
    connection: AsyncConnection, channel_ids: Sequence[int], paper_ids: Collection[int], *, now: datetime
) -> dict[int, dict[int, str]]:
    """Where these papers were posted lately: ``ts`` by channel and paper."""
    if not paper_ids:
        return {}
    entry, delivery = tables.edition_entry.c, tables.delivery.c
    rows = await connection.execute(
        select(delivery.channel_id, entry.paper_id, delivery.thread_ts)
        .join_from(tables.edition_entry, tables.delivery, delivery.edition_id == entry.edition_id)
        .where(
            entry.paper_id.in_(sorted(paper_ids)),
            among(delivery.channel_id, channel_ids),
            delivery.thread_ts.is_not(None),
            delivery.created_at >= now - SEEN_FOR,
        )
        .order_by(delivery.id)
    )
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for row in rows:
        found[row.channel_id][row.paper_id] = row.thread_ts
    return dict(found)
