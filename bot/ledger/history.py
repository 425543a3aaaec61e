"""The past: what channels have had, and how their deliveries ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.tables import channel as channel_table
from bot.delivery.plan import CATCH_UP, SEEN_FOR, History
from bot.ledger import tables
from bot.ledger.delivery import Delivery, State
from bot.ledger.dialect import among
from digests.reading.identity import is_address_identity
from digests.store.tables import digest as digest_table
from digests.store.tables import entry as entry_table
from digests.store.tables import paper as paper_table
from digests.store.tables import source as source_table

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
    same = await _same(connection, paper_ids)
    shown, entry, delivery = tables.edition_entry.c, entry_table.c, tables.delivery.c
    rows = await connection.execute(
        # By the paper that the entry is of now: two rows may have turned out to be one since.
        select(delivery.channel_id, entry.paper_id, delivery.thread_ts)
        .join_from(entry_table, tables.edition_entry, shown.entry_id == entry.id)
        .join(tables.delivery, delivery.edition_id == shown.edition_id)
        .where(
            among(entry.paper_id, sorted(same)),
            among(delivery.channel_id, channel_ids),
            delivery.thread_ts.is_not(None),
            delivery.created_at >= now - SEEN_FOR,
        )
        .order_by(delivery.id)
    )
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for row in rows:
        for asked in same[row.paper_id]:
            found[row.channel_id][asked] = row.thread_ts
    return dict(found)


async def _same(connection: AsyncConnection, paper_ids: Collection[int]) -> dict[int, set[int]]:
    """The rows of these papers, with which of them each is.

    A workspace's own digests make rows of their own for papers that shared digests have too.
    """
    paper = paper_table.c
    columns = select(paper.id, paper.identity, paper.title_key)
    asked = (await connection.execute(columns.where(among(paper.id, sorted(paper_ids))))).all()
    owners = select(source_table.c.workspace)
    alike = union(
        columns.where(paper.workspace.in_(owners), among(paper.identity, [one.identity for one in asked])),
        columns.where(paper.workspace.in_(owners), among(paper.title_key, [one.title_key for one in asked])),
    )
    by_identity: dict[str, set[int]] = defaultdict(set)
    by_title: dict[str, list[Any]] = defaultdict(list)
    for one in asked:
        by_identity[one.identity].add(one.id)
        by_title[one.title_key].append(one)
    same: dict[int, set[int]] = defaultdict(set)
    for row in await connection.execute(alike):
        same[row.id] |= by_identity[row.identity]
        same[row.id] |= {
            one.id
            for one in by_title[row.title_key]
            if not (is_address_identity(one.identity) and is_address_identity(row.identity))
        }
    return same
