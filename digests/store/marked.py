"""Postings as ``Evidence`` takes them, one number each: read from the index, and kept while it stays.

What common words say is asked for again and again, and to hand it over takes longer than to count it. Kept
are postings, and no answers.
"""

from __future__ import annotations

import json
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, Text, bindparam, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.search.weights import MARKS, THOUSANDTHS
from digests.store import tables
from digests.store.bulk import among_given, many
from digests.store.vocabulary import Version

Papers = str | list[Any]
"""The papers to which a statement is limited, as ``many`` gives them."""

Key = tuple[str, Version, int, int | None]
"""A database, the version of its index, a term, and how many of its heaviest postings; None: all of them."""

MOST_KEPT = 1_000_000
"""Postings kept in memory: eight megabytes."""

_PREPARED = 128
"""Common words whose heaviest postings are read before anybody asks: of a hundred thousand papers in a second
and a half.
"""

_WHOLE, _MOST_WHOLE = 4000, 300_000
"""Words of so many papers at most are read whole beforehand, the commonest first, up to so many postings: of
some thousand papers that is nearly all that is common.
"""

_AT_ONCE = 50
"""Words read in one statement."""


class _Memory:
    """What was read last, up to so many postings."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, array[int]] = OrderedDict()
        self._count = 0

    def get(self, key: Key) -> array[int] | None:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, key: Key, marked: array[int]) -> None:
        before = self._kept.pop(key, None)
        self._count += len(marked) - (0 if before is None else len(before))
        self._kept[key] = marked
        while self._count > MOST_KEPT:
            self._count -= len(self._kept.popitem(last=False)[1])


_memory = _Memory()


def kept(connection: AsyncConnection, version: Version, term_ids: Iterable[int]) -> dict[int, Sequence[int]]:
    """The postings of those terms of which all are at hand, in the order of the papers."""
    address = str(connection.engine.url)
    found = {term_id: _memory.get((address, version, term_id, None)) for term_id in term_ids}
    return {term_id: marked for term_id, marked in found.items() if marked is not None}


async def whole(
    connection: AsyncConnection, version: Version, term_ids: Iterable[int]
) -> dict[int, Sequence[int]]:
    """All postings of terms."""
    wanted = set(term_ids)
    found = kept(connection, version, wanted)
    if missing := wanted - found.keys():
        address = str(connection.engine.url)
        read = await listed(connection, missing, None)
        for term_id in missing:
            marked = found[term_id] = array("q", sorted(read.get(term_id, ())))
            _memory.keep((address, version, term_id, None), marked)
    return found


async def listed(
    connection: AsyncConnection, term_ids: Iterable[int], papers: Papers | None
) -> Mapping[int, Sequence[int]]:
    """The postings of terms, of all papers or of these; read anew, and not kept."""
    given = {"terms": many(connection, sorted(term_ids)), "papers": papers}
    rows = await connection.execute(_postings(connection.dialect.name, is_limited=papers is not None), given)
    return {term_id: json.loads(f"[{listed}]") for term_id, listed in rows.all()}


async def heaviest(
    connection: AsyncConnection, version: Version, term_id: int, papers: Papers | None, *, most: int
) -> Sequence[int]:
    """The postings of the papers a term weighs the most in, of all or of these; of equals the lower id.

    To find them all the term's postings are sorted.
    """
    key = (str(connection.engine.url), version, term_id, most)
    if papers is None and (known := _memory.get(key)) is not None:
        return known
    given = {"terms": many(connection, [term_id]), "papers": papers, "most": most}
    statement = _heaviest_postings(connection.dialect.name, is_limited=papers is not None)
    found = array("q", json.loads(f"[{await connection.scalar(statement, given) or ''}]"))
    if papers is None:
        _memory.keep(key, found)
    return found


async def prepare(connection: AsyncConnection, version: Version, workspace: str, *, most: int) -> None:
    """Read the postings of a workspace's commonest words, so that nobody waits for it; ``most`` as questions
    will ask for the heaviest.
    """
    term = tables.search_term.c
    common = select(term.id, term.df).where(term.workspace == workspace).order_by(term.df.desc(), term.id)
    heavy = await connection.scalars(common.where(term.df > most).limit(_PREPARED))
    for term_id in heavy.all():
        await heaviest(connection, version, term_id, None, most=most)
    read = 0
    rows = await connection.execute(common.where(term.df <= _WHOLE).limit(_MOST_WHOLE // 100))
    words = rows.all()
    for start in range(0, len(words), _AT_ONCE):
        some = words[start : start + _AT_ONCE]
        read += sum(df for _, df in some)
        if read > _MOST_WHOLE:
            break
        await whole(connection, version, [term_id for term_id, _ in some])


@cache
def _postings(dialect: str, *, is_limited: bool) -> Select[Any]:
    """A row for each term: thousands of them for a question would take longer to hand over than to find."""
    term_id = tables.search_posting.c.term_id
    listed = func.aggregate_strings(cast(_marked(), Text), ",")
    return select(term_id, listed).where(*_asked(dialect, is_limited=is_limited)).group_by(term_id)


@cache
def _heaviest_postings(dialect: str, *, is_limited: bool) -> Select[Any]:
    posting = tables.search_posting.c
    found = select(_marked().label("marked")).where(*_asked(dialect, is_limited=is_limited))
    heaviest = found.order_by(posting.weight.desc(), posting.paper_id).limit(bindparam("most")).subquery()
    return select(func.aggregate_strings(cast(heaviest.c.marked, Text), ","))


def _asked(dialect: str, *, is_limited: bool) -> Iterator[ColumnElement[bool]]:
    posting = tables.search_posting.c
    yield among_given(dialect, posting.term_id, "terms")
    if is_limited:
        yield among_given(dialect, posting.paper_id, "papers")


def _marked() -> ColumnElement[int]:
    """A posting as ``Evidence`` takes it."""
    posting = tables.search_posting.c
    thousandths = cast(func.round(posting.weight * THOUSANDTHS), Integer)
    return cast(posting.paper_id, BigInteger) * MARKS + thousandths * 2 + cast(posting.head, Integer)
