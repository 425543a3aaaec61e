"""Lets listeners that have begun finish before a process ends.

A command that was acknowledged is answered later, so a process that is told to end (SIGTERM) still owes that
answer. Platforms kill a process some time after they told it to end: Docker after 10 seconds unless
``stop_grace_period`` says more, Heroku and Kubernetes after 30.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.listener.async_listener_start_handler import AsyncListenerStartHandler
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

log = structlog.stdlib.get_logger(__name__)

FINISH_WITHIN = 20.0
"""Seconds that listeners have to finish once the process is told to end."""


@asynccontextmanager
async def finishing(app: AsyncApp) -> AsyncIterator[None]:
    """At the end of the block, wait at most ``FINISH_WITHIN`` for a Bolt app's listeners that have begun.

    Stop requests from coming in before the block ends: it waits for those that came.
    """
    unfinished = _Unfinished()
    app.listener_runner.listener_start_handler = unfinished
    try:
        yield
    finally:
        await unfinished.finish()


class _Unfinished(AsyncListenerStartHandler):
    """Knows the tasks of all listeners that have begun. Bolt calls it in each of them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:
        """Remember the task of the listener that begins."""
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Wait until no listener runs, or ``FINISH_WITHIN`` is over."""
        if not self._tasks:
            return
        log.info("finishing_answers", count=len(self._tasks))
        _, cut = await asyncio.wait(set(self._tasks), timeout=FINISH_WITHIN)
        if cut:
            log.warning("answers_cut_off", count=len(cut), seconds=FINISH_WITHIN)
