"""Wall clocks that are set, under running processes and between them: nothing doubled, lost or late."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apscheduler.schedulers.base
import pytest
from sqlalchemy import func, select

from bot.clocks import Machine
from bot.delivery.clockwork import Clockwork
from bot.ledger.doubts import Verdict
from bot.ledger.ledger import Ledger, open_ledger
from bot.ledger.ledger_clock import LedgerClock
from bot.ledger.outcome import Kind, Outcome
from bot.ledger.part import Part
from bot.ledger.states import PartState
from digests.model import NewSource
from digests.store import tables as archive
from tests.bot.delivery.doubt import states, take
from tests.bot.delivery.scene import Scene, open_scene
from tests.bot.delivery.sending import record

SETTLE = timedelta(seconds=120)
BEGAN = datetime(2025, 2, 25, tzinfo=UTC)
JUMPS = [
    timedelta(seconds=-3),
    timedelta(hours=1),
    timedelta(hours=-1),
    timedelta(days=1),
    timedelta(days=-1),
]


class Clocks:
    """The clocks of a machine and of its database server. All of them can be set, except for the uptime."""

    def __init__(self) -> None:
        self.wall = self.server = BEGAN
        self.up = 5_000.0
        self.boot_id: str | None = "first"

    def machine(self) -> Machine:
        """What a process sees of them."""
        return Machine(wall=lambda: self.wall, uptime=lambda: self.up, boot_id=self.boot_id)

    def pass_time(self, passed: timedelta) -> None:
        self.up += passed.total_seconds()
        self.wall += passed
        self.server += passed

    def set(self, jump: timedelta) -> None:
        """Set the wall clocks of the machine and of the database server."""
        self.wall += jump
        self.server += jump

    def process(self, scene: Scene) -> Ledger:
        """The ledger as a new process sees it."""
        ledger = open_ledger(
            scene.haru.database, lease=timedelta(minutes=1), settle=SETTLE, machine=self.machine()
        )
        self.tell_slacks_time(ledger)
        return ledger

    def tell_slacks_time(self, ledger: Ledger) -> None:
        """Let the process know Slack's time, as an answer's header does."""
        slack_now = BEGAN + timedelta(seconds=self.up)
        ledger.clock.slack.read_header(f"{slack_now:%a, %d %b %Y %H:%M:%S} GMT")


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    """Clocks that stand still until the test moves them, on SQLite and on PostgreSQL."""
    made = Clocks()
    asked = LedgerClock.now

    async def now(self: LedgerClock, connection: Any) -> datetime:
        return made.server if self._asks_database else await asked(self, connection)

    monkeypatch.setattr(LedgerClock, "now", now)
    return made


@pytest.fixture
async def doubted(clocks: Clocks, made_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """Two posts of which nobody knows whether Slack has them, noted by a process that knows Slack's time."""
    async with open_scene(made_url, tmp_path, machine=clocks.machine()) as scene:
        clocks.tell_slacks_time(scene.haru.ledger)
        parts = await take(scene)
        await record(scene.haru.ledger, [(part, Outcome(Kind.DOUBT, "lost")) for part in parts])
        await scene.haru.ledger.doubts.expire_leases()
        yield scene


async def _start(ledger: Ledger, scene: Scene) -> None:
    """What a process does with the ledger at its start."""
    await (ledger.doubts.recover() if scene.haru.database.is_sqlite else ledger.doubts.expire_leases())


@pytest.mark.parametrize("jump", JUMPS, ids=str)
async def test_a_clock_that_is_set_while_haru_is_down_ends_no_settle_time(
    clocks: Clocks, doubted: Scene, jump: timedelta
) -> None:
    """A doubt is looked for when the settle time has really passed, whatever the wall clock says."""
    clocks.set(jump)
    successor = clocks.process(doubted)
    await _start(successor, doubted)
    clocks.pass_time(SETTLE - timedelta(seconds=10))
    assert await successor.doubts.check_out() == []
    clocks.pass_time(timedelta(seconds=15))
    assert len(await successor.doubts.check_out()) == 2


@pytest.mark.parametrize("jump", JUMPS, ids=str)
async def test_a_clock_that_is_set_under_a_process_that_dies_ends_no_settle_time(
    clocks: Clocks, doubted: Scene, jump: timedelta
) -> None:
    """The same when the clock is set before the process is killed, and it has looked at its doubts since."""
    clocks.set(jump)
    await doubted.haru.ledger.doubts.expire_leases()
    assert await doubted.haru.ledger.doubts.check_out() == []
    successor = clocks.process(doubted)
    await _start(successor, doubted)
    clocks.pass_time(SETTLE - timedelta(seconds=10))
    assert await successor.doubts.check_out() == []
    clocks.pass_time(timedelta(seconds=15))
    assert len(await successor.doubts.check_out()) == 2


