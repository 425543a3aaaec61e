"""Notes that name other notes: the papers are related, whichever note came first."""

from __future__ import annotations

from datetime import UTC, datetime

from digests.archive import Archive
from digests.model import Document
from digests.store.database import Database

NOW = datetime(2025, 2, 26, tzinfo=UTC)


async def _take(archive: Archive, path: str, text: str) -> None:
    async for _ in archive.import_documents([Document("vault", path, text.encode())], now=NOW):
        pass


async def _related(archive: Archive, title: str) -> list[str]:
    found = await archive.search(title, workspace=None, until=None, today=None)
    entry = next(hit.entry for hit in found.hits if hit.entry.paper.title == title)
    return [one.paper.title for one in await archive.related(entry.id, workspace=None, until=None)]


async def test_a_link_is_resolved_when_its_target_comes_later(database: Database) -> None:
    """A note in another folder, taken in after the one that names it, is its first related paper."""
    archive = Archive(database)
    text = "*Quokka Optimizers* (A B, C D)\n\n작은 걸음.\n\n# Links\n\n[[250102 Numbats.md]]\n"
    await _take(archive, "2025/250101 Quokka.md", text)
    assert await _related(archive, "Quokka Optimizers") == []
    await _take(archive, "2026/250102 Numbats.md", "*Numbat Networks* (E F, G H)\n\n개미핥기.\n")
    assert await _related(archive, "Quokka Optimizers") == ["Numbat Networks"]


async def test_a_link_without_its_date_finds_the_note_and_no_longer_name(database: Database) -> None:
    """`[[CLIP]]` is the note `210105 CLIP.md`, and not `230101 EVA-CLIP.md`."""
    archive = Archive(database)
    await _take(archive, "250101 Quokka.md", "*Quokka Optimizers* (A B, C D)\n\n[[CLIP]]처럼 작은 걸음.\n")
    await _take(archive, "230101 EVA-CLIP.md", "*Emu Pictures* (E F, G H)\n\n에뮤.\n")
    await _take(archive, "210105 CLIP.md", "*Learning Images* (I J, K L)\n\n그림.\n")
    assert await _related(archive, "Quokka Optimizers") == ["Learning Images"]
