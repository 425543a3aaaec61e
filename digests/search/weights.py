"""How much a term counts in a paper: BM25F. Pure."""

from __future__ import annotations

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
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
    """A paper as the index sees it, in few large values: thousands of these go from one process to another,
    and a word of a text holds neither a tab nor the end of a line.
    """

    names: str
    """Its terms, a line each."""
    marks: bytes
    """What is known of each, two bytes in the order of the machine: how much it counts in thousandths, times
    two; and one more where it stands in title, authors or tags.
    """
    surfaces: str
    """The words of its head, a line each: the word, a tab, and a term of it."""

    @property
    def terms(self) -> list[str]:
        """Its terms, in the order of ``marked``."""
        return self.names.split("\n") if self.names else []

    @property
    def marked(self) -> Sequence[int]:
        """The marks as numbers, each below ``MARKS``."""
        return memoryview(self.marks).cast("H")


THOUSANDTHS = 1000
"""What a weight is counted in."""

MARKS = 2**13
"""Above any mark (a weight comes to 2.2 at most, so a mark to 4401), and a power of two: a paper's id or
place times this, and a mark, are one number.
"""


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
            latin = _latin(found, surfaces)
            joints = _joints(latin)
            counts.update(joints)
            heads.update(counts)
            surfaces.update(zip(joints, joints, strict=True))
        for term, times in counts.items():
            mass[term] += times * weight / length
    mass.pop("", None)
    # A text gives few different masses, and rounding each once is enough.
    marks = {x: 2 * round(1000 * round(2.2 * x / (_SATURATION + x), 3)) for x in set(mass.values())}
    return Indexed(
        "\n".join(mass),
        array("H", [marks[x] + (term in heads) for term, x in mass.items()]).tobytes(),
        "\n".join(sorted(map("\t".join, surfaces))),
    )


def idf(papers: int, df: int) -> float:
    """How much a term tells: much when few papers have it."""
    return math.log(1 + (papers - df + 0.5) / (df + 0.5))


def _latin(found: Iterable[str], surfaces: set[tuple[str, str]]) -> list[str | None]:
    """The words of a head folded, None for one in Hangul; adds each to ``surfaces`` with its terms."""
    latin: list[str | None] = []
    for shown in found:
        if text.is_simple(shown):
            folded = shown.lower()[: text.LONGEST_TERM]
            surfaces.add((folded, text.terms(shown)[0]))
            latin.append(folded)
            continue
        word = text.word(shown)
        if word.is_hangul:
            latin.append(None)
            continue
        # A compound is begun, or misspelt, at any of its pieces.
        surfaces.update(word.pieces)
        surfaces.add((word.folded, word.terms[-1]))
        latin.append(word.folded)
    return latin


def _joints(latin: Iterable[str | None]) -> list[str]:
    """Neighbouring Latin words written as one, so that ``scalinglaw`` finds ``scaling law``."""
    return text.stems(
        [
            (first + second)[: text.LONGEST_TERM]
            for first, second in pairwise(latin)
            if first is not None and second is not None
        ]
    )
