"""The named points of a delivery at which a worker process is killed or frozen.

They lie where every delivery passes, whatever the code in between: just before and after a commit of the
ledger, and around each request to Slack.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import claims, results
from bot.ledger.doubts import Verdict
from bot.ledger.ledger import Ledger
from bot.ledger.part import Method, Part
from digests.store.database import Database

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

_doing: ContextVar[str | None] = ContextVar("doing", default=None)


@dataclass
class Trap:
    """Kills this process (``kill``) or freezes it (``stop``) at the first point that it reaches for the given
    number of times. A process that is woken falls into no other trap.
    """

    deed: str
    points: dict[str, int]
    hits: Path

    def reach(self, point: str) -> None:
        self.points[point] = self.points.get(point, 0) - 1
        if self.points[point] != 0:
            return
        self.points.clear()
        _append(self.hits, f"{os.getpid()} {point} {self.deed}")
        os.kill(os.getpid(), signal.SIGKILL if self.deed == "kill" else signal.SIGSTOP)


@dataclass(frozen=True, slots=True)
class Notes:
    """A file of what this process claims, stores, takes to look for and settles, one line each. It tells
    whether anything in a channel was in doubt when its history was read.
    """

    file: Path

    def write(self, what: str, part: Part, *, at: float | None = None, kind: str = "") -> None:
        """Note what became of a part's attempt."""
        note = {"at": time.time() if at is None else at, "pid": os.getpid(), "what": what, "kind": kind}
        about = {"part": part.uid, "attempt": part.attempt, "channel": part.slack_channel}
        _append(self.file, json.dumps(note | about))

    def write_claim(self, row: Any, *, at: float) -> None:
        """Note that a part is being claimed, by the row that was read for it."""
        note = {"at": at, "pid": os.getpid(), "what": "claimed", "kind": ""}
        about = {"part": row.uid, "attempt": row.attempt + 1, "channel": row.slack_channel}
        _append(self.file, json.dumps(note | about))


class WatchedDatabase(Database):
    """Reports when a transaction of the ledger is about to be committed."""

    def __init__(self, url: str, reach: Reach) -> None:
        super().__init__(url)
        self._reach = reach

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        async with super().write() as connection:
            yield connection
            doing = _doing.get()
            if doing is not None:
                self._reach(doing)


def watch(ledger: Ledger, reach: Reach, notes: Notes) -> None:
    """Have the ledger's methods reach their points, and note what they do to parts."""
    _watch_opening(ledger, reach)
    _watch_exchange(ledger, reach, notes)
    _watch_settling(ledger, reach, notes)


def _watch_opening(ledger: Ledger, reach: Reach) -> None:
    open_group = _committing("opening", ledger.openings.open)

    async def opened(*arguments: Any, **named: Any) -> Any:
        made = await open_group(*arguments, **named)
        reach("opened")
        return made

    setattr(ledger.openings, "open", opened)  # noqa: B010 - mypy guards methods


def _watch_exchange(ledger: Ledger, reach: Reach, notes: Notes) -> None:
    """Note a claim before it is committed, since the process may die right after, with the time at which
    claiming began, since the lease counts from then. Note a result after it is committed.
    """
    exchange, claim, record = ledger.queue.exchange, claims.claim, results.record
    began: ContextVar[float] = ContextVar("began")

    async def claiming(*arguments: Any, **named: Any) -> Any:
        taken = await claim(*arguments, **named)
        for row, _ in taken:
            notes.write_claim(row, at=began.get())
        if taken:
            reach("claiming")
        return taken

    async def recording(*arguments: Any, **named: Any) -> Any:
        counted = await record(*arguments, **named)
        reach("recording")
        return counted

    async def exchanged(answers: Any, limit: int) -> Any:
        began.set(time.time())
        counted, parts = await exchange(answers, limit)
        posts = [part for part, _ in answers if part.method is Method.POST]
        for part, outcome in counted:
            if part.method is Method.POST:
                notes.write("answered", part, kind=outcome.kind.value)
        if posts:
            reach("recorded")
        if parts:
            reach("claimed")
        if any(part.in_thread for part in parts):
            reach("reply_claimed")
        return counted, parts

    setattr(claims, "claim", claiming)  # noqa: B010 - mypy guards what a module has
    setattr(results, "record", recording)  # noqa: B010
    setattr(ledger.queue, "exchange", exchanged)  # noqa: B010


def _watch_settling(ledger: Ledger, reach: Reach, notes: Notes) -> None:
    check, settle = ledger.doubts.check_out, _committing("settling", ledger.doubts.settle)

    async def checked(*arguments: Any, **named: Any) -> list[Part]:
        began = time.time()
        parts = await check(*arguments, **named)
        for part in parts:
            notes.write("taken", part, at=began)
        return parts

    async def settled(verdicts: Sequence[tuple[Part, Verdict]]) -> list[tuple[Part, Verdict]]:
        counted: list[tuple[Part, Verdict]] = await settle(verdicts)
        for part, verdict in counted:
            if verdict.again_after is None:
                notes.write("settled", part)
        reach("settled")
        return counted

    setattr(ledger.doubts, "check_out", checked)  # noqa: B010
    setattr(ledger.doubts, "settle", settled)  # noqa: B010


def _committing(point: str, method: Any) -> Any:
    """The method, with its transactions reaching a point just before they are committed."""

    @functools.wraps(method)
    async def call(*arguments: Any, **named: Any) -> Any:
        before = _doing.set(point)
        try:
            return await method(*arguments, **named)
        finally:
            _doing.reset(before)

    return call


def _append(file: Path, line: str) -> None:
    # One write at the end of the file: processes share it and may be killed at any time.
    opened = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(opened, f"{line}\n".encode())
    os.close(opened)


def trace_requests(reach: Reach) -> None:
    """Have every connection that this process opens from now on reach the points of a request."""
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

    # aiohttp's signals come before the bytes reach the socket; call_soon runs after.
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
