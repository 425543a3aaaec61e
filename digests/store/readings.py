"""Which of its two readings a question means where a year stands among its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from digests.search import plan, ranking
from digests.search.query import Query
from digests.store import candidates
from digests.store.sight import Sight


async def dated(sight: Sight, query: Query, year: int) -> tuple[Query, Query]:
    """A question with a year among its words, read twice, the likelier first: of a title that says the year,
    and of papers that came in it.
    """
    whole = replace(query, words=(*query.words, str(year)), year=None)
    within = replace(query, year=None, since=date(year, 1, 1), until=date(year, 12, 31))
    groups, words = await sight.groups(plan.asked_words([*whole.words, *whole.phrases]))
    pool = candidates.Pool(sight.connection, words, allowed=await sight.allowed(query))
    found = await pool.find(groups, most=ranking.CANDIDATES)
    return (whole, within) if any(one.head == 1 for one in found) else (within, whole)
