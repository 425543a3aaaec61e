"""What Korean readers call things that papers name in English. Pure.

Commentary says 디퓨전 or 확산, titles say diffusion: each finds the other. The names are in
``words/glossary.tsv``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from digests.search import word_lists
from digests.search.word_lists import WordLists, words_of


def in_english(korean: str) -> tuple[str, ...]:
    """The English names of what a Korean word says; none for most words."""
    return _in_english(word_lists.current()).get(korean, ())


def in_korean(english: str) -> tuple[str, ...]:
    """The Korean names of what an English one says, in small letters; none for most words."""
    return _in_korean(word_lists.current()).get(english, ())


def names() -> tuple[tuple[str, str], ...]:
    """Every English name, each with one of the Korean words for it."""
    return _names(word_lists.current())


@lru_cache(maxsize=2)
def _names(lists: WordLists) -> tuple[tuple[str, str], ...]:
    return tuple((english, name) for english, cell in lists.rows("glossary") for name in words_of(cell))


@lru_cache(maxsize=2)
def _in_english(lists: WordLists) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for english, korean in _names(lists):
        found[korean].append(english)
    return {korean: tuple(names) for korean, names in found.items()}


@lru_cache(maxsize=2)
def _in_korean(lists: WordLists) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for english, korean in _names(lists):
        found[english].append(korean)
    return {english: tuple(names) for english, names in found.items()}
