"""The papers a question's groups find, counted up by the database: one statement, one order on both.

Whole numbers throughout (weights in thousandths, worths in hundredths, idf in ten-thousandths): sums of
floats would differ in their last digits between SQLite and PostgreSQL, and so would the order.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, TextClause, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.model import Workspace
from digests.search.plan import NAMED, Group
from digests.search.ranking import FLOOR, Candidate
from digests.store import tables
from digests.store.bulk import among_given, many
from digests.store.papers import eyes, visible_given

_FEWEST_ROWS = 4000
_SHARE_OF_PAPERS = 4
"""Postings read to pick candidates: at most a quarter as many as there are papers, but always some. The
rarest groups come first; those past the budget only add to what the others picked."""

_PICKED = 600
"""So many of the best by the rarest groups are looked up in the commoner ones."""

_PARTS = 10_000

_STATEMENT = """
WITH alternative AS MATERIALIZED ({alternatives}),
question AS MATERIALIZED ({groups}),
hit AS MATERIALIZED (
    SELECT posting.paper_id, alternative.place,
        MAX(CAST(ROUND(posting.weight * 1000) AS BIGINT) * alternative.worth) AS weight,
        MAX(CASE WHEN posting.head AND alternative.worth > :named THEN 1 ELSE 0 END) AS head
    FROM alternative CROSS JOIN search_posting AS posting
    WHERE alternative.picks = 1 AND posting.term_id = alternative.term_id{allowed}
    GROUP BY posting.paper_id, alternative.place
),
picked AS MATERIALIZED (
    SELECT hit.paper_id FROM hit JOIN question ON question.place = hit.place
    GROUP BY hit.paper_id ORDER BY SUM(hit.weight * question.idf) DESC, hit.paper_id LIMIT :picked
),
added AS (
    SELECT posting.paper_id, alternative.place,
        MAX(CAST(ROUND(posting.weight * 1000) AS BIGINT) * alternative.worth) AS weight,
        MAX(CASE WHEN posting.head AND alternative.worth > :named THEN 1 ELSE 0 END) AS head
    FROM picked CROSS JOIN alternative CROSS JOIN search_posting AS posting
    WHERE alternative.picks = 0 AND posting.term_id = alternative.term_id
        AND posting.paper_id = picked.paper_id
    GROUP BY posting.paper_id, alternative.place
)
SELECT found.paper_id, SUM(found.weight * question.idf) AS base, SUM(question.idf) AS coverage,
    SUM(question.idf * found.head) AS head
