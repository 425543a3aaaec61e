"""The words of titles, authors and tags, held in memory for prefixes and typos.

A process keeps a copy a set of workspaces and knows by the statistics' version when it
is old. At 3,854 papers that is some 20,000 words and a scan of a few milliseconds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.store import tables

_MOST_COPIES = 16
_MOST_NEAR = 12
_MOST_PREFIXED = 400


@dataclass(frozen=True)
class Surfaces:
    """Words in order, and the terms behind each."""

    words: Sequence[str]
    terms: dict[str, tuple[str, ...]]
    papers: int
    """How many papers the index holds for these eyes."""

    def beginning_with(self, prefix: str) -> list[str]:
        """The terms of words that begin so and go on; of a compound only those that begin so themselves."""
        found: list[str] = []
        at = bisect_left(self.words, prefix)
        while at < len(self.words) and self.words[at].startswith(prefix) and len(found) < _MOST_PREFIXED:
            if self.words[at] != prefix:
                found += [term for term in self.terms[self.words[at]] if term.startswith(prefix[: len(term)])]
            at += 1
        return list(dict.fromkeys(found))

    def near(self, word: str) -> list[tuple[str, int, Sequence[str]]]:
        """Words at most two slips away (a letter wrong, missing, extra, or two swapped), nearest first."""
        found: list[tuple[int, str]] = []
        for length in range(len(word) - 2, len(word) + 3):
            alike = self._by_length.get(length, ())
            near = process.extract(word, alike, scorer=OSA.distance, score_cutoff=2, limit=_MOST_NEAR)
            found += [(int(slips), surface) for surface, slips, _ in near]
        return [
            (surface, slips, self.terms[surface]) for slips, surface in sorted(found)[:_MOST_NEAR] if slips
        ]

    def resembling(self, word: str) -> list[str]:
        """Words that differ in half of their letters at most, the most alike first."""
        # What is written in Hangul is like no word of plain letters, and those are nearly all.
        known = self.words if any(map(str.isascii, word)) else self._not_ascii
        found = process.extract(word, known, scorer=OSA.normalized_distance, score_cutoff=0.5, limit=6)
        return [surface for surface, _, _ in found]

    @cached_property
    def _by_length(self) -> dict[int, list[str]]:
        lengths: dict[int, list[str]] = defaultdict(list)
        for word in self.words:
            lengths[len(word)].append(word)
        return dict(lengths)

    @cached_property
    def _not_ascii(self) -> list[str]:
        return [word for word in self.words if not word.isascii()]


_copies: OrderedDict[tuple[object, ...], tuple[tuple[tuple[str, int], ...], Surfaces]] = OrderedDict()


async def load_surfaces(connection: AsyncConnection, workspaces: tuple[str, ...]) -> Surfaces:
    """The surfaces a set of workspaces sees, from memory while nothing changed."""
    statistics = tables.search_statistics.c
    result = await connection.execute(
        select(statistics.workspace, statistics.version, statistics.papers)
        .where(statistics.workspace.in_(workspaces))
        .order_by(statistics.workspace)
    )
    rows = result.all()
    version = tuple((row.workspace, row.version) for row in rows)
    # Two databases may stand at the same version: the address tells them apart.
    key = (str(connection.engine.url), workspaces)
    if key in _copies and _copies[key][0] == version:
        _copies.move_to_end(key)
        return _copies[key][1]
    surface = tables.search_surface.c
    found = await connection.execute(
        select(surface.word, surface.term)
        .where(surface.workspace.in_(workspaces))
        .order_by(surface.word, surface.term)
    )
    terms: dict[str, list[str]] = {}
    for word, term in found:
        terms.setdefault(word, []).append(term)
    copy = Surfaces(
        sorted(terms),
        {word: tuple(dict.fromkeys(of)) for word, of in terms.items()},
        sum(row.papers for row in rows),
    )
    _copies[key] = (version, copy)
    while len(_copies) > _MOST_COPIES:
        _copies.popitem(last=False)
    return copy
