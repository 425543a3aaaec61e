"""The clockwork: a few interval jobs that turn due rows into posts.

Every fact of the schedule is in the database; APScheduler only says when to look. One job per channel would
take seconds to add for ten thousand channels, and block the event loop while thousands of them are due.

APScheduler plans by the wall clock and sleeps by the event loop's: after the wall clock was set back by an
hour it would start no job for an hour. So the clockwork watches the wall clock, and plans every job anew when
it jumps.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.clocks import Clock, Machine, this_machine
from bot.delivery.corrections import INTERVAL as CORRECTION_INTERVAL
from bot.delivery.corrections import Corrections
from bot.delivery.courier import Courier
from bot.delivery.daily_deliveries import DailyDeliveries
from bot.delivery.reconciler import Reconciler
from bot.delivery.schedules import Schedules
from bot.ledger.doubts import Doubts
from digests.errors import HaruError

log = structlog.stdlib.get_logger(__name__)

TICK_INTERVAL = 1.0
"""Seconds between two looks for channels that are due."""

DRAIN_INTERVAL = 0.25
"""Seconds between two looks for parts to send. The next message of a thread waits for one."""

RECONCILE_INTERVAL = 15.0
"""Seconds between two looks for doubts to settle."""

REVIEW_INTERVAL = timedelta(hours=6)
"""How often to review all schedules, besides at the start: rules of zones and holidays change by upgrades."""

REPEAT_ERROR_AFTER = 60.0
"""Seconds after which the log repeats that a job keeps failing. Some jobs run four times a second."""

WATCH_INTERVAL = 1.0
"""Seconds between two looks at the wall clock. A job is late by no more when the clock was set back."""

JUMP = 2.0
"""Seconds by which the wall clock may differ from the uptime before it counts as set. NTP's small corrections
stay below."""

PATIENCE = 10.0
"""Seconds that a process which is told to end waits for Slack's last answers."""

Job = Callable[[], Awaitable[object]]
OnJump = Callable[[timedelta], Awaitable[object]]
"""Called with how far the wall clock was set forward (negative: back)."""


