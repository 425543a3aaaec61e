"""What is said of a paper, as terms with weights: BM25F. Pure.

A paper is analysed once, when it is taken in, and kept as one compressed row.
"""

from __future__ import annotations

import struct
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
    titled: Sequence[int]
    """For each word 1 where it stands in the title, else 0."""
    called: tuple[str, ...]
    """What the paper is called by its own title and abstract (``digests.search.names``), in order."""
    calls: tuple[str, ...]
    """What it calls other papers, in order."""

    def parts(self) -> list[bytes]:
        """Terms, marks, words, titled, called and calls as an index keeps them."""
        return [
            lines(self.terms),
            numbers(self.marks),
            lines(self.words),
            numbers(self.titled),
            lines(self.called),
            lines(self.calls),
        ]


def lines(keys: Iterable[str]) -> bytes:
    """Keys, one a line; a line break in one is a space, and one that comes again is left out."""
    return "\n".join(dict.fromkeys(key.replace("\n", " ") for key in keys)).encode()


def numbers(marks: Sequence[int]) -> bytes:
    """Numbers below 65,536, two bytes each."""
    return struct.pack(f"<{len(marks)}H", *marks)


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
    titled: set[str] = set()
    for name, content in fields:
        weight, normalisation, average = FIELDS[name]
        found = tokenizer.written(content)
        length = 1 - normalisation + normalisation * len(found) / average
        counts = Counter(chain.from_iterable(map(tokenizer.terms, found)))
        if name in HEAD:
            latin = _latin(found, words)
            if name == "title":
                titled.update(folded for shown in found for folded, _ in tokenizer.word(shown).pieces)
            joined = _joined(latin)
            counts.update(joined)
            heads.update(counts)
            words.update(zip(joined, joined, strict=True))
        for term, times in counts.items():
            mass[term] += times * weight / length
    mass.pop("", None)
    # A text gives few different masses: round each once.
    marks = {x: 2 * round(THOUSANDTHS * 2.2 * x / (SATURATION + x)) for x in set(mass.values())}
    ordered = sorted(words)
    return Analysed(
        tuple(mass),
        [marks[x] + (term in heads) for term, x in mass.items()],
        tuple(map("\t".join, ordered)),
        [word in titled for word, _ in ordered],
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
