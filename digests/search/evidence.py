"""What postings say for a question, counted up paper by paper. Pure, and the same on every database.

Whole numbers throughout (weights in thousandths, worths in hundredths, idf in ten-thousandths): sums of
floats depend on their order, and so would the order of what is found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest

from digests.search.plan import NAMED, Group
from digests.search.weights import MARKS, THOUSANDTHS

_WORTHS, _PARTS = 100, 10_000
_NAMED = round(NAMED * _WORTHS)

_ROOM = 40
_ANSWERED = (1 << _ROOM) - 1
"""Room for all of a question's idf together, which is what a paper can answer of it. A paper's sum is one
number too: what it weighs in the bits from here up, what it answers below.
"""

_BITS = MARKS.bit_length() - 1
_WEIGHT = MARKS - 2
"""Where in a posting its paper begins, and what of it is twice the weight."""


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

    def __init__(self, groups: Sequence[Group], *, before: Evidence | None = None) -> None:
        """``before`` is the evidence of the same question less wide: what was worked out of a sequence of
        postings there is not worked out again.
        """
        self._idf = [round(group.idf * _PARTS) for group in groups]
        self._worths = [
            {term_id: round(worth * _WORTHS) for term_id, worth in group.worth.items()} for group in groups
        ]
        self._known: list[dict[int, int]] = [{} for _ in groups]
        self._heads: list[set[int]] = [set() for _ in groups]
        self._sums: dict[int, int] = {}
        self._weighed: dict[tuple[int, int, int], tuple[Sequence[int], dict[int, int]]] = (
            before._weighed if before else {}
        )

    def add(self, postings: Mapping[int, Sequence[int]]) -> None:
        """Count postings in, by their term: of each paper and group the best, and whether one stood in its
        head. A posting is one number, since a question has thousands: the paper's id times ``MARKS``, and the
        term's mark in it. The sequences stay as they are from now on.
        """
        for place, worths in enumerate(self._worths):
            best: dict[int, int] = {}
            heads = self._heads[place]
            for term_id in worths.keys() & postings.keys():
                worth, marked = worths[term_id], postings[term_id]
                weighed = self._weigh(marked, worth, self._idf[place])
                better = {paper: max(weighed[paper], best[paper]) for paper in weighed.keys() & best.keys()}
                best |= weighed
                best |= better
                if worth > _NAMED:
                    heads.update([one >> _BITS for one in marked if one & 1])
            if best:
                self._count(place, best)

    def best(self, most: int) -> list[int]:
        """The papers that weigh the most so far."""
        return [paper for paper, _ in _heaviest(self._sums, most)]

    def candidates(self, *, floor: float, most: int) -> list[Candidate]:
        """The papers that answer at least ``floor`` of the question's weight, the best first."""
        whole = sum(self._idf)
        least = round(whole * floor)
        enough = {paper: known for paper, known in self._sums.items() if known & _ANSWERED >= least}
        whole = whole or 1
        return [
            Candidate(
                paper,
                (known >> _ROOM) / (THOUSANDTHS * _WORTHS * _PARTS),
                (known & _ANSWERED) / whole,
                sum(idf for idf, papers in zip(self._idf, self._heads, strict=True) if paper in papers)
                / whole,
            )
            for paper, known in _heaviest(enough, most)
        ]

    def _weigh(self, marked: Sequence[int], worth: int, idf: int) -> dict[int, int]:
        """What each posting says for its paper, as it is summed."""
        key = (id(marked), worth, idf)
        if key not in self._weighed:
            half = (worth * idf << _ROOM) // 2  # a mark is twice the weight, and the head
            weighed = {one >> _BITS: (one & _WEIGHT) * half + idf for one in marked}
            # Kept along, a sequence stays the only one of its identity.
            self._weighed[key] = (marked, weighed)
        return self._weighed[key][1]

    def _count(self, place: int, best: dict[int, int]) -> None:
        """Count in what a group has found; of a paper that it had found before only what is better now."""
        known, sums = self._known[place], self._sums
        more = best
        if again := best.keys() & known.keys():
            more = {**best, **{paper: max(best[paper] - known[paper], 0) for paper in again}}
            best |= {paper: known[paper] for paper in again if known[paper] > best[paper]}
        known |= best
        both = {paper: more[paper] + sums[paper] for paper in more.keys() & sums.keys()}
        sums |= more
        sums |= both


def _heaviest(sums: Mapping[int, int], most: int) -> list[tuple[int, int]]:
    """The papers that weigh the most, with their sums; of equals the lower id first."""
    least = min(nlargest(most, sums.values()), default=0) >> _ROOM << _ROOM
    # By id first: what is sorted again keeps the order of equals.
    chosen = sorted((paper, known) for paper, known in sums.items() if known >= least)
    chosen.sort(key=lambda one: one[1] >> _ROOM, reverse=True)
    return chosen[:most]
