"""How often tags are used, from memory, as if they were counted each time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from digests.archive import Archive
from digests.model import Document, Workspace
from digests.store import tag_counts as counting
from digests.store.database import Database
from digests.store.tag_counts import tag_counts
from digests.store.vocabulary import load_words

NOW = datetime(2025, 2, 26, tzinfo=UTC)
OURS = Workspace("", "T1")


async def _counted(database: Database, workspace: Workspace | None, until: date | None) -> dict[str, int]:
    workspaces = ("",) if workspace is None else ("", workspace.key)
    async with database.read() as connection:
        words, _ = await load_words(connection, workspaces)
        return dict(await tag_counts(connection, words.version, until))


async def _take(archive: Archive, name: str, tags: str, workspace: Workspace | None = None) -> None:
    note = Document("vault", f"{name}.md", f"*Number {name}* (Ada Lovelace)\n\nSaid.\n\n{tags}".encode())
    async for _ in archive.take_in([note], now=NOW, workspace=workspace):
        pass


async def test_counts_follow_what_is_taken_in(database: Database) -> None:
    """A tag of a new note counts at once, and nobody sees what another workspace has."""
    archive = Archive(database)
    await _take(archive, "250225 one", "#loop")
    assert await _counted(database, OURS, None) == {"loop": 1}
    await _take(archive, "250226 two", "#loop #gan")
    await _take(archive, "250226 three", "#gan #own", OURS)
    assert await _counted(database, None, None) == {"loop": 2, "gan": 1}
    assert await _counted(database, OURS, None) == {"loop": 2, "gan": 2, "own": 1}
    await archive.retract(date(2025, 2, 26), now=NOW)
    assert await _counted(database, OURS, None) == {"loop": 1, "gan": 1, "own": 1}


async def test_what_is_dated_later_does_not_count(database: Database) -> None:
    """Up to a day only what is dated until then counts, and what has no date."""
    archive = Archive(database)
    await _take(archive, "250225 one", "#loop")
    await _take(archive, "undated", "#loop")
    await _take(archive, "250301 three", "#loop #gan")
    assert await _counted(database, None, date(2025, 2, 26)) == {"loop": 2}
    assert await _counted(database, None, date(2025, 3, 1)) == {"loop": 3, "gan": 1}


async def test_nothing_is_counted_twice(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing changes the counts come from memory, on the next day as well."""
    archive = Archive(database)
    await _take(archive, "250225 one", "#loop")
    await archive.prepare(until=date(2025, 2, 26))
    monkeypatch.setattr(counting, "func", None)  # No count can be asked for any more.
    assert await _counted(database, None, None) == {"loop": 1}
