"""What postings say for a question, counted up paper by paper. Pure, and the same on every database.

Whole numbers throughout (weights in thousandths, worths in hundredths, idf in ten-thousandths): sums of
floats depend on their order, and so would the order of what is found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digests.search.plan import NAMED, Group
from digests.search.weights import MARKS, THOUSANDTHS

_WORTHS, _PARTS = 100, 10_000
_NAMED = round(NAMED * _WORTHS)

_ROOM = 1 << 40
"""More than all of a question's idf together, which is what a paper can answer of it. A paper's sum is one
number too: what it weighs in the places from here up, what it answers below.
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper with what its postings say: the sum of the best weight a group, and the shares of the
    question's weight that it answers anywhere, and in title, authors or tags.
    """

    paper_id: int
    base: float
    coverage: float
    head: float


class Evidence:
    """The postings seen of some groups, by group. The order in which they come does not matter."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._idf = [round(group.idf * _PARTS) for group in groups]
        self._worths = [
            {term_id: round(worth * _WORTHS) for term_id, worth in group.worth.items()} for group in groups
        ]
        self._known: list[dict[int, int]] = [{} for _ in groups]
        self._heads: list[set[int]] = [set() for _ in groups]
        self._sums: dict[int, int] = {}
        self._summed: set[int] = set()

    def add(self, postings: Mapping[int, Sequence[int]]) -> None:
        """Count postings in, by their term: of each paper and group the best, and whether one stood in its
        head. A posting is one number, since a question has thousands: the paper's id times ``MARKS``, and the
        term's mark in it.
        """
        for place, worths in enumerate(self._worths):
            terms = worths.keys() & postings.keys()
            if terms and place in self._summed:
                self._sums, self._summed = {}, set()
            idf, best, heads = self._idf[place], self._known[place], self._heads[place]
            for term_id in terms:
                worth, marked = worths[term_id], postings[term_id]
                each = worth * idf * _ROOM
                known = {one // MARKS: (one % MARKS >> 1) * each + idf for one in marked}
                for paper in known.keys() & best.keys():
                    known[paper] = max(known[paper], best[paper])
                best |= known
                if worth > _NAMED:
                    heads.update([one // MARKS for one in marked if one & 1])

    def best(self, most: int) -> list[int]:
        """The papers that weigh the most so far."""
        return _ordered({id_: known // _ROOM for id_, known in self._sum().items()})[:most]

    def candidates(self, *, floor: float, most: int) -> list[Candidate]:
        """The papers that answer at least ``floor`` of the question's weight, the best first."""
        whole = sum(self._idf)
        least = round(whole * floor)
        sums = self._sum()
        bases = {id_: known // _ROOM for id_, known in sums.items() if known % _ROOM >= least}
        whole = whole or 1
        return [
            Candidate(
                id_,
                bases[id_] / (THOUSANDTHS * _WORTHS * _PARTS),
                sums[id_] % _ROOM / whole,
                sum(idf for idf, papers in zip(self._idf, self._heads, strict=True) if id_ in papers) / whole,
            )
            for id_ in _ordered(bases)[:most]
        ]

    def _sum(self) -> dict[int, int]:
        """What each paper weighs and answers; groups that were summed before stay summed."""
        sums = self._sums
        for place, known in enumerate(self._known):
            if place not in self._summed:
                self._summed.add(place)
                both = {paper: known[paper] + sums[paper] for paper in known.keys() & sums.keys()}
                sums |= known
                sums |= both
        return sums


def _ordered(weights: Mapping[int, int]) -> list[int]:
    """The heaviest first; of equals the lower id."""
    ids = sorted(weights)
    ids.sort(key=weights.__getitem__, reverse=True)  # keeps the order of equals
    return ids
