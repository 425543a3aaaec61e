"""The words of titles, authors and tags: what they begin with, are a slip of, and sound like. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from digests.search.spelling import Spellings
from digests.search.tables import Strings

_MOST_PREFIXED = 2000
"""Words looked at that begin so: a letter or two begin too many."""


class Vocabulary:
    """The words of one index, each with its terms."""

    def __init__(self, lines: Strings | None = None, before: Vocabulary | None = None) -> None:
        """``lines`` hold a word, a tab and a term. ``before``: the vocabulary of nearly the same lines."""
        self._lines = lines if lines is not None else Strings()
        self._spellings: Spellings = Spellings(self.words(), before._spellings if before else None)

    def words(self) -> list[str]:
        """The words, in order."""
        return list(dict.fromkeys(line.partition("\t")[0] for line in self._lines))

    def __contains__(self, word: str) -> bool:
        return bool(self._lines.beginning_with(word + "\t"))

    def terms(self, word: str) -> Iterator[str]:
        """The terms of a word; none where it is not there."""
        for at in self._lines.beginning_with(word + "\t"):
            yield self._lines[at].partition("\t")[2]

    def beginning_with(self, prefix: str) -> set[str]:
        """The terms of words that begin so and go on; of a compound only those that begin so themselves."""
        found = self._lines.beginning_with(prefix)[:_MOST_PREFIXED]
        split = (self._lines[at].split("\t") for at in found)
        return {term for word, term in split if word != prefix and term.startswith(prefix[: len(term)])}

    def near(self, word: str, slips: int) -> list[tuple[int, str]]:
        """Words at most so many slips away, with their slips, the nearest first. Not the word itself."""
        return self._spellings.near(word, slips)

    def resembling(self, word: str) -> list[tuple[float, str]]:
        """Words that differ in half of their letters at most, with how much they do, the most alike first."""
        return self._spellings.resembling(word)
