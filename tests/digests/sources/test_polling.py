"""Poller: what a source yields, what of it may be posted; the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from digests.errors import SourceError
from digests.model import ImportStatus
from tests.digests.sources.polled_archive import LATER, NOW, House


async def test_the_first_fetch_is_found_and_never_posted(house: House) -> None:
    """What is there when a source is added is backlog; what comes afterwards is posted."""
    await house.add()
    await house.poll()
    assert [one.status for one in house.taken] == [ImportStatus.NEW]
    assert (await house.found("looped"), await house.deliverable()) == (1, [])
    house.shelf.put("250226 Whales.md", "Whales of the Deep", number=1)
    polled = await house.poll(LATER)
    assert (polled.documents, polled.changed) == (2, 1)
    assert [one.status for one in house.taken] == [ImportStatus.SAME, ImportStatus.NEW]
    assert await house.deliverable() == [date(2025, 2, 26)]


async def test_the_rest_of_the_first_day_is_posted(house: House) -> None:
    """A note written after the first fetch, on the same day, is posted; what was there by then never is, also
    where it is corrected; and no day that was over by then comes back with a note that is added to it.
    """
    house.shelf.put("250225 Morning.md", "Whales in the Morning", number=1)
    await house.add()
    await house.poll()
    house.shelf.put("250225 Evening.md", "Sharks in the Evening", number=2)
    house.shelf.put("250225 Morning.md", "Whales in the Morning", "고친 이야기예요.", number=1)
    house.shelf.put("250224 Forgotten.md", "Forgotten Dolphins", number=3)
    await house.poll(NOW + timedelta(hours=3))
    house.shelf.put("250225 Evening.md", "Sharks in the Evening", "다시 고친 이야기예요.", number=2)
    house.shelf.put("250225 Night.md", "Owls at Night", number=4)
    await house.poll(NOW + timedelta(hours=6))
    (digest,) = await house.archive.deliverable_digests(
        workspace=None, after=None, until=date(2025, 12, 31), now=LATER
    )
    titles = [one.entry.paper.title for one in digest.entries]
    assert (digest.date, titles) == (date(2025, 2, 25), ["Sharks in the Evening", "Owls at Night"])
    assert await house.found("whales morning") >= 1
    assert len(await house.archive.digests_of_day(date(2025, 2, 25), workspace=None)) == 2


async def test_ten_years_of_notes_are_never_posted(house: House) -> None:
    """A vault of ten years is searchable at once, and not one day of it is ever due."""
    for year in range(15, 25):
        for month in range(1, 13):
            number = year * 100 + month
            house.shelf.put(f"{year}{month:02}15 Note {number}.md", f"Note {number}", number=number)
    await house.add()
    assert (await house.poll()).changed == 121
    assert (await house.found("note 2011") > 0, await house.deliverable()) == (True, [])
    await house.poll(LATER)
    assert await house.deliverable() == []


async def test_an_undated_note_is_never_posted(house: House) -> None:
    """A note without a day is found, and due on none."""
    await house.add()
    await house.poll()
    house.shelf.put("Whales.md", "Whales of the Deep", number=1)
    await house.poll(LATER)
    assert (await house.found("whales"), await house.deliverable()) == (1, [])


async def test_an_archive_only_source_is_never_posted(house: House) -> None:
    """A source that does not post is found all the same."""
    await house.add(posts=False)
    await house.poll()
    house.shelf.put("250226 Whales.md", "Whales of the Deep", number=1)
    await house.poll(LATER)
    assert (await house.found("whales"), await house.deliverable()) == (1, [])


async def test_a_failure_before_the_first_success_leaves_the_backlog_one(house: House) -> None:
    """A source whose first try failed still has a first fetch before it."""
    await house.add()
    house.shelf.error = SourceError("Not yet.")
    await house.poll()
    house.shelf.error = None
    await house.poll(LATER)
    assert await house.deliverable() == []


async def test_what_is_gone_is_not_found(house: House) -> None:
    """A document its source no longer holds is gone from lookup, and found again when it comes back."""
    house.shelf.put("250224 Whales.md", "Whales of the Deep", number=1)
    await house.add()
    await house.poll()
    whales = house.shelf.files.pop("250224 Whales.md")
    assert (await house.poll()).removed == 1
    assert (await house.found("whales"), await house.found("looped")) == (0, 1)
    assert (await house.poll()).removed == 0
    house.shelf.files["250224 Whales.md"] = whales
    await house.poll()
    assert await house.found("whales") == 1


async def test_a_source_that_lost_everything_changes_nothing(house: House) -> None:
    """When no document is left, that is an error and the archive keeps them all."""
    await house.add()
    await house.poll()
    house.shelf.files.clear()
    assert "None of its 1 documents" in str((await house.poll()).error)
    assert await house.found("looped") == 1


async def test_a_few_documents_may_be_replaced_at_once(house: House) -> None:
    """The one note of a source may give way to another; eleven that vanish together are an error."""
    await house.add()
    await house.poll()
    house.shelf.files.clear()
    house.shelf.put("250225 Whales.md", "Whales of the Deep", number=1)
    assert (await house.poll()).removed == 1
    for number in range(2, 13):
        house.shelf.put(f"250225 Note {number}.md", f"Note {number}", number=number)
    assert (await house.poll()).error is None
    house.shelf.files.clear()
    house.shelf.put("250226 Sharks.md", "Sharks", number=20)
    assert "None of its 12 documents" in str((await house.poll()).error)


async def test_a_first_fetch_cut_short_is_taken_up_again_as_backlog(house: House) -> None:
    """However far a poll came before it failed, the next takes in the rest, and none is ever posted."""
    for number in range(250):
        house.shelf.put(f"250224 Note {number:03}.md", f"Note {number}", number=number)
    house.shelf.fails_at = 220
    await house.add()
    assert "OSError" in str((await house.poll()).error)
    house.shelf.fails_at = None
    await house.poll(LATER)
    assert {one.status for one in house.taken} <= {ImportStatus.NEW, ImportStatus.SAME}
    assert (len(house.taken), await house.found("looped"), await house.deliverable()) == (251, 1, [])


async def test_a_corrected_date_is_the_same_digest(house: House) -> None:
    """A newsletter whose date its source corrects stays one digest, which a channel has had or not."""
    await house.add()
    await house.poll()
    house.shelf.files["issue.txt"] = "2025-02-26\nWhales\n(Ada Lovelace)\n고래예요.\n#sea\n"
    await house.poll(LATER)
    until, now = date(2025, 12, 31), datetime(2026, 1, 1, tzinfo=UTC)
    (before,) = await house.archive.deliverable_digests(workspace=None, after=None, until=until, now=now)
    house.shelf.files["issue.txt"] = house.shelf.files["issue.txt"].replace("02-26", "02-27")
    await house.poll(LATER)
    (after,) = await house.archive.deliverable_digests(workspace=None, after=None, until=until, now=now)
    assert (after.id, before.date, after.date) == (before.id, date(2025, 2, 26), date(2025, 2, 27))


async def test_a_renamed_document_stays_the_same_entry(house: House) -> None:
    """A new path keeps the entry, so that what was posted of it stays its own."""
    await house.add()
    await house.poll()
    before = (await house.archive.search("looped", workspace=None, until=None, today=None)).hits[0]
    house.shelf.files["250224 Loops.md"] = house.shelf.files.pop("250224 Looped.md")
    house.shelf.renamed = {"250224 Loops.md": "250224 Looped.md"}
    polled = await house.poll()
    found = await house.archive.search("looped", workspace=None, until=None, today=None)
    after = found.hits[0]
    assert polled.removed == 0
    assert (after.entry.id, after.entry.revision) == (before.entry.id, before.entry.revision)
    assert await house.archive.document_paths(found) == {after.entry.paper_id: ("250224 Loops.md",)}


@pytest.mark.parametrize("renamed", [False, True])
async def test_what_was_retracted_stays_retracted(house: House, renamed: bool) -> None:
    """A retracted digest that its source corrects, or renames, is neither found nor posted again."""
    await house.add()
    await house.poll()
    house.shelf.files["issue.txt"] = "2025-02-26\nWhales\n(Ada Lovelace)\n고래예요.\n#sea\n"
    await house.poll(LATER)
    assert await house.deliverable() == [date(2025, 2, 26)]
    assert await house.archive.retract_day(date(2025, 2, 26), now=LATER) == 1
    name = "other.txt" if renamed else "issue.txt"
    house.shelf.renamed = {"other.txt": "issue.txt"} if renamed else {}
    house.shelf.files[name] = house.shelf.files.pop("issue.txt").replace("고래", "큰 고래")
    await house.poll(LATER)
    assert house.taken[-1].status is ImportStatus.CHANGED
    assert (await house.found("whales"), await house.found("고래"), await house.deliverable()) == (0, 0, [])


async def test_one_bad_document_stops_no_other(house: House) -> None:
    """A note that is no text is refused with its reason, and the rest is taken in."""
    house.shelf.files["250101 Bad.md"] = "a\0b"
    await house.add()
    await house.poll()
    assert {one.path: one.status for one in house.taken} == {
        "250224 Looped.md": ImportStatus.NEW,
        "250101 Bad.md": ImportStatus.REFUSED,
    }
