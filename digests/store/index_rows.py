"""The rows that indexes are made of: what is said of a paper, analysed, one row a paper.

Written in the transaction that writes the papers, so that lookup never lags behind. Each write of a
workspace's rows has a number, its version: by it a process knows which rows it has not read yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.reading.identity import address_keys
from digests.search.analysis import Fields, analyse, fields
from digests.search.index import UNDATED, Facts, Mention, Row, packed_keys
from digests.store import tables, vectors
from digests.store.bulk import among, insert_rows

_AT_ONCE = 1000


async def index_papers(
    connection: AsyncConnection,
    paper_ids: Sequence[int],
    *,
    ready: Mapping[Fields, Sequence[bytes]] | None = None,
) -> None:
    """Index these papers anew, within the caller's transaction.

    A paper that nobody mentions any more (withdrawn, retracted, joined with another) leaves the index.
    ``ready`` are ``Analysed.parts`` that were worked out beforehand, by what is said.
    """
    for start in range(0, len(paper_ids), _AT_ONCE):
        ids = list(paper_ids[start : start + _AT_ONCE])
        await vectors.forget(connection, ids)
        papers = await _papers(connection, ids)
        await drop_papers(connection, [id_ for id_ in ids if id_ not in papers])
        by_workspace: defaultdict[str, list[int]] = defaultdict(list)
        for paper_id, (workspace, _, _) in papers.items():
            by_workspace[workspace].append(paper_id)
        for workspace, own in sorted(by_workspace.items()):
            version = await _next_version(connection, workspace)
            rows = []
            for paper_id in own:
                _, facts, said = papers[paper_id]
                analysed = (ready or {}).get(said) or analyse(said).parts()
                rows.append((paper_id, workspace, version, facts.packed(), packed_keys(facts, analysed)))
            table = tables.search_paper
            await connection.execute(delete(table).where(among(connection, table.c.paper_id, own)))
            names = ("paper_id", "workspace", "version", "facts", "index_keys")
            await insert_rows(connection, table, names, rows)


async def drop_papers(connection: AsyncConnection, paper_ids: Sequence[int]) -> None:
    """Take papers out of the index. Their rows stay, empty, to tell other processes."""
    if not paper_ids:
        return
    row = tables.search_paper
    there = among(connection, row.c.paper_id, paper_ids)
    for workspace in sorted(await connection.scalars(select(row.c.workspace).where(there).distinct())):
        version = await _next_version(connection, workspace)
        await connection.execute(
            update(row)
            .where(there, row.c.workspace == workspace)
            .values(version=version, facts="", index_keys=None)
        )


async def versions(connection: AsyncConnection) -> dict[str, tuple[int, int]]:
    """Of each workspace that has papers of its own the versions of its rows, and of its vectors."""
    version = tables.search_version.c
    rows = await connection.execute(select(version.workspace, version.papers, version.vectors))
    return {row.workspace: (row.papers, row.vectors) for row in rows}


async def rows_after(connection: AsyncConnection, workspace: str, version: int) -> list[Row]:
    """The rows of a workspace that were written after a version, by paper."""
    row = tables.search_paper.c
    conditions = [row.workspace == workspace, row.version > version]
    if not version:
        conditions.append(row.index_keys.is_not(None))
    found = await connection.execute(
        select(row.paper_id, row.facts, row.index_keys).where(*conditions).order_by(row.paper_id)
    )
    return [Row(*one) for one in found.all()]


async def papers_indexed(connection: AsyncConnection, workspace: str) -> int:
    """How many papers a workspace's index has."""
    row = tables.search_paper.c
    count = select(func.count()).where(row.workspace == workspace, row.index_keys.is_not(None))
    return await connection.scalar(count) or 0


async def _next_version(connection: AsyncConnection, workspace: str) -> int:
    version = tables.search_version
    changed = await connection.scalar(
        update(version)
        .where(version.c.workspace == workspace)
        .values(papers=version.c.papers + 1)
        .returning(version.c.papers)
    )
    if changed is None:
        await connection.execute(insert(version).values(workspace=workspace, papers=1, vectors=0))
    return changed or 1


