"""A paper's facts (title, authors, link, abstract, addresses), merged from all its entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests import import_rules
from digests.model import Paper
from digests.reading.identity import normal_title, normal_url
from digests.store import tables
from digests.store.bulk import among, insert_rows


async def merge_facts(connection: AsyncConnection, paper_ids: Iterable[int]) -> list[int]:
    """Recompute the facts and addresses of these papers from their entries; the same ids, sorted.

    Entries that were withdrawn do not count. A source of lower ``rank`` wins, then an earlier digest.
    """
    ids = sorted(paper_ids)
    if not ids:
        return []
    facts = []
    addresses: set[tuple[int, str, bool]] = set()
    for paper_id, rows in (await _mentions(connection, ids)).items():
        papers = [Paper(row.title, tuple(row.authors), row.url, row.arxiv_id, row.abstract) for row in rows]
        facts.append(_facts(paper_id, import_rules.merge_papers(papers)))
        addresses |= {(paper_id, address, False) for paper in papers for address in _addresses(paper)}
        cited = {normal_url(url) for row in rows for url in row.cites}
        addresses |= {(paper_id, address, True) for address in cited if address}
    if facts:
        await connection.execute(update(tables.paper).where(tables.paper.c.id == bindparam("paper")), facts)
    await connection.execute(
        delete(tables.paper_url).where(among(connection, tables.paper_url.c.paper_id, ids))
    )
    await insert_rows(connection, tables.paper_url, ("paper_id", "url", "cited"), sorted(addresses))
    return ids


async def _mentions(connection: AsyncConnection, paper_ids: Sequence[int]) -> dict[int, list[Any]]:
    """The entry rows of papers, by paper id, the one that wins first."""
    entry = tables.entry.c
    rows = await connection.execute(
        select(
            entry.paper_id, entry.title, entry.authors, entry.url, entry.arxiv_id, entry.abstract, entry.cites
        )
        .join_from(tables.entry, tables.document, tables.document.c.id == entry.document_id)
        .join(tables.digest, tables.digest.c.id == entry.digest_id)
        .join(tables.source, tables.source.c.id == tables.document.c.source_id)
        .where(among(connection, entry.paper_id, paper_ids), entry.withdrawn_at.is_(None))
        .order_by(
            tables.source.c.rank,
            func.coalesce(tables.digest.c.date, date.max),
            tables.document.c.path,
            entry.id,
        )
    )
    mentions: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        mentions[row.paper_id].append(row)
    return mentions


def _facts(paper_id: int, paper: Paper) -> dict[str, Any]:
    return {
        "paper": paper_id,
        "title": paper.title,
        "title_key": normal_title(paper.title),
        "authors": list(paper.authors),
        "url": paper.url,
        "arxiv_id": paper.arxiv_id,
        "abstract": paper.abstract,
    }


def _addresses(paper: Paper) -> set[str]:
    own = {normal_url(paper.url)} if paper.url else set()
    if paper.arxiv_id:
        own.add(f"arxiv:{paper.arxiv_id}")
    return {address for address in own if address}
