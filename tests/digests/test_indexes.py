"""The indexes in the memory of a process: they follow the database, and stay within bounds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digests.archive import Archive
from digests.model import Document, Workspace
from digests.store import indexes
from digests.store.database import Database

NOW = datetime(2025, 2, 26, tzinfo=UTC)


async def _take(archive: Archive, name: str, workspace: Workspace | None = None) -> None:
    note = Document("vault", f"{name}.md", f"*{name} Networks* (Ada Lovelace)\n\nSaid of {name}.".encode())
    async for _ in archive.import_documents([note], now=NOW, workspace=workspace):
        pass


async def _total(archive: Archive, query: str, workspace: Workspace | None = None) -> int:
    return (await archive.search(query, workspace=workspace, until=None, today=None)).total


async def test_another_process_sees_a_change(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one process takes in, another finds as soon as the versions it knows are no longer fresh."""
    here, there = Archive(database), Archive(Database(database.url.render_as_string(hide_password=False)))
    await _take(here, "quokka")
    assert await _total(there, "quokka") == 1
    await _take(here, "numbat")
    monkeypatch.setattr(indexes, "FRESH", 0.0)
    assert indexes.FRESH < 2
    assert await _total(there, "numbat") == 1
    assert await _total(there, "quokka") == 1
    await there._database.close()


async def test_it_is_loaded_once_for_each_change(database: Database) -> None:
    """An archive that stays as it was is not loaded again; an empty one can be prepared as well."""
    archive = Archive(database)
    assert not await archive.prepare()
    await _take(archive, "quokka")
    assert await archive.prepare()
    assert not await archive.prepare()


async def test_few_workspaces_are_kept(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the workspaces with digests of their own those that asked last are in memory; all find their own."""
    monkeypatch.setattr(indexes, "MOST_OWN", 2)
    archive = Archive(database)
    workspaces = [Workspace("", f"T{number}") for number in range(4)]
    for number, workspace in enumerate(workspaces):
        await _take(archive, f"quokka{number}", workspace)
    for _ in range(2):
        for number, workspace in enumerate(workspaces):
            assert await _total(archive, f"quokka{number}", workspace) == 1
            assert await _total(archive, f"quokka{number}", workspaces[number - 1]) == 0
    assert len(archive._indexes._own) == 2
