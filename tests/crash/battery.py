"""The crash battery: worker processes over one database, killed and frozen at named points.

The judge is the local workspace's own record, never Haru's ledger.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import aiohttp
from sqlalchemy import text

from bot import schema_version
from bot.app import Haru
from bot.channels.preferences import Channel
from bot.clocks import FixedClock
from bot.delivery.calendar import due_at
from config.settings import Settings
from digests.store.database import Database
from tests.crash import scene
from tests.crash.points import FREEZES, POINTS
from tests.crash.variants import SETTLE, SLACK_PROMISE
from tests.crash.verdict import Expected, Verdict, judge, judge_reads

LEASE = 3.0
ODDS = 0.03
_FAULTS = (
    "rate_limited", "error_before", "error_after", "drop_before", "drop_after",
    "hang_before", "hang_after", "late", "truncated",
)  # fmt: skip
_ROOT = Path(__file__).parents[2]
_PATIENCE = 4.0
"""Seconds a started worker has to reach one of its points, after which it is killed anywhere."""

_GETTING_UP = 20.0
"""Seconds a worker has to start: on a busy machine that takes most of its life."""

_FROZEN = 0.2
"""Share of the workers that are frozen instead of killed, while freezes are still wanted."""

_OPEN = ("pending", "sending", "doubt", "checking", "posting", "sent")
"""States that are no end. A sent part is listed only while a correction waits."""

_migrating: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()
"""Alembic has one context per process."""

_STUCK = 60.0
"""Seconds without any change after which open rows count as stuck."""

NOWHERE = "nowhere in particular"


@dataclass(frozen=True, slots=True)
class Script:
    """What a battery does. It goes on until every point was hit often enough, or the time is up."""

    processes: int = 1
    hits: int = 20
    freezes: int = 2
    rounds: int = 2
    """Days at least, whatever was hit."""
    seconds: float = 600.0
    """How long crashes go on at most."""
    rooms_each: int = 4
    every: float = 8.0
    """Seconds from one day's digest to the next."""
    odds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(_FAULTS, ODDS))
    late: tuple[float, float] = (0.05, SETTLE / 3)
    """Seconds after which a late message is accepted."""
    variant: str = "haru"
    points: tuple[str, ...] = tuple(POINTS)
    """Where to die; nowhere: the processes live."""
    seed: int = 1


@dataclass
class Outcome:
    """What a battery saw."""

    verdict: Verdict
    killed: Counter[str]
    frozen: Counter[str]
    faults: dict[str, int]
    rounds: int
    seconds: float
    standstill: float
    """Longest time in seconds for which the workspace stood still."""

    @property
    def is_valid(self) -> bool:
        """Whether the machine let the workspace keep Slack's promise, so that a failure is Haru's."""
        return self.standstill < SLACK_PROMISE


async def run(script: Script, database_url: str, folder: Path) -> Outcome:
    """Play a script from an empty database to its verdict."""
    wanted = scene.places(script.rooms_each)
    begins = _evening()
    _write_scene(folder, {"starts_at": begins.isoformat(), "rooms": [place.room for place in wanted]})
    database = Database(database_url)
    try:
        async with _migrating.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            await schema_version.upgrade(database)
        async with _slack(folder) as slack, _nursery() as nursery:
            haru = Haru(
                Settings(_env_file=None),  # type: ignore[call-arg]  # no .env of whoever runs the tests
                database,
                clock=FixedClock(begins),
                api_url=slack.url + "api/",
            )
            channels = await scene.install(haru, wanted, token=slack.token, now=begins)
            battery = _Battery(script, folder, database_url, slack, nursery, haru, channels)
            try:
                return await battery.play()
            finally:
                battery.end_all()
                await haru.clients.close()
    finally:
        await database.close()


@dataclass
class _Slack:
    """The local workspace's process, through its controls."""

    url: str
    token: str
    session: aiohttp.ClientSession

    async def ask(self, what: str) -> Any:
        async with self.session.get(f"{self.url}local/{what}") as answer:
            return await answer.json()

    async def record(self) -> list[dict[str, Any]]:
        """What the workspace accepted from Haru, without members who joined."""
        return [one for one in (await self.ask("record"))["messages"] if one["metadata"]]

    async def move_clock(self, instant: datetime) -> None:
        async with self.session.put(f"{self.url}local/clock", json={"now": instant.isoformat()}) as answer:
            answer.raise_for_status()

    async def set_faults(self, odds: dict[str, float], *, late: tuple[float, float], seed: int) -> None:
        setting = {"odds": {"*": odds}, "seed": seed, "late": late, "hang": 0.8}
        async with self.session.post(f"{self.url}local/faults", json=setting) as answer:
            answer.raise_for_status()


