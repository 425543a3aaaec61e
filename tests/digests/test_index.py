"""The search index tells the truth of itself, whatever was taken in and in whatever company."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from digests import archive as archives
from digests.archive import Archive
from digests.model import Document, ImportedDocument, ImportStatus
from digests.search.index import Facts, Index
from digests.store import index_rows
from digests.store.database import Database
from tests.digests.search.test_index import content

NOW = datetime(2025, 2, 26, tzinfo=UTC)


def _note(number: int, *, title: str = "", url: str = "", said: str = "재미있는 논문") -> Document:
    title = title or f"Paper Number {number}: On Whales and Looped Transformers"
    lines = [url, f"*{title}* (Ada Lovelace)", "> An abstract of words.", f"{said} {number}.", "#llm #whale"]
    return Document("vault", f"2502{number % 28 + 1:02} note {number}.md", "\n\n".join(lines).encode())


async def _take(archive: Archive, documents: list[Document], *, hour: int = 0) -> list[ImportedDocument]:
    return [taken async for taken in archive.import_documents(documents, now=NOW + timedelta(hours=hour))]


async def _rows(database: Database) -> dict[str, Any]:
    """The keys of all rows, by what papers are called: ids differ from archive to archive."""
    async with database.read() as connection:
        rows = await index_rows.rows_after(connection, "", 0)
    return {Facts.unpacked(row.facts).title: row.keys for row in rows}


async def _is_true_to_its_rows(archive: Archive, database: Database) -> bool:
    """Whether the index that followed every change is the one that is made of all rows at once."""
    library, _ = await archive._indexes.library(None, None)
    async with database.read() as connection:
        anew = Index().changed(await index_rows.rows_after(connection, "", 0))
    return content(library.indexes[0]) == content(anew)


async def test_the_index_counts_what_it_holds(database: Database) -> None:
    """Corrected, joined with another, taken back: terms and papers are counted as they stand there."""
    archive = Archive(database)
    await _take(archive, [_note(number) for number in range(6)])
    assert await _is_true_to_its_rows(archive, database)
    await _take(archive, [_note(2, said="상어 이야기"), _note(3, title="Sharks Only")])
    # Known by its title alone until now, and by an address that another paper has.
    await _take(
        archive, [_note(10, title="Whales at Rest"), _note(11, url="https://arxiv.org/abs/2502.00011")]
    )
    await _take(archive, [_note(11, title="Whales at Rest", url="https://arxiv.org/abs/2502.00011")])
    await archive.retract_day(date(2025, 2, 5), now=NOW)
    assert await _is_true_to_its_rows(archive, database)


async def test_documents_in_many_batches_index_like_those_in_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut into batches, with a document that cannot be read among them, nothing is lost or told twice."""
    documents = [_note(number) for number in range(7)]
    documents.insert(4, Document("vault", "bad.md", b"\xff\xfe"))
    documents.insert(6, Document("other", "250201 elsewhere.md", documents[0].content))
    monkeypatch.setattr(archives, "MAX_BATCH_DOCUMENTS", 3)
    taken = await _take(Archive(database), documents)
    assert [one.path for one in taken] == [document.path for document in documents]
    assert [one.status for one in taken] == [
        ImportStatus.REFUSED if document.path == "bad.md" else ImportStatus.NEW for document in documents
    ]
    small = await _rows(database)
    monkeypatch.undo()
    again = await _take(Archive(database), [_note(number, said="다시") for number in range(7)], hour=1)
    assert {one.status for one in again} == {ImportStatus.CHANGED}
    await _take(Archive(database), documents, hour=2)
    assert await _rows(database) == small


async def test_a_path_given_twice_ends_as_it_was_given_last(database: Database) -> None:
    """Two documents of one name are two versions of one: the later one corrects the earlier."""
    archive = Archive(database)
    taken = await _take(archive, [_note(1, said="고래 이야기"), _note(1, said="상어 이야기")])
    assert [one.status for one in taken] == [ImportStatus.NEW, ImportStatus.CHANGED]
    assert (await archive.search("고래", workspace=None, until=None, today=None)).total == 0
    assert (await archive.search("상어", workspace=None, until=None, today=None)).total == 1


async def test_taking_in_may_be_given_up(database: Database) -> None:
    """Whoever stops listening half-way leaves whole batches behind and nothing running."""
    archive = Archive(database)
    taking = archive.import_documents([_note(number) for number in range(4)], now=NOW)
    async for _ in taking:
        break
    await taking.aclose()  # type: ignore[attr-defined]  # an async generator, typed as what it gives
    assert await _is_true_to_its_rows(archive, database)
