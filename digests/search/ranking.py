"""The order of what was found. Pure, and the same on every database."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from digests.search import tokenizer, weights
from digests.search.candidates import Candidate
from digests.search.word_groups import Group

CANDIDATES = 100
"""So many of the best are ordered anew with their heads in hand."""


class Ranking:
    """How well a paper answers one question: what people remember of it is title, authors and tags."""

    def __init__(self, groups: Sequence[Group], asked: str) -> None:
        """``asked`` is the question as it was typed, to be known again as a tag."""
        self.whole = sum(group.idf for group in groups)
        """The question's whole weight."""
        self.openings = frozenset(group.typed[:3] for group in groups)
        """How the name of an author begins who may be meant."""
        self._joined = tokenizer.joined(asked)
        # A title that says what kind of paper it is answers nothing by that.
        telling = [group for group in groups if not group.is_kind] or groups
        self._typed = [(group.typed, _spaced(tokenizer.word(group.typed))) for group in telling]
        couples = [
            (first.worth.keys(), second.worth.keys())
            for first, second in pairwise(sorted(telling, key=lambda group: group.place))
            if second.place == first.place + 1 and second.worth
        ]
        self._couples = len(couples)
        self._firsts = _places(names for names, _ in couples)
        self._seconds = _places(names for _, names in couples)

    def score(
        self, candidate: Candidate, *, title: str, authors: Sequence[str], tags: Iterable[str], citations: int
    ) -> float:
        """A candidate's final score."""
        parts = self.parts(candidate, title=title, authors=authors, tags=tags, citations=citations)
        return round(sum(parts.values()), 4)

    def parts(
        self, candidate: Candidate, *, title: str, authors: Sequence[str], tags: Iterable[str], citations: int
    ) -> dict[str, float]:
        """What a candidate's score is the sum of."""
        lines = [_line(title), *map(_line, self._named(authors))]
        called = candidate.called**2 * (1 + weights.CITED_BONUS * math.log1p(citations))
        return {
            "its words": candidate.base,
            "words in its head": self.whole * weights.HEAD_BONUS * candidate.head**2,
            "neighbours": self.whole * weights.ADJACENT_BONUS * self._adjacency(lines),
            "coverage": self.whole * weights.COVERAGE_BONUS * candidate.coverage**4,
            "a tag": self.whole
            * weights.TAG_BONUS
            * any(tokenizer.joined(tag) == self._joined for tag in tags),
            "as typed": self.whole * weights.TYPED_BONUS * self._as_typed(lines),
            "its name": self.whole * weights.CALLED_BONUS * called,
        }

    def _named(self, authors: Sequence[str]) -> Sequence[str]:
        """The authors that may be meant: papers have hundreds, and taking names apart costs the most here."""
        folded = "\0".join(authors).casefold()
        openings = [opening for opening in self.openings if opening in folded]
        if not openings:
            return ()
        return [name for name in authors if any(map(name.casefold().__contains__, openings))]

    def _adjacency(self, lines: Sequence[_Line]) -> float:
        """The share of the question's neighbouring words that are neighbours in the title or in one name."""
        firsts, seconds = self._firsts, self._seconds
        if not firsts:
            return 0.0
        met = 0
        for line in lines:
            if not firsts.keys().isdisjoint(line.terms):
                for one, other in line.couples:
                    if one in firsts and other in seconds:
                        met |= firsts[one] & seconds[other]
        return met.bit_count() / self._couples

    def _as_typed(self, lines: Sequence[_Line]) -> float:
        """The share of the question's words that stand in title or names as they were typed; half of it for
        one that only begins so.
        """
        words = lines[0].words.union(*[line.words for line in lines[1:]])
        spaced = "\n".join([line.spaced for line in lines])
        share = 0.0
        for typed, opening in self._typed:
            if typed in words:
                share += 1.0
            elif opening in spaced:
                share += 0.5
        return share / len(self._typed)


def lift_named(found: Iterable[Candidate], scored: Mapping[int, dict[str, float]]) -> None:
    """Lift the papers that a question surely names above those that do not even say the name: what else was
    typed around it (anybody got a copy of WavLM?) is said to people. ``scored`` holds the parts of scores.
    """
    named, others = [], []
    for one in found:
        if one.is_named:
            named.append(one.paper_id)
        elif not one.says_name:
            others.append(sum(scored[one.paper_id].values()))
    if named and others:
        missing = max(others) - max(sum(scored[id_].values()) for id_ in named)
        if missing >= 0:
            for id_ in named:
                scored[id_]["asked for by its name"] = missing + weights.ABOVE


def _places(named: Iterable[Iterable[str]]) -> dict[str, int]:
    """Of each name the places that it stands in, a bit each."""
    places: dict[str, int] = defaultdict(int)
    for place, names in enumerate(named):
        for name in names:
            places[name] |= 1 << place
    return dict(places)


@dataclass(frozen=True, slots=True)
class _Line:
    """A title or a name: its words, compounds whole and in their pieces."""

    words: frozenset[str]
    """Each folded."""
    spaced: str
    """The pieces in order, each with a space before it."""
    terms: frozenset[str]
    couples: tuple[tuple[str, str], ...]
    """The terms of neighbours."""


# The same titles are weighed again and again.
@lru_cache(maxsize=16384)
def _line(line: str) -> _Line:
    words = list(tokenizer.words(line))
    pieces = [piece for word in words for piece in word.pieces]
    terms = [term for _, term in pieces]
    return _Line(
        frozenset([*(word.folded for word in words), *(folded for folded, _ in pieces)]),
        "".join(map(_spaced, words)),
        frozenset(terms),
        tuple(pairwise(terms)),
    )


def _spaced(word: tokenizer.Word) -> str:
    """The pieces of a word, each with a space before it."""
    return "".join(f" {folded}" for folded, _ in word.pieces)
