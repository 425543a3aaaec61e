"""Starts and stops the parts of a process: delivery, the HTTP server, the preparation of search."""

from __future__ import annotations

import asyncio
import gc
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from aiohttp import web

from bot.app import Haru
from bot.http_server import WebServer
from digests.errors import HaruError

log = structlog.stdlib.get_logger(__name__)

PREPARE_EVERY = 5.0
"""How often, in seconds, to check whether the archive has changed and search has to be prepared again."""

_PAUSE_FACTOR = 10
"""The pause after a preparation is at least this many times as long as the preparation took."""

START_WITHIN = 60.0
"""How many seconds a process that starts waits for search to be prepared before it answers people. An archive
of 100,000 papers takes up to a third of it; a question meanwhile would wait longer than Slack does."""

_TUNE_AFTER = 5.0
"""Seconds after the start of a process that delivers until its garbage collector is tuned."""

_GC_THRESHOLD = 20_000
"""How many more objects are created than freed between two runs of the garbage collector (default 700).

A search creates thousands of objects that are freed with its answer; more runs would find nothing.
"""


@asynccontextmanager
async def delivering(haru: Haru) -> AsyncIterator[None]:
    """Run the clockwork during the block. At its end, finish what has begun."""
    await haru.clockwork.start(alone=haru.database.is_sqlite)
    log.info("clockwork_started")
    # Not before the first posts have left: it takes as long as several of them.
    asyncio.get_running_loop().call_later(_TUNE_AFTER, _tune_garbage_collector)
    try:
        yield
    finally:
        await haru.clockwork.stop()
        await haru.source_poller.stop()


@asynccontextmanager
async def listening(application: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve an application during the block. Yields the port, which the system chooses for port 0.

    PortError if another program uses the port.
    """
    _tune_garbage_collector()
    server = WebServer(application, host=host, port=port)
    chosen = await server.start()
    try:
        yield chosen
    finally:
        await server.stop()


@asynccontextmanager
async def prepared(haru: Haru) -> AsyncIterator[None]:
    """Prepare search before the block, and again whenever the archive changes during the block.

    If the first preparation takes longer than ``START_WITHIN``, the block begins without it: searches are
    slower until it is done.
    """
    first = asyncio.Event()
    task = asyncio.create_task(_keep_prepared(haru, first))
    try:
        with suppress(TimeoutError):
            await asyncio.wait_for(first.wait(), START_WITHIN)
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _keep_prepared(haru: Haru, first: asyncio.Event) -> None:
    """Prepare search whenever the archive has changed. Sets ``first`` after the first attempt."""
    while True:
        began = time.monotonic()
        try:
            if await haru.archive.prepare():
                log.info("search_prepared")
        except HaruError as error:
            # The database is away. Answers and the health check say so meanwhile.
            log.warning("search_not_prepared", error=str(error))
        except Exception:
            # A failure here only makes the next search slower: log it and carry on.
            log.exception("search_preparation_crashed")
        first.set()
        # During an import the archive changes all the time; the pause keeps preparation from taking it all.
        await asyncio.sleep(max(PREPARE_EVERY, _PAUSE_FACTOR * (time.monotonic() - began)))


def _tune_garbage_collector() -> None:
    """Keep the garbage collector from scanning the objects that exist now, which stay until the end.

    Scanning them took a sixth of the time of sending 1,000 messages, and delayed an answer by up to a
    quarter of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD, *gc.get_threshold()[1:])


async def until_signal() -> None:
    """Wait for SIGINT or SIGTERM."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
    log.info("stopping")
