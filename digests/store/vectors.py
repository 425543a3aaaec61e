"""Vectors of papers' sentences, beside the index. What changes loses its vectors in the same
transaction, so that no question meets an old meaning; new ones are made afterwards, a few papers at a
time, since encoding takes long and a write keeps all others waiting.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Sequence

from sqlalchemy import delete, exists, func, literal, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.search.meaning import Encoder, Shelf
from digests.store import tables
from digests.store.bulk import among

_MOST_COPIES = 4


async def forget(connection: AsyncConnection, paper_ids: Sequence[int]) -> None:
    """These papers' texts have changed."""
    vector = tables.search_vector
    await connection.execute(delete(vector).where(among(connection, vector.c.paper_id, paper_ids)))


async def waiting(connection: AsyncConnection, encoder: Encoder, *, most: int) -> dict[int, list[str]]:
    """Papers without vectors of this encoder, oldest first, each with its texts, the title first."""
    entry, paper, vector = tables.entry.c, tables.paper.c, tables.search_vector.c
    said = (
        select(entry.paper_id)
        .join_from(tables.entry, tables.digest)
        .where(entry.withdrawn_at.is_(None), tables.digest.c.retracted_at.is_(None))
    )
    encoded = exists().where(vector.paper_id == entry.paper_id, vector.encoder == encoder.name)
    ids = list(await connection.scalars(said.where(~encoded).distinct().order_by(entry.paper_id).limit(most)))
    abstracts = said.add_columns(literal(1), entry.id, entry.abstract).where(entry.abstract.is_not(None))
    commentaries = said.add_columns(literal(2), entry.id, tables.commentary.c.text).join(
        tables.commentary, tables.commentary.c.entry_id == entry.id
    )
    titles = select(paper.id.label("paper_id"), literal(0).label("kind"), literal(0).label("of"), paper.title)
    found = union_all(
        titles.where(among(connection, paper.id, ids)),
        abstracts.where(among(connection, entry.paper_id, ids)),
        commentaries.where(among(connection, entry.paper_id, ids)),
    ).subquery()
    texts: dict[int, list[str]] = defaultdict(list)
    for row in await connection.execute(
        select(found.c.paper_id, found.c.title).order_by(
            found.c.paper_id, found.c.kind, found.c.of, found.c.title
        )
    ):
        texts[row.paper_id].append(row.title)
    return texts


async def keep(
    connection: AsyncConnection, encoder: Encoder, found: dict[int, bytes], texts: dict[int, list[str]]
) -> int:
    """Keep vectors of papers that still say what was encoded; how many were kept."""
    now = await waiting(connection, encoder, most=len(texts))
    rows = [
        {"paper_id": id_, "encoder": encoder.name, "passages": content}
        for id_, content in found.items()
        if now.get(id_) == texts[id_]
    ]
    if not rows:
        return 0
    await forget(connection, list(found))
    await connection.execute(tables.search_vector.insert(), rows)
    statistics = tables.search_statistics
    await connection.execute(update(statistics).values(vectors=statistics.c.vectors + 1))
    return len(rows)


async def likeness(
    connection: AsyncConnection, encoder: Encoder, workspaces: tuple[str, ...], question: str
) -> dict[int, float]:
    """How like a question each paper that has vectors is, by id; nothing while none have."""
    shelf = await _shelf(connection, encoder, workspaces)
    if shelf.is_empty:
        return {}
    asked = await asyncio.to_thread(encoder.encode, [question])
    return shelf.likeness(asked)


_copies: OrderedDict[tuple[object, ...], tuple[object, Shelf]] = OrderedDict()


async def _shelf(connection: AsyncConnection, encoder: Encoder, workspaces: tuple[str, ...]) -> Shelf:
    """The vectors a set of workspaces sees, from memory while nothing changed."""
    statistics, vector, paper = tables.search_statistics.c, tables.search_vector.c, tables.paper.c
    version = await connection.scalar(
        select(func.sum(statistics.vectors + statistics.version)).where(statistics.workspace.in_(workspaces))
    )
    key = (str(connection.engine.url), workspaces)
    if key in _copies and _copies[key][0] == version:
        _copies.move_to_end(key)
        return _copies[key][1]
    rows = await connection.execute(
        select(vector.paper_id, vector.passages)
        .join_from(tables.search_vector, tables.paper)
        .where(paper.workspace.in_(workspaces), vector.encoder == encoder.name)
        .order_by(vector.paper_id)
    )
    shelf = Shelf((row.paper_id, row.passages) for row in rows)
    _copies[key] = (version, shelf)
    while len(_copies) > _MOST_COPIES:
        _copies.popitem(last=False)
    return shelf
