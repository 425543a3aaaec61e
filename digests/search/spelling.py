"""Words a slip or two away from one that was typed. Pure.

A slip is a letter wrong, missing or extra, or two neighbours swapped (optimal string alignment).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import compress

from rapidfuzz import process
from rapidfuzz.distance import OSA

MOST_NEAR = 12
"""Words given for one that was typed, the nearest."""

_BY_FREQUENCY = "eiaotrnslcdpmughyfbvkwzxjq0123456789"
_KINDS = 10
_KIND = {letter: 1 << place % _KINDS for place, letter in enumerate(_BY_FREQUENCY)}
"""Letters in ten kinds, the frequent ones apart. More kinds pass fewer words, but there are more marks
of words to look at: of 76,000 words ten take the least time, under half of comparing them all."""

_FEW = [[kinds.bit_count() <= most for kinds in range(1 << _KINDS)] for most in range(5)]
"""Whether a mark has so many kinds at most; two slips change four."""


class Spellings:
    """Words, kept by length and by the kinds of letters they have.

    A slip changes the letters of a word by two at most, so that only words of nearly the same kinds need
    be compared. Memory is some ten bytes a word beside the words.
    """

    def __init__(self, words: Iterable[str]) -> None:
        by_length: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for word in words:
            by_length[len(word)].append((_mark(word), word))
        self._shelves = {length: _Shelf(sorted(marked)) for length, marked in by_length.items()}

    def near(self, word: str, slips: int) -> list[tuple[int, str]]:
        """Words at most so many slips away, with their slips, the nearest first. Not the word itself."""
        found: list[tuple[int, str]] = []
        mark = _mark(word)
        for longer in range(-slips, slips + 1):
            shelf = self._shelves.get(len(word) + longer)
            if shelf is None:
                continue
            # A letter that is missing or extra changes one kind, any other slip two at most.
            alike = shelf.alike(mark, 2 * slips - abs(longer))
            near = process.extract(word, alike, scorer=OSA.distance, score_cutoff=slips, limit=None)
            found += [(int(distance), other) for other, distance, _ in near if distance]
        return sorted(found)[:MOST_NEAR]


class _Shelf:
    """Words of one length, those of one mark beside each other."""

    def __init__(self, marked: list[tuple[int, str]]) -> None:
        self._words = [word for _, word in marked]
        self._marks: list[int] = []
        self._starts: list[int] = []
        for at, (mark, _) in enumerate(marked):
            if not self._marks or self._marks[-1] != mark:
                self._marks.append(mark)
                self._starts.append(at)
        self._starts.append(len(marked))

    def alike(self, mark: int, most: int) -> list[str]:
        """The words whose mark differs in so many kinds at most."""
        few = _FEW[most].__getitem__
        words, starts = self._words, self._starts
        alike: list[str] = []
        for at in compress(range(len(self._marks)), map(few, map(mark.__xor__, self._marks))):
            alike += words[starts[at] : starts[at + 1]]
        return alike


def _mark(word: str) -> int:
    """The kinds of letters a word has, a bit each; letters of no kind count for none."""
    mark = 0
    for letter in word:
        mark |= _KIND.get(letter, 0)
    return mark
