"""Korean words a slip away from one that was typed: 강화학슺 is 강화학습, 데이타 is 데이터. Pure.

A slip is one of the keyboard's keys wrong, missing or extra, or two swapped. Of syllables it may change two,
so that words are compared by their keys.
"""

from __future__ import annotations

from collections.abc import Iterable

from digests.search.keyboard import keys
from digests.search.spelling import Spellings

SHORTEST = 2
"""Syllables of a word that may be a slip; a lone one is near too much."""

LONG = 10
"""Keys from which a word may hold two slips."""


class HangulSpellings:
    """Words in Hangul by their keys. Does not know which of them is meant."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words: dict[str, str] = {}
        for word in words:
            if len(word) >= SHORTEST:
                self._words.setdefault(keys(word), word)
        self._near = Spellings(self._words)

    def near(self, word: str) -> list[tuple[int, str]]:
        """The words at most a slip away, two for a long word, with the slips, the nearest first; not the word
        itself. Give the common words first: of those with the same keys one is kept.
        """
        if len(word) < SHORTEST:
            return []
        typed = keys(word)
        if not typed.isascii():
            return []
        found = self._near.near(typed, 2 if len(typed) >= LONG else 1)
        return [(slips, self._words[spelt]) for slips, spelt in found]
