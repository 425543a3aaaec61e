"""The words of many papers together: each once, in order, with the papers it stands in. Pure.

Made beside the writing, so that what is left to do there is to put ids in the places of positions.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from digests.search.weights import MARKS, Indexed

_MOST_PAPERS = 2**32 // MARKS
"""Papers whose places fit: half a million, which a batch of documents does not hold."""


@dataclass(frozen=True, slots=True)
class Concordance:
    """The words of papers that are known by their position in a list."""

    names: tuple[str, ...]
    """The terms, in order."""
    dfs: Sequence[int]
    """In how many papers each stands."""
    head_dfs: Sequence[int]
    """And in how many titles, lists of authors or tags."""
    places: Sequence[int]
    """Term after term, the papers it stands in: the position, times ``MARKS``, and the term's mark there."""
    surfaces: tuple[str, ...]
    """The lines of all surfaces, each once, in order."""


def concordance(papers: Sequence[Indexed]) -> Concordance:
    """The words of these papers. ValueError for more than half a million."""
    if len(papers) > _MOST_PAPERS:
        raise ValueError("too many papers for one concordance")
    places: defaultdict[str, list[int]] = defaultdict(list)
    for position, indexed in enumerate(papers):
        base = position * MARKS
        for name, mark in zip(indexed.terms, indexed.marked, strict=True):
            places[name].append(base + mark)
    names = sorted(places)
    every = array("I")
    for name in names:
        every.extend(places[name])
    return Concordance(
        tuple(names),
        array("I", [len(places[name]) for name in names]),
        array("I", [sum([place & 1 for place in places[name]]) for name in names]),
        every,
        _surfaces(papers),
    )


def without(whole: Concordance, papers: Sequence[Indexed], left_out: Collection[int]) -> Concordance:
    """A concordance of ``papers`` without some of them, by position; those that stay keep their positions.

    In time that grows with what there is, but a fraction of what making it anew takes.
    """
    if not left_out:
        return whole
    dfs, head_dfs = array("I", whole.dfs), array("I", whole.head_dfs)
    for position in left_out:
        for name, mark in zip(papers[position].terms, papers[position].marked, strict=True):
            at = bisect_left(whole.names, name)
            dfs[at] -= 1
            head_dfs[at] -= mark & 1
    there = [at for at, df in enumerate(dfs) if df]
    return Concordance(
        tuple([whole.names[at] for at in there]),
        array("I", [dfs[at] for at in there]),
        array("I", [head_dfs[at] for at in there]),
        array("I", [place for place in whole.places if place // MARKS not in left_out]),
        _surfaces([indexed for position, indexed in enumerate(papers) if position not in left_out]),
    )


def _surfaces(papers: Sequence[Indexed]) -> tuple[str, ...]:
    lines: set[str] = set()
    for indexed in papers:
        lines.update(indexed.surfaces.splitlines())
    return tuple(sorted(lines))
