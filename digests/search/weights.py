"""How much a term counts in a paper: BM25F. Pure."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

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
        found = list(text.words(content))
        length = 1 - normalisation + normalisation * len(found) / average
        counted = [term for word in found for term in word.terms]
        if name in HEAD:
            joints = _joints(found)
            counted += joints
            heads.update(counted)
            for word in found:
                if not word.is_hangul:
                    # A compound is begun, or misspelt, at any of its pieces.
                    surfaces.update(word.pieces)
                    surfaces.add((word.folded, word.terms[-1]))
            surfaces |= {(joint, joint) for joint in joints}
        for term, times in Counter(counted).items():
            mass[term] += times * weight / length
    mass.pop("", None)
    heads.discard("")
    weights = {term: round(2.2 * x / (_SATURATION + x), 3) for term, x in mass.items()}
    return Indexed(weights, frozenset(heads), frozenset(surfaces))


def idf(papers: int, df: int) -> float:
    """How much a term tells: much when few papers have it."""
    return math.log(1 + (papers - df + 0.5) / (df + 0.5))


def _joints(found: list[text.Word]) -> list[str]:
    """Neighbouring Latin words written as one, so that ``scalinglaw`` finds ``scaling law``."""
    return [
        text.stem((first.folded + second.folded)[: text.LONGEST_TERM])
        for first, second in pairwise(found)
        if not first.is_hangul and not second.is_hangul
    ]
