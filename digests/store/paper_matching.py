"""Matches entries with the archive's papers, by address, else by title. Creates missing papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.model import Entry
from digests.reading.identity import identity, is_address_identity, normal_title
from digests.store import tables
from digests.store.bulk import among, new_ids
from digests.store.index_rows import drop_papers


async def find_or_create_papers(
    connection: AsyncConnection, workspace: str, entries: Sequence[Entry]
) -> list[int]:
    """The id of each entry's paper, created when the archive has none.

    A paper known only by its title gets an address as soon as an entry gives one. When there already is
    a paper with that address, the two are joined.
    """
    if not entries:
        return []
    candidates = _Candidates()
    keys = [identity(entry.paper) for entry in entries]
    titles = [normal_title(entry.paper.title) for entry in entries]
    await candidates.load(connection, workspace, set(keys), set(titles))
    matched = [
        candidates.match(workspace, key, title, entry)
        for entry, key, title in zip(entries, keys, titles, strict=True)
    ]
    await _write_papers(connection, candidates.papers)
    return [paper_id for paper in matched if (paper_id := paper.joined_paper().id) is not None]


@dataclass(slots=True, eq=False)
class _Paper:
    """A paper while a batch is matched. ``id`` is None until a new paper is written."""

    identity: str
    id: int | None = None
    stored_identity: str | None = None
    """Its identity in the database; None for a new paper."""
    values: dict[str, Any] = field(default_factory=dict)
    joined_with: _Paper | None = None
    """The paper that turned out to be the same one, and takes over this one's entries."""

    def joined_paper(self) -> _Paper:
        """The paper that all joined ones became; itself when it was not joined."""
        return self if self.joined_with is None else self.joined_with.joined_paper()


class _Candidates:
    """The papers, stored and new, that the entries of a batch may belong to."""

    def __init__(self) -> None:
        self.papers: list[_Paper] = []
        self._by_identity: dict[str, _Paper] = {}
        self._with_address: dict[str, _Paper] = {}
        """The first paper with an address of each normal title."""
        self._title_only: dict[str, _Paper] = {}
        """The paper without an address of each normal title."""

    async def load(
        self, connection: AsyncConnection, workspace: str, keys: set[str], titles: set[str]
    ) -> None:
        """Load the stored papers of these identities or titles."""
        paper = tables.paper.c
        rows = await connection.execute(
            select(paper.id, paper.identity, paper.title_key)
            .where(
                paper.workspace == workspace,
                or_(among(connection, paper.identity, keys), among(connection, paper.title_key, titles)),
            )
            .order_by(paper.id)
        )
        for row in rows:
            stored = _Paper(row.identity, row.id, row.identity)
            self.papers.append(stored)
            self._by_identity[row.identity] = stored
            self._index_title(row.identity, row.title_key, stored)

    def match(self, workspace: str, key: str, title: str, entry: Entry) -> _Paper:
        """The paper of an entry with this identity and normal title; a new one when there is none."""
        found = self._by_identity.get(key)
        if not is_address_identity(key):
            found = self._with_address.get(title, found)
        elif title in self._title_only:
            title_only = self._title_only.pop(title)
            self._by_identity.pop(f"title:{title}", None)
            if found is None:
                found = title_only
                found.identity = key
            else:
                title_only.joined_with = found
        if found is None:
            found = _Paper(key, values=_paper_values(workspace, title, entry))
            self.papers.append(found)
        self._by_identity[key] = found
        self._index_title(key, title, found)
        return found

    def _index_title(self, key: str, title: str, paper: _Paper) -> None:
        by_title = self._with_address if is_address_identity(key) else self._title_only
        by_title.setdefault(title, paper)


def _paper_values(workspace: str, title: str, entry: Entry) -> dict[str, Any]:
    return {
        "workspace": workspace,
        "title_key": title,
        "title": entry.paper.title,
        "authors": list(entry.paper.authors),
    }


async def _write_papers(connection: AsyncConnection, papers: Sequence[_Paper]) -> None:
    """Write the papers that are new, that got an address, or that were joined."""
    table = tables.paper
    renamed = [
        {"row": paper.id, "identity": paper.identity}
        for paper in papers
        if paper.stored_identity is not None and paper.stored_identity != paper.identity
    ]
    if renamed:
        await connection.execute(update(table).where(table.c.id == bindparam("row")), renamed)
    created = [paper for paper in papers if paper.id is None and paper.joined_with is None]
    if created:
        for paper, paper_id in zip(created, await new_ids(connection, table, len(created)), strict=True):
            paper.id = paper_id
        await connection.execute(
            insert(table), [{**paper.values, "id": paper.id, "identity": paper.identity} for paper in created]
        )
    for paper in papers:
        if paper.id is not None and paper.joined_with is not None:
            joined = paper.joined_paper()
            if joined.id is not None:
                await _join(connection, paper.id, joined.id)


async def _join(connection: AsyncConnection, title_only: int, with_address: int) -> None:
    """Move the entries of one paper to another, and delete the first."""
    await connection.execute(
        update(tables.entry).where(tables.entry.c.paper_id == title_only).values(paper_id=with_address)
    )
    await drop_papers(connection, [title_only])
    await connection.execute(delete(tables.paper_url).where(tables.paper_url.c.paper_id == title_only))
    await connection.execute(delete(tables.paper).where(tables.paper.c.id == title_only))