@pytest.mark.parametrize("boot_id", ["second", None], ids=["reboot", "no boot id"])
async def test_after_a_reboot_a_doubt_settles_anew(
    clocks: Clocks, made_url: str, doubted: Scene, boot_id: str | None
) -> None:
    """Where nobody knows how much time has passed, the settle time starts with the next process."""
    clocks.pass_time(SETTLE - timedelta(seconds=1))
    clocks.boot_id, clocks.up = boot_id, 20.0
    clocks.wall += timedelta(hours=1)
    successor = clocks.process(doubted)
    await _start(successor, doubted)
    assert await successor.doubts.check_out() == []
    clocks.pass_time(SETTLE + timedelta(seconds=1))
    assert len(await successor.doubts.check_out()) == 2


async def test_lives_shorter_than_the_settle_time_settle_a_doubt(clocks: Clocks, doubted: Scene) -> None:
    """Processes that are killed every two seconds find out together that the settle time is over."""
    found: list[Part] = []
    lives = 0
    while not found:
        lives += 1
        clocks.pass_time(timedelta(seconds=2))
        successor = clocks.process(doubted)
        await _start(successor, doubted)
        found = await successor.doubts.check_out()
    assert (lives, len(found)) == (60, 2)


async def test_a_server_clock_that_is_set_while_history_is_read_counts_no_absence(
    clocks: Clocks, doubted: Scene
) -> None:
    """Before a message counts as absent, Slack's own clock has to show that the settle time had passed."""
    ledger = doubted.haru.ledger
    clocks.set(timedelta(hours=1))
    ledger.clock.slack.is_known = False
    found = await ledger.doubts.check_out()
    assert len(found) == (0 if doubted.haru.database.is_sqlite else 2)
    clocks.pass_time(timedelta(seconds=1))
    clocks.tell_slacks_time(ledger)
    await ledger.doubts.settle([(part, Verdict()) for part in found])
    assert await states(doubted) == [PartState.DOUBT] * 2


async def test_jobs_run_whatever_the_wall_clock_says(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A wall clock that is set back or forward stops no job: each runs again within a second."""
    shift = [timedelta(0)]

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]  # APScheduler needs no more
            return datetime.now(tz) + shift[0]

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Shifted)
    loop = asyncio.get_running_loop()
    haru, turns, looked = scene.haru, asyncio.Semaphore(0), []
    clockwork = Clockwork(
        clock=haru.clock, daily=haru.daily, schedules=haru.schedules, courier=haru.courier,
        reconciler=haru.reconciler, corrections=haru.corrections, doubts=haru.ledger.doubts,
        machine=Machine(wall=lambda: datetime.now(UTC) + shift[0], uptime=loop.time, boot_id=None),
        watch=0.02,
    )  # fmt: skip

    async def job() -> None:
        turns.release()

    async def look(jump: timedelta) -> None:
        looked.append(round(jump.total_seconds()))

    clockwork.every(timedelta(seconds=0.05), "job", job)
    clockwork.on_jump(look)
    await clockwork.start(alone=True)
    for jump in JUMPS:
        shift[0] += jump
        while not turns.locked():
            await turns.acquire()
        async with asyncio.timeout(1):
            for _ in range(3):
                await turns.acquire()
    await clockwork.stop()
    assert looked == [jump.total_seconds() for jump in JUMPS]


async def test_a_clock_set_back_delays_no_source(scene: Scene) -> None:
    """A source is polled a poll's interval after its last poll, however far the wall clock was set back."""
    haru = scene.haru
    await haru.sources.add(NewSource(location=str(Path(__file__).parent)), now=BEGAN)
    (claimed,) = await haru.polling.claim_due(now=BEGAN, limit=9)
    await haru.polling.poll(claimed, now=BEGAN)
    later = BEGAN + timedelta(minutes=2) - timedelta(hours=2)
    async with haru.database.read() as connection:
        interval = await connection.scalar(select(func.max(archive.source.c.next_poll_at))) - BEGAN
    await haru.polling.follow_setback(timedelta(hours=2), now=later)
    assert await haru.polling.claim_due(now=BEGAN + interval - timedelta(hours=2, seconds=1), limit=9) == []
    assert len(await haru.polling.claim_due(now=BEGAN + interval - timedelta(hours=2), limit=9)) == 1
    # Between two processes nobody noticed by how much.
    await haru.polling.end_impossible_waits(now=BEGAN - timedelta(days=3))
    assert len(await haru.polling.claim_due(now=BEGAN - timedelta(days=3), limit=9)) == 1
