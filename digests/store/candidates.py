"""The papers a question's groups find, by their postings."""

from __future__ import annotations

import json
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, Text, bindparam, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.search.evidence import Candidate, Evidence
from digests.search.plan import Group
from digests.search.ranking import FLOOR
from digests.search.weights import MARKS, THOUSANDTHS
from digests.store import tables
from digests.store.bulk import among_given, many
from digests.store.vocabulary import Version, Words

_FEWEST_ROWS, _MOST_ROWS = 4000, 5000
_SHARE_OF_PAPERS = 4
"""Postings read to pick candidates: a quarter as many as there are papers, within bounds. The rarest groups
come first; those past it only add to what the others picked."""

_HEAVIEST = 1500
"""Of a commoner word, so many of the papers it weighs the most in are picked from, or as many as wanted."""

_PICKED = 300
"""So many of the best are looked up in the words that were not read to their end."""

_MOST_KEPT = 256
"""Common words whose heaviest postings are kept in memory: some three megabytes."""

_PREPARED = 128
"""The commonest words, whose heaviest postings are read before anybody asks: of a hundred thousand papers in
a second and a half."""

_heaviest_kept: OrderedDict[tuple[str, Version, int, int], Sequence[int]] = OrderedDict()


class Pool:
    """Where the candidates of one question come from, within one transaction. What was read is not read
    again when the question is widened.

    ``words`` are those its groups were made of. With ``allowed`` only those papers. Does not ask what may be
    seen: terms of other workspaces are in no group, the rest is for ``outlines`` to leave out.
    """

    def __init__(
        self, connection: AsyncConnection, words: Words, *, allowed: Iterable[int] | None = None
    ) -> None:
        self._connection = connection
        self._words = words
        self._within = None if allowed is None else many(connection, sorted(allowed))
        self._read: dict[int, Sequence[int]] = {}
        self._looked_up: dict[int, dict[int, int]] = {}
        self._papers: set[int] = set()
        self._evidence: Evidence | None = None

    async def find(self, groups: Sequence[Group], *, most: int, floor: float = FLOOR) -> list[Candidate]:
        """Papers that answer at least ``floor`` of the question's weight, the best ``most`` by their
        postings. ``groups`` are rarest first.
        """
        picking: set[int] = set()
        heavy: set[int] = set()
        rest: set[int] = set()
        budget = min(max(self._words.papers // _SHARE_OF_PAPERS, _FEWEST_ROWS), _MOST_ROWS)
        heaviest = max(_HEAVIEST, most)
        for group in groups:
            budget -= sum(min(df, heaviest) for df in group.dfs.values())
            if budget < 0 and picking:
                rest |= group.dfs.keys()
                continue
            picking |= group.dfs.keys()
            heavy |= {term_id for term_id, df in group.dfs.items() if df > heaviest}
        if not picking:
            return []
        evidence = self._evidence = Evidence(groups, before=self._evidence)
        evidence.add(await self._whole(picking - heavy))
        for term_id in sorted(heavy):
            version = self._words.version
            found = await _heaviest(self._connection, term_id, version, self._within, most=heaviest)
            evidence.add({term_id: found})
        rest = (rest | heavy) - (picking - heavy)
        if rest:
            evidence.add(await self._of(evidence.best(max(_PICKED, most)), rest))
        return evidence.candidates(floor=floor, most=most)

    async def _whole(self, term_ids: Set[int]) -> dict[int, Sequence[int]]:
        """The postings of terms, of all papers or of those allowed."""
        missing = term_ids - self._read.keys()
        if missing:
            self._read |= dict.fromkeys(missing, ())
            self._read |= await _listed(self._connection, missing, self._within)
        return {term_id: self._read[term_id] for term_id in term_ids}

    async def _of(self, papers: Sequence[int], term_ids: Set[int]) -> dict[int, list[int]]:
        """The postings of terms that these papers have; only what is new of either is looked up."""
        await self._look_up(self._looked_up.keys(), set(papers) - self._papers)
        self._papers.update(papers)
        await self._look_up(term_ids - self._looked_up.keys(), self._papers)
        return {
            term_id: [marked[paper] for paper in papers if paper in marked]
            for term_id, marked in self._looked_up.items()
            if term_id in term_ids
        }

    async def _look_up(self, term_ids: Set[int], papers: Set[int]) -> None:
        if not term_ids or not papers:
            return
        among = many(self._connection, sorted(papers))
        found = await _listed(self._connection, term_ids, among)
        for term_id in term_ids:
            marked = {one // MARKS: one for one in found.get(term_id, ())}
            self._looked_up.setdefault(term_id, {}).update(marked)


async def prepare(connection: AsyncConnection, workspace: str, version: Version) -> None:
    """Read the heaviest postings of a workspace's commonest words, so that nobody waits for it."""
    term = tables.search_term.c
    commonest = await connection.scalars(
        select(term.id)
        .where(term.workspace == workspace, term.df > _HEAVIEST)
        .order_by(term.df.desc(), term.id)
        .limit(_PREPARED)
    )
    for term_id in commonest.all():
        await _heaviest(connection, term_id, version, None, most=_HEAVIEST)


async def _listed(
    connection: AsyncConnection, term_ids: Iterable[int], papers: str | list[Any] | None
) -> dict[int, Sequence[int]]:
    """The postings of terms, of all papers or of these."""
    given = {"terms": many(connection, sorted(term_ids)), "papers": papers}
    rows = await connection.execute(_postings(connection.dialect.name, is_limited=papers is not None), given)
    return {term_id: json.loads(f"[{listed}]") for term_id, listed in rows.all()}


async def _heaviest(
    connection: AsyncConnection, term_id: int, version: Version, papers: str | list[Any] | None, *, most: int
) -> Sequence[int]:
    """The postings of the papers a term weighs the most in; of equals the lower id.

    Those of all papers are kept: a word that so many say is asked for often, and to find them all its
    postings are sorted.
    """
    key = (str(connection.engine.url), version, term_id, most)
    if papers is None and key in _heaviest_kept:
        _heaviest_kept.move_to_end(key)
        return _heaviest_kept[key]
    given = {"terms": many(connection, [term_id]), "papers": papers, "most": most}
    statement = _heaviest_postings(connection.dialect.name, is_limited=papers is not None)
    found = array("q", json.loads(f"[{await connection.scalar(statement, given) or ''}]"))
    if papers is None:
        _heaviest_kept[key] = found
        while len(_heaviest_kept) > _MOST_KEPT:
            _heaviest_kept.popitem(last=False)
    return found


@cache
def _postings(dialect: str, *, is_limited: bool) -> Select[Any]:
    """A row for each term: thousands of them for a question would take longer to hand over than to find."""
    term_id = tables.search_posting.c.term_id
    listed = func.aggregate_strings(cast(_marked(), Text), ",")
    return select(term_id, listed).where(*_asked(dialect, is_limited=is_limited)).group_by(term_id)


@cache
def _heaviest_postings(dialect: str, *, is_limited: bool) -> Select[Any]:
    posting = tables.search_posting.c
    found = select(_marked().label("marked")).where(*_asked(dialect, is_limited=is_limited))
    heaviest = found.order_by(posting.weight.desc(), posting.paper_id).limit(bindparam("most")).subquery()
    return select(func.aggregate_strings(cast(heaviest.c.marked, Text), ","))


def _asked(dialect: str, *, is_limited: bool) -> Iterator[ColumnElement[bool]]:
    posting = tables.search_posting.c
    yield among_given(dialect, posting.term_id, "terms")
    if is_limited:
        yield among_given(dialect, posting.paper_id, "papers")


def _marked() -> ColumnElement[int]:
    """A posting as ``Evidence`` takes it."""
    posting = tables.search_posting.c
    thousandths = cast(func.round(posting.weight * THOUSANDTHS), Integer)
    return cast(posting.paper_id, BigInteger) * MARKS + thousandths * 2 + cast(posting.head, Integer)
