"""Words a slip or two away from one that was typed. Pure.

A slip is a letter wrong, missing or extra, or two neighbours swapped (optimal string alignment).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

MOST_NEAR = 12
"""Words given for one that was typed, the nearest."""

_MOST_ALIKE = 6
"""Words given as resembling one that nobody wrote."""

_BY_FREQUENCY = b"eiaotrnslcdpmughyfbvkwzxjq0123456789"
_KINDS = np.zeros(256, dtype=np.uint32)
_KINDS[list(_BY_FREQUENCY)] = [1 << at % 32 for at in range(len(_BY_FREQUENCY))]
"""Letters in 32 kinds, a bit each, the frequent ones apart. A slip changes the kinds of letters in a word by
two at most, so that only words of nearly the same kinds are compared."""


class Spellings:
    """Words by length, those of one length as one text, and the kinds of letters that each has."""

    def __init__(self, words: Iterable[str], before: Spellings | None = None) -> None:
        """``before``: the spellings of nearly the same words; lengths that have not changed are not worked
        out again."""
        by_length: defaultdict[int, list[str]] = defaultdict(list)
        for word in words:
            by_length[len(word)].append(word)
        known: Mapping[int, tuple[str, Any]] = before._by_length if before else {}
        self._by_length: dict[int, tuple[str, Any]] = {}
        for length, some in by_length.items():
            text = "".join(some)
            is_known = length in known and known[length][0] == text
            if length:
                self._by_length[length] = known[length] if is_known else (text, _kinds(text, length))

    def near(self, word: str, slips: int) -> list[tuple[int, str]]:
        """Words at most so many slips away, with their slips, the nearest first. Not the word itself."""
        if not word:
            return []
        found: list[tuple[int, str]] = []
        own = _kinds(word, len(word))[0]
        for longer in range(-slips, slips + 1):
            length = len(word) + longer
            if length not in self._by_length:
                continue
            text, kinds = self._by_length[length]
            # A letter that is missing or extra changes one kind, any other slip two at most.
            alike = np.flatnonzero(np.bitwise_count(kinds ^ own) <= 2 * slips - abs(longer))
            likely = [text[at : at + length] for at in (alike * length).tolist()]
            near = process.extract(word, likely, scorer=OSA.distance, score_cutoff=slips, limit=None)
            found += [(int(distance), other) for other, distance, _ in near if distance]
        return sorted(found)[:MOST_NEAR]

    def resembling(self, word: str) -> list[tuple[float, str]]:
        """Words that differ in half of their letters at most, with how much they do, the most alike first;
        for a word in other letters than ASCII such words only."""
        is_foreign = not any(map(str.isascii, word))
        known = [
            text[at : at + length]
            for length, (text, _) in self._by_length.items()
            if 2 * min(length, len(word)) >= max(length, len(word)) and not (is_foreign and text.isascii())
            for at in range(0, len(text), length)
        ]
        if is_foreign:
            known = [one for one in known if not one.isascii()]
        found = process.extract(
            word, known, scorer=OSA.normalized_distance, score_cutoff=0.5, limit=_MOST_ALIKE
        )
        return [(distance, other) for other, distance, _ in found]


def _kinds(text: str, length: int) -> Any:
    """The kinds of letters in each of the words of one length that a text is made of; letters other than
    ASCII are of none."""
    letters = np.frombuffer(text.encode("ascii", "replace"), dtype=np.uint8)
    return np.bitwise_or.reduce(_KINDS[letters].reshape(-1, length), axis=1)
