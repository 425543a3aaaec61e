"""The words of titles, authors and tags, held in memory for prefixes and typos.

A process keeps a copy a set of workspaces and knows by the statistics' version when it
is old. At 3,854 papers that is some 76,000 words and a scan of a few milliseconds.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import BindParameter, CompoundSelect, bindparam, literal, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.search.plan import Term
from digests.store import tables
from digests.store.bulk import among_given, many

_MOST_COPIES = 16
_MOST_NEAR = 12
_MOST_PREFIXED = 2000
_LAST_LETTER = "\U0010ffff"


@dataclass(frozen=True)
class Surfaces:
    """Words in order, and the terms behind each."""

    words: Sequence[str]
    terms: dict[str, tuple[Term, ...]]
    papers: int
    """How many papers the index holds for these eyes."""
    tags: dict[date | None, dict[str, int]] = field(default_factory=dict)
    """How often each tag is used in what may be seen up to a day, where somebody asked."""

    def beginning_with(self, prefix: str) -> list[Term]:
        """The terms of words that begin so and go on; of a compound only those that begin so themselves."""
        start = bisect_left(self.words, prefix)
        end = bisect_left(self.words, prefix + _LAST_LETTER, start)
        found = {
            term: None
            for word in self.words[start : min(end, start + _MOST_PREFIXED)]
            if word != prefix
            for term in self.terms[word]
            if term.term.startswith(prefix[: len(term.term)])
        }
        return list(found)

    def near(self, word: str) -> list[tuple[str, int, Sequence[Term]]]:
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


Known = dict[str, list[Term]]
"""Terms by name: one name is a term of its own in each workspace that says it."""

Version = tuple[tuple[str, int], ...]

_copies: OrderedDict[tuple[object, ...], tuple[Version, Surfaces]] = OrderedDict()


async def load_vocabulary(
    connection: AsyncConnection, workspaces: tuple[str, ...], names: Iterable[str] = ()
) -> tuple[Surfaces, Known]:
    """The surfaces a set of workspaces sees, from memory while nothing changed, and terms by their names.

    One statement: most questions need no other of the words there are.
    """
    statement = _terms_and_version(connection.dialect.name)
    rows = await connection.execute(statement, {"workspaces": workspaces, "names": many(connection, names)})
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
    # Two databases may stand at the same version: the address tells them apart.
    key = (str(connection.engine.url), workspaces)
    if key in _copies and _copies[key][0] == version:
        _copies.move_to_end(key)
        return _copies[key][1], known
    copy = await _load(connection, workspaces, papers)
    _copies[key] = (version, copy)
    _copies.move_to_end(key)
    while len(_copies) > _MOST_COPIES:
        _copies.popitem(last=False)
    return copy, known


async def known_terms(
    connection: AsyncConnection, workspaces: tuple[str, ...], names: Iterable[str]
) -> Known:
    """The terms of these names that some paper has."""
    term = tables.search_term.c
    rows = await connection.execute(
        select(term.term, term.id, term.df, term.head_df)
        .where(
            term.workspace.in_(workspaces),
            among_given(connection.dialect.name, term.term, "names"),
            term.df > 0,
        )
        .order_by(term.id),
        {"names": many(connection, names)},
    )
    known: Known = defaultdict(list)
    for name, id_, df, head_df in rows.all():
        known[name].append(Term(id_, name, df, head_df))
    return known


@cache
def _terms_and_version(dialect: str) -> CompoundSelect[Any]:
    term, statistics = tables.search_term.c, tables.search_statistics.c
    workspaces: BindParameter[Sequence[str]] = bindparam("workspaces", expanding=True)
    return (
        select(term.term, literal(None).label("workspace"), term.id, term.df, term.head_df)
        .where(term.workspace.in_(workspaces), among_given(dialect, term.term, "names"), term.df > 0)
        .union_all(
            select(null(), statistics.workspace, literal(0), statistics.version, statistics.papers).where(
                statistics.workspace.in_(workspaces)
            )
        )
    )


async def _load(connection: AsyncConnection, workspaces: tuple[str, ...], papers: int) -> Surfaces:
    surface, term = tables.search_surface.c, tables.search_term.c
    found = await connection.execute(
        select(surface.word, term.id, term.term, term.df, term.head_df)
        .join_from(
            tables.search_surface,
            tables.search_term,
            (term.workspace == surface.workspace) & (term.term == surface.term),
        )
        .where(surface.workspace.in_(workspaces), term.df > 0)
        .order_by(surface.word, term.id)
    )
    rows = found.all()

    def made() -> Surfaces:
        terms: dict[str, list[Term]] = {}
        by_id: dict[int, Term] = {}
        for word, id_, name, df, head_df in rows:
            one = by_id.setdefault(id_, Term(id_, name, df, head_df))
            terms.setdefault(word, []).append(one)
        return Surfaces(sorted(terms), {word: tuple(of) for word, of in terms.items()}, papers)

    # A hundred thousand papers have so many words that others would wait for their answers.
    return await asyncio.to_thread(made)
