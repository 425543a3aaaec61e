"""Polls sources when they are due, and reports those that are unusually quiet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot.clocks import Clock, SystemClock
from bot.messages.operator_notes import missing_digest
from bot.operators import Operators
from digests.errors import HaruError
from digests.model import Source
from digests.sources.polling import Poller
from digests.sources.source_list import Sources

log = structlog.stdlib.get_logger(__name__)

MAX_CONCURRENT = 8
"""How many sources one process polls at the same time."""


class SourcePoller:
    """Runs the polls of one process, each in its own task, so that a slow source delays no other.

    Does not decide when to look: the clockwork calls it. Polls follow the machine's clock; the days of
    digests follow ``clock``, which the local workspace can move.
    """

    def __init__(
        self,
        *,
        polling: Poller,
        sources: Sources,
        operators: Operators,
        clock: Clock,
        wake: Callable[[], Awaitable[None]],
    ) -> None:
        """``wake`` is called when a source has new digests to post."""
        self._polling = polling
        self._sources = sources
        self._operators = operators
        self._clock = clock
        self._machine_clock = SystemClock()
        self._wake = wake
        self._running: dict[asyncio.Task[None], Source] = {}
        self._has_begun = False

    async def poll_due(self) -> None:
        """Start to poll the sources that are due. Does not wait for the polls."""
        if not self._has_begun:
            await self._polling.end_impossible_waits(now=self._machine_clock.now())
            self._has_begun = True
        free = MAX_CONCURRENT - len(self._running)
        for source in await self._polling.claim_due(now=self._machine_clock.now(), limit=free):
            task = asyncio.create_task(self._poll(source), name=f"poll {source.name}")
            self._running[task] = source
            task.add_done_callback(lambda done: self._running.pop(done, None))

    async def follow_clock(self, jump: timedelta) -> None:
        """Keep the waits of sources as long as they were after the wall clock was set by ``jump``."""
        if jump < timedelta(0):
            await self._polling.follow_setback(-jump, now=self._machine_clock.now())

    async def report_quiet(self) -> None:
        """Notify the operators, once, of each source that has no digest though it usually has one by now."""
        for quiet in await self._sources.claim_unreported(await self._sources.missed_days(self._clock.now())):
            log.warning("source_quiet", source=quiet.source.name, date=str(quiet.day))
            await self._operators.notify(
                missing_digest(
                    quiet.source.name,
                    quiet.day,
                    error=quiet.source.last_error,
                    language=self._operators.language,
                )
            )

    async def stop(self) -> None:
        """Cancel the running polls, and release their sources to other processes."""
        running = dict(self._running)
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=30)
        for source in running.values():
            # A cancelled poll releases its source itself, but not if it was cancelled before it started.
            await self._polling.release(source)

    async def _poll(self, source: Source) -> None:
        try:
            polled = await self._polling.poll(source, now=self._machine_clock.now(), as_of=self._clock.now())
            if polled.changed and source.posts and source.first_fetch_done:
                await self._wake()
        except HaruError as error:
            log.error("poll_failed", source=source.name, error=str(error))
        except Exception:
            # The source is polled again when its lease has expired.
            log.exception("poll_crashed", source=source.name)
