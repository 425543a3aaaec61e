"""Words that mean alike, by the vectors of the optional extra: photo and image, 오염 and contamination.

A question in other words, or in the other language, then meets titles and abstracts word by word, where
rare words weigh more than common ones; the vector of a whole sentence knows no such difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from digests.search import tokenizer
from digests.search.function_words import FUNCTION
from digests.search.meaning import DIMENSIONS, Vectors, alike, lengths

_NEAR_LATIN, _NEAR_HANGUL = 0.8, 0.7
"""Likeness from which two words mean alike; the same thing in two languages is a little less alike."""


class Lexicon:
    """The words of titles and what they mean, in memory: half a kilobyte a word."""

    def __init__(self, rows: Iterable[tuple[str, bytes]]) -> None:
        kept = sorted(rows)
        self._terms = [term for term, _ in kept]
        joined = b"".join(content for _, content in kept)
        self._vectors = np.frombuffer(joined, dtype=np.int8).reshape(-1, DIMENSIONS)
        self._lengths = lengths(self._vectors)

    def near(self, vectors: Vectors, least: Sequence[float]) -> list[list[tuple[float, str]]]:
        """For each vector the terms that are at least so like it, each with its unlikeness, in order."""
        found = []
        for cosines, enough in zip(alike(vectors, self._vectors, self._lengths).T, least, strict=True):
            places = np.flatnonzero(cosines >= enough)
            found.append(sorted((-round(float(cosines[at]), 4), self._terms[at]) for at in places))
        return found


def least_likeness(word: tokenizer.Word) -> float:
    """How like a word another one must be to mean alike."""
    return _NEAR_HANGUL if word.is_hangul else _NEAR_LATIN


def telling(asked: Iterable[tokenizer.Word]) -> list[tokenizer.Word]:
    """The words of a question that mean something by themselves."""
    return [
        word
        for word in asked
        if len(word.folded) > 1 and word.folded not in FUNCTION and not word.folded.isdigit()
    ]


def spellings(titles: Iterable[str]) -> Mapping[str, str]:
    """The terms of titles' words, each with the spelling it is best understood by: the commonest."""
    forms: dict[str, Counter[str]] = {}
    for title in titles:
        for word in tokenizer.words(title):
            for folded, term in () if word.is_hangul else word.pieces:
                if len(folded) > 1 and folded not in FUNCTION and not folded.isdigit():
                    forms.setdefault(term, Counter())[folded] += 1
    return {term: min(of, key=lambda form: (-of[form], form)) for term, of in forms.items()}
