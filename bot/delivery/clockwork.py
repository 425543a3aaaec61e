"""The clockwork: a handful of interval jobs that turn due rows into posts.

Every fact of the schedule is in our tables; APScheduler only says when to look. One job
a channel would cost seconds to add and block the loop (measured; DESIGN.md section 5).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clocks import Clock
from bot.delivery.corrections import EVERY, Corrections
from bot.delivery.courier import Courier
from bot.delivery.deliveries import Deliveries
from bot.delivery.reconciler import Reconciler
from bot.ledger.ledger import Ledger
from digests.errors import HaruError

log = structlog.stdlib.get_logger(__name__)

TICK = 1.0
"""Seconds between looks at what is due."""

DRAIN = 0.25
"""Seconds between looks at what may be sent; the next message of a thread waits for one."""

RECONCILE = 15.0

REVIEW = timedelta(hours=6)
"""Between looks at all schedules: zones and holidays change with an upgrade, which starts a process."""

SAY_AGAIN = 60.0
"""Seconds after which it is said once more that a job keeps failing: a job may have four turns a second."""

PATIENCE = 10.0
"""Seconds that a process which is told to end waits for Slack's last answers."""

Job = Callable[[], Awaitable[object]]


class Clockwork:
    """Runs the jobs on one event loop, each at most once at a time. Holds no fact of the schedule."""

    def __init__(
        self,
        *,
        clock: Clock,
        deliveries: Deliveries,
        courier: Courier,
        reconciler: Reconciler,
        corrections: Corrections,
        ledger: Ledger,
        tick: float = TICK,
        drain: float = DRAIN,
        reconcile: float = RECONCILE,
    ) -> None:
        self._clock = clock
        self._deliveries = deliveries
        self._courier = courier
        self._reconciler = reconciler
        self._corrections = corrections
        self._ledger = ledger
        self._tick_seconds = tick
        self._drain_seconds = drain
        self._reconcile_seconds = reconcile
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._ticked_at: float | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._ticking = asyncio.Lock()
        self._failing: dict[str, _Failing] = {}

    @property
    def tick_age(self) -> float | None:
        """Seconds since the last tick that went well; None before the first.

        Readiness goes by this: APScheduler's ``running`` stays True after an error has
        stopped it for good (agronholm/apscheduler#1132).
        """
        return None if self._ticked_at is None else time.monotonic() - self._ticked_at

    async def start(self, *, alone: bool = False) -> None:
        """Start the jobs. ``alone``: no other process delivers from this database (SQLite)."""
        doubted = await (self._ledger.recover() if alone else self._ledger.doubt_expired())
        if doubted:
            log.warning("parts_left_in_doubt", count=doubted)
        self._every(self._tick_seconds, "tick", self.tick)
        self._every(self._drain_seconds, "drain", self._courier.drain)
        self._every(self._reconcile_seconds, "reconcile", self._reconciler.run)
        self._every(EVERY.total_seconds(), "correct", self._correct)
        self._every(REVIEW.total_seconds(), "review", self._review, first=datetime.now(UTC))
        self._scheduler.start()

    def every(self, interval: timedelta, name: str, job: Job) -> None:
        """Run another job on the clockwork (polling sources, for instance)."""
        self._every(interval.total_seconds(), name, job)

    async def tick(self) -> None:
        """Open what is due. Sending is the courier's own job: a slow Slack delays no opening."""
        async with self._ticking:
            await self._deliveries.tick(self._clock.now())
            self._ticked_at = time.monotonic()

    async def wake(self) -> None:
        """Look at once, also at channels that wait: the clock was moved, or something was posted."""
        async with self._ticking:
            await self._deliveries.tick(self._clock.now(), patient=False)
            self._ticked_at = time.monotonic()
        await self._courier.drain()

    async def _correct(self) -> None:
        await self._corrections.look(self._clock.now())

    async def _review(self) -> None:
        await self._deliveries.review(self._clock.now())

    async def stop(self) -> None:
        """Start nothing more; what is held is finished or handed back, nothing is dropped."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        await self._courier.stop(patience=PATIENCE)
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=PATIENCE)

    def _every(self, seconds: float, name: str, job: Job, *, first: datetime | None = None) -> None:
        async def run() -> None:
            # Not awaited: shutting the scheduler down cancels its jobs, never a request under way, and
            # a long drain is no job that missed its turn, of which the scheduler would warn each time.
            if any(task.get_name() == name for task in self._under_way):
                return
            task = asyncio.create_task(self._guarded(name, job), name=name)
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

        begins = {} if first is None else {"next_run_time": first}
        self._scheduler.add_job(run, "interval", seconds=seconds, id=name, **begins)

    async def _guarded(self, name: str, job: Job) -> None:
        try:
            await job()
        except HaruError as error:
            # The database is away for now: the next look tries again, and readiness tells.
            self._say_failed(name, str(error))
        except Exception:
            # Nothing may stop the clockwork; what nobody foresaw is logged whole.
            log.exception("job_crashed", job=name)
        else:
            failing = self._failing.pop(name, None)
            if failing is not None:
                log.info("job_recovered", job=name, turns=failing.turns, seconds=failing.lasted())

    def _say_failed(self, name: str, error: str) -> None:
        failing = self._failing.setdefault(name, _Failing())
        failing.turns += 1
        if failing.is_to_be_said():
            log.error("job_failed", job=name, turns=failing.turns, seconds=failing.lasted(), error=error)


@dataclass
class _Failing:
    """A job that fails for the time being: since when, how often, and when that was last said."""

    since: float = field(default_factory=time.monotonic)
    turns: int = 0
    said_at: float | None = None

    def lasted(self) -> float:
        return round(time.monotonic() - self.since, 1)

    def is_to_be_said(self) -> bool:
        now = time.monotonic()
        if self.said_at is not None and now - self.said_at < SAY_AGAIN:
            return False
        self.said_at = now
        return True
