"""A paper's facts: its title, authors and addresses, merged from what every live entry says of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests import intake
from digests.model import Paper
from digests.reading.identity import normal_title, normal_url
from digests.store import tables
from digests.store.bulk import among, insert_rows


async def merge_facts(connection: AsyncConnection, paper_ids: Iterable[int]) -> list[int]:
    """Work out each paper's facts and addresses anew from all its live entries."""
    ids = sorted(paper_ids)
    if not ids:
        return []
    entry = tables.entry.c
    rows = await connection.execute(
        select(
            entry.paper_id, entry.title, entry.authors, entry.url, entry.arxiv_id, entry.abstract, entry.cites
        )
        .join_from(tables.entry, tables.document, tables.document.c.id == entry.document_id)
        .join(tables.digest, tables.digest.c.id == entry.digest_id)
        .join(tables.source, tables.source.c.id == tables.document.c.source_id)
        .where(among(connection, entry.paper_id, ids), entry.withdrawn_at.is_(None))
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
    facts = []
    addresses: set[tuple[int, str, bool]] = set()
    for paper_id, said in mentions.items():
        papers = [Paper(row.title, tuple(row.authors), row.url, row.arxiv_id, row.abstract) for row in said]
        whole = intake.merged(papers)
        facts.append(
            {
                "paper": paper_id,
                "title": whole.title,
                "title_key": normal_title(whole.title),
                "authors": list(whole.authors),
                "url": whole.url,
                "arxiv_id": whole.arxiv_id,
                "abstract": whole.abstract,
            }
        )
        addresses |= {(paper_id, address, False) for paper in papers for address in _addresses(paper)}
        cited = {normal_url(url) for row in said for url in row.cites}
        addresses |= {(paper_id, address, True) for address in cited if address}
    if facts:
        await connection.execute(
            update(tables.paper).where(tables.paper.c.id == bindparam("paper")),
            facts,
        )
    await connection.execute(
        delete(tables.paper_url).where(among(connection, tables.paper_url.c.paper_id, ids))
    )
    await insert_rows(connection, tables.paper_url, ("paper_id", "url", "cited"), sorted(addresses))
    return ids


def _addresses(paper: Paper) -> set[str]:
    own = {normal_url(paper.url)} if paper.url else set()
    if paper.arxiv_id:
        own.add(f"arxiv:{paper.arxiv_id}")
    return {address for address in own if address}
