"""The search index in plain SQL, one code path for SQLite and PostgreSQL.

Written in the transaction that writes the papers, so that lookup never lags behind.
Terms are counted a workspace: what one team gave privately cannot be felt in another's
ranking.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from operator import add
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.search.concordance import Concordance, concordance, without
from digests.search.weights import MARKS, Fields, Indexed, fields, index
from digests.store import tables, vectors
from digests.store.bulk import add_rows, among, insert_packed, insert_rows, new_ids

_AT_ONCE = 1000
_TERM = ("id", "workspace", "term", "df", "head_df")
_COUNTS = ("df", "head_df")

_PAPERS = 2**24
_TERMS = 2**26
"""Ids of papers and of terms that go, with a mark, into one number of 63 bits: a posting in one piece is
written in half the time. Higher ids are written in four.
"""

_PACKED = {
    "term_id": f"packed / {MARKS * _PAPERS}",
    "paper_id": f"packed / {MARKS} % {_PAPERS}",
    "weight": f"packed % {MARKS} / 2 / 1000.0",
    "head": "packed % 2 = 1",
}
"""How each column comes out of it; both databases divide whole numbers without a rest."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Papers indexed beforehand, as far as one document alone speaks of them."""

    papers: Sequence[Indexed] = ()
    words: Concordance = field(default_factory=lambda: concordance([]))
    """All their words, the papers by their position."""
    positions: Mapping[Fields, int] = field(default_factory=dict)
    """Where each stands, by what is said of it."""


async def index_papers(
    connection: AsyncConnection, paper_ids: Sequence[int], *, ready: Ready | None = None
) -> None:
    """Index these papers anew, within the caller's transaction.

    A paper nobody mentions any more (withdrawn, retracted, joined with another) leaves
    the index. What is ``ready`` need not be worked out again.
    """
    ready = ready or Ready()
    for start in range(0, len(paper_ids), _AT_ONCE):
        ids = list(paper_ids[start : start + _AT_ONCE])
        removed = await _remove(connection, ids)
        await vectors.forget(connection, ids)
        said = await _said(connection, ids)
        for workspace, papers in said.items():
            await _index(connection, workspace, papers, ready)
        await _count(
            connection,
            {workspace: len(said.get(workspace, {})) - removed[workspace] for workspace in {*said, *removed}},
        )


async def drop_papers(connection: AsyncConnection, paper_ids: Sequence[int]) -> None:
    """Take papers out of the index whose rows are about to go."""
    removed = await _remove(connection, paper_ids)
    await _count(connection, {workspace: -count for workspace, count in removed.items()})


async def _remove(connection: AsyncConnection, ids: Sequence[int]) -> Counter[str]:
    """Take the papers' postings out; how many papers left, by workspace."""
    posting, term = tables.search_posting, tables.search_term
    rows = await connection.execute(
        select(posting.c.term_id, term.c.workspace, term.c.term, posting.c.head, posting.c.paper_id)
        .join(term, term.c.id == posting.c.term_id)
        .where(among(connection, posting.c.paper_id, ids))
    )
    df: Counter[tuple[int, str, str]] = Counter()
    head_df: Counter[int] = Counter()
    papers: dict[str, set[int]] = defaultdict(set)
    for id_, workspace, name, head, paper_id in rows:
        df[id_, workspace, name] += 1
        head_df[id_] += head
        papers[workspace].add(paper_id)
    if df:
        fewer = [(*key, -count, -head_df[key[0]]) for key, count in sorted(df.items())]
        await add_rows(connection, term, _TERM, fewer, counts=_COUNTS)
        await connection.execute(delete(posting).where(among(connection, posting.c.paper_id, ids)))
    return Counter({workspace: len(found) for workspace, found in papers.items()})


async def _said(connection: AsyncConnection, ids: Sequence[int]) -> dict[str, dict[int, Fields]]:
    """What is said of the papers that are mentioned somewhere, by workspace and id."""
    entry, paper = tables.entry.c, tables.paper.c
    mentions = (
        await connection.execute(
            select(entry.id, entry.paper_id, paper.workspace, paper.title, paper.authors, entry.abstract)
            .join_from(tables.entry, tables.digest)
            .join(tables.paper, paper.id == entry.paper_id)
            .where(
                among(connection, entry.paper_id, ids),
                entry.withdrawn_at.is_(None),
                tables.digest.c.retracted_at.is_(None),
            )
            .order_by(entry.id)
        )
    ).all()
    entry_ids = [row.id for row in mentions]
    said = await _texts(connection, tables.commentary.c.entry_id, tables.commentary.c.text, entry_ids)
    tags = await _texts(connection, tables.entry_tag.c.entry_id, tables.entry_tag.c.name, entry_ids)
    mentioned: dict[int, dict[tuple[str, str], None]] = defaultdict(dict)
    workspaces: dict[int, str] = {}
    for row in mentions:
        workspaces[row.paper_id] = row.workspace
        # Texts two digests share count once.
        mentioned[row.paper_id] |= dict.fromkeys(
            fields(row.title, row.authors, tags[row.id], said[row.id], row.abstract)
        )
    found: dict[str, dict[int, Fields]] = defaultdict(dict)
    for paper_id, each in mentioned.items():
        found[workspaces[paper_id]][paper_id] = tuple(each)
    return found


