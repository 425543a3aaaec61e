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


_Of = tuple[int, frozenset[tuple[int, int]]]
_Found = tuple[list[Sequence[int]], dict[int, int], set[int]]


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
        self._known_of: dict[_Of, _Found] = before._known_of if before else {}

    def add(self, postings: Mapping[int, Sequence[int]]) -> None:
        """Count postings in, by their term: of each paper and group the best, and whether one stood in its
        head. A posting is one number, since a question has thousands: the paper's id times ``MARKS``, and the
        term's mark in it. The sequences stay as they are from now on.
        """
        for place, worths in enumerate(self._worths):
            terms = worths.keys() & postings.keys()
            if terms:
                weights = [(postings[term_id], worths[term_id]) for term_id in terms]
                best, heads = self._of(weights, self._idf[place])
                self._heads[place] |= heads
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

    def _of(self, weights: Sequence[tuple[Sequence[int], int]], idf: int) -> tuple[dict[int, int], set[int]]:
        """What postings of some worth say together, paper by paper, and which papers have one in their heads.
        What was asked before is known.
        """
        key = (idf, frozenset((id(marked), worth) for marked, worth in weights))
        if key in self._known_of:
            return self._known_of[key][1:]
        best: dict[int, int] = {}
        heads: set[int] = set()
        if len(weights) > 1:
            for one in weights:
                known, headed = self._of([one], idf)
                better = {paper: max(known[paper], best[paper]) for paper in known.keys() & best.keys()}
                best |= known
                best |= better
                heads |= headed
        else:
            ((marked, worth),) = weights
            half = (worth * idf << _ROOM) // 2  # a mark is twice the weight, and the head
            best = {one >> _BITS: (one & _WEIGHT) * half + idf for one in marked}
            if worth > _NAMED:
                heads = {one >> _BITS for one in marked if one & 1}
        # Kept along, a sequence stays the only one of its identity.
        self._known_of[key] = ([marked for marked, _ in weights], best, heads)
        return best, heads

    def _count(self, place: int, best: dict[int, int]) -> None:
        """Count in what a group has found; of a paper that it had found before only what is better now."""
        known, sums = self._known[place], self._sums
        more = best
        if again := best.keys() & known.keys():
            more = {**best, **{paper: max(best[paper] - known[paper], 0) for paper in again}}
            best = {**best, **{paper: max(best[paper], known[paper]) for paper in again}}
        # What others may look at as well is copied, and not changed.
        self._known[place] = {**known, **best} if known else best
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
