"""What people say in their own words, and what papers call it: a machine-learning thesaurus. Pure.

Asked only where a question's own words leave much unanswered, since a synonym is never as sure as the word
that was typed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from digests.search import text
from digests.search.expressions import ALIKE, CALLED, CALLED_IN_KOREAN

MOST = 8
"""Terms that a word may stand for."""


@cache
def _terms() -> dict[str, tuple[str, ...]]:
    """By the stem, or the two stems, of what was said, the stems of what else it may be called."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for entry in _entries(ALIKE):
        names = list(map(_stem, entry.split()))
        for name in names:
            found[name] |= dict.fromkeys(other for other in names if other != name)
    for entry in _entries(CALLED):
        said, _, called = entry.partition(":")
        key = " ".join(map(_stem, said.split()))
        found[key] |= dict.fromkeys(name for name in map(_stem, called.split()) if name != key)
    return {said: tuple(called) for said, called in found.items()}


@cache
def _korean() -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = []
    for entry in _entries(CALLED_IN_KOREAN):
        said, _, called = entry.partition(":")
        found += [(opening, tuple(map(_stem, called.split()))) for opening in said.split()]
    return tuple(found)


def synonyms(asked: Sequence[text.Word]) -> dict[str, tuple[str, ...]]:
    """The terms that each word of a question may stand for, also together with its neighbour, by the word as
    it was typed.
    """
    known = _terms()
    stems = [_stem(word.shown) for word in asked]
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for word, stem in zip(asked, stems, strict=True):
        found[word.shown] |= dict.fromkeys(known.get(stem, ()))
        if word.is_hangul:
            for opening, names in _korean():
                if word.folded.startswith(opening):
                    found[word.shown] |= dict.fromkeys(names)
    for (first, one), (second, other) in pairwise(zip(asked, stems, strict=True)):
        called = dict.fromkeys(known.get(f"{one} {other}", ()))
        for word in (first, second) if called else ():
            found[word.shown] = called | found[word.shown]
    return {shown: tuple(called)[:MOST] for shown, called in found.items() if called}


def _entries(listed: str) -> list[str]:
    return listed.replace("\n", " ").split(";")


def _stem(word: str) -> str:
    return text.stem(text.joined(word))
