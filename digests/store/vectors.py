"""Vectors of papers' sentences, and of the words of titles, beside the index. What changes loses its
vectors in the same transaction, so that no question meets an old meaning; new ones are made afterwards, a
few papers at a time, since encoding takes long and a write keeps all others waiting.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Exists, delete, exists, literal, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.search import kindred
from digests.search.kindred import Lexicon
from digests.search.meaning import Encoder, Shelf, Vectors, weight_of_title
from digests.search.plan import Term
from digests.search.text import Word
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


async def unknown_words(
    connection: AsyncConnection, encoder: Encoder, texts: Mapping[int, Sequence[str]]
) -> dict[int, str]:
    """The terms of these papers' titles that have no vector of this encoder, each as it is spelt."""
    paper, term = tables.paper.c, tables.search_term.c
    titles: dict[str, list[str]] = defaultdict(list)
    for row in await connection.execute(
        select(paper.id, paper.workspace).where(among(connection, paper.id, list(texts))).order_by(paper.id)
    ):
        titles[row.workspace].append(texts[row.id][0])
    spelt: dict[int, str] = {}
    for workspace, own in titles.items():
        spellings = kindred.spellings(own)
        rows = await connection.execute(
            select(term.id, term.term).where(
                term.workspace == workspace,
                among(connection, term.term, list(spellings)),
                ~_encoded_word(encoder),
            )
        )
        spelt |= {row.id: spellings[row.term] for row in rows}
    return spelt


async def keep(
    connection: AsyncConnection,
    encoder: Encoder,
    found: Mapping[int, bytes],
    texts: Mapping[int, Sequence[str]],
    words: Mapping[int, bytes],
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
    statistics = tables.search_statistics
    await connection.execute(update(statistics).values(vectors=statistics.c.vectors + 1))
    return len(rows)


async def _keep_words(connection: AsyncConnection, encoder: Encoder, words: Mapping[int, bytes]) -> None:
    term, word = tables.search_term.c, tables.search_word
    # Another process may have encoded some meanwhile, and a workspace may be gone.
    left = await connection.scalars(
        select(term.id).where(among(connection, term.id, list(words)), ~_encoded_word(encoder))
    )
    rows = [{"term_id": id_, "encoder": encoder.name, "vector": words[id_]} for id_ in left]
    if rows:
        ids = [row["term_id"] for row in rows]
        await connection.execute(delete(word).where(among(connection, word.c.term_id, ids)))
        await connection.execute(word.insert(), rows)


def _encoded_word(encoder: Encoder) -> Exists:
    word = tables.search_word.c
    return exists().where(word.term_id == tables.search_term.c.id, word.encoder == encoder.name)


@dataclass(frozen=True, slots=True)
class Meant:
    """What a question means, in what the archive has."""

    kin: Mapping[str, Sequence[Term]]
    """The terms that mean what its words mean, by the word as it was typed."""
    _shelf: Shelf
    _vector: Vectors
    _title: float

    async def likeness(self, *, among: Iterable[int] | None, also: Iterable[int]) -> dict[int, float]:
        """How like it the papers are that come nearest (with ``among`` only of those), and those named
        ``also`` that have vectors, by id.
        """
        return await asyncio.to_thread(
            self._shelf.likeness, self._vector, among=among, also=list(also), title=self._title
        )


async def meant(
    connection: AsyncConnection,
    encoder: Encoder,
    workspaces: tuple[str, ...],
    question: str,
    asked: Sequence[Word],
) -> Meant | None:
    """What a question and its words are near to; None while nothing is encoded."""
    shelf, lexicon = await _loaded(connection, encoder, workspaces)
    if shelf.is_empty:
        return None
    words = kindred.telling(asked)
    unknown = lexicon.unknown(words)

    def look() -> Vectors:
        vectors = encoder.encode([question, *(word.folded for word in unknown)])
        lexicon.learn(unknown, vectors[1:])
        return vectors[:1]

    vector = await asyncio.to_thread(look)
    return Meant(lexicon.kin(words), shelf, vector, weight_of_title(asked))


_copies: OrderedDict[tuple[object, ...], tuple[object, Shelf, Lexicon]] = OrderedDict()


async def _loaded(
    connection: AsyncConnection, encoder: Encoder, workspaces: tuple[str, ...]
) -> tuple[Shelf, Lexicon]:
    """The vectors a set of workspaces sees, from memory while nothing changed."""
    statistics, vector, paper = tables.search_statistics.c, tables.search_vector.c, tables.paper.c
    term, word = tables.search_term.c, tables.search_word.c
    counted = await connection.execute(
        select(statistics.workspace, statistics.vectors + statistics.version)
        .where(statistics.workspace.in_(workspaces))
        .order_by(statistics.workspace)
    )
    version = [tuple(row) for row in counted]
    # Most workspaces have no digests of their own, and all of those share one copy.
    workspaces = tuple(workspace for workspace, _ in version)
    key = (str(connection.engine.url), workspaces)
    if key in _copies and _copies[key][0] == version:
        _copies.move_to_end(key)
        return _copies[key][1:]
    rows = await connection.execute(
        select(vector.paper_id, vector.passages)
        .join_from(tables.search_vector, tables.paper)
        .where(paper.workspace.in_(workspaces), vector.encoder == encoder.name)
        .order_by(vector.paper_id)
    )
    shelf = Shelf((row.paper_id, row.passages) for row in rows)
    # A word that one paper has tells no more than its vectors of sentences do.
    rows = await connection.execute(
        select(term.id, term.term, term.df, term.head_df, word.vector)
        .join_from(tables.search_word, tables.search_term)
        .where(term.workspace.in_(workspaces), term.df > 1, word.encoder == encoder.name)
        .order_by(term.term, term.id)
    )
    lexicon = Lexicon((Term(row.id, row.term, row.df, row.head_df), row.vector) for row in rows)
    _copies[key] = (version, shelf, lexicon)
    while len(_copies) > _MOST_COPIES:
        _copies.popitem(last=False)
    return shelf, lexicon