async def _texts(
    connection: AsyncConnection, key: Any, text: Any, entry_ids: Sequence[int]
) -> dict[int, list[str]]:
    rows = await connection.execute(select(key, text).where(among(connection, key, entry_ids)))
    found: dict[int, list[str]] = defaultdict(list)
    for entry_id, content in rows:
        found[entry_id].append(content)
    return found


async def _index(
    connection: AsyncConnection, workspace: str, papers: Mapping[int, Fields], ready: Ready
) -> None:
    """Write the words of papers of which it is known what is said."""
    used: dict[int, int] = {}
    rest: list[int] = []
    for paper_id, said in papers.items():
        position = ready.positions.get(said)
        # Of two papers may be said the same.
        if position is None or position in used:
            rest.append(paper_id)
        else:
            used[position] = paper_id
    if used:
        left_out = set(range(len(ready.papers))) - used.keys()
        await _add(connection, workspace, used, without(ready.words, ready.papers, left_out))
    if rest:
        words = concordance([index(papers[paper_id]) for paper_id in rest])
        await _add(connection, workspace, dict(enumerate(rest)), words)


async def _add(
    connection: AsyncConnection, workspace: str, paper_ids: Mapping[int, int], words: Concordance
) -> None:
    """Write words, with the ids of papers by their position there."""
    ids = await _term_ids(connection, workspace, words.names)
    rows = [
        (id_, workspace, *counted)
        for id_, *counted in zip(ids, words.names, words.dfs, words.head_dfs, strict=True)
    ]
    await add_rows(connection, tables.search_term, _TERM, rows, counts=_COUNTS)
    await _add_postings(connection, ids, paper_ids, words)
    await insert_rows(
        connection,
        tables.search_surface,
        ("workspace", "word", "term"),
        [(workspace, *line.split("\t")) for line in words.surfaces],
        keep=True,
    )


async def _add_postings(
    connection: AsyncConnection, ids: Sequence[int], paper_ids: Mapping[int, int], words: Concordance
) -> None:
    table = tables.search_posting
    bits = MARKS - 1
    # In the order of the table's key, so that pages are filled one after the other.
    if max(ids, default=0) < _TERMS and max(paper_ids.values(), default=0) < _PAPERS:
        marked = [paper_ids[place // MARKS] * MARKS + (place & bits) for place in words.places]
        firsts = [id_ * (_PAPERS * MARKS) for id_ in ids]
        numbers = sorted(map(add, chain.from_iterable(map(repeat, firsts, words.dfs)), marked))
        await insert_packed(connection, table, _PACKED, numbers)
        return
    every = chain.from_iterable(map(repeat, ids, words.dfs))
    rows = [
        (id_, paper_ids[place // MARKS], ((place & bits) >> 1) / 1000, bool(place & 1))
        for id_, place in zip(every, words.places, strict=True)
    ]
    await insert_rows(connection, table, tuple(_PACKED), sorted(rows))


async def _term_ids(connection: AsyncConnection, workspace: str, names: Sequence[str]) -> list[int]:
    """The id of each term: the one it has, or a new one."""
    term = tables.search_term
    rows = await connection.execute(
        select(term.c.term, term.c.id).where(
            term.c.workspace == workspace, among(connection, term.c.term, names)
        )
    )
    known: dict[str, int] = dict(rows.all())
    fresh = iter(await new_ids(connection, term, len(names) - len(known)))
    return [known[name] if name in known else next(fresh) for name in names]


async def _count(connection: AsyncConnection, changes: dict[str, int]) -> None:
    statistics = tables.search_statistics
    for workspace, change in sorted(changes.items()):
        await insert_rows(
            connection, statistics, ("workspace", "papers", "version"), [(workspace, 0, 0)], keep=True
        )
        await connection.execute(
            update(statistics)
            .where(statistics.c.workspace == workspace)
            .values(papers=statistics.c.papers + change, version=statistics.c.version + 1)
        )
