"""Polls sources side by side, wakes the deliveries, and tells operators of a quiet morning."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import Haru
from bot.clocks import FixedClock
from bot.local.seed import MINJI
from bot.operators import Operators
from bot.source_polling import Gathering
from digests.model import Document, Fetch, Source, SourceKind
from digests.sources.polling import Polled, Polling
from tests.bot.listeners.conftest import Desk, text_of

NOTE = "https://arxiv.org/abs/2502.{:05}\n*A Note {}* (Ada Lovelace)\n\n메모예요.\n\n#llm\n"


class Shelves:
    """Sources of which one never answers, and the others give one more note each time."""

    def __init__(self) -> None:
        self.fetched: list[str] = []

    async def fetch(self, source: Source) -> Fetch:
        if source.name == "stuck":
            await asyncio.Event().wait()
        self.fetched.append(source.name)
        number = len(self.fetched)
        text = NOTE.format(number, number)
        return Fetch([Document(source.name, f"2502{number:02} Note.md", text.encode())], {"seen": number})


class House:
    """A gathering over its own sources, with what it did."""

    def __init__(self, haru: Haru) -> None:
        self.haru = haru
        self.shelves = Shelves()
        self.woken = 0
        self.polling = Polling(
            haru.database, haru.archive, {SourceKind.GIT: self.shelves}, every=timedelta(minutes=15)
        )
        self.gathering = Gathering(
            polling=self.polling,
            sources=haru.sources,
            operators=Operators(haru.installations, haru.clients, [], language="en"),
            clock=haru.clock,
            wake=self._wake,
        )

    async def _wake(self) -> None:
        self.woken += 1

    async def add(self, name: str) -> None:
        await self.haru.sources.add(
            f"https://{name}.example/notes.git",
            name=name,
            kind=None,
            posts=True,
            zone="UTC",
            lag=0,
            every=None,
            now=datetime(2020, 1, 1, tzinfo=UTC),
        )

    async def until_polled(self, count: int) -> None:
        for _ in range(500):
            if sum(one.last_good_at is not None for one in await self.haru.sources.all()) >= count:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"only {self.shelves.fetched} were polled")


@pytest.fixture
async def house(desk: Desk) -> AsyncIterator[House]:
    """A house without sources."""
    house = House(desk.haru)
    yield house
    await house.gathering.stop()


async def test_a_source_that_hangs_holds_up_no_other(house: House) -> None:
    """While one source never answers, the others are polled, also those added later."""
    for name in ("a", "b", "stuck"):
        await house.add(name)
    await house.gathering.look()
    await house.until_polled(2)
    await house.add("c")
    await house.gathering.look()
    await house.until_polled(3)
    assert sorted(house.shelves.fetched) == ["a", "b", "c"]


async def test_only_news_wakes_the_deliveries(house: House) -> None:
    """The first fetch of a source, which is never posted, does not wake the deliveries; the next one with new
    papers does.
    """
    await house.add("a")
    await house.gathering.look()
    await house.until_polled(1)
    assert house.woken == 0
    now = datetime.now(UTC)
    await house.haru.sources.switch("a", on=True, now=now)
    await house.gathering.look()
    for _ in range(500):
        if house.woken:
            break
        await asyncio.sleep(0.02)
    assert house.woken == 1


async def test_a_stopping_process_releases_its_sources(house: House) -> None:
    """A source that was being polled when the process stopped can be claimed by another at once."""
    await house.add("stuck")
    await house.gathering.look()
    await house.gathering.stop()
    assert await house.polling.claim("stuck", now=datetime.now(UTC)) is not None


async def _add_folder(desk: Desk, folder: Path) -> None:
    await desk.haru.sources.add(
        str(folder),
        name="notes",
        kind=SourceKind.FOLDER,
        posts=True,
        zone="Asia/Seoul",
        lag=0,
        every=None,
        now=datetime(2025, 1, 1, tzinfo=UTC),
    )


async def _poll(polling: Polling) -> Polled:
    claimed = await polling.claim("notes", now=datetime.now(UTC))
    assert claimed is not None
    return await polling.poll(claimed, now=datetime.now(UTC))


async def test_a_quiet_morning_is_told_to_the_operator_once(desk: Desk, tmp_path: Path) -> None:
    """An operator gets one direct message about a quiet source, though two processes check it."""
    haru = desk.haru
    for week in range(1, 5):
        day = date(2025, 2, 25) - timedelta(weeks=week)
        (tmp_path / f"{day:%y%m%d} Note.md").write_text(NOTE.format(week, day))
    await _add_folder(desk, tmp_path)
    assert (await _poll(haru.polling)).fresh == 4
    gatherings = [
        Gathering(
            polling=haru.polling,
            sources=haru.sources,
            operators=Operators(haru.installations, haru.clients, [MINJI, "UNOBODY"], language="ko"),
            clock=FixedClock(datetime(2025, 2, 25, 5, tzinfo=UTC)),
            wake=haru.clockwork.wake,
        )
        for _ in range(2)
    ]
    await asyncio.gather(*(one.listen() for one in gatherings))
    await gatherings[0].listen()
    rooms = await desk.ask("GET", f"/local/workspace?as={MINJI}")
    (direct,) = [one["id"] for one in rooms["channels"] if one["id"].startswith("D")]
    told = [one["text"] for one in await desk.seen(MINJI, direct) if "notes" in text_of(one)]
    assert [one.splitlines()[0] for one in told] == [
        "*notes* 출처에서 2월 25일 화요일 논문이 아직 들어오지 않았어요. "
        "화요일에는 보통 이맘때면 들어와 있어요."
    ]


async def test_the_card_says_which_source_fails(desk: Desk, tmp_path: Path) -> None:
    """`/digest` names a posting source that cannot be fetched, until it can be fetched again."""
    await _add_folder(desk, tmp_path)
    assert "notes" not in text_of(await desk.write("/digest"))
    await _poll(Polling(desk.haru.database, desk.haru.archive, {}, every=timedelta(minutes=15)))
    assert "notes" in text_of(await desk.write("/digest"))
    await _poll(desk.haru.polling)
    assert "notes" not in text_of(await desk.write("/digest"))


async def test_readiness_reports_the_age_of_the_last_fetch(desk: Desk, tmp_path: Path) -> None:
    """The readiness facts hold the age of each posting source's last fetch, null before the first."""
    await _add_folder(desk, tmp_path)
    await desk.haru.clockwork.tick()
    assert (await desk.haru.health.ready_to_deliver()).facts["fetch_age"] == {"notes": None}
    await _poll(desk.haru.polling)
    ages = (await desk.haru.health.ready_to_deliver()).facts["fetch_age"]
    assert isinstance(ages, dict)
    assert ages["notes"] >= 0
