"""The archive: taking in, correcting, keeping apart; the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from digests.archive import Archive
from digests.model import Document, ImportedDocument, ImportStatus, Results, Workspace
from digests.store.database import Database
from digests.store.tables import document_version

NOW = datetime(2025, 2, 26, tzinfo=UTC)
OURS, THEIRS = Workspace("", "T1"), Workspace("E1", "T2")
LOOPED = "Reasoning with Latent Thoughts: On the Power of Looped Transformers"


def _newsletter(*entries: str, day: str = "2025-02-25") -> str:
    return "\n".join([day, *entries]) + "\n"


def _entry(title: str, *, url: str = "", korean: str = "재미있는 논문이에요.", tags: str = "#llm") -> str:
    lines = [title, url, "(Ada Lovelace, Alan Turing)", "An abstract.", korean, f"About {title}.", tags]
    return "\n".join(line for line in lines if line)


async def _take(
    archive: Archive,
    text: str,
    *,
    path: str = "a.txt",
    source: str = "one",
    workspace: Workspace | None = None,
) -> ImportedDocument:
    document = Document(source, path, text.encode())
    (taken,) = [one async for one in archive.import_documents([document], now=NOW, workspace=workspace)]
    return taken


async def _find(archive: Archive, query: str, workspace: Workspace | None = None) -> Results:
    return await archive.search(query, workspace=workspace, until=None, today=None)


async def test_the_same_document_changes_nothing(database: Database) -> None:
    """Taken in a second time a document is the same, and its paper is found once."""
    archive = Archive(database)
    assert (await _take(archive, _newsletter(_entry(LOOPED)))).status is ImportStatus.NEW
    assert (await _take(archive, _newsletter(_entry(LOOPED)))).status is ImportStatus.SAME
    assert (await _find(archive, "looped")).total == 1


async def test_a_correction_replaces_the_text_and_lookup_follows(database: Database) -> None:
    """A corrected commentary is found by its new words and no more by the old ones."""
    archive = Archive(database)
    await _take(archive, _newsletter(_entry(LOOPED, korean="고래에 대한 이야기예요.")))
    before = (await _find(archive, "고래")).hits[0].entry
    taken = await _take(archive, _newsletter(_entry(LOOPED, korean="상어에 대한 이야기예요.")))
    assert [one.status for one in taken.entries] == [ImportStatus.CHANGED]
    assert (await _find(archive, "고래")).total == 0
    after = (await _find(archive, "상어")).hits[0].entry
    assert (after.id, after.revision) == (before.id, before.revision + 1)


async def test_corrections_of_one_instant_are_all_taken_in(database: Database) -> None:
    """A document corrected again and again at the same instant says what it said last, and comes back to
    what it said before, too.
    """
    archive = Archive(database)
    for animal in ("고래", "상어", "문어", "상어", "고래", "해마"):
        await _take(archive, _newsletter(_entry(LOOPED, korean=f"{animal} 이야기예요.")))
    assert (await _find(archive, "문어")).total == 0
    assert (await _find(archive, "해마")).hits[0].entry.revision == 6
    async with database.read() as connection:
        assert len((await connection.execute(select(document_version))).all()) == 1


async def test_an_entry_taken_out_is_gone_from_lookup(database: Database) -> None:
    """What a document no longer says is not found any more; the rest stays."""
    archive = Archive(database)
    await _take(archive, _newsletter(_entry(LOOPED), _entry("Whales of the Deep")))
    await _take(archive, _newsletter(_entry(LOOPED)))
    assert (await _find(archive, "whales")).total == 0
    assert (await _find(archive, "looped")).total == 1


@pytest.mark.parametrize("linked_first", [True, False])
async def test_a_link_one_source_lacks_comes_from_another(database: Database, linked_first: bool) -> None:
    """In either order of arrival a newsletter without links and a source with them tell of one paper."""
    archive = Archive(database)
    bare = (_newsletter(_entry(LOOPED)), "one")
    linked = (_newsletter(_entry(LOOPED, url="https://arxiv.org/abs/2502.17416v2"), day="2025-02-24"), "two")
    for text, source in (linked, bare) if linked_first else (bare, linked):
        await _take(archive, text, source=source)
    found = await _find(archive, "looped")
    assert found.total == 1
    assert found.hits[0].entry.paper.arxiv_id == "2502.17416"
    assert found.hits[0].entry.date == date(2025, 2, 25)
    assert (await _find(archive, "2502.17416")).total == 1


async def test_a_private_digest_is_seen_only_by_its_workspace(database: Database) -> None:
    """What one team gave privately is found by that team, and by nobody else."""
    archive = Archive(database)
    await _take(archive, _newsletter(_entry("Secret Sauce of Loops")), workspace=OURS)
    assert (await _find(archive, "sauce", OURS)).total == 1
    assert (await _find(archive, "sauce", THEIRS)).total == 0
    assert (await _find(archive, "sauce")).total == 0
    assert await archive.tags(workspace=THEIRS, until=None) == ()


async def test_a_private_digest_never_alters_a_shared_paper(database: Database) -> None:
    """A private note on a shared paper changes neither its facts nor its rank for others."""
    archive = Archive(database)
    url = "https://arxiv.org/abs/2502.17416"
    await _take(archive, _newsletter(_entry(LOOPED, url=url)))
    before = await _find(archive, "looped")
    await _take(
        archive,
        _newsletter(_entry("Looped looped looped", url=url, korean="우리끼리 하는 말이에요.")),
        workspace=OURS,
    )
    assert await _find(archive, "looped") == before
    assert (await _find(archive, "우리끼리", THEIRS)).total == 0


async def test_a_retracted_day_is_gone(database: Database) -> None:
    """A retracted digest is found by nobody and can no longer be delivered."""
    archive = Archive(database)
    await _take(archive, _newsletter(_entry(LOOPED)))
    assert await archive.retract_day(date(2025, 2, 25), now=NOW) == 1
    assert (await _find(archive, "looped")).total == 0
    assert (
        await archive.deliverable_digests(workspace=None, after=None, until=date(2025, 3, 1), now=NOW) == ()
    )
    assert await archive.retract_day(date(2025, 2, 25), now=NOW) == 0


async def test_one_bad_document_never_stops_the_rest(database: Database) -> None:
    """A document that cannot be read is refused with a reason, and its neighbours are taken in."""
    archive = Archive(database)
    documents = [
        Document("one", "a.txt", _newsletter(_entry(LOOPED)).encode()),
        Document("one", "b.txt", b"\xff\xfe"),
        Document("one", "c.txt", _newsletter(_entry("Whales of the Deep")).encode()),
    ]
    taken = [one async for one in archive.import_documents(documents, now=NOW)]
    assert [one.status for one in taken] == [ImportStatus.NEW, ImportStatus.REFUSED, ImportStatus.NEW]
    assert taken[1].reason
    assert (await _find(archive, "whales")).total == 1


async def test_a_dry_run_keeps_nothing(database: Database) -> None:
    """A dry run tells the same fates and writes none of them."""
    archive = Archive(database)
    document = Document("one", "a.txt", _newsletter(_entry(LOOPED)).encode())
    taken = [one async for one in archive.import_documents([document], now=NOW, dry_run=True)]
    assert [one.status for one in taken] == [ImportStatus.NEW]
    assert (await _find(archive, "looped")).total == 0


async def test_nothing_dated_later_is_seen(database: Database) -> None:
    """With a last day, papers of later digests are invisible to every kind of lookup."""
    archive = Archive(database)
    await _take(archive, _newsletter(_entry(LOOPED), day="2025-03-01"))
    until = date(2025, 2, 28)
    assert (await archive.search("looped", workspace=None, until=until, today=None)).total == 0
    assert (await archive.tagged("llm", workspace=None, until=until)).total == 0
    assert await archive.tags(workspace=None, until=until) == ()
    assert await archive.latest_day(workspace=None, until=until) is None
