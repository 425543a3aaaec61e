"""Polls: what is imported, and what of it may be posted; the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from digests.errors import SourceError
from digests.model import ImportStatus
from tests.digests.sources.polled_archive import LATER, NOW, PolledArchive


async def test_the_first_fetch_is_found_and_never_posted(polled_archive: PolledArchive) -> None:
    """The documents of the first fetch are backlog, which is never posted; later ones are posted."""
    await polled_archive.add()
    await polled_archive.poll()
    assert [one.status for one in polled_archive.imported] == [ImportStatus.NEW]
    assert (await polled_archive.found("looped"), await polled_archive.deliverable()) == (1, [])
    polled_archive.source.put("250226 Whales.md", "Whales of the Deep", number=1)
    polled = await polled_archive.poll(LATER)
    assert (polled.documents, polled.changed) == (2, 1)
    assert [one.status for one in polled_archive.imported] == [ImportStatus.SAME, ImportStatus.NEW]
    assert await polled_archive.deliverable() == [date(2025, 2, 26)]


async def test_the_rest_of_the_first_day_is_posted(polled_archive: PolledArchive) -> None:
    """A note written after the first fetch, on the same day, is posted; what was there by then never is, also
    where it is corrected; and no day that was over by then comes back with a note that is added to it.
    """
    polled_archive.source.put("250225 Morning.md", "Whales in the Morning", number=1)
    await polled_archive.add()
    await polled_archive.poll()
    polled_archive.source.put("250225 Evening.md", "Sharks in the Evening", number=2)
    polled_archive.source.put("250225 Morning.md", "Whales in the Morning", "고친 이야기예요.", number=1)
    polled_archive.source.put("250224 Forgotten.md", "Forgotten Dolphins", number=3)
    await polled_archive.poll(NOW + timedelta(hours=3))
    polled_archive.source.put("250225 Evening.md", "Sharks in the Evening", "다시 고친 이야기예요.", number=2)
    polled_archive.source.put("250225 Night.md", "Owls at Night", number=4)
    await polled_archive.poll(NOW + timedelta(hours=6))
    (digest,) = await polled_archive.archive.deliverable_digests(
        workspace=None, after=None, until=date(2025, 12, 31), now=LATER
    )
    titles = [one.entry.paper.title for one in digest.entries]
    assert (digest.date, titles) == (date(2025, 2, 25), ["Sharks in the Evening", "Owls at Night"])
    assert await polled_archive.found("whales morning") >= 1
    assert len(await polled_archive.archive.digests_of_day(date(2025, 2, 25), workspace=None)) == 2


async def test_ten_years_of_notes_are_never_posted(polled_archive: PolledArchive) -> None:
    """A vault of ten years is found at once, and none of its days is ever due."""
    for year in range(15, 25):
        for month in range(1, 13):
            number = year * 100 + month
            polled_archive.source.put(f"{year}{month:02}15 Note {number}.md", f"Note {number}", number=number)
    await polled_archive.add()
    assert (await polled_archive.poll()).changed == 121
    assert (await polled_archive.found("note 2011") > 0, await polled_archive.deliverable()) == (True, [])
    await polled_archive.poll(LATER)
    assert await polled_archive.deliverable() == []


async def test_an_undated_note_is_never_posted(polled_archive: PolledArchive) -> None:
    """A note without a date is found, and never due."""
    await polled_archive.add()
    await polled_archive.poll()
    polled_archive.source.put("Whales.md", "Whales of the Deep", number=1)
    await polled_archive.poll(LATER)
    assert (await polled_archive.found("whales"), await polled_archive.deliverable()) == (1, [])


async def test_an_archive_only_source_is_never_posted(polled_archive: PolledArchive) -> None:
    """The papers of a source that does not post are found."""
    await polled_archive.add(posts=False)
    await polled_archive.poll()
    polled_archive.source.put("250226 Whales.md", "Whales of the Deep", number=1)
    await polled_archive.poll(LATER)
    assert (await polled_archive.found("whales"), await polled_archive.deliverable()) == (1, [])


async def test_a_failure_before_the_first_success_leaves_the_backlog_one(
    polled_archive: PolledArchive,
) -> None:
    """When the first fetch fails, the next one is still the first, and its documents are backlog."""
    await polled_archive.add()
    polled_archive.source.error = SourceError("Not yet.")
    await polled_archive.poll()
    polled_archive.source.error = None
    await polled_archive.poll(LATER)
    assert await polled_archive.deliverable() == []


async def test_what_is_gone_is_not_found(polled_archive: PolledArchive) -> None:
    """A document that its source no longer has is not found, and is found again when it comes back."""
    polled_archive.source.put("250224 Whales.md", "Whales of the Deep", number=1)
    await polled_archive.add()
    await polled_archive.poll()
    whales = polled_archive.source.files.pop("250224 Whales.md")
    assert (await polled_archive.poll()).removed == 1
    assert (await polled_archive.found("whales"), await polled_archive.found("looped")) == (0, 1)
    assert (await polled_archive.poll()).removed == 0
    polled_archive.source.files["250224 Whales.md"] = whales
    await polled_archive.poll()
    assert await polled_archive.found("whales") == 1


async def test_a_source_that_lost_everything_changes_nothing(polled_archive: PolledArchive) -> None:
    """When a source has lost all its documents, the poll fails and the archive keeps them."""
    await polled_archive.add()
    await polled_archive.poll()
    polled_archive.source.files.clear()
    assert "all its documents (1)" in str((await polled_archive.poll()).error)
    assert await polled_archive.found("looped") == 1


async def test_a_few_documents_may_be_replaced_at_once(polled_archive: PolledArchive) -> None:
    """The only note of a source may be replaced by another; eleven that disappear together are an error."""
    await polled_archive.add()
    await polled_archive.poll()
    polled_archive.source.files.clear()
    polled_archive.source.put("250225 Whales.md", "Whales of the Deep", number=1)
    assert (await polled_archive.poll()).removed == 1
    for number in range(2, 13):
        polled_archive.source.put(f"250225 Note {number}.md", f"Note {number}", number=number)
    assert (await polled_archive.poll()).error is None
    polled_archive.source.files.clear()
    polled_archive.source.put("250226 Sharks.md", "Sharks", number=20)
    assert "all its documents (12)" in str((await polled_archive.poll()).error)


async def test_a_first_fetch_cut_short_is_taken_up_again_as_backlog(polled_archive: PolledArchive) -> None:
    """When the first fetch fails in the middle, the next poll imports the rest, and none of it is posted."""
    for number in range(250):
        polled_archive.source.put(f"250224 Note {number:03}.md", f"Note {number}", number=number)
    polled_archive.source.fails_at = 220
    await polled_archive.add()
    assert "OSError" in str((await polled_archive.poll()).error)
    polled_archive.source.fails_at = None
    await polled_archive.poll(LATER)
    assert {one.status for one in polled_archive.imported} <= {ImportStatus.NEW, ImportStatus.SAME}
    assert (
        len(polled_archive.imported),
        await polled_archive.found("looped"),
        await polled_archive.deliverable(),
    ) == (251, 1, [])


async def test_a_corrected_date_is_the_same_digest(polled_archive: PolledArchive) -> None:
    """A newsletter whose date is corrected keeps its digest, so no channel gets it twice."""
    await polled_archive.add()
    await polled_archive.poll()
    polled_archive.source.files["issue.txt"] = "2025-02-26\nWhales\n(Ada Lovelace)\n고래예요.\n#sea\n"
    await polled_archive.poll(LATER)
    until, now = date(2025, 12, 31), datetime(2026, 1, 1, tzinfo=UTC)
    (before,) = await polled_archive.archive.deliverable_digests(
        workspace=None, after=None, until=until, now=now
    )
    polled_archive.source.files["issue.txt"] = polled_archive.source.files["issue.txt"].replace(
        "02-26", "02-27"
    )
    await polled_archive.poll(LATER)
    (after,) = await polled_archive.archive.deliverable_digests(
        workspace=None, after=None, until=until, now=now
    )
    assert (after.id, before.date, after.date) == (before.id, date(2025, 2, 26), date(2025, 2, 27))


async def test_a_renamed_document_stays_the_same_entry(polled_archive: PolledArchive) -> None:
    """A renamed document keeps its entry, so posted messages still belong to it."""
    await polled_archive.add()
    await polled_archive.poll()
    before = (await polled_archive.archive.search("looped", workspace=None, until=None, today=None)).hits[0]
    polled_archive.source.files["250224 Loops.md"] = polled_archive.source.files.pop("250224 Looped.md")
    polled_archive.source.renamed = {"250224 Loops.md": "250224 Looped.md"}
    polled = await polled_archive.poll()
    found = await polled_archive.archive.search("looped", workspace=None, until=None, today=None)
    after = found.hits[0]
    assert polled.removed == 0
    assert (after.entry.id, after.entry.revision) == (before.entry.id, before.entry.revision)
    assert await polled_archive.archive.document_paths(found) == {after.entry.paper_id: ("250224 Loops.md",)}


@pytest.mark.parametrize("renamed", [False, True])
async def test_what_was_retracted_stays_retracted(polled_archive: PolledArchive, renamed: bool) -> None:
    """A retracted digest that its source corrects or renames is neither found nor posted again."""
    await polled_archive.add()
    await polled_archive.poll()
    polled_archive.source.files["issue.txt"] = "2025-02-26\nWhales\n(Ada Lovelace)\n고래예요.\n#sea\n"
    await polled_archive.poll(LATER)
    assert await polled_archive.deliverable() == [date(2025, 2, 26)]
    assert await polled_archive.archive.retract_day(date(2025, 2, 26), now=LATER) == 1
    name = "other.txt" if renamed else "issue.txt"
    polled_archive.source.renamed = {"other.txt": "issue.txt"} if renamed else {}
    polled_archive.source.files[name] = polled_archive.source.files.pop("issue.txt").replace(
        "고래", "큰 고래"
    )
    await polled_archive.poll(LATER)
    assert polled_archive.imported[-1].status is ImportStatus.CHANGED
    assert (
        await polled_archive.found("whales"),
        await polled_archive.found("고래"),
        await polled_archive.deliverable(),
    ) == (0, 0, [])


async def test_one_bad_document_stops_no_other(polled_archive: PolledArchive) -> None:
    """A note that is not text is refused with a reason, and the others are imported."""
    polled_archive.source.files["250101 Bad.md"] = "a\0b"
    await polled_archive.add()
    await polled_archive.poll()
    assert {one.path: one.status for one in polled_archive.imported} == {
        "250224 Looped.md": ImportStatus.NEW,
        "250101 Bad.md": ImportStatus.REFUSED,
    }
