"""What the final order looks at, of papers that may be seen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.model import Workspace
from digests.store import tables
from digests.store.bulk import among_given, many
from digests.store.entry_reader import eyes, visible_given


@dataclass(frozen=True)
class Outline:
    """What the final order looks at: a paper's head, and its newest entry that may be seen."""

    entry_id: int
    title: str
    written: str
    """The authors, as JSON."""
    tagged: str
    """The tags, with spaces between them."""

    @cached_property
    def authors(self) -> tuple[str, ...]:
        """The paper's authors."""
        return tuple(json.loads(self.written))

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The newest entry's tags."""
        return tuple(self.tagged.split())

    def may_name(self, openings: Iterable[str]) -> bool:
        """Whether a name may begin with one of these; papers have hundreds, and most are not asked for."""
        # What is not ASCII is written in escapes.
        return "\\" in self.written or any(map(self.written.casefold().__contains__, openings))


async def outlines(
    connection: AsyncConnection, paper_ids: Sequence[int], *, workspace: Workspace | None, until: date | None
) -> dict[int, Outline]:
    """The outlines of those papers that may be seen."""
    if not paper_ids:
        return {}
    rows = await connection.execute(
        _entries(connection.dialect.name, is_limited=until is not None),
        {"paper_ids": many(connection, paper_ids), **eyes(workspace, until)},
    )
    return {paper_id: Outline(*outline) for paper_id, *outline in rows.all()}


@cache
def _entries(dialect: str, *, is_limited: bool) -> Select[Any]:
    """What may be seen of papers, their newest entries last."""
    entry, paper, tag = tables.entry.c, tables.paper.c, tables.entry_tag.c
    tags = select(func.aggregate_strings(tag.name, " ")).where(tag.entry_id == entry.id).scalar_subquery()
    return (
        select(entry.paper_id, entry.id, paper.title, cast(paper.authors, Text), func.coalesce(tags, ""))
        .join_from(tables.entry, tables.digest)
        .join(tables.paper, paper.id == entry.paper_id)
        .where(
            among_given(dialect, entry.paper_id, "paper_ids"),
            visible_given(is_limited=is_limited),
        )
        .order_by(func.coalesce(tables.digest.c.date, date.min), entry.id)
    )
