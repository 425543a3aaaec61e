"""The papers that each user saved, as ids of archive entries, and which of them they have read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.channels import tables
from digests.model import Workspace
from digests.store.database import Database
from digests.store.tables import entry


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved paper: the entry it was saved from, its paper, and whether the user has read it."""

    entry_id: int
    paper_id: int
    is_read: bool = False


@dataclass(frozen=True, slots=True)
class SavedList:
    """Some saved papers, newest first, and how many there are in all, and of those not read."""

    papers: tuple[Saved, ...] = ()
    count: int = 0
    unread: int = 0


class SavedPapers:
    """Reads and writes which papers users saved. Does not read the papers themselves.

    A paper is saved once, from whichever of its entries, and every button on any of them shows it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, workspace: Workspace, user_id: str, entry_id: int, *, now: datetime) -> bool:
        """Save an entry's paper for a user. Returns False if it was already saved."""
        async with self._database.write() as connection:
            already = select(_saved.entry_id).where(
                _of(workspace, user_id), _saved.entry_id.in_(_same_paper(entry_id))
            )
            if await connection.scalar(already.limit(1)) is not None:
                return False
            try:
                async with connection.begin_nested():
                    await connection.execute(
                        insert(tables.saved_entry).values(
                            workspace=workspace.key, user_id=user_id, entry_id=entry_id, saved_at=now
                        )
                    )
            except IntegrityError:
                return False
        return True

    async def remove(self, workspace: Workspace, user_id: str, entry_id: int) -> None:
        """Remove an entry's paper from those a user saved."""
        async with self._database.write() as connection:
            await connection.execute(
                delete(tables.saved_entry).where(
                    _of(workspace, user_id), _saved.entry_id.in_(_same_paper(entry_id))
                )
            )

    async def mark(
        self, workspace: Workspace, user_id: str, entry_id: int, *, read_at: datetime | None
    ) -> None:
        """Remember when a user read a saved paper; None marks it as not read. Not saved: does nothing."""
        async with self._database.write() as connection:
            await connection.execute(
                update(tables.saved_entry)
                .where(_of(workspace, user_id), _saved.entry_id.in_(_same_paper(entry_id)))
                .values(read_at=read_at)
            )

    async def newest(self, workspace: Workspace, user_id: str, *, limit: int | None) -> SavedList:
        """The papers a user saved last, newest first; all of them with ``limit`` None."""
        query = (
            select(_saved.entry_id, entry.c.paper_id, _saved.read_at)
            .join(entry, entry.c.id == _saved.entry_id)
            .where(_of(workspace, user_id))
            .order_by(_saved.saved_at.desc(), _saved.entry_id.desc())
            .limit(limit)
        )
        counts = select(func.count(), func.count(_saved.read_at)).where(_of(workspace, user_id))
        async with self._database.read() as connection:
            papers = [
                Saved(row.entry_id, row.paper_id, row.read_at is not None)
                for row in await connection.execute(query)
            ]
            count, read = (await connection.execute(counts)).one()
        return SavedList(tuple(papers), count, count - read)

    async def among(self, workspace: Workspace, user_id: str, entry_ids: Sequence[int]) -> frozenset[int]:
        """Those of these entries whose paper a user saved, from whichever entry."""
        if not entry_ids:
            return frozenset()
        own = entry.alias("own")
        query = (
            select(entry.c.id)
            .join(own, own.c.paper_id == entry.c.paper_id)
            .join(tables.saved_entry, _saved.entry_id == own.c.id)
            .where(entry.c.id.in_(entry_ids), _of(workspace, user_id))
        )
        async with self._database.read() as connection:
            return frozenset(await connection.scalars(query))


_saved = tables.saved_entry.c


def _of(workspace: Workspace, user_id: str) -> ColumnElement[bool]:
    return (_saved.workspace == workspace.key) & (_saved.user_id == user_id)


def _same_paper(entry_id: int) -> Select[tuple[int]]:
    """The ids of all entries of an entry's paper."""
    of = entry.alias("of")
    return select(entry.c.id).join(of, of.c.paper_id == entry.c.paper_id).where(of.c.id == entry_id)
