"""What a question means, among the papers of one library: the optional extra at work. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from digests.search import similar_words
from digests.search.library import Library, Selection, Term
from digests.search.meaning import Encoder, Shelf, weight_of_title
from digests.search.similar_words import Lexicon
from digests.search.tokenizer import Word

_MOST_KIN = 8
"""Words that one word may also be found by."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """The vectors of one workspace's papers, and of the words of their titles."""

    shelf: Shelf
    lexicon: Lexicon
    kin: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    """What was found near to words that were asked for: questions say the same words again and again."""


_MOST_REMEMBERED = 5000


class Meant:
    """What the encoder knows of a library's papers."""

    def __init__(self, encoder: Encoder, vectors: Sequence[Vectors], library: Library) -> None:
        self._encoder = encoder
        self._vectors = [one for one in vectors if not one.shelf.is_empty]
        self._library = library

    def kin(self, asked: Sequence[Word]) -> Mapping[str, Sequence[Term]]:
        """The terms that mean what each word means, by the word as it was typed."""
        words = similar_words.telling(asked)
        for vectors in self._vectors:
            unknown = [word for word in words if word.folded not in vectors.kin]
            if not unknown:
                continue
            encoded = self._encoder.encode([word.folded for word in unknown])
            near = vectors.lexicon.near(encoded, list(map(similar_words.least_likeness, unknown)))
            if len(vectors.kin) > _MOST_REMEMBERED:
                vectors.kin.clear()
            vectors.kin.update((word.folded, found) for word, found in zip(unknown, near, strict=True))
        return {word.shown: self._kin(word.folded) for word in words}

    def _kin(self, word: str) -> list[Term]:
        near = sorted(one for vectors in self._vectors for one in vectors.kin.get(word, ()))
        terms = self._library.terms(dict.fromkeys(term for _, term in near))
        # A word that one paper has tells no more than the vectors of its sentences do.
        return [term for term in terms if term.df > 1][:_MOST_KIN]

    def likeness(
        self, question: str, asked: Sequence[Word], *, among: Selection | None, also: Iterable[int]
    ) -> dict[int, float]:
        """How like the question the papers are that come nearest (with ``among`` only of those), and those
        named ``also`` that have vectors, by id."""
        vector = self._encoder.encode([question])
        allowed = self._library.ids(self._library.everything if among is None else among)
        found: dict[int, float] = {}
        for vectors in self._vectors:
            found |= vectors.shelf.likeness(vector, among=allowed, also=also, title=weight_of_title(asked))
        return found
