"""What people say in their own words, and what papers call it: a machine-learning thesaurus. Pure.

Asked only where a question's own words leave much unanswered, since a synonym is never as sure as the word
that was typed. The words are in ``words/synonyms.tsv``, ``sayings.tsv`` and ``sayings_korean.tsv``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from digests.search import tokenizer, word_lists
from digests.search.word_lists import WordLists, words_of

MOST = 8
"""Terms that a word may stand for."""


@lru_cache(maxsize=2)
def _terms(lists: WordLists) -> dict[str, tuple[str, ...]]:
    """By the stem, or the two stems, of what was said, the stems of what else it may be called."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for (cell,) in lists.rows("synonyms"):
        names = list(map(_stem, words_of(cell)))
        for name in names:
            found[name] |= dict.fromkeys(other for other in names if other != name)
    for said, cell in lists.rows("sayings"):
        key = " ".join(map(_stem, said.split()))
        found[key] |= dict.fromkeys(name for name in map(_stem, words_of(cell)) if name != key)
    return {said: tuple(called) for said, called in found.items()}


@lru_cache(maxsize=2)
def _korean(lists: WordLists) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """How Korean words begin, with the stems of what papers say for them."""
    return tuple(
        (beginning, tuple(map(_stem, words_of(called))))
        for cell, called in lists.rows("sayings_korean")
        for beginning in words_of(cell)
    )


def synonyms(asked: Sequence[tokenizer.Word]) -> dict[str, tuple[str, ...]]:
    """The terms that each word of a question may stand for, also together with its neighbour, by the word as
    it was typed.
    """
    lists = word_lists.current()
    known = _terms(lists)
    stems = [_stem(word.shown) for word in asked]
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for word, stem in zip(asked, stems, strict=True):
        found[word.shown] |= dict.fromkeys(known.get(stem, ()))
        if word.is_hangul:
            for opening, names in _korean(lists):
                if word.folded.startswith(opening):
                    found[word.shown] |= dict.fromkeys(names)
    for (first, one), (second, other) in pairwise(zip(asked, stems, strict=True)):
        called = dict.fromkeys(known.get(f"{one} {other}", ()))
        for word in (first, second) if called else ():
            found[word.shown] = called | found[word.shown]
    return {shown: tuple(called)[:MOST] for shown, called in found.items() if called}


def _stem(word: str) -> str:
    return tokenizer.stem(tokenizer.joined(word))
