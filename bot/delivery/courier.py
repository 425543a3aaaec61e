"""The courier: takes due parts from the ledger to Slack, once each. Decides nothing about content."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from bot.ledger.ledger import Ledger
from bot.ledger.outcome import Kind, Outcome, of_answer
from bot.ledger.part import Deed, Part, metadata_of
from bot.messages.limits import MESSAGE_TEXT
from bot.messages.mrkdwn import clip
from bot.workspaces.clients import TIMEOUT
from bot.workspaces.installations import Installations
from bot.workspaces.wire import AT_ONCE, NotSentError, UnknownFateError, Wire
from digests.errors import StoreError

log = structlog.stdlib.get_logger(__name__)

AHEAD = AT_ONCE
"""Parts claimed beyond those under way, so that a connection never waits for a commit."""

LINGER = 0.04
"""Seconds that results wait for others, unless many are there: one commit writes them all down."""

MANY = AT_ONCE * 3 // 4

_LOOK = 0.25
"""Seconds after which a courier with room left looks for new parts, though no answer has come."""

_RETRY = 1.0
"""Seconds between attempts to write results down while the database is away."""

Crash = Callable[[str], Awaitable[None]]


async def no_crash(point: str) -> None:
    """The named points of a delivery at which a test may end the process; here nothing happens."""


class Courier:
    """Sends what the ledger has due: as soon as one answer has come, the next request leaves.

    Results it cannot write down it keeps until it can; nothing is forgotten while the
    process lives.
    """

    def __init__(
        self,
        ledger: Ledger,
        installations: Installations,
        wire: Wire,
        *,
        on_failure: Callable[[Part, Outcome], Awaitable[None]] | None = None,
        reach: Crash = no_crash,
        at_once: int = AT_ONCE + AHEAD,
    ) -> None:
        self._ledger = ledger
        self._installations = installations
        self._wire = wire
        self._on_failure = on_failure
        self._reach = reach
        self._at_once = at_once
        self._under_way: set[asyncio.Task[None]] = set()
        self._following: set[asyncio.Task[None]] = set()
        self._answers: list[tuple[Part, Outcome]] = []
        self._answered = asyncio.Event()
        self._draining = asyncio.Lock()
        self._stopping = False

    async def drain(self) -> int:
        """Send everything that is due now; how many requests were made. One drain at a time."""
        if self._draining.locked():
            # The one under way looks for new parts by itself.
            return 0
        async with self._draining:
            made = 0
            while True:
                parts = await self._exchange() or await self._corrections()
                made += len(parts)
                for part in parts:
                    task = asyncio.create_task(self._attempt(part))
                    self._under_way.add(task)
                    task.add_done_callback(self._under_way.discard)
                if not self._under_way and not self._answers:
                    break
                await self._some_answer()
            if self._following:
                await asyncio.wait(self._following)
            return made

    async def stop(self, *, patience: float) -> None:
        """Take nothing more; what has not left is handed back, what has is waited for, then doubted."""
        self._stopping = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=patience)
        for task in self._under_way:
            task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(patience), self._draining:
                pass

    async def _exchange(self) -> list[Part]:
        answers, self._answers = self._answers, []
        room = 0 if self._stopping else self._at_once - len(self._under_way)
        if answers:
            await self._reach("answered")
        try:
            counted, parts = await self._ledger.exchange(answers, room)
        except StoreError as error:
            self._answers = [*answers, *self._answers]
            if not self._answers and not self._under_way:
                raise
            log.error("results_kept", count=len(self._answers), error=str(error))
            await asyncio.sleep(_RETRY)
            return []
        if answers:
            await self._reach("recorded")
        for part, outcome in counted:
            log.info(
                "part_attempted", part=part.id, delivery=part.delivery_id, outcome=outcome.kind.value,
                code=outcome.code,
            )  # fmt: skip
            if outcome.kind in (Kind.CHANNEL, Kind.WORKSPACE, Kind.MESSAGE):
                # Beside the others: telling an admin must not hold anybody's post.
                task = asyncio.create_task(self._follow(part, outcome))
                self._following.add(task)
                task.add_done_callback(self._following.discard)
        if parts:
            await self._reach("claimed")
        return parts

    async def _corrections(self) -> list[Part]:
        """Corrections yield to posts: they are taken when none is under way."""
        if self._stopping or self._under_way or self._answers:
            return []
        return await self._ledger.claim_corrections(self._at_once)

    async def _some_answer(self) -> None:
        """Wait for an answer and for those that come close behind it; not for long while there is room."""
        if self._answers:
            return
        has_room = len(self._under_way) < self._at_once and not self._stopping
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK if has_room else None):
                await self._answered.wait()
        lingered = 0.0
        while self._under_way and len(self._answers) < MANY and lingered < LINGER:
            await asyncio.sleep(LINGER / 4)
            lingered += LINGER / 4
        self._answered.clear()

    async def _attempt(self, part: Part) -> None:
        outcome = Outcome(Kind.DOUBT, "stopped")
        try:
            outcome = await self._send(part)
        finally:
            self._answers.append((part, outcome))
            self._answered.set()

    async def _send(self, part: Part) -> Outcome:
        if part.token is None:
            return Outcome(Kind.CHANNEL, "not_installed")
        await self._reach("sending")
        left = (part.held_until - self._ledger.steady()).total_seconds()
        try:
            answer = await self._wire.send(
                part.deed.value,
                part.token,
                request_body(part),
                # The answer is never waited for longer than the part is ours.
                patience=min(TIMEOUT, left),
                may_leave=lambda: not self._stopping and self._ledger.steady() < part.held_until,
            )
        except NotSentError as error:
            return Outcome(Kind.AGAIN, str(error), wait=5.0 if str(error) == "not_connected" else 0.0)
        except UnknownFateError as error:
            return Outcome(Kind.DOUBT, str(error))
        await self._reach("sent")
        return of_answer(answer.data, status=answer.status, retry_after=answer.retry_after)

    async def _follow(self, part: Part, outcome: Outcome) -> None:
        try:
            if outcome.kind is Kind.WORKSPACE:
                await self._installations.pause(part.workspace, outcome.code)
            if self._on_failure:
                await self._on_failure(part, outcome)
        except StoreError as error:
            log.error("aftermath_failed", part=part.id, error=str(error))
        except Exception:
            # Nobody waits for this task: what nobody foresaw is logged whole, and no post is held by it.
            log.exception("aftermath_crashed", part=part.id)


def request_body(part: Part) -> bytes:
    """What Slack is given for a part: the rendered message as it is kept, and where it goes."""
    where: dict[str, object] = {"channel": part.slack_channel, "metadata": metadata_of(part.uid)}
    if part.deed is Deed.CORRECT:
        where["ts"] = part.ts
    elif part.in_thread:
        where["thread_ts"] = part.thread_ts
    body = part.body
    if part.plain or part.deed is Deed.CORRECT:
        content = json.loads(body)
        if part.plain:
            content["blocks"] = []
        if part.deed is Deed.CORRECT:
            # An update takes less text than a post: https://docs.slack.dev/reference/methods/chat.update
            content["text"] = clip(content["text"], MESSAGE_TEXT)
        body = json.dumps(content, ensure_ascii=False)
    # Both are JSON objects: put together as text, since taking a whole digest apart and
    # putting it together again would cost more than sending it.
    return f"{json.dumps(where)[:-1]}, {body[1:]}".encode("utf-8", "surrogatepass")
