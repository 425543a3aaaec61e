"""What postings say for a question, counted up paper by paper. Pure, and the same on every database.

Whole numbers throughout (weights in thousandths, worths in hundredths, idf in ten-thousandths): sums of
floats depend on their order, and so would the order of what is found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digests.search.plan import NAMED, Group

_WEIGHTS, _WORTHS, _PARTS = 1000, 100, 10_000

_NAMED = round(NAMED * _WORTHS)

Posting = tuple[int, int, float, bool]
"""A term, a paper, the term's weight in it, and whether it stands in title, authors or tags."""


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
        self._weights: list[dict[int, int]] = [{} for _ in groups]
        self._heads: list[set[int]] = [set() for _ in groups]
        self._of_term: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for place, group in enumerate(groups):
            for term_id, worth in group.worth.items():
                self._of_term[term_id].append((place, round(worth * _WORTHS)))

    def add(self, postings: Iterable[Posting]) -> None:
        """Count postings in: of each paper and group the best, and whether one stood in its head."""
        weights, heads, of_term = self._weights, self._heads, self._of_term
        for term_id, paper_id, weight, head in postings:
            for place, worth in of_term[term_id]:
                best = weights[place]
                # Rounded, not cut: 0.29 is 289.99… thousandths in binary.
                value = int(weight * _WEIGHTS + 0.5) * worth
                if value > best.get(paper_id, -1):
                    best[paper_id] = value
                if head and worth > _NAMED:
                    heads[place].add(paper_id)

    def best(self, most: int) -> list[int]:
        """The papers that weigh the most so far."""
        return self._ordered(self._base())[:most]

    def candidates(self, *, floor: float, most: int) -> list[Candidate]:
        """The papers that answer at least ``floor`` of the question's weight, the best first."""
        base = self._base()
        coverage = self._answered(self._weights)
        head = self._answered(self._heads)
        whole = sum(self._idf)
        least = round(whole * floor)
        enough = {id_: weight for id_, weight in base.items() if coverage[id_] >= least}
        return [
            Candidate(
                id_,
                base[id_] / (_WEIGHTS * _WORTHS * _PARTS),
                coverage[id_] / (whole or 1),
                head.get(id_, 0) / (whole or 1),
            )
            for id_ in self._ordered(enough)[:most]
        ]

    def _base(self) -> dict[int, int]:
        found: dict[int, int] = defaultdict(int)
        for idf, weights in zip(self._idf, self._weights, strict=True):
            for paper_id, weight in weights.items():
                found[paper_id] += weight * idf
        return found

    def _answered(self, answering: Sequence[Iterable[int]]) -> dict[int, int]:
        found: dict[int, int] = defaultdict(int)
        for idf, papers in zip(self._idf, answering, strict=True):
            for paper_id in papers:
                found[paper_id] += idf
        return found

    @staticmethod
    def _ordered(weights: dict[int, int]) -> list[int]:
        return sorted(weights, key=lambda id_: (-weights[id_], id_))
