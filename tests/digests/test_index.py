"""The search index tells the truth of itself, whatever was taken in and in whatever company."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from digests import archive as archives
from digests.archive import Archive
from digests.model import Document, Status, Taken
from digests.store import postings, tables
from digests.store.database import Database

NOW = datetime(2025, 2, 26, tzinfo=UTC)


def _note(number: int, *, title: str = "", url: str = "", said: str = "재미있는 논문") -> Document:
    title = title or f"Paper Number {number}: On Whales and Looped Transformers"
    lines = [url, f"*{title}* (Ada Lovelace)", "> An abstract of words.", f"{said} {number}.", "#llm #whale"]
    return Document("vault", f"2502{number % 28 + 1:02} note {number}.md", "\n\n".join(lines).encode())


async def _take(archive: Archive, documents: list[Document], *, hour: int = 0) -> list[Taken]:
    return [taken async for taken in archive.take_in(documents, now=NOW + timedelta(hours=hour))]


async def _counted(database: Database) -> dict[str, Any]:
    """What the index says of itself, and what its postings say."""
    posting, term, statistics = tables.search_posting.c, tables.search_term.c, tables.search_statistics.c
    async with database.read() as connection:
        postings = (await connection.execute(select(posting.term_id, posting.paper_id, posting.head))).all()
        terms = (await connection.execute(select(term.id, term.df, term.head_df).where(term.df != 0))).all()
        papers = await connection.scalar(select(statistics.papers))
    heads = Counter(term_id for term_id, _, head in postings if head)
    there = Counter(term_id for term_id, _, _ in postings)
    return {
        "said": (papers, {id_: (df, head_df) for id_, df, head_df in terms}),
        "there": (
            len({paper_id for _, paper_id, _ in postings}),
            {id_: (count, heads[id_]) for id_, count in there.items()},
        ),
    }


async def _postings(database: Database) -> set[tuple[Any, ...]]:
    posting, term, paper = tables.search_posting.c, tables.search_term.c, tables.paper.c
    async with database.read() as connection:
        rows = await connection.execute(
            select(term.term, paper.title, posting.weight, posting.head)
            .join_from(tables.search_posting, tables.search_term)
            .join(tables.paper)
        )
        return {tuple(row) for row in rows}


async def test_the_index_counts_what_it_holds(database: Database) -> None:
    """Corrected, joined with another, taken back: terms and papers are counted as they stand there."""
    archive = Archive(database)
    await _take(archive, [_note(number) for number in range(6)])
    await _take(archive, [_note(2, said="상어 이야기"), _note(3, title="Sharks Only")])
    # Known by its title alone until now, and by an address that another paper has.
    await _take(
        archive, [_note(10, title="Whales at Rest"), _note(11, url="https://arxiv.org/abs/2502.00011")]
    )
    await _take(archive, [_note(11, title="Whales at Rest", url="https://arxiv.org/abs/2502.00011")])
    await archive.retract(date(2025, 2, 5), now=NOW)
    counted = await _counted(database)
    assert counted["said"] == counted["there"]


async def test_documents_in_many_batches_index_like_those_in_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut into batches, with a document that cannot be read among them, nothing is lost or told twice."""
    documents = [_note(number) for number in range(7)]
    documents.insert(4, Document("vault", "bad.md", b"\xff\xfe"))
    documents.insert(6, Document("other", "250201 elsewhere.md", documents[0].content))
    monkeypatch.setattr(archives, "BATCH", 3)
    taken = await _take(Archive(database), documents)
    assert [one.path for one in taken] == [document.path for document in documents]
    assert [one.status for one in taken] == [
        Status.REFUSED if document.path == "bad.md" else Status.NEW for document in documents
    ]
    small = await _postings(database)
    monkeypatch.undo()
    again = await _take(Archive(database), [_note(number, said="다시") for number in range(7)], hour=1)
    assert {one.status for one in again} == {Status.CHANGED}
    await _take(Archive(database), documents, hour=2)
    assert await _postings(database) == small


async def test_ids_too_high_for_one_number_index_alike(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A posting that does not fit into 63 bits with its marks is written all the same."""
    documents = [_note(number) for number in range(4)]
    await _take(Archive(database), documents)
    packed = await _postings(database)
    await _take(Archive(database), [_note(number, said="다시") for number in range(4)], hour=1)
    for bound in ("_TERMS", "_PAPERS"):
        with monkeypatch.context() as lowered:
            lowered.setattr(postings, bound, 1)
            await _take(Archive(database), documents, hour=2)
        assert await _postings(database) == packed


async def test_a_path_given_twice_ends_as_it_was_given_last(database: Database) -> None:
    """Two documents of one name are two versions of one: the later one corrects the earlier."""
    archive = Archive(database)
    taken = await _take(archive, [_note(1, said="고래 이야기"), _note(1, said="상어 이야기")])
    assert [one.status for one in taken] == [Status.NEW, Status.CHANGED]
    assert (await archive.search("고래", workspace=None, until=None, today=None)).total == 0
    assert (await archive.search("상어", workspace=None, until=None, today=None)).total == 1


async def test_taking_in_may_be_given_up(database: Database) -> None:
    """Whoever stops listening half-way leaves whole batches behind and nothing running."""
    archive = Archive(database)
    taking = archive.take_in([_note(number) for number in range(4)], now=NOW)
    async for _ in taking:
        break
    await taking.aclose()  # type: ignore[attr-defined]  # an async generator, typed as what it gives
    counted = await _counted(database)
    assert counted["said"] == counted["there"]
