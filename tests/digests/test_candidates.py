"""Postings as the database hands them over."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select

from digests.archive import Archive
from digests.model import Document
from digests.search.evidence import Candidate
from digests.search.plan import Group
from digests.store import candidates, tables
from digests.store.database import Database
from digests.store.vocabulary import Words

NOW = datetime(2025, 2, 26, tzinfo=UTC)
_LATE_ID = 7_000_000
"""A paper's id, past what fits beside a weight in 32 bits."""


async def _made(database: Database) -> tuple[Group, set[Candidate]]:
    """A term that two papers have, and what is to be found of it."""
    document = Document("vault", "250225 looped.md", b"*Looped Transformers* (Ada Lovelace)\n\nLooped, said.")
    await _take(Archive(database), [document])
    async with database.write() as connection:
        paper = (await connection.execute(select(tables.paper))).one()
        later = {**paper._mapping, "id": _LATE_ID, "identity": "title:later"}
        await connection.execute(insert(tables.paper), later)
        term = await connection.scalar(
            select(tables.search_term.c.id).where(tables.search_term.c.term == "loop")
        )
        posting = tables.search_posting
        await connection.execute(posting.delete())
        await connection.execute(
            insert(posting),
            [
                {"term_id": term, "paper_id": paper.id, "weight": 0.29, "head": False},
                {"term_id": term, "paper_id": _LATE_ID, "weight": 2.199, "head": True},
            ],
        )
    assert term is not None
    group = Group("looped", "looped", worth={term: 1.0}, dfs={term: 2}, df=2, idf=1.0)
    return group, {Candidate(paper.id, 0.29, 1.0, 0.0), Candidate(_LATE_ID, 2.199, 1.0, 1.0)}


async def test_what_the_database_packs_is_what_the_index_says(database: Database) -> None:
    """Ids of any size, weights to the thousandth and heads come through whole, on both databases."""
    group, expected = await _made(database)
    async with database.read() as connection:
        found = await candidates.Pool(connection, _words(2)).find([group], most=10)
        limited = await candidates.Pool(connection, _words(2), allowed=[_LATE_ID]).find([group], most=10)
    assert {_rounded(one) for one in found} == expected
    assert [one.paper_id for one in found] == [_LATE_ID, min(one.paper_id for one in expected)]
    assert [one.paper_id for one in limited] == [_LATE_ID]


async def test_of_a_common_word_the_heaviest_are_read(database: Database) -> None:
    """Where a word is in more papers than are picked from, those it weighs the most in are found."""
    group, _ = await _made(database)
    group.dfs = dict.fromkeys(group.dfs, 1_000_000)
    async with database.read() as connection:
        found = await candidates.Pool(connection, _words(1_000_000)).find([group], most=1)
    assert [one.paper_id for one in found] == [_LATE_ID]


async def test_what_is_kept_of_a_common_word_is_read_anew_once_the_index_changed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A paper taken in after a common word was asked for is found by it at once, before all others."""
    monkeypatch.setattr(candidates, "HEAVIEST", 1)
    archive = Archive(database)
    notes = [
        Document("vault", f"{n}.md", f"*Number {n}* (Ada Lovelace)\n\nSaid of whales, {n}.".encode())
        for n in range(150)
    ]
    await _take(archive, notes)
    assert (await archive.search("whales", workspace=None, until=None, today=None)).hits
    await _take(archive, [Document("vault", "new.md", b"*Whales* (Ada Lovelace)\n\nWhales.")])
    found = await archive.search("whales", workspace=None, until=None, today=None)
    assert found.hits[0].entry.paper.title == "Whales"


async def test_a_question_widened_finds_what_it_would_have_found_at_first(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where both times some words are only looked up, for the papers that the others picked."""
    monkeypatch.setattr(candidates, "_FEWEST_ROWS", 12)
    monkeypatch.setattr(candidates, "_MOST_ROWS", 12)
    monkeypatch.setattr(candidates, "_PICKED", 3)
    said = ["whales", "ships", "storms", "harbours", "whales ships", "ships storms harbours", "whales storms"]
    notes = [
        Document("vault", f"{n}.md", f"*Number {n}* (Ada Lovelace)\n\nOf {said[n % 7]}, {n}.".encode())
        for n in range(40)
    ]
    await _take(Archive(database), notes)
    async with database.read() as connection:
        terms = {row.term: row for row in await connection.execute(select(tables.search_term))}

        def group(place: int, *names: str) -> Group:
            dfs = {terms[name].id: terms[name].df for name in names}
            worth = {id_: 1.0 - at / 4 for at, id_ in enumerate(dfs)}
            return Group(names[0], names[0], place=place, worth=worth, dfs=dfs, df=9, idf=1.0 + place)

        narrow = [group(0, "harbour"), group(1, "whale"), group(2, "ship")]
        wide = [group(0, "harbour"), group(1, "whale", "ship"), group(2, "ship", "storm", "number")]
        pool = candidates.Pool(connection, _words(40))
        first = await pool.find(narrow, most=5, floor=0.0)
        again = await pool.find(wide, most=5, floor=0.0)
        assert first == await candidates.Pool(connection, _words(40)).find(narrow, most=5, floor=0.0)
        assert again == await candidates.Pool(connection, _words(40)).find(wide, most=5, floor=0.0)
        assert first != again
        assert not await candidates.Pool(connection, _words(40), allowed=[]).find(wide, most=5)


async def _take(archive: Archive, documents: list[Document]) -> None:
    async for _ in archive.take_in(documents, now=NOW):
        pass


def _words(papers: int) -> Words:
    return Words([], papers, (("", 1),))


def _rounded(one: Candidate) -> Candidate:
    return Candidate(one.paper_id, round(one.base, 6), one.coverage, one.head)