FROM (SELECT * FROM hit UNION ALL SELECT * FROM added) AS found JOIN question ON question.place = found.place
GROUP BY found.paper_id
HAVING SUM(question.idf) >= :least
ORDER BY SUM(found.weight * question.idf) DESC, found.paper_id
LIMIT :most
"""
"""On SQLite ``CROSS JOIN`` keeps the order of the joins, without which it reads every posting."""

_SQLITE = {
    "alternatives": (
        "SELECT value ->> 0 AS term_id, value ->> 1 AS place, value ->> 2 AS worth, value ->> 3 AS picks"
        " FROM json_each(:alternatives)"
    ),
    "groups": "SELECT value ->> 0 AS place, value ->> 1 AS idf FROM json_each(:groups)",
    "allowed": " AND posting.paper_id IN (SELECT value FROM json_each(:allowed))",
}
_POSTGRESQL = {
    "alternatives": (
        "SELECT (value ->> 0)::bigint AS term_id, (value ->> 1)::bigint AS place,"
        " (value ->> 2)::bigint AS worth, (value ->> 3)::int AS picks"
        " FROM json_array_elements(CAST(:alternatives AS json))"
    ),
    "groups": (
        "SELECT (value ->> 0)::bigint AS place, (value ->> 1)::bigint AS idf"
        " FROM json_array_elements(CAST(:groups AS json))"
    ),
    "allowed": (
        " AND posting.paper_id IN"
        " (SELECT value::bigint FROM json_array_elements_text(CAST(:allowed AS json)))"
    ),
}


async def find(
    connection: AsyncConnection,
    groups: Sequence[Group],
    *,
    papers: int,
    allowed: Iterable[int] | None,
    most: int,
    floor: float = FLOOR,
) -> list[Candidate]:
    """Papers that answer at least ``floor`` of the question's weight, the best ``most`` by their postings.

    ``groups`` are rarest first; ``papers`` is how many the index holds. With ``allowed`` only those.
    Does not ask what may be seen: terms of other workspaces are in no group, the rest is for
    ``outlines`` to leave out.
    """
    whole = sum(round(group.idf * _PARTS) for group in groups)
    alternatives: list[tuple[int, int, int, int]] = []
    budget = max(papers // _SHARE_OF_PAPERS, _FEWEST_ROWS)
    picks = 1
    for place, group in enumerate(groups):
        budget -= group.rows
        if budget < 0 and alternatives:
            picks = 0
        alternatives += [
            (term_id, place, round(worth * 100), picks) for term_id, worth in sorted(group.worth.items())
        ]
    if not alternatives:
        return []
    statement = _statement(connection.dialect.name, is_limited=allowed is not None)
    given = {
        "alternatives": json.dumps(alternatives),
        "groups": json.dumps([(place, round(group.idf * _PARTS)) for place, group in enumerate(groups)]),
        "named": round(NAMED * 100),
        "picked": max(_PICKED, most),
        "least": round(whole * floor),
        "most": most,
    }
    if allowed is not None:
        given["allowed"] = json.dumps(sorted(allowed))
    rows = await connection.execute(statement, given)
    whole = whole or 1
    return [
        Candidate(row.paper_id, int(row.base) / _BASE, int(row.coverage) / whole, int(row.head) / whole)
        for row in rows
    ]


@cache
def _statement(dialect: str, *, is_limited: bool) -> TextClause:
    parts = _SQLITE if dialect == "sqlite" else _POSTGRESQL
    return text(_STATEMENT.format(**{**parts, "allowed": parts["allowed"] if is_limited else ""}))


_BASE = 1000 * 100 * _PARTS


@dataclass(frozen=True, slots=True)
class Outline:
    """What the final order looks at: a paper's head, and its newest entry that may be seen."""

    entry_id: int
    title: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]


async def outlines(
    connection: AsyncConnection, paper_ids: Sequence[int], *, workspace: Workspace | None, until: date | None
) -> dict[int, Outline]:
    """The outlines of those papers that may be seen."""
    if not paper_ids:
        return {}
    dialect = connection.dialect.name
    rows = await connection.execute(
        _entries(dialect, is_limited=until is not None),
        {"paper_ids": many(connection, paper_ids), **eyes(workspace, until)},
    )
    newest = {row.paper_id: row for row in rows}
    entry_ids = many(connection, [row.id for row in newest.values()])
    tagged = await connection.execute(_tags(dialect), {"entry_ids": entry_ids})
    tags: dict[int, list[str]] = defaultdict(list)
    for row in tagged:
        tags[row.entry_id].append(row.name)
    return {
        paper_id: Outline(row.id, row.title, tuple(row.authors), tuple(tags[row.id]))
        for paper_id, row in newest.items()
    }


@cache
def _entries(dialect: str, *, is_limited: bool) -> Select[Any]:
    """What may be seen of papers, their newest entries last."""
    entry, paper = tables.entry.c, tables.paper.c
    return (
        select(entry.paper_id, entry.id, paper.title, paper.authors)
        .join_from(tables.entry, tables.digest)
        .join(tables.paper, paper.id == entry.paper_id)
        .where(
            among_given(dialect, entry.paper_id, "paper_ids"),
            visible_given(is_limited=is_limited),
        )
        .order_by(func.coalesce(tables.digest.c.date, date.min), entry.id)
    )


@cache
def _tags(dialect: str) -> Select[Any]:
    tag = tables.entry_tag.c
    return (
        select(tag.entry_id, tag.name)
        .where(among_given(dialect, tag.entry_id, "entry_ids"))
        .order_by(tag.entry_id, tag.position)
    )
