"""Words that mean alike, by the vectors of the optional extra: photo and image, 오염 and contamination.

A question in other words, or in the other language, then meets titles and abstracts word by word, where
rare words weigh more than common ones; the vector of a whole sentence knows no such difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from digests.search import text
from digests.search.function_words import FUNCTION
from digests.search.meaning import DIMENSIONS, Vectors, alike, lengths
from digests.search.plan import Term

_MOST = 8
"""Words that one word may also be found by."""

_MOST_REMEMBERED = 5000
"""Words whose kin are kept in memory: questions say the same words again and again."""

_NEAR_LATIN, _NEAR_HANGUL = 0.8, 0.7
"""Likeness from which two words mean alike; the same thing in two languages is a little less alike."""


class Lexicon:
    """The words of titles and what they mean, in memory: half a kilobyte a word."""

    def __init__(self, rows: Iterable[tuple[Term, bytes]]) -> None:
        import numpy as np

        kept = list(rows)
        self._terms = [term for term, _ in kept]
        joined = b"".join(content for _, content in kept)
        self._vectors = np.frombuffer(joined, dtype=np.int8).reshape(-1, DIMENSIONS)
        self._lengths = lengths(self._vectors)
        self._kin: dict[str, list[Term]] = {}

    def unknown(self, asked: Iterable[text.Word]) -> list[text.Word]:
        """The words whose kin were not looked for yet."""
        return [word for word in asked if word.folded not in self._kin]

    def learn(self, asked: Sequence[text.Word], vectors: Vectors) -> None:
        """Look for the terms that mean what each word, a vector a word, means, and remember them."""
        import numpy as np

        if not self._terms or not asked:
            return
        for word, cosines in zip(asked, alike(vectors, self._vectors, self._lengths).T, strict=True):
            near = np.flatnonzero(cosines >= (_NEAR_HANGUL if word.is_hangul else _NEAR_LATIN))
            ordered = sorted(
                (-round(float(cosines[at]), 4), self._terms[at].term, self._terms[at].id, at) for at in near
            )
            self._kin[word.folded] = [self._terms[at] for *_, at in ordered[:_MOST]]
        while len(self._kin) > _MOST_REMEMBERED:
            del self._kin[next(iter(self._kin))]

    def kin(self, asked: Iterable[text.Word]) -> dict[str, list[Term]]:
        """The terms that mean what each word means, of those learned, by the word as it was typed."""
        return {word.shown: self._kin.get(word.folded, []) for word in asked}


def telling(asked: Iterable[text.Word]) -> list[text.Word]:
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
        for word in text.words(title):
            for folded, term in () if word.is_hangul else word.pieces:
                if len(folded) > 1 and folded not in FUNCTION and not folded.isdigit():
                    forms.setdefault(term, Counter())[folded] += 1
    return {term: min(of, key=lambda form: (-of[form], form)) for term, of in forms.items()}