class Clockwork:
    """Runs jobs on one event loop, each at most once at a time. Holds no fact of the schedule."""

    def __init__(
        self,
        *,
        clock: Clock,
        daily: DailyDeliveries,
        schedules: Schedules,
        courier: Courier,
        reconciler: Reconciler,
        corrections: Corrections,
        doubts: Doubts,
        machine: Machine | None = None,
        watch: float = WATCH_INTERVAL,
        tick: float = TICK_INTERVAL,
        drain: float = DRAIN_INTERVAL,
        reconcile: float = RECONCILE_INTERVAL,
    ) -> None:
        self._clock = clock
        self._daily = daily
        self._schedules = schedules
        self._courier = courier
        self._reconciler = reconciler
        self._corrections = corrections
        self._doubts = doubts
        self._machine = machine or this_machine()
        self._watch_interval = watch
        self._watching: asyncio.Task[None] | None = None
        self._on_jump: list[OnJump] = []
        self._looks_at_all = False
        self._is_stopping = False
        self._tick_interval = tick
        self._drain_interval = drain
        self._reconcile_interval = reconcile
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._ticked_at: float | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._ticking = asyncio.Lock()
        self._failing: dict[str, _Failure] = {}

    @property
    def tick_age(self) -> float | None:
        """Seconds since the last tick that went well; None before the first.

        Readiness uses this: APScheduler's ``running`` stays True after an error has stopped it for good
        (https://github.com/agronholm/apscheduler/issues/1132).
        """
        return None if self._ticked_at is None else time.monotonic() - self._ticked_at

    async def start(self, *, alone: bool = False) -> None:
        """Start the jobs. ``alone``: no other process delivers from this database (SQLite)."""
        self._is_stopping = False
        doubted = await (self._doubts.recover() if alone else self._doubts.expire_leases())
        if doubted:
            log.warning("parts_left_in_doubt", count=doubted)
        difference = self._wall_minus_uptime()
        self._schedule(self._tick_interval, "tick", self.tick, at_once=True)
        self._schedule(self._drain_interval, "drain", self._courier.drain, at_once=True)
        self._schedule(self._reconcile_interval, "reconcile", self._reconciler.run, at_once=True)
        self._schedule(CORRECTION_INTERVAL.total_seconds(), "correct", self._correct)
        self._schedule(REVIEW_INTERVAL.total_seconds(), "review", self._review, at_once=True)
        self._scheduler.start()
        self._watching = asyncio.create_task(self._watch(difference), name="watch")

    def every(self, interval: timedelta, name: str, job: Job) -> None:
        """Run another job on the clockwork (polling sources, for instance)."""
        self._schedule(interval.total_seconds(), name, job)

    def on_jump(self, callback: OnJump) -> None:
        """Have this called when the wall clock was set."""
        self._on_jump.append(callback)

    async def tick(self) -> None:
        """Open the deliveries that are due. The courier sends them, so a slow Slack delays no opening."""
        async with self._ticking:
            opened = await self._daily.tick(self._clock.now(), look_at_all=self._looks_at_all)
            self._looks_at_all = False
            self._ticked_at = time.monotonic()
        if any(one.delivery_id for one in opened):
            self._begin("drain", self._courier.drain)

    async def wake(self) -> None:
        """Open and send at once, also for channels that wait: the clock was moved, or papers came in."""
        async with self._ticking:
            await self._daily.tick(self._clock.now(), look_at_all=True)
            self._ticked_at = time.monotonic()
        await self._courier.drain()

    async def stop(self) -> None:
        """Start no more jobs, and finish what is held: parts that have not left are given back."""
        self._is_stopping = True
        if self._watching is not None:
            self._watching.cancel()
        if self._scheduler.running:
            self._scheduler.pause()
            # Let jobs that were just started reach their own task: the shutdown would cancel them.
            await asyncio.sleep(0)
            self._scheduler.shutdown(wait=False)
        await self._courier.stop(patience=PATIENCE)
        if self._running:
            await asyncio.wait(self._running, timeout=PATIENCE)

    async def _correct(self) -> None:
        await self._corrections.look(self._clock.now())

    async def _review(self) -> None:
        await self._schedules.review(self._clock.now())

    async def _watch(self, difference: float) -> None:
        """Notice when the wall clock is set, and have everything looked at anew. ``difference`` is the wall
        clock's seconds minus the uptime when the first jobs were planned.
        """
        while True:
            await asyncio.sleep(self._watch_interval)
            jump = self._wall_minus_uptime() - difference
            if abs(jump) >= JUMP:
                difference += jump
                log.warning("wall_clock_was_set", seconds=round(jump, 1))
                await self._guarded("look_anew", partial(self._look_anew, timedelta(seconds=jump)))

    def _wall_minus_uptime(self) -> float:
        return self._machine.wall().timestamp() - self._machine.uptime()

    async def _look_anew(self, jump: timedelta) -> None:
        self._looks_at_all = True
        now = self._machine.wall()
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=now)
        for callback in self._on_jump:
            await callback(jump)

    def _schedule(self, seconds: float, name: str, job: Job, *, at_once: bool = False) -> None:
        async def run() -> None:
            self._begin(name, job)

        start = {"next_run_time": self._machine.wall()} if at_once else {}
        self._scheduler.add_job(run, _Every(timedelta(seconds=seconds)), id=name, **start)

    def _begin(self, name: str, job: Job) -> None:
        """Begin a job in a task of its own, unless it is running.

        Not awaited: shutting the scheduler down cancels its jobs, and must not cancel a request. And a long
        drain would count as a job that missed its turns, with a warning each time.
        """
        if self._is_stopping or any(task.get_name() == name for task in self._running):
            return
        task = asyncio.create_task(self._guarded(name, job), name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _guarded(self, name: str, job: Job) -> None:
        """Run a job. Never raises: a failed job runs again at its next turn."""
        try:
            await job()
        except HaruError as error:
            # The database is away for now: the next turn tries again, and readiness says so.
            self._log_failure(name, str(error))
        except Exception:
            # One faulty job must not stop the clockwork: the error is logged, and the next turn tries again.
            log.exception("job_crashed", job=name)
        else:
            failure = self._failing.pop(name, None)
            if failure is not None:
                log.info("job_recovered", job=name, turns=failure.turns, seconds=failure.duration())

    def _log_failure(self, name: str, error: str) -> None:
        failure = self._failing.setdefault(name, _Failure())
        failure.turns += 1
        if failure.is_to_be_logged():
            log.error("job_failed", job=name, turns=failure.turns, seconds=failure.duration(), error=error)


class _Every(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Starts a job at an interval. Makes up for no turn that was missed.

    APScheduler's own interval trigger counts all turns that were missed: a year of them, when a wall clock
    that was wrong at the boot is set right.
    """

    def __init__(self, interval: timedelta) -> None:
        self._interval = interval

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        following = (previous_fire_time or now) + self._interval
        return following if following > now else now + self._interval


@dataclass
class _Failure:
    """A job that keeps failing: since when, for how many turns, and when that was logged last."""

    since: float = field(default_factory=time.monotonic)
    turns: int = 0
    logged_at: float | None = None

    def duration(self) -> float:
        """Seconds since the first failure."""
        return round(time.monotonic() - self.since, 1)

    def is_to_be_logged(self) -> bool:
        """Whether it is time to log the failure; if so, the next time is counted from now."""
        now = time.monotonic()
        if self.logged_at is not None and now - self.logged_at < REPEAT_ERROR_AFTER:
            return False
        self.logged_at = now
        return True
