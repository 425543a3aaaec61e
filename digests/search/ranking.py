"""The order of what was found. Pure, and the same on every database: sums are taken here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from digests.search import text
from digests.search.plan import Group

CANDIDATES = 100
"""So many of the best are ordered anew with their texts in hand."""

FLOOR = 0.42
"""The share of a question's weight that a paper must answer to count as found."""


@dataclass(frozen=True, slots=True)
class Match:
    """What a group found in one paper: its best weight, and whether in title, authors or tags."""

    weight: float
    is_head: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper with what each group found in it, by the group's place."""

    paper_id: int
    matches: Mapping[int, Match]

    def base(self, groups: Sequence[Group]) -> float:
        return sum(self.matches[at].weight * groups[at].idf for at in sorted(self.matches))

    def coverage(self, groups: Sequence[Group]) -> float:
        whole = sum(group.idf for group in groups)
        return sum(groups[at].idf for at in sorted(self.matches)) / whole if whole else 0.0

    def head(self, groups: Sequence[Group]) -> float:
        whole = sum(group.idf for group in groups)
        found = sum(groups[at].idf for at in sorted(self.matches) if self.matches[at].is_head)
        return found / whole if whole else 0.0


def best(candidates: Sequence[Candidate], groups: Sequence[Group]) -> list[Candidate]:
    """Those that answer enough of the question, best first; at most ``CANDIDATES``."""
    enough = [one for one in candidates if one.coverage(groups) >= FLOOR]
    return sorted(enough, key=lambda one: (-round(one.base(groups), 6), one.paper_id))[:CANDIDATES]


def score(
    candidate: Candidate, groups: Sequence[Group], *, title: str, tags: Sequence[str], asked: str
) -> float:
    """A candidate's final score, from its head: what people remember is title, authors and tags."""
    importance = sum(group.idf for group in groups)
    head = candidate.head(groups)
    bonus = (
        1.5 * head**2
        + 0.3 * adjacency(title, asked)
        + 0.6 * candidate.coverage(groups) ** 4
        + 1.5 * (text.joined(asked) in {text.joined(tag) for tag in tags})
    )
    return round(candidate.base(groups) + importance * bonus, 4)


def adjacency(title: str, asked: str) -> float:
    """The share of the question's neighbouring words that are neighbours in the title too."""
    wanted = [word.terms[-1] for word in text.words(asked)]
    there = [word.terms[-1] for word in text.words(title)]
    couples = set(pairwise(wanted))
    if not couples:
        return 0.0
    return len(couples & set(pairwise(there))) / len(couples)
