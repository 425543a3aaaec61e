"""The papers that a question's groups find, by their terms alone. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digests.search import weights
from digests.search.analysis import THOUSANDTHS
from digests.search.index import Index
from digests.search.library import Library, Selection
from digests.search.tables import Array
from digests.search.word_groups import RARE, Group


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper with the sum of its best weight for each group, and the shares of the question's weight that
    it answers anywhere (``coverage``) and in its head."""

    paper_id: int
    base: float
    coverage: float
    head: float
    called: float = 0.0
    """The share of the question that is a name of the paper, an inexact name in part."""
    is_named: bool = False
    """Whether it is surely meant: the question holds a name of it that hardly any other paper has."""
    says_name: bool = False
    """Whether it says a word that is such a name, its own or another paper's."""


def candidates(
    library: Library,
    groups: Sequence[Group],
    *,
    among: Selection | None = None,
    floor: float | None = None,
    most: int,
) -> list[Candidate]:
    """The papers that may be seen and answer at least ``floor`` (None: ``weights.FLOOR``) of the question's
    weight, the best ``most`` by their terms; of equals the lower id first."""
    whole = sum(group.idf for group in groups) or 1.0
    least = (weights.FLOOR if floor is None else floor) * whole - 1e-9
    found: list[Candidate] = []
    for at, index in enumerate(library.indexes):
        base, answered, head, called = _sums(index, groups)
        named, says_name = _named(index, groups)
        chosen = library.everything[at] & (answered >= least) & (answered > 0)
        if among is not None:
            chosen &= among[at]
        rows = np.flatnonzero(chosen)
        if len(rows) > most:
            # Rounded, so that equals are equal whatever the sums were made of; ids ascend with rows.
            best = np.argsort(-np.round(base[rows], 6), kind="stable")[:most]
            rows = rows[best]
        found += map(
            Candidate,
            index.ids[rows].tolist(),
            np.round(base[rows], 6).tolist(),
            (answered[rows] / whole).tolist(),
            (head[rows] / whole).tolist(),
            (called[rows] / whole).tolist(),
            named[rows].tolist(),
            says_name[rows].tolist(),
        )
    found.sort(key=lambda one: (-one.base, one.paper_id))
    return found[:most]


def _sums(index: Index, groups: Sequence[Group]) -> tuple[Array, Array, Array, Array]:
    """For each paper its weight, and what it answers of the question's weight, anywhere and in its head."""
    base, answered, head, called = (np.zeros(len(index)) for _ in range(4))
    for group in groups:
        best = np.zeros(len(index))
        in_head = np.zeros(len(index), dtype=bool)
        for term, worth in group.worth.items():
            rows, marks = index.postings(term)
            best[rows] = np.maximum(best[rows], (marks >> 1) * (worth / THOUSANDTHS))
            if worth > weights.NAMED:
                in_head[rows] |= marks & 1 == 1
        for paper_id, closeness in group.people.items():
            if (row := index.row(paper_id)) is not None:
                best[row] = max(best[row], closeness * weights.PERSON_WEIGHT)
                in_head[row] = True
        for paper_id, worth in group.papers.items():
            if (row := index.row(paper_id)) is not None:
                best[row] = max(best[row], worth * weights.CALLED_WEIGHT)
                in_head[row] = True
                called[row] += group.idf * worth
        base += group.idf * best
        answered += group.idf * (best > 0)
        head += group.idf * in_head
    # Whatever else is asked, a paper asked for by its name is found.
    named = {id_ for group in groups for id_ in group.named}
    least = weights.NAMED_ANYHOW * sum(group.idf for group in groups)
    for row in [row for id_ in named if (row := index.row(id_)) is not None]:
        answered[row], called[row] = max(answered[row], least), max(called[row], least)
    return base, answered, head, called


def _named(index: Index, groups: Sequence[Group]) -> tuple[Array, Array]:
    """Which papers the question surely names, and which say a word that such a name is."""
    named, says_name = (np.zeros(len(index), dtype=bool) for _ in range(2))
    for group in groups:
        rows = [row for id_ in group.named if (row := index.row(id_)) is not None]
        named[rows] = True
        if group.named and group.said <= RARE:
            # A piece of it, or what it may be a slip of, is another word: the LM of WavLM.
            for term, worth in group.worth.items():
                if worth >= weights.VARIANT:
                    says_name[index.postings(term)[0]] = True
    return named, says_name
