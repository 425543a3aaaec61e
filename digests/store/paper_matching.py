"""Recognising papers: which row an entry's paper is, found by address, else by title, else made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests import intake
from digests.model import Entry
from digests.reading.identity import identity, normal_title
from digests.store import tables
from digests.store.bulk import among, new_ids
from digests.store.index_rows import drop_papers


async def recognise(connection: AsyncConnection, workspace: str, entries: Sequence[Entry]) -> list[int]:
    """The paper row of each entry, found by address, else by title, else made.

    A paper known only by its title takes an address as soon as an entry gives one.
    """
    if not entries:
        return []
    keys = [identity(entry.paper) for entry in entries]
    titles = [normal_title(entry.paper.title) for entry in entries]
    paper = tables.paper.c
    rows = await connection.execute(
        select(paper.id, paper.identity, paper.title_key)
        .where(
            paper.workspace == workspace,
            or_(
                among(connection, paper.identity, set(keys)),
                among(connection, paper.title_key, set(titles)),
            ),
        )
        .order_by(paper.id)
    )
    by_key: dict[str, _PaperRow] = {}
    strong_by_title: dict[str, _PaperRow] = {}
    weak_by_title: dict[str, _PaperRow] = {}
    every: list[_PaperRow] = []
    for row in rows:
        known = by_key[row.identity] = _PaperRow(row.identity, row.id, row.identity)
        every.append(known)
        (strong_by_title if intake.is_strong(row.identity) else weak_by_title).setdefault(
            row.title_key, known
        )

    found: list[_PaperRow] = []
    for entry, key, title in zip(entries, keys, titles, strict=True):
        chosen = by_key.get(key)
        if not intake.is_strong(key):
            chosen = strong_by_title.get(title, chosen)
        elif title in weak_by_title:
            weak = weak_by_title.pop(title)
            by_key.pop(f"title:{title}", None)
            if chosen is None:
                chosen = weak
                weak.identity = key
            else:
                weak.joined = chosen
        if chosen is None:
            chosen = _PaperRow(key, values=_paper_values(workspace, key, title, entry))
            every.append(chosen)
        by_key[key] = chosen
        (strong_by_title if intake.is_strong(key) else weak_by_title).setdefault(title, chosen)
        found.append(chosen)
    await _write_papers(connection, every)
    return [id_ for row in found if (id_ := row.last().id) is not None]


@dataclass(slots=True, eq=False)
class _PaperRow:
    """A paper's row while a batch is sorted out: ``id`` is None until it is written."""

    identity: str
    id: int | None = None
    known_as: str | None = None
    """The identity it has in the database, if it is there."""
    values: dict[str, Any] = field(default_factory=dict)
    joined: _PaperRow | None = None
    """The row that turned out to be the same paper, and takes all that this one had."""

    def last(self) -> _PaperRow:
        return self if self.joined is None else self.joined.last()


def _paper_values(workspace: str, key: str, title: str, entry: Entry) -> dict[str, Any]:
    return {
        "workspace": workspace,
        "identity": key,
        "title_key": title,
        "title": entry.paper.title,
        "authors": list(entry.paper.authors),
    }


async def _write_papers(connection: AsyncConnection, rows: Sequence[_PaperRow]) -> None:
    """Write what a batch found out: new papers, those that took an address, those that are one."""
    paper = tables.paper
    renamed = [
        {"row": row.id, "identity": row.identity}
        for row in rows
        if row.known_as is not None and row.known_as != row.identity
    ]
    if renamed:
        await connection.execute(update(paper).where(paper.c.id == bindparam("row")), renamed)
    fresh = [row for row in rows if row.id is None and row.joined is None]
    if fresh:
        for row, id_ in zip(fresh, await new_ids(connection, paper, len(fresh)), strict=True):
            row.id = id_
        await connection.execute(
            insert(paper), [{**row.values, "id": row.id, "identity": row.identity} for row in fresh]
        )
    for row in rows:
        if row.id is not None and row.joined is not None and (strong := row.last().id) is not None:
            await _join(connection, row.id, strong)


async def _join(connection: AsyncConnection, weak: int, strong: int) -> None:
    """Two rows turned out to be one paper: the one known by its address takes all."""
    await connection.execute(
        update(tables.entry).where(tables.entry.c.paper_id == weak).values(paper_id=strong)
    )
    await drop_papers(connection, [weak])
    await connection.execute(delete(tables.paper_url).where(tables.paper_url.c.paper_id == weak))
    await connection.execute(delete(tables.paper).where(tables.paper.c.id == weak))
