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
        self._worths = [
            {term_id: round(worth * _WORTHS) for term_id, worth in group.worth.items()} for group in groups
        ]
        self._weights: list[dict[int, int]] = [{} for _ in groups]
        self._heads: list[set[int]] = [set() for _ in groups]

    def add(self, postings: Iterable[Posting]) -> None:
        """Count postings in: of each paper and group the best, and whether one stood in its head."""
        of_term: dict[int, list[Posting]] = defaultdict(list)
        for posting in postings:
            of_term[posting[0]].append(posting)
        for worths, best, heads in zip(self._worths, self._weights, self._heads, strict=True):
            for term_id in worths.keys() & of_term.keys():
                worth, found = worths[term_id], of_term[term_id]
                # Rounded, not cut: 0.29 is 289.99… thousandths in binary.
                weights = {paper: int(weight * _WEIGHTS + 0.5) * worth for _, paper, weight, _ in found}
                for paper in weights.keys() & best.keys():
                    weights[paper] = max(weights[paper], best[paper])
                best |= weights
                if worth > _NAMED:
                    heads.update([paper for _, paper, _, is_head in found if is_head])

    def best(self, most: int) -> list[int]:
        """The papers that weigh the most so far."""
        return _ordered(self._base())[:most]

    def candidates(self, *, floor: float, most: int) -> list[Candidate]:
        """The papers that answer at least ``floor`` of the question's weight, the best first."""
        base = self._base()
        coverage = self._answered()
        whole = sum(self._idf)
        least = round(whole * floor)
        enough = _ordered({id_: base[id_] for id_, answered in coverage.items() if answered >= least})
        whole = whole or 1
        return [
            Candidate(
                id_,
                base[id_] / (_WEIGHTS * _WORTHS * _PARTS),
                coverage[id_] / whole,
                sum(idf for idf, papers in zip(self._idf, self._heads, strict=True) if id_ in papers) / whole,
            )
            for id_ in enough[:most]
        ]

    def _base(self) -> dict[int, int]:
        return _summed(
            {paper: weight * idf for paper, weight in weights.items()}
            for idf, weights in zip(self._idf, self._weights, strict=True)
        )

    def _answered(self) -> dict[int, int]:
        return _summed(
            dict.fromkeys(weights, idf) for idf, weights in zip(self._idf, self._weights, strict=True)
        )


def _summed(each: Iterable[dict[int, int]]) -> dict[int, int]:
    total: dict[int, int] = {}
    for numbers in each:
        for id_ in numbers.keys() & total.keys():
            numbers[id_] += total[id_]
        total |= numbers
    return total


def _ordered(weights: dict[int, int]) -> list[int]:
    """The heaviest first; of equals the lower id."""
    ids = sorted(weights)
    ids.sort(key=weights.__getitem__, reverse=True)  # keeps the order of equals
    return ids
