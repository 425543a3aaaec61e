"""The order of what was found. Pure, and the same on every database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from digests.search import text
from digests.search.plan import Group

CANDIDATES = 100
"""So many of the best are ordered anew with their heads in hand."""

FLOOR = 0.42
"""The share of a question's weight that a paper must answer to count as found."""

_HEAD, _ADJACENT, _COVERAGE, _TAG, _TYPED = 1.5, 0.3, 0.6, 1.5, 0.4
"""What each adds to a paper's score, in parts of the question's whole weight."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper with what its postings say: the sum of the best weight a group, and the shares of the
    question's weight that it answers anywhere, and in title, authors or tags.
    """

    paper_id: int
    base: float
    coverage: float
    head: float


def score(
    candidate: Candidate,
    groups: Sequence[Group],
    *,
    title: str,
    authors: Sequence[str],
    tags: Sequence[str],
    asked: str,
) -> float:
    """A candidate's final score, from its head: what people remember is title, authors and tags."""
    lines = [_pieces(title), *map(_pieces, _named(groups, authors))]
    bonus = (
        _HEAD * candidate.head**2
        + _ADJACENT * _adjacency(groups, lines)
        + _COVERAGE * candidate.coverage**4
        + _TAG * (text.joined(asked) in {text.joined(tag) for tag in tags})
        + _TYPED * _as_typed(groups, lines)
    )
    return round(candidate.base + whole(groups) * bonus, 4)


def whole(groups: Sequence[Group]) -> float:
    """A question's whole weight."""
    return sum(group.idf for group in groups)


Pieces = Sequence[tuple[str, str]]
"""The words of a line, compounds in their pieces, each folded and as a term."""


def _named(groups: Sequence[Group], authors: Iterable[str]) -> list[str]:
    """The authors that may be meant: papers have hundreds, and taking names apart costs the most here."""
    folded = "\0".join(authors).casefold()
    openings = [opening for opening in {group.typed[:3] for group in groups} if opening in folded]
    if not openings:
        return []
    return [name for name in authors if any(map(name.casefold().__contains__, openings))]


# The same titles are weighed again and again.
@lru_cache(maxsize=32768)
def _pieces(line: str) -> Pieces:
    return tuple(piece for word in text.words(line) for piece in word.pieces)


def _adjacency(groups: Sequence[Group], lines: Iterable[Pieces]) -> float:
    """The share of the question's neighbouring words that are neighbours in the title or in one name."""
    asked = sorted(groups, key=lambda group: group.place)
    couples = [
        (first, second)
        for first, second in pairwise(asked)
        if second.place == first.place + 1 and second.names
    ]
    if not couples:
        return 0.0
    met = 0
    there = [couple for line in lines for couple in pairwise(line)]
    for first, second in couples:
        met += any(one[1] in first.names and other[1] in second.names for one, other in there)
    return met / len(couples)


def _as_typed(groups: Sequence[Group], lines: Iterable[Pieces]) -> float:
    """The share of the question's words that stand in title or names as they were typed; half of it for
    one that only begins so.
    """
    there = {folded for line in lines for folded, _ in line}
    share = 0.0
    for group in groups:
        if group.typed in there:
            share += 1.0
        elif any(word.startswith(group.typed) for word in there):
            share += 0.5
    return share / len(groups)
