"""How much a term counts in a paper: BM25F. Pure."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, pairwise

from digests.search import text

# Frozen, so that a paper's weights do not depend on what was taken in before it.
_FIELDS = {
    "title": (5.0, 0.4, 10.0),
    "authors": (4.0, 0.3, 14.0),
    "tags": (4.0, 0.2, 3.0),
    "commentary": (1.6, 0.6, 110.0),
    "abstract": (1.0, 0.6, 150.0),
}
"""Weight, length normalisation, average length in words."""

HEAD = frozenset({"title", "authors", "tags"})
"""The fields people remember a paper by."""

_SATURATION = 1.2


@dataclass(frozen=True, slots=True)
class Indexed:
    """A paper as the index sees it."""

    weights: dict[str, float]
    """Its terms, and how much each counts."""
    heads: frozenset[str]
    """Those that stand in title, authors or tags."""
    surfaces: frozenset[tuple[str, str]]
    """The words of its head with their terms."""


Fields = tuple[tuple[str, str], ...]
"""What is said of a paper, each a name of ``_FIELDS`` and a text; a field may come twice."""


def fields(
    title: str, authors: Iterable[str], tags: Iterable[str], said: Iterable[str], abstract: str | None
) -> Fields:
    """What one mention says of a paper, in an order of its own: what is equal indexes equally."""
    return (
        ("title", title),
        ("authors", ", ".join(authors)),
        *(("tags", name) for name in sorted(tags)),
        *(("commentary", text) for text in sorted(said)),
        *((("abstract", abstract),) if abstract else ()),
    )


def index(fields: Fields) -> Indexed:
    """Index a paper from all its fields."""
    mass: dict[str, float] = defaultdict(float)
    heads: set[str] = set()
    surfaces: set[tuple[str, str]] = set()
    for name, content in fields:
        weight, normalisation, average = _FIELDS[name]
        found = text.written(content)
        length = 1 - normalisation + normalisation * len(found) / average
        counts = Counter(chain.from_iterable(map(text.terms, found)))
        if name in HEAD:
            latin = [None if word.is_hangul else word for word in map(text.word, found)]
            joints = _joints(latin)
            counts.update(joints)
            heads.update(counts)
            # A compound is begun, or misspelt, at any of its pieces.
            surfaces.update(piece for word in latin if word for piece in word.pieces)
            surfaces.update((word.folded, word.terms[-1]) for word in latin if word)
            surfaces.update(zip(joints, joints, strict=True))
        for term, times in counts.items():
            mass[term] += times * weight / length
    mass.pop("", None)
    heads.discard("")
    # A text gives few different masses, and rounding each once is enough.
    weights = {x: round(2.2 * x / (_SATURATION + x), 3) for x in set(mass.values())}
    return Indexed({term: weights[x] for term, x in mass.items()}, frozenset(heads), frozenset(surfaces))


def idf(papers: int, df: int) -> float:
    """How much a term tells: much when few papers have it."""
    return math.log(1 + (papers - df + 0.5) / (df + 0.5))


def _joints(latin: list[text.Word | None]) -> list[str]:
    """Neighbouring Latin words written as one, so that ``scalinglaw`` finds ``scaling law``."""
    return [
        text.stem((first.folded + second.folded)[: text.LONGEST_TERM])
        for first, second in pairwise(latin)
        if first and second
    ]
