"""The papers that users saved, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bot.channels.saved_papers import SavedList, SavedPapers
from digests.archive import Archive
from digests.model import Document, Workspace
from digests.store.database import Database

HERE, THERE = Workspace("", "T1"), Workspace("", "T2")
NOW = datetime(2025, 2, 25, 9, tzinfo=UTC)


async def test_each_user_has_their_own_saved_papers(database: Database) -> None:
    """A paper is saved once, even by two clicks at the same time, the newest first, and can be removed."""
    saved_papers = SavedPapers(database)
    text = "2025-02-25\n\nOne Paper\n(A B)\nIt is good.\n#nlp\n\nTwo Papers\n(C D)\nIt is fine.\n#nlp\n"
    document = Document("digests", "2025-02-25.txt", text.encode())
    archive = Archive(database)
    async for _ in archive.import_documents([document], now=NOW):
        pass
    digest = await archive.newest_digest(workspace=HERE, until=NOW.date(), now=NOW)
    assert digest is not None
    first, second = (entry.id for entry in digest.entries)
    twice = await asyncio.gather(*(saved_papers.save(HERE, "U1", first, now=NOW) for _ in range(2)))
    assert sorted(twice) == [False, True]
    await saved_papers.save(HERE, "U1", second, now=NOW + timedelta(hours=1))
    newest = await saved_papers.newest(HERE, "U1", limit=1)
    assert ([one.entry_id for one in newest.papers], newest.count, newest.unread) == ([second], 2, 2)
    assert await saved_papers.newest(THERE, "U1", limit=5) == SavedList()
    await saved_papers.mark(HERE, "U1", first, read_at=NOW)
    await saved_papers.remove(HERE, "U1", second)
    newest = await saved_papers.newest(HERE, "U1", limit=None)
    assert [(one.entry_id, one.is_read) for one in newest.papers] == [(first, True)]
    assert (newest.count, newest.unread) == (1, 0)


async def test_a_paper_is_saved_from_whichever_entry(database: Database) -> None:
    """A paper of two digests is saved once, and every entry of it shows that and removes it."""
    saved_papers, archive = SavedPapers(database), Archive(database)
    text = "{day}\n\nOne Paper\nhttps://arxiv.org/abs/2502.17416\n(A B)\nIt is good.\n#nlp\n"
    days = ("2025-02-24", "2025-02-25")
    documents = [Document("digests", f"{day}.txt", text.format(day=day).encode()) for day in days]
    async for _ in archive.import_documents(documents, now=NOW):
        pass
    entries = [entry.id async for entry, _ in archive.export(workspace=None)]
    first, second = entries
    assert await saved_papers.save(HERE, "U1", first, now=NOW)
    assert not await saved_papers.save(HERE, "U1", second, now=NOW)
    assert await saved_papers.among(HERE, "U1", entries) == {first, second}
    assert await saved_papers.among(HERE, "U2", entries) == frozenset()
    await saved_papers.remove(HERE, "U1", second)
    assert await saved_papers.among(HERE, "U1", entries) == frozenset()
