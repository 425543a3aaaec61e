"""Pieces of a running process: the clockwork, a listening port, the signal that ends it."""

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

LOOK = 5.0
"""Seconds between two looks at whether the archive has changed."""

_REST = 10
"""So many times as long as preparing took, nothing is prepared after it."""

PATIENCE = 10.0
"""Seconds that a process which starts waits at most until lookup is prepared."""

_NEW_OBJECTS = 20_000
"""After so many more were made than dropped, the garbage collector looks at the young ones."""


@asynccontextmanager
async def delivering(haru: Haru) -> AsyncIterator[None]:
    """The clockwork runs while the block does; what it holds is finished at the end."""
    _settle()
    await haru.clockwork.start(alone=haru.database.is_sqlite)
    log.info("clockwork_started")
    try:
        yield
    finally:
        await haru.clockwork.stop()
        await haru.gathering.stop()


@asynccontextmanager
async def listening(application: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """The application is served while the block runs; gives the port. PortError when it is taken."""
    _settle()
    server = WebServer(application, host=host, port=port)
    chosen = await server.start()
    try:
        yield chosen
    finally:
        await server.stop()


@asynccontextmanager
async def prepared(haru: Haru) -> AsyncIterator[None]:
    """Lookup is prepared before the block runs, or while it does where that takes long; and again, beside
    whatever else goes on, whenever the archive has changed.
    """
    first = asyncio.Event()
    task = asyncio.create_task(_keep_prepared(haru, first))
    try:
        with suppress(TimeoutError):
            await asyncio.wait_for(first.wait(), PATIENCE)
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _keep_prepared(haru: Haru, first: asyncio.Event) -> None:
    while True:
        began = time.monotonic()
        try:
            if await haru.archive.prepare():
                log.info("lookup_prepared")
        except HaruError as error:
            # The database is away for now. Whoever asks meanwhile is told, and readiness tells.
            log.warning("lookup_not_prepared", error=str(error))
        except Exception:
            # Whoever asks then waits a little longer: no reason to stop, and one to be told.
            log.exception("preparing_crashed")
        first.set()
        # While thousands of documents are taken in it changes all the time.
        await asyncio.sleep(max(LOOK, _REST * (time.monotonic() - began)))


def _settle() -> None:
    """Spare what was loaded until now the garbage collector: it stays.

    Looking through it again and again took a sixth of the time of sending a thousand messages, and a
    quarter of a second of whoever waited for an answer just then.
    """
    gc.collect()
    gc.freeze()
    # A question reads thousands of rows, which are gone with its answer: not worth a look each 700.
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])


async def until_signal() -> None:
    """Wait for SIGINT or SIGTERM."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, ended.set)
    await ended.wait()
    log.info("stopping")
