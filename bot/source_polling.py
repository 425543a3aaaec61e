"""Gathering: sources polled as they come due, the deliveries woken, the operators told of a quiet morning."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.clocks import Clock, SystemClock
from bot.messages.operator_notes import missing_digest
from bot.operators import Operators
from digests.errors import HaruError
from digests.model import Source
from digests.sources.polling import Polling
from digests.sources.source_list import Sources

log = structlog.stdlib.get_logger(__name__)

MOST = 8
"""Sources polled at once by one process."""


class Gathering:
    """Starts polls and sees them through; the clockwork says when to look.

    Each poll is a task of its own: one that takes long delays neither another source nor
    the next look. Polls follow real time; mornings follow the clock.
    """

    def __init__(
        self,
        *,
        polling: Polling,
        sources: Sources,
        operators: Operators,
        clock: Clock,
        wake: Callable[[], Awaitable[None]],
    ) -> None:
        self._polling = polling
        self._sources = sources
        self._operators = operators
        self._clock = clock
        self._real = SystemClock()
        self._wake = wake
        self._under_way: dict[asyncio.Task[None], Source] = {}

    async def look(self) -> None:
        """Begin to poll the sources that are due. Does not wait for them."""
        free = MOST - len(self._under_way)
        for source in await self._polling.claim_due(now=self._real.now(), limit=free):
            task = asyncio.create_task(self._poll(source), name=f"poll {source.name}")
            self._under_way[task] = source
            task.add_done_callback(lambda done: self._under_way.pop(done, None))

    async def listen(self) -> None:
        """Tell the operators, once, of each source that usually brings something by now and has not."""
        for one in await self._sources.untold(await self._sources.quiet(self._clock.now())):
            log.warning("source_quiet", source=one.source.name, date=str(one.day))
            await self._operators.tell(
                missing_digest(
                    one.source.name, one.day, error=one.source.last_error, language=self._operators.language
                )
            )

    async def stop(self) -> None:
        """End what is under way: each source is given back, to be polled again by whoever comes next."""
        ended = dict(self._under_way)
        for task in ended:
            task.cancel()
        if ended:
            await asyncio.wait(ended, timeout=30)
        for source in ended.values():
            # One that had not begun yet had no chance to do so itself.
            await self._polling.release(source)

    async def _poll(self, source: Source) -> None:
        try:
            polled = await self._polling.poll(source, now=self._real.now(), as_of=self._clock.now())
            if polled.fresh and source.posts and source.first_fetch_done:
                await self._wake()
        except HaruError as error:
            log.error("poll_failed", source=source.name, error=str(error))
        except Exception:
            # The database went away while the result was written: the claim runs out by itself.
            log.exception("poll_crashed", source=source.name)
