"""Words that hold a question together and tell little of what is asked for. Pure.

The words are in ``words/function_words.tsv`` and ``words/paper_kinds.tsv``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from digests.search import word_lists
from digests.search.word_lists import WordLists, words_of


class WordSet:
    """The words of the lists in use that hold something, asked with ``in``. Does not keep them: other lists
    may be taken into use.
    """

    def __init__(self, read: Callable[[WordLists], frozenset[str]]) -> None:
        self._read = lru_cache(maxsize=2)(read)

    def __contains__(self, word: object) -> bool:
        return word in self._read(word_lists.current())


def _function(lists: WordLists) -> frozenset[str]:
    names = ("function_words", "function_words_korean")
    return frozenset(word for name in names for word, _ in lists.rows(name))


def _kinds(lists: WordLists) -> frozenset[str]:
    rows = lists.rows("paper_kinds")
    return frozenset(word for cell, place in rows if place == "anywhere" for word in words_of(cell))


def _before_kinds(lists: WordLists) -> frozenset[str]:
    rows = lists.rows("paper_kinds")
    return frozenset(word for cell, place in rows if place == "before a kind" for word in words_of(cell))


FUNCTION = WordSet(_function)
"""Words that tell little: in an archive that is mostly Korean even common English ones are rare."""

KINDS = WordSet(_kinds)
"""What is asked for in most questions that say so, and in the titles of few papers that are meant."""

BEFORE_KINDS = WordSet(_before_kinds)
"""Words that do so only before one of those: 기술 보고서, while 기술 by itself is technology."""
