"""The search index in plain SQL, one code path for SQLite and PostgreSQL.

Written in the transaction that writes the papers, so that lookup never lags behind.
Terms are counted a workspace: what one team gave privately cannot be felt in another's
ranking.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.search.weights import Fields, Indexed, fields, index
from digests.store import tables, vectors
from digests.store.bulk import add_rows, among, insert_packed, insert_rows, new_ids

_AT_ONCE = 500
_TERM = ("id", "workspace", "term", "df", "head_df")
_COUNTS = ("df", "head_df")

_MARKS = 2**13
_PAPERS = 2**24
_TERMS = 2**26
"""Marks, ids of papers and ids of terms that go into one number of 63 bits: a posting in one piece is
written in half the time. Higher ids are written in four.
"""

_PACKED = {
    "term_id": f"packed / {_MARKS * _PAPERS}",
    "paper_id": f"packed / {_MARKS} % {_PAPERS}",
    "weight": f"packed % {_MARKS} / 2 / 1000.0",
    "head": "packed % 2 = 1",
}
"""How each column comes out of it; both databases divide whole numbers without a rest."""

_IN_HEAD = (1).__and__


async def index_papers(
    connection: AsyncConnection, paper_ids: Sequence[int], *, ready: Mapping[Fields, Indexed] | None = None
) -> None:
    """Index these papers anew, within the caller's transaction.

    A paper nobody mentions any more (withdrawn, retracted, joined with another) leaves
    the index. What is ``ready`` need not be worked out again.
    """
    for start in range(0, len(paper_ids), _AT_ONCE):
        ids = list(paper_ids[start : start + _AT_ONCE])
        removed = await _remove(connection, ids)
        await vectors.forget(connection, ids)
        papers = await _papers(connection, ids, ready or {})
        for workspace, indexed in papers.items():
            await _add(connection, workspace, indexed)
        await _count(
            connection,
            {
                workspace: len(papers.get(workspace, {})) - removed[workspace]
                for workspace in {*papers, *removed}
            },
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
        .where(posting.c.paper_id.in_(ids))
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
        await connection.execute(delete(posting).where(posting.c.paper_id.in_(ids)))
    return Counter({workspace: len(found) for workspace, found in papers.items()})


async def _papers(
    connection: AsyncConnection, ids: Sequence[int], ready: Mapping[Fields, Indexed]
) -> dict[str, dict[int, Indexed]]:
    """The papers that are mentioned somewhere, indexed, by workspace and id."""
    entry, paper = tables.entry.c, tables.paper.c
    mentions = (
        await connection.execute(
            select(entry.id, entry.paper_id, paper.workspace, paper.title, paper.authors, entry.abstract)
            .join_from(tables.entry, tables.digest)
            .join(tables.paper, paper.id == entry.paper_id)
            .where(
                entry.paper_id.in_(ids),
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
    found: dict[str, dict[int, Indexed]] = defaultdict(dict)
    for paper_id, each in mentioned.items():
        whole = tuple(each)
        found[workspaces[paper_id]][paper_id] = ready.get(whole) or index(whole)
    return found


async def _texts(
    connection: AsyncConnection, key: Any, text: Any, entry_ids: Sequence[int]
) -> dict[int, list[str]]:
    rows = await connection.execute(select(key, text).where(key.in_(entry_ids)))
    found: dict[int, list[str]] = defaultdict(list)
    for entry_id, content in rows:
        found[entry_id].append(content)
    return found


async def _add(connection: AsyncConnection, workspace: str, papers: dict[int, Indexed]) -> None:
    df: Counter[str] = Counter()
    head_df: Counter[str] = Counter()
    surfaces: set[str] = set()
    marked = []
    for paper_id, indexed in papers.items():
        terms = indexed.terms
        marked.append((paper_id, terms, indexed.marked))
        df.update(terms)
        head_df.update(compress(terms, map(_IN_HEAD, indexed.marked)))
        surfaces.update(indexed.surfaces.splitlines())
    names = sorted(df)
    ids = await _term_ids(connection, workspace, names)
    rows = [(ids[name], workspace, name, df[name], head_df[name]) for name in names]
    await add_rows(connection, tables.search_term, _TERM, rows, counts=_COUNTS)
    await _add_postings(connection, ids, marked)
    await insert_rows(
        connection,
        tables.search_surface,
        ("workspace", "word", "term"),
        [(workspace, *line.split("\t")) for line in sorted(surfaces)],
        keep=True,
    )


async def _add_postings(
    connection: AsyncConnection,
    ids: Mapping[str, int],
    marked: Sequence[tuple[int, Sequence[str], Sequence[int]]],
) -> None:
    """Write postings: of each paper its id, its terms, and their marks."""
    table = tables.search_posting
    # In the order of the table's key, so that pages are filled one after the other.
    if max(ids.values(), default=0) < _TERMS and max((one[0] for one in marked), default=0) < _PAPERS:
        numbers = [
            (ids[name] * _PAPERS + paper_id) * _MARKS + mark
            for paper_id, terms, marks in marked
            for name, mark in zip(terms, marks, strict=True)
        ]
        await insert_packed(connection, table, _PACKED, sorted(numbers))
        return
    rows = [
        (ids[name], paper_id, (mark >> 1) / 1000, bool(mark & 1))
        for paper_id, terms, marks in marked
        for name, mark in zip(terms, marks, strict=True)
    ]
    await insert_rows(connection, table, tuple(_PACKED), sorted(rows))


async def _term_ids(connection: AsyncConnection, workspace: str, names: Sequence[str]) -> dict[str, int]:
    """The id of each term: the one it has, or a new one."""
    term = tables.search_term
    rows = await connection.execute(
        select(term.c.term, term.c.id).where(
            term.c.workspace == workspace, among(connection, term.c.term, names)
        )
    )
    ids: dict[str, int] = dict(rows.all())
    missing = [name for name in names if name not in ids]
    ids.update(zip(missing, await new_ids(connection, term, len(missing)), strict=True))
    return ids


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
