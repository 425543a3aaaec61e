"""The words of titles, authors and tags, held in memory for prefixes and typos.

A process keeps a copy for each workspace that has digests of its own, and one of what all share; by the
statistics' version it knows when one is old. At 3,854 papers that is some 76,000 words and a scan of a
few milliseconds.
"""

from __future__ import annotations

import asyncio
import re
from array import array
from bisect import bisect_left
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import BindParameter, CompoundSelect, Select, bindparam, literal, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.search import transliteration
from digests.search.plan import MOST_HEARD, Term
from digests.search.spelling import MOST_NEAR, Spellings
from digests.store import tables
from digests.store.bulk import among_given, many

_MOST_COPIES = 64
_MOST_ALIKE = 6
_MOST_PREFIXED = 2000
_LAST_LETTER = "\U0010ffff"

Row = tuple[str, int, str, int, int]
"""A word with the id, name and counts of one of its terms."""


class Surfaces:
    """One workspace's words in order, and the terms behind each.

    Kept in few large objects: with a hundred thousand small ones the garbage collector would halt every
    answer for a quarter of a second each time it looks at them all.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self.words: list[str] = []
        self._starts = array("q")
        self._ids, self._dfs, self._head_dfs = array("q"), array("q"), array("q")
        self._names: list[str] = []
        for word, id_, name, df, head_df in sorted(rows):
            if not self.words or self.words[-1] != word:
                self.words.append(word)
                self._starts.append(len(self._ids))
            self._ids.append(id_)
            self._names.append(name)
            self._dfs.append(df)
            self._head_dfs.append(head_df)
        self._starts.append(len(self._ids))
        self._spellings = Spellings(self.words)

    def __contains__(self, word: str) -> bool:
        at = bisect_left(self.words, word)
        return at < len(self.words) and self.words[at] == word

    def beginning_with(self, prefix: str, most: int) -> list[Term]:
        """The commonest terms of words that begin so and go on; of a compound only those that begin so
        themselves.
        """
        start = bisect_left(self.words, prefix)
        end = bisect_left(self.words, prefix + _LAST_LETTER, start)
        start += start < end and self.words[start] == prefix
        end = min(end, start + _MOST_PREFIXED)
        ids, names, head_dfs = self._ids, self._names, self._head_dfs
        found = {
            ids[at]: at
            for at in range(self._starts[start], self._starts[end])
            if head_dfs[at] and names[at].startswith(prefix[: len(names[at])])
        }
        commonest = sorted(found.values(), key=lambda at: (-head_dfs[at], names[at], ids[at]))
        return [self._term(at) for at in commonest[:most]]

    def near(self, word: str, slips: int) -> list[tuple[int, str]]:
        """Words at most so many slips away, with their slips, the nearest first. Not the word itself."""
        return self._spellings.near(word, slips)

    def resembling(self, word: str) -> list[tuple[float, str]]:
        """Words that differ in half of their letters at most, with how much they do, the most alike first."""
        # What is written in Hangul is like no word of plain letters, and those are nearly all.
        known = self.words if any(map(str.isascii, word)) else self._not_ascii
        found = process.extract(
            word, known, scorer=OSA.normalized_distance, score_cutoff=0.5, limit=_MOST_ALIKE
        )
        return [(distance, surface) for surface, distance, _ in found]

    def matching(self, pattern: str, openings: Sequence[str]) -> dict[str, list[Term]]:
        """The words that fit a pattern whole, each with the terms behind it. They begin with one of some
        letters, given in order.
        """
        likely: list[str] = []
        for opening in openings:
            start = bisect_left(self.words, opening)
            likely += self.words[start : bisect_left(self.words, opening + _LAST_LETTER, start)]
        found = re.findall(f"^{pattern}$", "\n".join(likely), re.MULTILINE)
        return {word: self.terms(word) for word in found}

    def terms(self, word: str) -> list[Term]:
        """The terms behind a word; none where it is not there."""
        at = bisect_left(self.words, word)
        if at == len(self.words) or self.words[at] != word:
            return []
        return [self._term(place) for place in range(self._starts[at], self._starts[at + 1])]

    def _term(self, at: int) -> Term:
        return Term(self._ids[at], self._names[at], self._dfs[at], self._head_dfs[at])

    @cached_property
    def _not_ascii(self) -> list[str]:
        return [word for word in self.words if not word.isascii()]


@dataclass(frozen=True, slots=True)
class Words:
    """All the words that some eyes see: those all workspaces share, and their own."""

    parts: Sequence[Surfaces]
    papers: int
    """How many papers the index holds for these eyes."""
    version: Version
    """What changes whenever anything of the index does."""

    def __contains__(self, word: str) -> bool:
        return any(word in part for part in self.parts)

    def beginning_with(self, prefix: str, most: int) -> list[Term]:
        """The commonest terms of words that begin so and go on."""
        found = [term for part in self.parts for term in part.beginning_with(prefix, most)]
        return sorted(found, key=lambda term: (-term.head_df, term.term, term.id))[:most]

    def near(self, word: str, slips: int) -> list[tuple[str, int, Sequence[Term]]]:
        """Words at most so many slips away, with their slips and terms, the nearest first."""
        found = sorted({one for part in self.parts for one in part.near(word, slips)})[:MOST_NEAR]
        return [
            (surface, slips, [term for part in self.parts for term in part.terms(surface)])
            for slips, surface in found
        ]

    def resembling(self, word: str) -> list[str]:
        """Words that differ in half of their letters at most, the most alike first."""
        found = sorted((one for part in self.parts for one in part.resembling(word)), key=lambda one: one[0])
        return list(dict.fromkeys(surface for _, surface in found))[:_MOST_ALIKE]

    def sounding(self, hangul: str) -> list[Term]:
        """The terms of Latin words that a word in Hangul may spell by ear, the commonest of the nearest."""
        pattern = transliteration.pattern(hangul)
        if pattern is None:
            return []
        openings = transliteration.openings(hangul)
        found: dict[str, list[Term]] = defaultdict(list)
        for part in self.parts:
            for word, terms in part.matching(pattern, openings).items():
                found[word] += [term for term in terms if term.head_df]
        # A name stands in heads alone, and there are names like any Korean word: what texts say comes first.
        said = {word: terms for word, terms in found.items() if any(one.df > one.head_df for one in terms)}
        if not said and transliteration.is_telling(hangul):
            said = found
        near = [term for word in transliteration.heard(hangul, said) for term in said[word]]
        return sorted(dict.fromkeys(near), key=lambda term: (-term.head_df, term.term, term.id))[:MOST_HEARD]


Known = dict[str, list[Term]]
"""Terms by name: one name is a term of its own in each workspace that says it."""

Version = tuple[tuple[str, int], ...]

_copies: OrderedDict[tuple[str, str], tuple[int, Surfaces]] = OrderedDict()


async def load_words(
    connection: AsyncConnection, workspaces: tuple[str, ...], names: Iterable[str] = ()
) -> tuple[Words, Known]:
    """The words a set of workspaces sees, from memory while nothing changed, and terms by their names.

    One statement: most questions need no other of the terms there are.
    """
    rows = await connection.execute(
        _terms_and_versions(connection.dialect.name),
        {"workspaces": workspaces, "names": many(connection, names)},
    )
    known: Known = defaultdict(list)
    versions: dict[str, int] = {}
    papers = 0
    for name, workspace, *numbers in rows.all():
        if name is not None:
            known[name].append(Term(numbers[0], name, *numbers[1:]))
        else:
            versions[workspace] = numbers[1]
            papers += numbers[2]
    version = tuple(sorted(versions.items()))
    # Most workspaces have no digests of their own, and all of those share one copy.
    parts = [await _part(connection, *one) for one in version]
    return Words(parts, papers, version), known


async def known_terms(
    connection: AsyncConnection, workspaces: tuple[str, ...], names: Iterable[str]
) -> Known:
    """The terms of these names that some paper has."""
    rows = await connection.execute(
        _terms(connection.dialect.name), {"workspaces": workspaces, "names": many(connection, names)}
    )
    known: Known = defaultdict(list)
    for name, _, *numbers in rows.all():
        known[name].append(Term(numbers[0], name, *numbers[1:]))
    return known


@cache
def _terms(dialect: str) -> Select[Any]:
    term = tables.search_term.c
    return select(term.term, literal(None).label("workspace"), term.id, term.df, term.head_df).where(
        term.workspace.in_(_workspaces()), among_given(dialect, term.term, "names"), term.df > 0
    )


@cache
def _terms_and_versions(dialect: str) -> CompoundSelect[Any]:
    statistics = tables.search_statistics.c
    return _terms(dialect).union_all(
        select(null(), statistics.workspace, literal(0), statistics.version, statistics.papers).where(
            statistics.workspace.in_(_workspaces())
        )
    )


def _workspaces() -> BindParameter[Sequence[str]]:
    return bindparam("workspaces", expanding=True)


async def _part(connection: AsyncConnection, workspace: str, version: int) -> Surfaces:
    """A workspace's words: those in memory, unless they are of another version."""
    # Two databases may stand at the same version: the address tells them apart.
    key = (str(connection.engine.url), workspace)
    kept = _copies.get(key)
    if kept is not None and kept[0] == version:
        _copies.move_to_end(key)
        return kept[1]
    surface, term = tables.search_surface.c, tables.search_term.c
    found = await connection.execute(
        select(surface.word, term.id, term.term, term.df, term.head_df)
        .join_from(
            tables.search_surface,
            tables.search_term,
            (term.workspace == surface.workspace) & (term.term == surface.term),
        )
        .where(surface.workspace == workspace, term.df > 0)
    )
    # A hundred thousand papers have so many that others would wait for their answers.
    words = await asyncio.to_thread(Surfaces, map(tuple, found.all()))
    _copies[key] = (version, words)
    _copies.move_to_end(key)
    while len(_copies) > _MOST_COPIES:
        _copies.popitem(last=False)
    return words
