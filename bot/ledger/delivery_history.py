"""The history of deliveries: what channels have had, and how each delivery stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.tables import channel as channel_table
from bot.ledger import restoration, tables
from bot.ledger.delivery import Delivery, DigestsHad
from bot.ledger.dialect import in_list
from bot.ledger.states import DOUBTED_STATES, DeliveryState, Reason
from digests.reading.identity import is_address_identity
from digests.store.database import Database
from digests.store.tables import digest as digest_table
from digests.store.tables import entry as entry_table
from digests.store.tables import paper as paper_table
from digests.store.tables import source as source_table

_had = tables.delivery_digest.c


class DeliveryHistory:
    """Answers questions about past deliveries. Writes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def digests_had(
        self, channel_ids: Sequence[int], *, since: date, also: Collection[int] = ()
    ) -> dict[int, DigestsHad]:
        """Which digests each of these channels has had, by channel row.

        ``digest_ids`` has those dated since ``since`` and those in ``also``. Where a channel only had older
        ones, ``newest`` is ``date.min``.
        """
        async with self._database.read() as connection:
            return await _digests_had(connection, channel_ids, since=since, also=also)

    async def restored_at(self) -> datetime | None:
        """When the database was last restored from a backup; None if it never was."""
        async with self._database.read() as connection:
            return await restoration.restored_at(connection)

    async def newest_had(self, channel_id: int) -> date | None:
        """The date of the newest digest a channel has had; None when it had none."""
        async with self._database.read() as connection:
            newest: date | None = await connection.scalar(
                select(digest_table.c.date)
                .join_from(tables.delivery_digest, digest_table)
                .where(_had.channel_id == channel_id, digest_table.c.date.is_not(None))
                .order_by(digest_table.c.date.desc())
                .limit(1)
            )
        return newest

    async def posts_of_papers(
        self, channel_ids: Sequence[int], paper_ids: Collection[int], *, since: datetime
    ) -> dict[int, dict[int, str]]:
        """Where these papers were posted in these channels: the last post's ``ts`` by channel and paper."""
        if not channel_ids or not paper_ids:
            return {}
        async with self._database.read() as connection:
            return await _posts_of_papers(connection, channel_ids, paper_ids, since=since)

    async def of_channel(
        self, channel_id: int, *, limit: int = 10, since: datetime | None = None
    ) -> list[Delivery]:
        """A channel's newest deliveries, newest first; only those begun since a time, where one is given."""
        delivery = tables.delivery.c
        query = (
            select(tables.delivery)
            .where(delivery.channel_id == channel_id, *([delivery.created_at >= since] if since else []))
            .order_by(delivery.created_at.desc(), delivery.id.desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            return await _deliveries(connection, query)

    async def paper_counts(self, delivery_ids: Collection[int]) -> dict[int, int]:
        """How many papers each of these deliveries shows, without those that were taken down."""
        shown, delivery = tables.edition_entry.c, tables.delivery.c
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(delivery.id, func.count())
                .join_from(tables.delivery, tables.edition_entry, shown.edition_id == delivery.edition_id)
                .where(in_list(delivery.id, sorted(delivery_ids)), shown.retracted.is_(False))
                .group_by(delivery.id)
            )
            return {row[0]: row[1] for row in rows}

    async def last(self, channel_id: int) -> Delivery | None:
        """The delivery that says best what the channel got last; None when there is none.

        The newest, unless it was skipped because of a manual post with the same papers: then that post.
        """
        newest = await self.of_channel(channel_id, limit=2)
        if len(newest) > 1 and newest[0].reason == Reason.ALREADY_HAD and newest[1].schedule_date is None:
            return newest[1]
        return newest[0] if newest else None

    async def by_ids(self, ids: Sequence[int]) -> dict[int, Delivery]:
        """These deliveries, by id."""
        async with self._database.read() as connection:
            found = await _deliveries(
                connection, select(tables.delivery).where(tables.delivery.c.id.in_(ids))
            )
        return {delivery.id: delivery for delivery in found}

    async def is_free(self, channel_id: int, day: date) -> bool:
        """Whether a channel has no delivery for a schedule date, not even a skip."""
        async with self._database.read() as connection:
            return await is_free(connection, channel_id, day)


async def is_free(connection: AsyncConnection, channel_id: int, day: date) -> bool:
    """Whether a channel has no delivery for a schedule date, not even a skip."""
    delivery = tables.delivery.c
    found = await connection.scalar(
        select(delivery.id).where(delivery.channel_id == channel_id, delivery.schedule_date == day)
    )
    return found is None


async def _digests_had(
    connection: AsyncConnection, channel_ids: Sequence[int], *, since: date, also: Collection[int]
) -> dict[int, DigestsHad]:
    asked = {
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
            in_list(_had.channel_id, channel_ids), _had.digest_id.in_(list(asked))
        )
    )
    for row in rows:
        digest_ids[row.channel_id].add(row.digest_id)
    others = [id_ for id_ in channel_ids if id_ not in digest_ids]
    had_older = set(
        await connection.scalars(
            select(channel_table.c.id).where(
                in_list(channel_table.c.id, others), exists().where(_had.channel_id == channel_table.c.id)
            )
        )
    )

    def newest(id_: int) -> date | None:
        dates = [asked[digest_id] or date.min for digest_id in digest_ids[id_]]
        return max(dates, default=date.min if id_ in had_older else None)

    return {id_: DigestsHad(frozenset(digest_ids[id_]), newest(id_)) for id_ in channel_ids}


