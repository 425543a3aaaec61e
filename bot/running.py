"""Pieces of a running process: the clockwork, a listening port, the signal that ends it."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

from bot.app import Haru
from bot.web import WebServer

log = structlog.stdlib.get_logger(__name__)

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