class _Battery:
    """One run: a day's digest every few seconds, and workers that keep dying."""

    def __init__(
        self,
        script: Script,
        folder: Path,
        database_url: str,
        slack: _Slack,
        nursery: asyncio.subprocess.Process,
        haru: Haru,
        channels: list[Channel],
    ) -> None:
        self._script = script
        self._folder = folder
        self._database_url = database_url
        self._slack = slack
        self._nursery = nursery
        self._haru = haru
        self._channels = channels
        self._random = random.Random(script.seed)
        self._alive: set[int] = set()
        self._deaths: dict[int, float] = {}
        self._elsewhere = 0
        self._forking = asyncio.Lock()
        self._expected: dict[int, list[Expected]] = {}
        self._crashing = True
        self._unharmed: list[int] = []

    async def play(self) -> Outcome:
        began = time.monotonic()
        self._set_clock(_evening())
        await self._slack.set_faults(self._script.odds, late=self._script.late, seed=self._script.seed)
        workers = range(self._script.processes)
        if self._script.points:
            crowd = [asyncio.create_task(self._keep_crashing()) for _ in workers]
        else:
            crowd = []
            self._unharmed = [await self._fork("kill", {}) for _ in workers]
        rounds = 0
        while rounds < self._script.rounds or self._goes_on(began):
            await self._play_day(rounds)
            # Give a busy machine time: days that pile up would be late, or too old to be posted.
            await self._until_open(at_most=len(self._channels), as_long_as=lambda: self._goes_on(began))
            rounds += 1
        self._crashing = False
        await asyncio.gather(*crowd)
        faults = (await self._slack.ask("faults"))["counts"]
        await self._finish()
        record = await self._slack.record()
        verdict = judge(record, [one for day in self._expected.values() for one in day])
        verdict.needless_reads = judge_reads(
            self._lines("calls"), self._lines("notes"), self._deaths, lease=LEASE
        )
        verdict.not_terminal = await self._open_rows()
        killed, frozen = self._hits("kill"), self._hits("stop")
        killed[NOWHERE] = self._elsewhere
        standstill = float((self._folder / "standstill").read_text().split()[-1])
        return Outcome(verdict, killed, frozen, faults, rounds, time.monotonic() - began, standstill)

    def end_all(self) -> None:
        """Kill every process that still runs."""
        for pid in self._alive:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    async def _play_day(self, number: int) -> None:
        await scene.take_in(self._haru, number)
        self._expected[number] = await scene.expected(self._haru, self._channels, number)
        if number > 0:
            # Yesterday's digest is imported again with changes, so its posts are corrected.
            await scene.take_in(self._haru, number - 1, corrected=True)
            self._expected[number - 1] = await scene.expected(self._haru, self._channels, number - 1)
        for hour in scene.HOURS:
            # Just before the hour: a post now is too early.
            await self._move(_instant(number, hour) - timedelta(seconds=1))
            await asyncio.sleep(self._script.every / len(scene.HOURS))

    def _goes_on(self, began: float) -> bool:
        """Whether there is a point left to hit, and time for it."""
        return bool(self._wanting()) and time.monotonic() - began < self._script.seconds

    async def _move(self, instant: datetime) -> None:
        # The workspace first: its clock stamps the messages, and must not be behind the workers' clocks.
        await self._slack.move_clock(instant)
        self._set_clock(instant)

    def _set_clock(self, instant: datetime) -> None:
        fresh = self._folder / "clock.new"
        fresh.write_text(str((instant - datetime.now(UTC)).total_seconds()))
        fresh.rename(self._folder / "clock")

    async def _keep_crashing(self) -> None:
        while self._crashing:
            pid = await self._fork(*self._choose())
            if not await self._ends_by_itself(pid):
                self._elsewhere += 1
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                await _ended(pid, 10)
            self._alive.discard(pid)
            self._deaths[pid] = time.time()

    async def _ends_by_itself(self, pid: int) -> bool:
        """Wait a limited time for a worker's death; a frozen worker is woken when its lease is over."""
        patience = self._random.uniform(_PATIENCE / 2, _PATIENCE)
        is_up, until = False, time.monotonic() + _GETTING_UP
        while time.monotonic() < until:
            if not is_up and (self._folder / "up" / str(pid)).exists():
                is_up, until = True, time.monotonic() + patience
            match _state(pid):
                case "" | "Z":
                    return True
                case "T":
                    # With other workers, long enough for them to look for it and send it again.
                    await asyncio.sleep(LEASE + (SETTLE + 1 if self._script.processes > 1 else 0.5))
                    os.kill(pid, signal.SIGCONT)
                    until = time.monotonic() + patience
            await asyncio.sleep(0.02)
        return False

    def _choose(self) -> tuple[str, dict[str, int]]:
        """How a worker ends, and where: at the first it reaches of several points that need more hits.
        Waiting for a single point would take most of the time.
        """
        wanting = self._wanting()
        killed = [point for point, deed in wanting if deed == "kill"]
        frozen = [point for point, deed in wanting if deed == "stop"]
        if frozen and (not killed or self._random.random() < _FROZEN):
            return "stop", self._some(frozen, "stop")
        return "kill", self._some(killed or list(self._script.points), "kill")

    def _some(self, points: list[str], deed: str) -> dict[str, int]:
        """Half of these points, always with the one that was hit least."""
        hits = self._hits(deed)
        least = min(points, key=lambda point: (hits[point], self._random.random()))
        chosen = {least, *self._random.sample(points, len(points) // 2)}
        return {point: self._random.choice((1, 1, 2)) for point in sorted(chosen)}

    def _wanting(self) -> list[tuple[str, str]]:
        killed, frozen = self._hits("kill"), self._hits("stop")
        wanting = [(one, "kill") for one in self._script.points if killed[one] < self._script.hits]
        freezes = self._script.freezes if self._script.points else 0
        return wanting + [(one, "stop") for one in FREEZES if frozen[one] < freezes]

    def _hits(self, deed: str) -> Counter[str]:
        file = self._folder / "hits"
        lines = file.read_text().splitlines() if file.exists() else []
        return Counter(line.split()[1] for line in lines if line.split()[2] == deed)

    async def _fork(self, deed: str, points: dict[str, int]) -> int:
        wanted = {
            "deed": deed,
            "points": points,
            "variant": self._script.variant,
            "lease": LEASE,
            "database": self._database_url,
            "api_url": self._slack.url + "api/",
            **{name: str(self._folder / name) for name in ("clock", "hits", "log", "notes", "up")},
        }
        nursery = self._nursery
        if nursery.stdin is None or nursery.stdout is None:
            raise RuntimeError("the nursery is talked to by pipes")
        async with self._forking:
            nursery.stdin.write(json.dumps(wanted).encode() + b"\n")
            pid = int(await nursery.stdout.readline())
        self._alive.add(pid)
        return pid

    async def _finish(self) -> None:
        """Stop crashes and faults, and let everything that is open come to its end."""
        await self._slack.set_faults({}, late=self._script.late, seed=0)
        while len(self._unharmed) < self._script.processes:
            self._unharmed.append(await self._fork("kill", {}))
        await self._until_open(at_most=0)
        for pid in self._unharmed:
            os.kill(pid, signal.SIGTERM)
        for pid in self._unharmed:
            if await _ended(pid, 20):
                self._alive.discard(pid)

    async def _until_open(self, *, at_most: int, as_long_as: Callable[[], bool] = lambda: True) -> None:
        """Wait until no more rows than this are open, as long as there is progress and nothing else to do."""
        seen, since = await self._open_states(), time.monotonic()
        while len(seen) > at_most and time.monotonic() - since < _STUCK and as_long_as():
            await asyncio.sleep(0.1)
            now = await self._open_states()
            if now != seen:
                seen, since = now, time.monotonic()

    async def _open_states(self) -> list[str]:
        return [
            row
            for row in await self._open_rows()
            if row.startswith("channel") or row.split(" is ")[1].split()[0] in _OPEN
        ]

    async def _open_rows(self) -> list[str]:
        """Rows of the ledger that have no end, or one that cannot come where histories are readable."""
        async with self._haru.database.read() as connection:
            due = await connection.execute(
                text("SELECT channel_id, next_due_at FROM channel WHERE next_due_at <= :now"),
                {"now": self._now_for_sql()},
            )
            parts = await connection.execute(
                text("SELECT id, state, reason FROM part WHERE state <> 'sent' OR desired IS NOT NULL")
            )
            deliveries = await connection.execute(
                text("SELECT id, state, reason FROM delivery WHERE state <> 'sent'")
            )
            return [
                *(f"channel {row.channel_id} has been due since {row.next_due_at}" for row in due),
                *(f"part {row.id} is {row.state} ({row.reason})" for row in parts),
                *(f"delivery {row.id} is {row.state} ({row.reason})" for row in deliveries),
            ]

    def _now_for_sql(self) -> Any:
        now = datetime.now(UTC) + timedelta(seconds=float((self._folder / "clock").read_text()))
        return now.replace(tzinfo=None).isoformat(" ") if self._haru.database.is_sqlite else now

    def _lines(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self._folder / name).read_text().splitlines()]


def _write_scene(folder: Path, about: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "up").mkdir()
    (folder / "scene.json").write_text(json.dumps(about))


def _instant(number: int, hour: Any) -> datetime:
    at = due_at(scene.day(number), hour, "Asia/Seoul")
    if at is None:
        raise AssertionError("no day is missing in Seoul")
    return at


def _evening() -> datetime:
    """A time before the first round at which no channel is due."""
    return _instant(-1, scene.HOURS[-1]) + timedelta(minutes=1)


def _state(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return ""


async def _ended(pid: int, patience: float) -> bool:
    """Wait for a process that is not a child of this one; whether it ended in time."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if _state(pid) in ("", "Z"):
            return True
        await asyncio.sleep(0.02)
    return False


@asynccontextmanager
async def _slack(folder: Path) -> AsyncIterator[_Slack]:
    with (folder / "slack.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.crash.slack", str(folder),
            cwd=_ROOT, stdout=asyncio.subprocess.PIPE, stderr=log,
        )  # fmt: skip
    try:
        if process.stdout is None:
            raise RuntimeError("the workspace says its port")
        told = json.loads(await process.stdout.readline())
        async with aiohttp.ClientSession() as session:
            yield _Slack(f"http://127.0.0.1:{told['port']}/", told["token"], session)
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def _nursery() -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.crash.nursery",
        cwd=_ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()
