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


@asynccontextmanager
async def delivering(haru: Haru) -> AsyncIterator[None]:
    """The clockwork runs while the block does; what it holds is finished at the end."""
    # What was loaded until now stays: looking through it again and again for garbage took a sixth of the
    # time of sending a thousand messages.
    gc.collect()
    gc.freeze()
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
    server = WebServer(application, host=host, port=port)
    chosen = await server.start()
    try:
        yield chosen
    finally:
        await server.stop()


async def until_signal() -> None:
    """Wait for SIGINT or SIGTERM."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, ended.set)
    await ended.wait()
    log.info("stopping")
