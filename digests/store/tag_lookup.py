"""Finding papers by tag: near misses are corrected, and tags are counted by their papers."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.model import Correction, Results, Tag, TagCount, Workspace
from digests.reading.tags import canonical
from digests.search import text
from digests.store import tables
from digests.store.entry_reader import visible
from digests.store.guesses import similar_tags
from digests.store.sight import Sight, nearest


async def tagged(
    connection: AsyncConnection,
    typed: str,
    *,
    workspace: Workspace | None,
    until: date | None,
    limit: int,
    offset: int,
) -> Results:
    """The papers of a tag, newest first; a near miss is corrected, and said so."""
    sight = Sight(connection, workspace, until)
    name = canonical(typed)
    names = await sight.tag_names()
    by_joint = {text.joined(known): known for known in sorted(names, key=lambda known: names[known])}
    corrections: tuple[Correction, ...] = ()
    meant = name if name in names else by_joint.get(text.joined(name))
    if meant is None and name:
        near = nearest(text.joined(name), by_joint)
        if near is not None:
            meant = by_joint[near]
            corrections = (Correction(typed, meant),)
    if meant is None:
        return Results(typed, suggestions=tuple(similar_tags(name, names)))
    ids = await sight.newest_first(await sight.with_tag(meant))
    return await sight.page(
        meant, [(id_, 0.0) for id_ in ids], limit=limit, offset=offset, corrections=corrections
    )


async def tags(
    connection: AsyncConnection, *, workspace: Workspace | None, until: date | None, limit: int
) -> tuple[TagCount, ...]:
    """The most used tags, each in its commonest spelling."""
    tag = tables.entry_tag.c
    rows = await connection.execute(
        select(tag.name, tag.spelling, func.count(tables.entry.c.paper_id.distinct()).label("papers"))
        .join_from(tables.entry_tag, tables.entry)
        .join(tables.digest)
        .where(visible(workspace, until))
        .group_by(tag.name, tag.spelling)
    )
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        spellings[row.name][row.spelling] += row.papers
    counted = sorted(spellings.items(), key=lambda item: (-item[1].total(), item[0]))[:limit]
    return tuple(
        TagCount(Tag(name, max(sorted(written), key=lambda one: written[one])), written.total())
        for name, written in counted
    )
