"""Posted editions: which no longer show what their entries say, and the deliveries that show them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from bot.channels.preferences import Language, Layout
from bot.ledger import tables
from bot.ledger.states import DeliveryState, PartState
from digests.store.database import Database
from digests.store.tables import digest, entry

_part, _delivery = tables.part.c, tables.delivery.c


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One entry as an edition shows it, and whether it is withdrawn, or its digest retracted, by now.

    ``was_retracted``: shown as retracted already, except in the messages from ``unposted_from`` on, which
    leave it out.
    """

    entry_id: int
    seen_url: str | None
    was_retracted: bool
    unposted_from: int | None
    is_withdrawn: bool
    is_retracted: bool


@dataclass(frozen=True, slots=True)
class OutdatedEdition:
    """An edition of which some entries have changed since they were shown."""

    id: int
    day: date
    left_out: int
    left_out_from: date | None
    shown: tuple[ShownEntry, ...]


@dataclass(frozen=True, slots=True)
class PostedDelivery:
    """A delivery that shows an edition, and how it was rendered."""

    delivery_id: int
    language: Language
    layout: Layout
    unposted_from: int | None
    """The position of its first message that is not sent; None when all are sent."""
    is_posting: bool


class PostedEditions:
    """Finds what has to be corrected. Writes nothing: ``Rewrites`` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def outdated(self, *, since: date) -> list[OutdatedEdition]:
        """Editions with corrected or withdrawn entries, dated ``since`` or later, or with retracted ones."""
        shown, edition = tables.edition_entry.c, tables.edition.c
        is_corrected = and_(
            edition.date >= since,
            or_(
                entry.c.revision != shown.revision, and_(entry.c.withdrawn_at.is_not(None), ~shown.retracted)
            ),
        )
        is_retracted = and_(digest.c.retracted_at.is_not(None), ~shown.retracted)
        ids = (
            select(shown.edition_id)
            .join_from(tables.edition_entry, tables.edition, edition.id == shown.edition_id)
            .join(entry, entry.c.id == shown.entry_id)
            .join(digest, digest.c.id == entry.c.digest_id)
            .where(
                or_(is_corrected, is_retracted),
                select(_delivery.id).where(_delivery.edition_id == edition.id).exists(),
            )
        )
        query = (
            select(
                edition.id, edition.date, edition.left_out, edition.left_out_from, shown.entry_id,
                shown.seen_url, shown.retracted, shown.unposted_from, entry.c.withdrawn_at,
                digest.c.retracted_at,
            )
            .join_from(tables.edition, tables.edition_entry, edition.id == shown.edition_id)
            .join(entry, entry.c.id == shown.entry_id)
            .join(digest, digest.c.id == entry.c.digest_id)
            .where(edition.id.in_(ids))
            .order_by(edition.id, shown.position)
        )  # fmt: skip
        first_rows: dict[int, Any] = {}
        entries: dict[int, list[ShownEntry]] = defaultdict(list)
        async with self._database.read() as connection:
            for row in await connection.execute(query):
                first_rows.setdefault(row.id, row)
                entries[row.id].append(
                    ShownEntry(
                        entry_id=row.entry_id,
                        seen_url=row.seen_url,
                        was_retracted=row.retracted,
                        unposted_from=row.unposted_from,
                        is_withdrawn=row.withdrawn_at is not None,
                        is_retracted=row.retracted_at is not None,
                    )
                )
        return [
            OutdatedEdition(id_, row.date, row.left_out, row.left_out_from, tuple(entries[id_]))
            for id_, row in first_rows.items()
        ]

    async def deliveries(self, edition_id: int, *, since: datetime | None) -> list[PostedDelivery]:
        """The deliveries of an edition that are being posted or have arrived in part or whole.

        Includes those that ended badly after some messages had arrived. ``since`` None: of any age.
        """
        own = _part.delivery_id == _delivery.id
        unposted_from = (
            select(func.min(_part.position)).where(own, _part.state != PartState.SENT).scalar_subquery()
        )
        has_sent = select(_part.id).where(own, _part.state == PartState.SENT).exists()
        is_alive = _delivery.state.in_((DeliveryState.POSTING, DeliveryState.SENT))
        columns = [_delivery.id, _delivery.state, _delivery.language, _delivery.layout]
        query = select(*columns, unposted_from.label("unposted_from")).where(
            _delivery.edition_id == edition_id, or_(is_alive, has_sent)
        )
        if since is not None:
            query = query.where(_delivery.created_at >= since)
        async with self._database.read() as connection:
            rows = (await connection.execute(query.order_by(_delivery.id))).all()
        return [
            PostedDelivery(
                delivery_id=row.id,
                language=Language(row.language),
                layout=Layout(row.layout),
                unposted_from=row.unposted_from,
                is_posting=row.state == DeliveryState.POSTING,
            )
            for row in rows
        ]