async def _posts_of_papers(
    connection: AsyncConnection, channel_ids: Sequence[int], paper_ids: Collection[int], *, since: datetime
) -> dict[int, dict[int, str]]:
    same = await _rows_of_same_papers(connection, paper_ids)
    shown, entry, delivery = tables.edition_entry.c, entry_table.c, tables.delivery.c
    rows = await connection.execute(
        # The entry's paper as it is now: intake may have merged two paper rows since.
        select(delivery.channel_id, entry.paper_id, delivery.thread_ts)
        .join_from(entry_table, tables.edition_entry, shown.entry_id == entry.id)
        .join(tables.delivery, delivery.edition_id == shown.edition_id)
        .where(
            in_list(entry.paper_id, sorted(same)),
            in_list(delivery.channel_id, channel_ids),
            delivery.thread_ts.is_not(None),
            delivery.created_at >= since,
        )
        .order_by(delivery.id)
    )
    posts: dict[int, dict[int, str]] = defaultdict(dict)
    for row in rows:
        for paper_id in same[row.paper_id]:
            posts[row.channel_id][paper_id] = row.thread_ts
    return dict(posts)


async def _rows_of_same_papers(
    connection: AsyncConnection, paper_ids: Collection[int]
) -> dict[int, set[int]]:
    """Every row that is one of these papers, with the ids of those it equals.

    A workspace's own digests make rows of their own for papers that shared digests also have.
    """
    paper = paper_table.c
    columns = select(paper.id, paper.identity, paper.title_key)
    asked = (await connection.execute(columns.where(in_list(paper.id, sorted(paper_ids))))).all()
    owners = select(source_table.c.workspace)
    identities, titles = [row.identity for row in asked], [row.title_key for row in asked]
    alike = union(
        columns.where(paper.workspace.in_(owners), in_list(paper.identity, identities)),
        columns.where(paper.workspace.in_(owners), in_list(paper.title_key, titles)),
    )
    by_identity: dict[str, set[int]] = defaultdict(set)
    by_title: dict[str, list[Any]] = defaultdict(list)
    for row in asked:
        by_identity[row.identity].add(row.id)
        by_title[row.title_key].append(row)
    same: dict[int, set[int]] = defaultdict(set)
    for row in await connection.execute(alike):
        same[row.id] |= by_identity[row.identity]
        same[row.id] |= {
            other.id
            for other in by_title[row.title_key]
            if not (is_address_identity(other.identity) and is_address_identity(row.identity))
        }
    return same


async def _deliveries(connection: AsyncConnection, query: Any) -> list[Delivery]:
    rows = (await connection.execute(query)).all()
    digests = await connection.execute(
        select(_had.delivery_id, _had.digest_id).where(_had.delivery_id.in_([row.id for row in rows]))
    )
    digest_ids: dict[int, list[int]] = defaultdict(list)
    for row in digests:
        digest_ids[row.delivery_id].append(row.digest_id)
    part = tables.part.c
    posting = [row.id for row in rows if row.state == DeliveryState.POSTING]
    in_doubt = set(
        await connection.scalars(
            select(part.delivery_id).where(part.delivery_id.in_(posting), part.state.in_(DOUBTED_STATES))
        )
    )
    return [
        Delivery(
            id=row.id,
            channel_id=row.channel_id,
            schedule_date=row.schedule_date,
            state=DeliveryState(row.state),
            reason=row.reason,
            due_at=row.due_at,
            ts=row.thread_ts,
            created_at=row.created_at,
            digest_ids=tuple(sorted(digest_ids[row.id])),
            in_doubt=row.id in in_doubt,
        )
        for row in rows
    ]
