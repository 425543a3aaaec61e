"""The papers a question's groups find, by their postings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from sqlalchemy.ext.asyncio import AsyncConnection

from digests.search.evidence import Candidate, Evidence
from digests.search.plan import Group
from digests.search.ranking import FLOOR
from digests.search.weights import MARKS
from digests.store import marked
from digests.store.bulk import many
from digests.store.vocabulary import Words

_FEWEST_ROWS, _MOST_ROWS = 4000, 5000
_SHARE_OF_PAPERS = 4
"""Postings read to pick candidates: a quarter as many as there are papers, within bounds. The rarest groups
come first; those past it only add to what the others picked."""

HEAVIEST = 1500
"""Of a commoner word, so many of the papers it weighs the most in are picked from, or as many as wanted."""

_PICKED = 300
"""So many of the best are looked up in the words that were not read to their end."""

_BITS = MARKS.bit_length() - 1
"""Where in a posting its paper begins."""


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
        self._by_paper: dict[int, dict[int, int]] = {}
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
        heaviest = max(HEAVIEST, most)
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
        version = self._words.version
        for term_id in sorted(heavy):
            found = await marked.heaviest(self._connection, version, term_id, self._within, most=heaviest)
            evidence.add({term_id: found})
        rest = (rest | heavy) - (picking - heavy)
        if rest:
            evidence.add(await self._of(evidence.best(max(_PICKED, most)), rest))
        return evidence.candidates(floor=floor, most=most)

    async def _whole(self, term_ids: Set[int]) -> dict[int, Sequence[int]]:
        """The postings of terms, of all papers or of those allowed."""
        if missing := term_ids - self._read.keys():
            if self._within is None:
                self._read |= await marked.whole(self._connection, self._words.version, missing)
            else:
                self._read |= dict.fromkeys(missing, ())
                self._read |= await marked.listed(self._connection, missing, self._within)
        return {term_id: self._read[term_id] for term_id in term_ids}

    async def _of(self, papers: Sequence[int], term_ids: Set[int]) -> dict[int, Sequence[int]]:
        """The postings of terms that these papers have; only what is new of either is looked up."""
        unknown = term_ids - self._by_paper.keys() - self._looked_up.keys()
        for term_id, every in marked.kept(self._connection, self._words.version, unknown).items():
            self._by_paper[term_id] = {one >> _BITS: one for one in every}
        await self._look_up(self._looked_up.keys(), set(papers) - self._papers)
        self._papers.update(papers)
        await self._look_up(unknown - self._by_paper.keys(), self._papers)
        by_paper = self._by_paper | self._looked_up
        return {
            term_id: [of[paper] for paper in papers if paper in of]
            for term_id in term_ids
            if (of := by_paper.get(term_id))
        }

    async def _look_up(self, term_ids: Set[int], papers: Set[int]) -> None:
        if not term_ids or not papers:
            return
        among = many(self._connection, sorted(papers))
        found = await marked.listed(self._connection, term_ids, among)
        for term_id in term_ids:
            of = {one >> _BITS: one for one in found.get(term_id, ())}
            self._looked_up.setdefault(term_id, {}).update(of)
