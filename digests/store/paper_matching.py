"""Matches entries with papers by the rules of `digests.reading.identity`; creates missing papers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.model import Entry
from digests.reading.identity import identity, is_one_work, normal_title, preference
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
    authors: tuple[str, ...] = ()
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
        self._by_title: dict[str, list[_Paper]] = defaultdict(list)
        """The papers of each normal title."""

    async def load(
        self, connection: AsyncConnection, workspace: str, keys: set[str], titles: set[str]
    ) -> None:
        """Load the stored papers of these identities or titles."""
        paper = tables.paper.c
        rows = await connection.execute(
            select(paper.id, paper.identity, paper.title_key, paper.authors)
            .where(
                paper.workspace == workspace,
                or_(among(connection, paper.identity, keys), among(connection, paper.title_key, titles)),
            )
            .order_by(paper.id)
        )
        for row in rows:
            stored = _Paper(row.identity, row.id, row.identity, tuple(row.authors))
            self.papers.append(stored)
            self._by_identity[row.identity] = stored
            self._by_title[row.title_key].append(stored)

    def match(self, workspace: str, key: str, title: str, entry: Entry) -> _Paper:
        """The paper of an entry with this identity and normal title; a new one when there is none."""
        authors = entry.paper.authors
        found = self._by_identity.get(key)
        alike = [paper for paper in self._by_title[title] if paper.joined_with is None]
        for paper in sorted(alike, key=lambda paper: (-preference(paper.identity), paper.identity)):
            if found is None:
                found = paper if is_one_work(key, authors, paper.identity, paper.authors) else None
            elif paper is not found:
                found = self._joined(found, paper, authors)
        if found is None:
            found = _Paper(key, authors=authors, values=_paper_values(workspace, title, entry))
            self.papers.append(found)
        elif preference(key) > preference(found.identity):
            self._by_identity.pop(found.identity, None)
            found.identity = key
        found.authors = found.authors or authors
        if preference(key) > 0 or found.identity == key:
            self._by_identity[key] = found
        if found not in self._by_title[title]:
            self._by_title[title].append(found)
        return found

    def _joined(self, found: _Paper, other: _Paper, authors: tuple[str, ...]) -> _Paper:
        """The paper that ``found`` is after it was compared with another one of its title."""
        if not is_one_work(found.identity, found.authors or authors, other.identity, other.authors):
            return found
        kept, given_up = found, other
        if preference(other.identity) > preference(found.identity):
            kept, given_up = other, found
        given_up.joined_with = kept
        kept.authors = kept.authors or given_up.authors
        if self._by_identity.get(given_up.identity) is given_up:
            self._by_identity[given_up.identity] = kept
        return kept


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
