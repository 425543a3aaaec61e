"""The words of titles, authors and tags: what they begin with, are a slip of, and sound like. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from digests.search.spelling import Spellings

_LAST_LETTER = "\U0010ffff"

_MOST_ALIKE = 6
"""Words given as resembling one that nobody wrote."""

_MOST_PREFIXED = 2000
"""Words looked at that begin so: a letter or two begin too many."""


class Vocabulary:
    """The words of one index, in order, each with its terms."""

    def __init__(self, lines: Iterable[str] = (), before: Vocabulary | None = None) -> None:
        """``lines`` hold a word, a tab and a term. ``before``: the vocabulary of nearly the same lines."""
        self._lines = sorted(lines)
        self.words = list(dict.fromkeys(line.partition("\t")[0] for line in self._lines))
        self._spellings: Spellings = Spellings(self.words, before._spellings if before else None)
        self._not_ascii = [word for word in self.words if not word.isascii()]

    def __contains__(self, word: str) -> bool:
        at = bisect_left(self.words, word)
        return at < len(self.words) and self.words[at] == word

    def terms(self, word: str) -> Iterator[str]:
        """The terms of a word; none where it is not there."""
        for at in range(bisect_left(self._lines, word + "\t"), len(self._lines)):
            found, _, term = self._lines[at].partition("\t")
            if found != word:
                break
            yield term

    def beginning_with(self, prefix: str) -> set[str]:
        """The terms of words that begin so and go on; of a compound only those that begin so themselves."""
        start = bisect_left(self._lines, prefix)
        end = min(bisect_left(self._lines, prefix + _LAST_LETTER, start), start + _MOST_PREFIXED)
        split = (line.split("\t") for line in self._lines[start:end])
        return {term for word, term in split if word != prefix and term.startswith(prefix[: len(term)])}

    def near(self, word: str, slips: int) -> list[tuple[int, str]]:
        """Words at most so many slips away, with their slips, the nearest first. Not the word itself."""
        return self._spellings.near(word, slips)

    def resembling(self, word: str) -> list[tuple[float, str]]:
        """Words that differ in half of their letters at most, with how much they do, the most alike first."""
        known: Sequence[str] = self.words if any(map(str.isascii, word)) else self._not_ascii
        found = process.extract(
            word, known, scorer=OSA.normalized_distance, score_cutoff=0.5, limit=_MOST_ALIKE
        )
        return [(distance, other) for other, distance, _ in found]