async def _papers(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, tuple[str, Facts, Fields]]:
    """Of the papers that are mentioned somewhere the workspace, what is known, and what is said."""
    entry, paper, digest = tables.entry.c, tables.paper.c, tables.digest.c
    rows = (
        await connection.execute(
            select(
                *(entry.paper_id, entry.id, entry.digest_id, entry.document_id, entry.position),
                *(entry.links, entry.abstract, digest.date, tables.document.c.path),
                *(paper.workspace, paper.title, paper.authors),
            )
            .join_from(tables.entry, tables.digest)
            .join(tables.document, tables.document.c.id == entry.document_id)
            .join(tables.paper, paper.id == entry.paper_id)
            .where(
                among(connection, entry.paper_id, ids),
                entry.withdrawn_at.is_(None),
                digest.retracted_at.is_(None),
            )
            .order_by(entry.id)
        )
    ).all()
    said = await _commentaries(connection, [row.id for row in rows])
    tags = await _tags(connection, [row.id for row in rows])
    addresses = await _addresses(connection, ids)
    by_paper: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_paper[row.paper_id].append(row)
    found = {}
    for paper_id, mentions in by_paper.items():
        first = mentions[0]
        # Texts that two digests share count once.
        whole: dict[tuple[str, str], None] = {}
        for row in mentions:
            names = [name for name, _ in tags[row.id]]
            whole |= dict.fromkeys(fields(row.title, row.authors, names, said[row.id], row.abstract))
        own, cited = addresses[paper_id]
        facts = Facts(
            first.title,
            tuple(first.authors),
            tuple(own),
            tuple(address for address in cited if address not in own),
            tuple(sorted((_mention(row, tags[row.id]) for row in mentions), key=_by_day)),
        )
        found[paper_id] = (first.workspace, facts, tuple(whole))
    return found


def _mention(row: Any, tags: Iterable[tuple[str, str]]) -> Mention:
    day = row.date.toordinal() if row.date else UNDATED
    return Mention(
        row.id,
        row.digest_id,
        row.document_id,
        row.position,
        day,
        tuple(tags),
        row.path,
        tuple(row.links),
    )


def _by_day(mention: Mention) -> tuple[int, int]:
    return mention.day, mention.entry_id


async def _commentaries(connection: AsyncConnection, entry_ids: Sequence[int]) -> dict[int, list[str]]:
    commentary = tables.commentary.c
    rows = await connection.execute(
        select(commentary.entry_id, commentary.text).where(among(connection, commentary.entry_id, entry_ids))
    )
    found: defaultdict[int, list[str]] = defaultdict(list)
    for entry_id, text in rows:
        found[entry_id].append(text)
    return found


async def _tags(connection: AsyncConnection, entry_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    tag = tables.entry_tag.c
    rows = await connection.execute(
        select(tag.entry_id, tag.name, tag.spelling)
        .where(among(connection, tag.entry_id, entry_ids))
        .order_by(tag.entry_id, tag.position)
    )
    found: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for entry_id, name, spelling in rows:
        found[entry_id].append((name, spelling))
    return found


async def _addresses(
    connection: AsyncConnection, ids: Sequence[int]
) -> dict[int, tuple[dict[str, None], dict[str, None]]]:
    """Under which addresses each paper may be asked for, and which it cites, in order."""
    url = tables.paper_url.c
    rows = await connection.execute(
        select(url.paper_id, url.url, url.cited)
        .where(among(connection, url.paper_id, ids))
        .order_by(url.paper_id, url.url)
    )
    found: defaultdict[int, tuple[dict[str, None], dict[str, None]]] = defaultdict(lambda: ({}, {}))
    for paper_id, address, is_cited in rows:
        keys = (address,) if address.startswith("arxiv:") else (address, *address_keys(address))
        found[paper_id][is_cited].update(dict.fromkeys(keys))
    return found
