"""What is said of a paper, as terms with weights: BM25F. Pure.

A paper is analysed once, when it is taken in, and kept as one compressed row.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from digests.search import names, tokenizer
from digests.search.weights import FIELDS, SATURATION

HEAD = frozenset({"title", "authors", "tags"})
"""The fields people remember a paper by."""

THOUSANDTHS = 1000
"""A weight is kept as a whole number of thousandths."""

Fields = tuple[tuple[str, str], ...]
"""What is said of a paper: names of ``FIELDS``, each with a text. A field may come twice."""


@dataclass(frozen=True, slots=True)
class Analysed:
    """The terms of a paper, ready for the index."""

    terms: tuple[str, ...]
    marks: Sequence[int]
    """For each term twice its weight in thousandths, plus one where it stands in the head."""
    words: tuple[str, ...]
    """The words of the head, each with a tab and its term, in order."""
    called: tuple[str, ...]
    """What the paper is called by its own title and abstract (``digests.search.names``), in order."""
    calls: tuple[str, ...]
    """What it calls other papers, in order."""

    def packed(self) -> bytes:
        """The form kept in the database."""
        parts = ["\n".join(part).encode() for part in (self.terms, self.words, self.called, self.calls)]
        marks = struct.pack(f"<{len(self.marks)}H", *self.marks)
        lengths = struct.pack("<4I", *map(len, parts))
        return zlib.compress(b"".join([lengths, *parts, marks]), 6)

    @classmethod
    def unpacked(cls, packed: bytes) -> Analysed:
        """Read ``packed`` back."""
        parts, marks = lines_of(packed)
        terms, words, called, calls = (tuple(part.decode().split("\n")[:-1]) for part in parts)
        return cls(terms, marks, words, called, calls)


def lines_of(packed: bytes) -> tuple[list[bytes], array[int]]:
    """``Analysed.packed`` read as far as an index needs it: the lines of terms, words, names and calls, each
    line ended; and the marks of the terms."""
    content = zlib.decompress(packed)
    parts = []
    start = 16
    for length in struct.unpack_from("<4I", content):
        parts.append(content[start : start + length] + b"\n" if length else b"")
        start += length
    marks = array("H")
    marks.frombytes(content[start:])
    if struct.pack("=H", 1) != struct.pack("<H", 1):
        marks.byteswap()
    return parts, marks


def fields(
    title: str, authors: Iterable[str], tags: Iterable[str], said: Iterable[str], abstract: str | None
) -> Fields:
    """What one mention says of a paper, in a fixed order: equal mentions give equal fields."""
    return (
        ("title", title),
        ("authors", ", ".join(authors)),
        *(("tags", name) for name in sorted(tags)),
        *(("commentary", text) for text in sorted(said)),
        *((("abstract", abstract),) if abstract else ()),
    )


def analyse(fields: Fields) -> Analysed:
    """The terms of a paper, from all that is said of it."""
    mass: dict[str, float] = defaultdict(float)
    heads: set[str] = set()
    words: set[tuple[str, str]] = set()
    for name, content in fields:
        weight, normalisation, average = FIELDS[name]
        found = tokenizer.written(content)
        length = 1 - normalisation + normalisation * len(found) / average
        counts = Counter(chain.from_iterable(map(tokenizer.terms, found)))
        if name in HEAD:
            latin = _latin(found, words)
            joined = _joined(latin)
            counts.update(joined)
            heads.update(counts)
            words.update(zip(joined, joined, strict=True))
        for term, times in counts.items():
            mass[term] += times * weight / length
    mass.pop("", None)
    # A text gives few different masses: round each once.
    marks = {x: 2 * round(THOUSANDTHS * 2.2 * x / (SATURATION + x)) for x in set(mass.values())}
    return Analysed(
        tuple(mass),
        array("H", [marks[x] + (term in heads) for term, x in mass.items()]),
        tuple(sorted(map("\t".join, words))),
        names.called(fields),
        names.calls(fields),
    )


def _latin(found: Iterable[str], words: set[tuple[str, str]]) -> list[str | None]:
    """The words of a head folded, None for one in Hangul; adds each to ``words`` with its terms."""
    latin: list[str | None] = []
    for shown in found:
        if tokenizer.is_simple(shown):
            folded = shown.lower()[: tokenizer.LONGEST_TERM]
            words.add((folded, tokenizer.terms(shown)[0]))
            latin.append(folded)
            continue
        word = tokenizer.word(shown)
        if word.is_hangul:
            latin.append(None)
            continue
        # People begin, and misspell, a compound at any of its pieces.
        words.update(word.pieces)
        words.add((word.folded, word.terms[-1]))
        latin.append(word.folded)
    return latin


def _joined(latin: Iterable[str | None]) -> list[str]:
    """The stems of neighbouring Latin words written as one: ``scalinglaw`` finds ``scaling law``."""
    return tokenizer.stems(
        [
            (first + second)[: tokenizer.LONGEST_TERM]
            for first, second in pairwise(latin)
            if first is not None and second is not None
        ]
    )
