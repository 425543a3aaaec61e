"""Claims, retries and missed days of sources; the same on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from digests.errors import SourceError
from digests.model import Document, Fetch, ImportStatus, Source, SourceKind
from digests.sources.polling import LEASE, Poller
from digests.sources.source_list import InvalidSourceError
from tests.digests.sources.polled_archive import EVERY, LATER, NOTE, NOW, PolledArchive


async def test_a_failing_source_backs_off_and_comes_back(polled_archive: PolledArchive) -> None:
    """Failures are counted and delay the next poll; one success resets them."""
    await polled_archive.add()
    polled_archive.source.error = SourceError("The disk is gone.")
    for failures, seconds in ((1, 30), (2, 60), (3, 120)):
        assert (await polled_archive.poll()).error == "The disk is gone."
        source = await polled_archive.sources.get("notes")
        assert (source.failures, source.last_error) == (failures, "The disk is gone.")
        assert source.next_poll_at == NOW + timedelta(seconds=seconds)
    assert await polled_archive.sources.failing_names() == ("notes",)
    polled_archive.source.error = None
    await polled_archive.poll(LATER)
    source = await polled_archive.sources.get("notes")
    assert (source.failures, source.last_error, source.last_good_at) == (0, None, LATER)
    assert source.next_poll_at == LATER + EVERY
    assert await polled_archive.sources.failing_names() == ()


async def test_what_nobody_foresaw_is_that_sources_trouble(polled_archive: PolledArchive) -> None:
    """An unexpected exception is recorded as a failure of its source, and not raised."""

    class Broken:
        async def fetch(self, source: Source) -> Fetch:
            raise ZeroDivisionError

    await polled_archive.add()
    broken = Poller(
        polled_archive.database, polled_archive.archive, {SourceKind.GIT: Broken()}, interval=EVERY
    )
    claimed = await broken.claim("notes", now=NOW)
    assert claimed
    assert "ZeroDivisionError" in str((await broken.poll(claimed, now=NOW)).error)
    assert (await polled_archive.sources.get("notes")).failures == 1


async def test_each_source_is_claimed_by_one(polled_archive: PolledArchive) -> None:
    """When several processes claim at once, each due source goes to exactly one of them."""
    for number in range(6):
        await polled_archive.add(f"source{number}")
    taken = await asyncio.gather(*(polled_archive.polling.claim_due(now=NOW, limit=3) for _ in range(6)))
    names = [one.name for claimed in taken for one in claimed]
    assert sorted(names) == [f"source{number}" for number in range(6)]
    assert await polled_archive.polling.claim_due(now=NOW, limit=6) == []


async def test_sources_are_taken_in_side_by_side(polled_archive: PolledArchive) -> None:
    """Six sources with the same paper, polled at once, make one paper and no failure."""
    for number in range(6):
        await polled_archive.add(f"source{number}")
    claimed = await polled_archive.polling.claim_due(now=NOW, limit=6)
    polled = await asyncio.gather(*(polled_archive.polling.poll(one, now=NOW) for one in claimed))
    assert [one.error for one in polled] == [None] * 6
    assert await polled_archive.found("looped") == 1


async def test_a_claim_runs_out(polled_archive: PolledArchive) -> None:
    """A source whose process died is claimed by another after the lease; the first can change nothing."""
    await polled_archive.add()
    (dead,) = await polled_archive.polling.claim_due(now=NOW, limit=1)
    after = NOW + LEASE
    (alive,) = await polled_archive.polling.claim_due(now=after, limit=1)
    polled_archive.source.error = SourceError("Too late.")
    await polled_archive.polling.poll(dead, now=after)
    source = await polled_archive.sources.get("notes")
    assert (source.failures, source.leased_until) == (0, alive.leased_until)
    polled_archive.source.error = None
    await polled_archive.polling.poll(alive, now=after)
    source = await polled_archive.sources.get("notes")
    assert (source.failures, source.last_good_at, source.leased_until) == (0, after, None)


async def test_a_poll_that_is_ended_gives_its_claim_back(polled_archive: PolledArchive) -> None:
    """A poll that is cancelled during a fetch releases its claim, so the source is due at once."""
    started = asyncio.Event()

    class Endless:
        async def fetch(self, source: Source) -> Fetch:
            started.set()
            await asyncio.Event().wait()
            raise AssertionError("it never ends by itself")

    await polled_archive.add()
    endless = Poller(
        polled_archive.database, polled_archive.archive, {SourceKind.GIT: Endless()}, interval=EVERY
    )
    (claimed,) = await endless.claim_due(now=NOW, limit=1)
    task = asyncio.create_task(endless.poll(claimed, now=NOW))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(await endless.claim_due(now=NOW, limit=1)) == 1


async def test_a_source_switched_off_stays_off(polled_archive: PolledArchive) -> None:
    """A source that is off is neither claimed nor posted, even when documents are imported under its name."""
    await polled_archive.add()
    await polled_archive.poll()
    polled_archive.source.put("250226 Whales.md", "Whales of the Deep", number=1)
    await polled_archive.poll(LATER)
    await polled_archive.sources.set_enabled("notes", enabled=False, now=NOW)
    assert await polled_archive.polling.claim_due(now=LATER + timedelta(days=9), limit=9) == []
    assert await polled_archive.polling.claim("notes", now=LATER) is None
    document = Document("notes", "250227 Sharks.md", NOTE.format(2, "Sharks", "상어예요.").encode())
    assert [one.status async for one in polled_archive.archive.import_documents([document], now=NOW)] == [
        ImportStatus.NEW
    ]
    assert await polled_archive.deliverable() == []
    await polled_archive.sources.set_enabled("notes", enabled=True, now=LATER)
    assert len(await polled_archive.polling.claim_due(now=LATER, limit=9)) == 1
    assert await polled_archive.deliverable() == [date(2025, 2, 26), date(2025, 2, 27)]


async def test_a_source_switched_off_while_it_is_polled_stays_off(polled_archive: PolledArchive) -> None:
    """The end of a poll does not switch its source on again."""
    await polled_archive.add()
    (claimed,) = await polled_archive.polling.claim_due(now=NOW, limit=1)
    await polled_archive.sources.set_enabled("notes", enabled=False, now=NOW)
    await polled_archive.polling.poll(claimed, now=NOW)
    assert not (await polled_archive.sources.get("notes")).enabled


async def test_a_quiet_morning_is_told_once(polled_archive: PolledArchive) -> None:
    """A missed day of a posting source is given to one caller, once."""
    for week, day in enumerate(("0128", "0204", "0211", "0218")):
        polled_archive.source.put(f"25{day} Note.md", f"Note {week}", number=week)
    await polled_archive.add()
    await polled_archive.poll()
    morning = datetime(2025, 2, 25, 14, tzinfo=UTC)
    quiet = await polled_archive.sources.missed_days(morning)
    assert [(one.source.name, one.day) for one in quiet] == [("notes", date(2025, 2, 25))]
    told = await asyncio.gather(*(polled_archive.sources.claim_unreported(quiet) for _ in range(4)))
    assert sum(len(one) for one in told) == 1
    assert (
        await polled_archive.sources.claim_unreported(
            await polled_archive.sources.missed_days(morning + timedelta(hours=2))
        )
        == []
    )
    polled_archive.source.put("250225 Note.md", "Note 9", number=9)
    await polled_archive.poll()
    assert await polled_archive.sources.missed_days(morning) == []


async def test_wrong_sources_are_refused_in_words(polled_archive: PolledArchive) -> None:
    """A name or location that is taken, an unknown name, and removing a used source each raise an error
    that says so.
    """
    await polled_archive.add()
    with pytest.raises(InvalidSourceError, match="is already the source notes"):
        await polled_archive.add()
    with pytest.raises(InvalidSourceError, match="there are notes"):
        await polled_archive.sources.get("nots")
    await polled_archive.poll()
    with pytest.raises(InvalidSourceError, match="haru sources off notes"):
        await polled_archive.sources.remove("notes")
    await polled_archive.add("other")
    await polled_archive.sources.remove("other")
    assert [one.name for one in await polled_archive.sources.all()] == ["notes"]
