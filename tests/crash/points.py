"""The named points of a delivery at which a worker process ends or stands still.

They lie on the seams every delivery passes, whatever the code between them looks like:
just before and after a commit of the ledger's, and around each request to Slack.
"""

from __future__ import annotations

import asyncio
import functools
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.ledger import Ledger
from digests.store.sessions import Database

POINTS = {
    "opening": "a delivery is written, not yet committed",
    "opened": "a delivery is committed",
    "claiming": "parts are marked as sending, not yet committed",
    "claimed": "parts are committed as sending, no request has left",
    "connected": "the connection for a message is in hand",
    "written": "a first message is written to Slack, no answer yet",
    "reply_claimed": "between two parts of a thread: the reply is committed as sending",
    "reply_written": "in the middle of a thread: a reply is written, no answer yet",
    "heard": "Slack's answer has come, nobody has looked at it",
    "recording": "results are written down, not yet committed",
    "recorded": "results are committed",
    "looking": "a history is asked for",
    "looked": "a history was read, nothing is concluded yet",
    "settling": "a doubt is settled, not yet committed",
    "settled": "a doubt's end is committed",
    "correcting": "a correction is written to Slack, no answer yet",
    "corrected": "Slack's answer to a correction has come",
}

FREEZES = ("opened", "claimed", "connected", "written", "heard", "recorded", "looked")
"""Points at which a process also stands still past its lease.

Never inside a transaction, which would hold others up on any database.
"""

Reach = Callable[[str], None]

HISTORIES = ("conversations.history", "conversations.replies")

_COMMITS = {
    "open_group": ("opening", "opened"),
    "settle": ("settling", "settled"),
}
_doing: ContextVar[tuple[str, str] | None] = ContextVar("doing", default=None)


@dataclass
class Trap:
    """Ends this process (``kill``) or stops it (``stop``) at the ``nth`` time it reaches ``point``."""

    point: str
    nth: int
    deed: str
    hits: Path

    def reach(self, point: str) -> None:
        if point != self.point:
            return
        self.nth -= 1
        if self.nth != 0:
            return
        file = os.open(self.hits, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, f"{os.getpid()} {point} {self.deed}\n".encode())
        os.close(file)
        os.kill(os.getpid(), signal.SIGKILL if self.deed == "kill" else signal.SIGSTOP)


class WatchedDatabase(Database):
    """Says when a transaction of the ledger's is about to be committed, and when it is."""

    def __init__(self, url: str, reach: Reach) -> None:
        super().__init__(url)
        self._reach = reach

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        doing = _doing.get()
        async with super().write() as connection:
            yield connection
            if doing is not None:
                self._reach(doing[0])
        if doing is not None:
            self._reach(doing[1])


def watch(ledger: Ledger, reach: Reach) -> None:
    """Let the database know which of the ledger's deeds a transaction is."""

    def named(method: Any, points: Callable[..., tuple[str, str]]) -> Any:
        @functools.wraps(method)
        async def call(*arguments: Any, **named: Any) -> Any:
            before = _doing.set(points(*arguments, **named))
            try:
                return await method(*arguments, **named)
            finally:
                _doing.reset(before)

        return call

    for name, points in _COMMITS.items():
        setattr(ledger, name, named(getattr(ledger, name), lambda *_, points=points, **__: points))

    def exchanged(answers: Any, *_: Any, **__: Any) -> tuple[str, str]:
        return ("recording", "recorded") if answers else ("claiming", "claimed")

    exchange = named(ledger.exchange, exchanged)

    async def exchange_and_tell(*arguments: Any, **named: Any) -> Any:
        counted, parts = await exchange(*arguments, **named)
        if any(part.in_thread for part in parts):
            reach("reply_claimed")
        return counted, parts

    setattr(ledger, "exchange", exchange_and_tell)  # noqa: B010 - mypy guards methods


def trace_requests(reach: Reach) -> None:
    """Every connection this process opens from now on says how far each request is."""
    trace = aiohttp.TraceConfig()
    made = aiohttp.ClientSession

    @trace.on_request_start.append
    async def started(_: Any, context: SimpleNamespace, request: aiohttp.TraceRequestStartParams) -> None:
        context.method = request.url.name

    async def in_hand(_: Any, context: SimpleNamespace, __: Any) -> None:
        if context.method == "chat.postMessage":
            reach("connected")

    trace.on_connection_create_end.append(in_hand)
    trace.on_connection_reuseconn.append(in_hand)

    # Signals come before the bytes are handed to the socket; what is called soon comes after.
    @trace.on_request_chunk_sent.append
    async def written(_: Any, context: SimpleNamespace, chunk: aiohttp.TraceRequestChunkSentParams) -> None:
        point = {"chat.update": "correcting", "chat.postMessage": "written"}.get(context.method)
        if point == "written" and b'"thread_ts"' in chunk.chunk:
            point = "reply_written"
        if point is not None:
            asyncio.get_running_loop().call_soon(reach, point)

    @trace.on_request_headers_sent.append
    async def asked(_: Any, context: SimpleNamespace, __: Any) -> None:
        if context.method in HISTORIES:
            asyncio.get_running_loop().call_soon(reach, "looking")

    @trace.on_response_chunk_received.append
    async def answered(_: Any, context: SimpleNamespace, __: Any) -> None:
        if context.method in HISTORIES:
            reach("looked")
        elif context.method in ("chat.postMessage", "chat.update"):
            reach("heard" if context.method == "chat.postMessage" else "corrected")

    def traced(*arguments: Any, **named: Any) -> aiohttp.ClientSession:
        return made(*arguments, trace_configs=[trace], **named)

    aiohttp.ClientSession = traced  # type: ignore[assignment,misc]  # a subclass is not welcome
