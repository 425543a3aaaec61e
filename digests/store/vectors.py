"""Vectors of papers' sentences, and of the words of titles, beside the index. What changes loses its
vectors in the same transaction, so that no question meets an old meaning; new ones are made afterwards, a
few papers at a time, since encoding takes long and a write keeps all others waiting.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, exists, literal, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.search import similar_words
from digests.search.meaning import Encoder, Shelf
from digests.search.semantic_search import Vectors
from digests.search.similar_words import Lexicon
from digests.store import tables
from digests.store.bulk import among


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


async def unknown_words(
    connection: AsyncConnection, encoder: Encoder, texts: Mapping[int, Sequence[str]]
) -> dict[tuple[str, str], str]:
    """The terms of these papers' titles that have no vector of this encoder, each as it is spelt, by
    workspace and term."""
    paper, word = tables.paper.c, tables.search_word.c
    titles: dict[str, list[str]] = defaultdict(list)
    for row in await connection.execute(
        select(paper.id, paper.workspace).where(among(connection, paper.id, list(texts))).order_by(paper.id)
    ):
        titles[row.workspace].append(texts[row.id][0])
    spelt: dict[tuple[str, str], str] = {}
    for workspace, own in titles.items():
        spellings = similar_words.spellings(own)
        known = set(
            await connection.scalars(
                select(word.term).where(
                    word.workspace == workspace,
                    word.encoder == encoder.name,
                    among(connection, word.term, list(spellings)),
                )
            )
        )
        spelt |= {(workspace, term): form for term, form in spellings.items() if term not in known}
    return spelt


async def keep(
    connection: AsyncConnection,
    encoder: Encoder,
    found: Mapping[int, bytes],
    texts: Mapping[int, Sequence[str]],
    words: Mapping[tuple[str, str], bytes],
) -> int:
    """Keep vectors of papers that still say what was encoded, and of words; how many papers were kept."""
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
    await _keep_words(connection, encoder, words)
    version = tables.search_version
    await connection.execute(update(version).values(vectors=version.c.vectors + 1))
    return len(rows)


async def _keep_words(
    connection: AsyncConnection, encoder: Encoder, words: Mapping[tuple[str, str], bytes]
) -> None:
    word = tables.search_word
    rows = [
        {"workspace": workspace, "term": term, "encoder": encoder.name, "vector": vector}
        for (workspace, term), vector in words.items()
    ]
    for workspace in {workspace for workspace, _ in words}:
        own = [term for key, term in words if key == workspace]
        await connection.execute(
            delete(word).where(word.c.workspace == workspace, among(connection, word.c.term, own))
        )
    if rows:
        await connection.execute(word.insert(), rows)


async def load(connection: AsyncConnection, encoder: Encoder, workspace: str) -> Vectors:
    """Reads the vectors that this encoder made of a workspace's papers and title words."""
    vector, word = tables.search_vector.c, tables.search_word.c
    rows = await connection.execute(
        select(vector.paper_id, vector.passages)
        .join_from(tables.search_vector, tables.paper)
        .where(tables.paper.c.workspace == workspace, vector.encoder == encoder.name)
        .order_by(vector.paper_id)
    )
    words = await connection.execute(
        select(word.term, word.vector).where(word.workspace == workspace, word.encoder == encoder.name)
    )
    kept, spelt = [(row.paper_id, row.passages) for row in rows], [(row.term, row.vector) for row in words]
    return await asyncio.to_thread(lambda: Vectors(Shelf(kept), Lexicon(spelt)))
