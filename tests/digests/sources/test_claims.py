"""Which process polls a source, when again, and who is told; the same on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from digests.errors import SourceError
from digests.model import Document, Fetch, ImportStatus, Source, SourceKind
from digests.sources.polling import LEASE, Poller
from digests.sources.source_list import InvalidSourceError
from tests.digests.sources.polled_archive import EVERY, LATER, NOTE, NOW, House


async def test_a_failing_source_backs_off_and_comes_back(house: House) -> None:
    """Failures are counted and said, the next look moves away, and one success forgets them."""
    await house.add()
    house.shelf.error = SourceError("The disk is gone.")
    for failures, seconds in ((1, 30), (2, 60), (3, 120)):
        assert (await house.poll()).error == "The disk is gone."
        source = await house.sources.get("notes")
        assert (source.failures, source.last_error) == (failures, "The disk is gone.")
        assert source.next_poll_at == NOW + timedelta(seconds=seconds)
    assert await house.sources.failing_names() == ("notes",)
    house.shelf.error = None
    await house.poll(LATER)
    source = await house.sources.get("notes")
    assert (source.failures, source.last_error, source.last_good_at) == (0, None, LATER)
    assert source.next_poll_at == LATER + EVERY
    assert await house.sources.failing_names() == ()


async def test_what_nobody_foresaw_is_that_sources_trouble(house: House) -> None:
    """An exception of another kind is written down as a failure, and not raised."""

    class Broken:
        async def fetch(self, source: Source) -> Fetch:
            raise ZeroDivisionError

    await house.add()
    broken = Poller(house.database, house.archive, {SourceKind.GIT: Broken()}, interval=EVERY)
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
    endless = Poller(house.database, house.archive, {SourceKind.GIT: Endless()}, interval=EVERY)
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
    await house.sources.set_enabled("notes", enabled=False, now=NOW)
    assert await house.polling.claim_due(now=LATER + timedelta(days=9), limit=9) == []
    assert await house.polling.claim("notes", now=LATER) is None
    document = Document("notes", "250227 Sharks.md", NOTE.format(2, "Sharks", "상어예요.").encode())
    assert [one.status async for one in house.archive.import_documents([document], now=NOW)] == [
        ImportStatus.NEW
    ]
    assert await house.deliverable() == []
    await house.sources.set_enabled("notes", enabled=True, now=LATER)
    assert len(await house.polling.claim_due(now=LATER, limit=9)) == 1
    assert await house.deliverable() == [date(2025, 2, 26), date(2025, 2, 27)]


async def test_a_source_switched_off_while_it_is_polled_stays_off(house: House) -> None:
    """The end of a poll does not switch its source on again."""
    await house.add()
    (claimed,) = await house.polling.claim_due(now=NOW, limit=1)
    await house.sources.set_enabled("notes", enabled=False, now=NOW)
    await house.polling.poll(claimed, now=NOW)
    assert not (await house.sources.get("notes")).enabled


async def test_a_quiet_morning_is_told_once(house: House) -> None:
    """A posting source that usually brings something and has not is told to one caller, one time."""
    for week, day in enumerate(("0128", "0204", "0211", "0218")):
        house.shelf.put(f"25{day} Note.md", f"Note {week}", number=week)
    await house.add()
    await house.poll()
    morning = datetime(2025, 2, 25, 14, tzinfo=UTC)
    quiet = await house.sources.missed_days(morning)
    assert [(one.source.name, one.day) for one in quiet] == [("notes", date(2025, 2, 25))]
    told = await asyncio.gather(*(house.sources.claim_unreported(quiet) for _ in range(4)))
    assert sum(len(one) for one in told) == 1
    assert (
        await house.sources.claim_unreported(await house.sources.missed_days(morning + timedelta(hours=2)))
        == []
    )
    house.shelf.put("250225 Note.md", "Note 9", number=9)
    await house.poll()
    assert await house.sources.missed_days(morning) == []


async def test_wrong_sources_are_refused_in_words(house: House) -> None:
    """A name or place given twice, an unknown name, and a used source that shall go are each said."""
    await house.add()
    with pytest.raises(InvalidSourceError, match="is the source notes already"):
        await house.add()
    with pytest.raises(InvalidSourceError, match="there are notes"):
        await house.sources.get("nots")
    await house.poll()
    with pytest.raises(InvalidSourceError, match="haru sources off notes"):
        await house.sources.remove("notes")
    await house.add("other")
    await house.sources.remove("other")
    assert [one.name for one in await house.sources.all()] == ["notes"]


async def test_a_source_goes_with_what_it_brought(house: House) -> None:
    """Nothing of the source is found any more, and it is off."""
    await house.add()
    house.shelf.put("250225 Gone.md", "A Marked Paper", number=9)
    await house.poll()
    assert await house.found("marked paper") == 1
    assert await house.sources.remove_with_entries("notes", now=LATER) == 2
    assert await house.found("marked paper") == 0
    assert not (await house.sources.get("notes")).enabled
    assert await house.sources.remove_with_entries("notes", now=LATER) == 0
