"""Sources are polled side by side, wake the delivery, and are reported when they are quiet."""

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
from bot.source_polling import SourcePoller
from digests.model import Document, Fetch, NewSource, Source, SourceKind
from digests.sources.polling import Poller, PollResult
from tests.bot.listeners.conftest import Desk, text_of

NOTE = "https://arxiv.org/abs/2502.{:05}\n*A Note {}* (Ada Lovelace)\n\n메모예요.\n\n#llm\n"


class Fetcher:
    """Returns one more note each time; never answers for the source ``stuck``."""

    def __init__(self) -> None:
        self.fetched: list[str] = []

    async def fetch(self, source: Source) -> Fetch:
        if source.name == "stuck":
            await asyncio.Event().wait()
        self.fetched.append(source.name)
        number = len(self.fetched)
        text = NOTE.format(number, number)
        return Fetch([Document(source.name, f"2502{number:02} Note.md", text.encode())], {"seen": number})


class Polls:
    """A poller with its own sources, and how often it woke the delivery."""

    def __init__(self, haru: Haru) -> None:
        self.haru = haru
        self.fetcher = Fetcher()
        self.woken = 0
        self.polling = Poller(
            haru.database, haru.archive, {SourceKind.GIT: self.fetcher}, interval=timedelta(minutes=15)
        )
        self.poller = SourcePoller(
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
            NewSource(
                f"https://{name}.example/notes.git",
                name=name,
            ),
            now=datetime(2020, 1, 1, tzinfo=UTC),
        )

    async def until_polled(self, count: int) -> None:
        for _ in range(500):
            if sum(one.last_good_at is not None for one in await self.haru.sources.all()) >= count:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"only {self.fetcher.fetched} were polled")


@pytest.fixture
async def polls(desk: Desk) -> AsyncIterator[Polls]:
    """A poller without sources."""
    polls = Polls(desk.haru)
    yield polls
    await polls.poller.stop()


async def test_a_source_that_hangs_delays_no_other(polls: Polls) -> None:
    """While one source never answers, the others are polled, even those that are added later."""
    for name in ("a", "b", "stuck"):
        await polls.add(name)
    await polls.poller.poll_due()
    await polls.until_polled(2)
    await polls.add("c")
    await polls.poller.poll_due()
    await polls.until_polled(3)
    assert sorted(polls.fetcher.fetched) == ["a", "b", "c"]


async def test_only_new_digests_to_post_wake_the_delivery(polls: Polls) -> None:
    """The first fetch of a source, which is never posted, does not wake the delivery; later ones do."""
    await polls.add("a")
    await polls.poller.poll_due()
    await polls.until_polled(1)
    assert polls.woken == 0
    now = datetime.now(UTC)
    await polls.haru.sources.set_enabled("a", enabled=True, now=now)
    await polls.poller.poll_due()
    for _ in range(500):
        if polls.woken:
            break
        await asyncio.sleep(0.02)
    assert polls.woken == 1


async def test_stopping_releases_the_sources(polls: Polls) -> None:
    """A source that is being polled when the process stops can be claimed by another at once."""
    await polls.add("stuck")
    await polls.poller.poll_due()
    await polls.poller.stop()
    assert await polls.polling.claim("stuck", now=datetime.now(UTC)) is not None


async def _add_folder(desk: Desk, folder: Path) -> None:
    await desk.haru.sources.add(
        NewSource(
            str(folder),
            name="notes",
            kind=SourceKind.FOLDER,
            zone="Asia/Seoul",
        ),
        now=datetime(2025, 1, 1, tzinfo=UTC),
    )


async def _poll(polling: Poller) -> PollResult:
    claimed = await polling.claim("notes", now=datetime.now(UTC))
    assert claimed is not None
    return await polling.poll(claimed, now=datetime.now(UTC))


async def test_operators_are_notified_of_a_quiet_source_once(desk: Desk, tmp_path: Path) -> None:
    """Of two processes that see a quiet source, one sends the operator a direct message, and only once."""
    haru = desk.haru
    for week in range(1, 5):
        day = date(2025, 2, 25) - timedelta(weeks=week)
        (tmp_path / f"{day:%y%m%d} Note.md").write_text(NOTE.format(week, day))
    await _add_folder(desk, tmp_path)
    assert (await _poll(haru.polling)).changed == 4
    pollers = [
        SourcePoller(
            polling=haru.polling,
            sources=haru.sources,
            operators=Operators(haru.installations, haru.clients, [MINJI, "UNOBODY"], language="ko"),
            clock=FixedClock(datetime(2025, 2, 25, 5, tzinfo=UTC)),
            wake=haru.clockwork.wake,
        )
        for _ in range(2)
    ]
    await asyncio.gather(*(poller.report_quiet() for poller in pollers))
    await pollers[0].report_quiet()
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
    await _poll(Poller(desk.haru.database, desk.haru.archive, {}, interval=timedelta(minutes=15)))
    assert "notes" in text_of(await desk.write("/digest"))
    await _poll(desk.haru.polling)
    assert "notes" not in text_of(await desk.write("/digest"))


async def test_readiness_shows_the_age_of_the_last_fetch(desk: Desk, tmp_path: Path) -> None:
    """A delivering process shows each posting source's age in seconds, null if it was never fetched."""
    await _add_folder(desk, tmp_path)
    await desk.haru.clockwork.tick()
    assert (await desk.haru.health.ready_to_deliver()).facts["fetch_age"] == {"notes": None}
    await _poll(desk.haru.polling)
    ages = (await desk.haru.health.ready_to_deliver()).facts["fetch_age"]
    assert isinstance(ages, dict)
    assert ages["notes"] >= 0
