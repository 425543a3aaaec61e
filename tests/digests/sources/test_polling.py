"""Polling: what a source yields, when it is due, who may post; the same on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from digests.archive import Archive
from digests.errors import SourceError
from digests.model import Document, Status, Taken
from digests.sources.polling import LEASE, Polled, Polling
from digests.sources.registry import Sources, WrongSourceError
from digests.sources.source import Fetch, Source, SourceKind
from digests.store.sessions import Database

NOW = datetime(2025, 2, 25, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=2)
EVERY = timedelta(minutes=15)
NOTE = "https://arxiv.org/abs/2502.{:05}\n*{}* (Ada Lovelace)\n\n{}\n\n#llm\n"


@dataclass
class Shelf:
    """A source that holds what a test puts on it."""

    files: dict[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    error: SourceError | None = None
    fails_at: int | None = None

    def put(self, name: str, title: str, text: str = "재미있는 이야기예요.", *, number: int = 17416) -> None:
        self.files[name] = NOTE.format(number, title, text)

    async def fetch(self, source: Source) -> Fetch:
        if self.error:
            raise self.error
        return Fetch(
            self._documents(source), {"seen": len(self.files)}, frozenset(self.files), dict(self.renamed)
        )

    def _documents(self, source: Source) -> Iterator[Document]:
        for number, (name, text) in enumerate(self.files.items()):
            if number == self.fails_at:
                raise OSError("the disk broke")
            yield Document(source.name, name, text.encode())


@dataclass
class House:
    """An archive with one polled source in it."""

    database: Database
    shelf: Shelf
    archive: Archive
    sources: Sources
    polling: Polling
    taken: list[Taken] = field(default_factory=list)
    """What became of each document of the last poll."""

    async def add(self, name: str = "notes", *, posts: bool = True) -> Source:
        return await self.sources.add(
            f"https://{name}.example/notes.git",
            name=name,
            kind=SourceKind.GIT,
            posts=posts,
            zone="UTC",
            lag=0,
            every=None,
            now=NOW,
        )

    async def poll(self, now: datetime = NOW, name: str = "notes") -> Polled:
        claimed = await self.polling.claim(name, now=now)
        assert claimed is not None
        self.taken.clear()
        return await self.polling.poll(claimed, now=now, each=self.taken.append)

    async def found(self, query: str) -> int:
        return (await self.archive.search(query, workspace=None, until=None, today=None)).total

    async def deliverable(self) -> list[date | None]:
        found = await self.archive.digests(
            workspace=None, after=None, until=date(2025, 12, 31), now=datetime(2026, 1, 1, tzinfo=UTC)
        )
        return [one.date for one in found]


@pytest.fixture
def house(database: Database) -> House:
    """A house whose source holds one note of Monday."""
    shelf = Shelf()
    shelf.put("250224 Looped.md", "Looped Transformers")
    archive = Archive(database)
    polling = Polling(database, archive, {SourceKind.GIT: shelf}, every=EVERY, jitter=lambda: 0.0)
    return House(database, shelf, archive, Sources(database), polling)


async def test_the_first_fetch_is_found_and_never_posted(house: House) -> None:
    """What is there when a source is added is backlog; what comes afterwards is posted."""
    await house.add()
    await house.poll()
    assert [one.status for one in house.taken] == [Status.NEW]
    assert (await house.found("looped"), await house.deliverable()) == (1, [])
    house.shelf.put("250226 Whales.md", "Whales of the Deep", number=1)
    polled = await house.poll(LATER)
    assert (polled.documents, polled.fresh) == (2, 1)
    assert [one.status for one in house.taken] == [Status.SAME, Status.NEW]
    assert await house.deliverable() == [date(2025, 2, 26)]


async def test_ten_years_of_notes_are_never_posted(house: House) -> None:
    """A vault of ten years is searchable at once, and not one day of it is ever due."""
    for year in range(15, 25):
        for month in range(1, 13):
            number = year * 100 + month
            house.shelf.put(f"{year}{month:02}15 Note {number}.md", f"Note {number}", number=number)
    await house.add()
    assert (await house.poll()).fresh == 121
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


async def test_a_failing_source_backs_off_and_comes_back(house: House) -> None:
    """Failures are counted and said, the next look moves away, and one success forgets them."""
    await house.add()
    house.shelf.error = SourceError("The disk is gone.")
    for failures, seconds in ((1, 30), (2, 60), (3, 120)):
        assert (await house.poll()).error == "The disk is gone."
        source = await house.sources.get("notes")
        assert (source.failures, source.last_error) == (failures, "The disk is gone.")
        assert source.next_poll_at == NOW + timedelta(seconds=seconds)
    assert await house.sources.troubles() == ("notes",)
    house.shelf.error = None
    await house.poll(LATER)
    source = await house.sources.get("notes")
    assert (source.failures, source.last_error, source.last_good_at) == (0, None, LATER)
    assert source.next_poll_at == LATER + EVERY
    assert await house.sources.troubles() == ()


async def test_a_failure_before_the_first_success_leaves_the_backlog_one(house: House) -> None:
    """A source whose first try failed still has a first fetch before it."""
    await house.add()
    house.shelf.error = SourceError("Not yet.")
    await house.poll()
    house.shelf.error = None
    await house.poll(LATER)
    assert await house.deliverable() == []


async def test_what_nobody_foresaw_is_that_sources_trouble(house: House) -> None:
    """An exception of another kind is written down as a failure, and not raised."""

    class Broken:
        async def fetch(self, source: Source) -> Fetch:
            raise ZeroDivisionError

    await house.add()
    broken = Polling(house.database, house.archive, {SourceKind.GIT: Broken()}, every=EVERY)
    claimed = await broken.claim("notes", now=NOW)
    assert claimed
    assert "ZeroDivisionError" in str((await broken.poll(claimed, now=NOW)).error)
    assert (await house.sources.get("notes")).failures == 1


async def test_each_source_is_claimed_by_one(house: House) -> None:
    """However many processes look at once, each due source goes to exactly one of them."""
    for number in range(6):
        await house.add(f"source{number}")
    taken = await asyncio.gather(*(house.polling.claim_due(now=NOW, limit=3) for _ in range(6)))
    names = [one.name for claimed in taken for one in claimed]
    assert sorted(names) == [f"source{number}" for number in range(6)]
    assert await house.polling.claim_due(now=NOW, limit=6) == []


async def test_sources_are_taken_in_side_by_side(house: House) -> None:
    """Six sources that tell of one paper, polled at once, leave one paper and no failure."""
    for number in range(6):
        await house.add(f"source{number}")
    claimed = await house.polling.claim_due(now=NOW, limit=6)
    polled = await asyncio.gather(*(house.polling.poll(one, now=NOW) for one in claimed))
    assert [one.error for one in polled] == [None] * 6
    assert await house.found("looped") == 1


async def test_a_claim_runs_out(house: House) -> None:
    """A source whose process died is polled by another after the lease; the first then changes nothing."""
    await house.add()
    (dead,) = await house.polling.claim_due(now=NOW, limit=1)
    after = NOW + LEASE
    (alive,) = await house.polling.claim_due(now=after, limit=1)
    house.shelf.error = SourceError("Too late.")
    await house.polling.poll(dead, now=after)
    source = await house.sources.get("notes")
    assert (source.failures, source.leased_until) == (0, alive.leased_until)
    house.shelf.error = None
    await house.polling.poll(alive, now=after)
    source = await house.sources.get("notes")
    assert (source.failures, source.last_good_at, source.leased_until) == (0, after, None)


async def test_a_poll_that_is_ended_gives_its_claim_back(house: House) -> None:
    """When the process stops in the middle of a fetch, the source is due at once for the next one."""
    started = asyncio.Event()

    class Endless:
        async def fetch(self, source: Source) -> Fetch:
            started.set()
            await asyncio.Event().wait()
            raise AssertionError("it never ends by itself")

    await house.add()
    endless = Polling(house.database, house.archive, {SourceKind.GIT: Endless()}, every=EVERY)
    (claimed,) = await endless.claim_due(now=NOW, limit=1)
    task = asyncio.create_task(endless.poll(claimed, now=NOW))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(await endless.claim_due(now=NOW, limit=1)) == 1


async def test_a_source_switched_off_stays_off(house: House) -> None:
    """It is neither claimed nor posted, whatever is imported under its name, until it is switched on."""
    await house.add()
    await house.poll()
    house.shelf.put("250226 Whales.md", "Whales of the Deep", number=1)
    await house.poll(LATER)
    await house.sources.switch("notes", on=False, now=NOW)
    assert await house.polling.claim_due(now=LATER + timedelta(days=9), limit=9) == []
    assert await house.polling.claim("notes", now=LATER) is None
    document = Document("notes", "250227 Sharks.md", NOTE.format(2, "Sharks", "상어예요.").encode())
    assert [one.status async for one in house.archive.take_in([document], now=NOW)] == [Status.NEW]
    assert await house.deliverable() == []
    await house.sources.switch("notes", on=True, now=LATER)
    assert len(await house.polling.claim_due(now=LATER, limit=9)) == 1
    assert await house.deliverable() == [date(2025, 2, 26), date(2025, 2, 27)]


async def test_a_source_switched_off_while_it_is_polled_stays_off(house: House) -> None:
    """The end of a poll does not switch its source on again."""
    await house.add()
    (claimed,) = await house.polling.claim_due(now=NOW, limit=1)
    await house.sources.switch("notes", on=False, now=NOW)
    await house.polling.poll(claimed, now=NOW)
    assert not (await house.sources.get("notes")).enabled


async def test_what_is_gone_is_not_found(house: House) -> None:
    """A document its source no longer holds is gone from lookup, and found again when it comes back."""
    house.shelf.put("250224 Whales.md", "Whales of the Deep", number=1)
    await house.add()
    await house.poll()
    whales = house.shelf.files.pop("250224 Whales.md")
    assert (await house.poll()).gone == 1
    assert (await house.found("whales"), await house.found("looped")) == (0, 1)
    assert (await house.poll()).gone == 0
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
    assert (await house.poll()).gone == 1
    for number in range(2, 13):
        house.shelf.put(f"250225 Note {number}.md", f"Note {number}", number=number)
    assert (await house.poll()).error is None
    house.shelf.files.clear()
    house.shelf.put("250226 Sharks.md", "Sharks", number=20)
    assert "None of its 12 documents" in str((await house.poll()).error)


async def test_a_first_fetch_cut_short_is_taken_up_again_as_backlog(house: House) -> None:
    """What a poll took in before it failed stays, and neither that nor the rest is ever posted."""
    for number in range(250):
        house.shelf.put(f"250224 Note {number:03}.md", f"Note {number}", number=number)
    house.shelf.fails_at = 220
    await house.add()
    assert "OSError" in str((await house.poll()).error)
    house.shelf.fails_at = None
    polled = await house.poll(LATER)
    assert (polled.documents, polled.fresh) == (251, 51)
    assert await house.deliverable() == []


async def test_a_corrected_date_is_the_same_digest(house: House) -> None:
    """A newsletter whose date its source corrects stays one digest, which a channel has had or not."""
    await house.add()
    await house.poll()
    house.shelf.files["issue.txt"] = "2025-02-26\nWhales\n(Ada Lovelace)\n고래예요.\n#sea\n"
    await house.poll(LATER)
    until, now = date(2025, 12, 31), datetime(2026, 1, 1, tzinfo=UTC)
    (before,) = await house.archive.digests(workspace=None, after=None, until=until, now=now)
    house.shelf.files["issue.txt"] = house.shelf.files["issue.txt"].replace("02-26", "02-27")
    await house.poll(LATER)
    (after,) = await house.archive.digests(workspace=None, after=None, until=until, now=now)
    assert (after.id, before.date, after.date) == (before.id, date(2025, 2, 26), date(2025, 2, 27))


async def test_a_renamed_document_stays_the_same_entry(house: House) -> None:
    """A new path keeps the entry, so that what was posted of it stays its own."""
    await house.add()
    await house.poll()
    before = (await house.archive.search("looped", workspace=None, until=None, today=None)).hits[0]
    house.shelf.files["250224 Loops.md"] = house.shelf.files.pop("250224 Looped.md")
    house.shelf.renamed = {"250224 Loops.md": "250224 Looped.md"}
    polled = await house.poll()
    after = (await house.archive.search("looped", workspace=None, until=None, today=None)).hits[0]
    assert polled.gone == 0
    assert (after.entry.id, after.entry.revision) == (before.entry.id, before.entry.revision)
    assert after.documents == ("250224 Loops.md",)


@pytest.mark.parametrize("renamed", [False, True])
async def test_what_was_retracted_stays_retracted(house: House, renamed: bool) -> None:
    """A retracted digest that its source corrects, or renames, is neither found nor posted again."""
    await house.add()
    await house.poll()
    house.shelf.files["issue.txt"] = "2025-02-26\nWhales\n(Ada Lovelace)\n고래예요.\n#sea\n"
    await house.poll(LATER)
    assert await house.deliverable() == [date(2025, 2, 26)]
    assert await house.archive.retract(date(2025, 2, 26), now=LATER) == 1
    name = "other.txt" if renamed else "issue.txt"
    house.shelf.renamed = {"other.txt": "issue.txt"} if renamed else {}
    house.shelf.files[name] = house.shelf.files.pop("issue.txt").replace("고래", "큰 고래")
    await house.poll(LATER)
    assert house.taken[-1].status is Status.CHANGED
    assert (await house.found("whales"), await house.found("고래"), await house.deliverable()) == (0, 0, [])


async def test_one_bad_document_stops_no_other(house: House) -> None:
    """A note that is no text is refused with its reason, and the rest is taken in."""
    house.shelf.files["250101 Bad.md"] = "a\0b"
    await house.add()
    await house.poll()
    assert {one.path: one.status for one in house.taken} == {
        "250224 Looped.md": Status.NEW,
        "250101 Bad.md": Status.REFUSED,
    }


async def test_a_quiet_morning_is_told_once(house: House) -> None:
    """A posting source that usually brings something and has not is told to one caller, one time."""
    for week, day in enumerate(("0128", "0204", "0211", "0218")):
        house.shelf.put(f"25{day} Note.md", f"Note {week}", number=week)
    await house.add()
    await house.poll()
    morning = datetime(2025, 2, 25, 14, tzinfo=UTC)
    quiet = await house.sources.quiet(morning)
    assert [(one.source.name, one.day) for one in quiet] == [("notes", date(2025, 2, 25))]
    told = await asyncio.gather(*(house.sources.untold(quiet) for _ in range(4)))
    assert sum(len(one) for one in told) == 1
    assert await house.sources.untold(await house.sources.quiet(morning + timedelta(hours=2))) == []
    house.shelf.put("250225 Note.md", "Note 9", number=9)
    await house.poll()
    assert await house.sources.quiet(morning) == []


async def test_wrong_sources_are_refused_in_words(house: House) -> None:
    """A name or place given twice, an unknown name, and a used source that shall go are each said."""
    await house.add()
    with pytest.raises(WrongSourceError, match="is the source notes already"):
        await house.add()
    with pytest.raises(WrongSourceError, match="there are notes"):
        await house.sources.get("nots")
    await house.poll()
    with pytest.raises(WrongSourceError, match="haru sources off notes"):
        await house.sources.remove("notes")
    await house.add("other")
    await house.sources.remove("other")
    assert [one.name for one in await house.sources.all()] == ["notes"]
