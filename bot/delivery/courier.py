"""The courier: sends due parts from the ledger to Slack, each attempt once. Decides nothing about content."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from bot import counts
from bot.ledger.ledger_clock import LedgerClock
from bot.ledger.outcome import Kind, Outcome, of_answer
from bot.ledger.part import Method, Part, metadata_of
from bot.ledger.send_queue import SendQueue
from bot.ledger.states import Reason
from bot.messages.text_pages import first_page
from bot.workspaces.clients import TIMEOUT
from bot.workspaces.installations import Installations
from bot.workspaces.wire import CONNECTIONS, LeaseExpiredError, NotConnectedError, UnknownFateError, Wire
from digests.errors import StoreError

log = structlog.stdlib.get_logger(__name__)

PARTS_AT_ONCE = 2 * CONNECTIONS
"""Parts held at a time: twice as many as connections, so that no connection waits for a commit."""

GATHERING_TIME = 0.04
"""Seconds that results wait for others, so that one commit stores many."""

ENOUGH_RESULTS = CONNECTIONS * 3 // 4
"""Results that are stored at once, without waiting for more."""

_POLL_INTERVAL = 0.25
"""Seconds without an answer after which a courier with free connections looks for new parts."""

_STORE_RETRY = 1.0
"""Seconds between attempts to store results while the database is away."""

_RECONNECT_AFTER = 5.0
"""Seconds until the next attempt after Slack could not be reached."""

FollowUp = Callable[[Part, Outcome], Awaitable[None]]


class Courier:
    """Sends the parts that are due; a new request leaves as soon as an answer has come.

    Keeps the results that it cannot store until it can: while the process lives none is forgotten.
    ``on_failure`` is called, beside further sending, for results that concern a channel, a workspace or
    the message itself. ``clock`` tells when the parts' leases end.
    """

    def __init__(
        self,
        queue: SendQueue,
        installations: Installations,
        wire: Wire,
        *,
        clock: LedgerClock,
        on_failure: FollowUp | None = None,
        at_once: int = PARTS_AT_ONCE,
    ) -> None:
        self._queue = queue
        self._installations = installations
        self._wire = wire
        self._clock = clock
        self._on_failure = on_failure
        self._at_once = at_once
        self._attempts: set[asyncio.Task[None]] = set()
        self._follow_ups: set[asyncio.Task[None]] = set()
        self._results: list[tuple[Part, Outcome]] = []
        self._answered = asyncio.Event()
        self._draining = asyncio.Lock()
        self._stopping = False

    async def drain(self) -> int:
        """Send everything that is due now; returns how many requests were made.

        One drain runs at a time: a second call returns 0 at once, since the first looks for new parts itself.
        """
        if self._draining.locked():
            return 0
        async with self._draining:
            made = 0
            while True:
                parts = await self._exchange() or await self._claim_corrections()
                made += len(parts)
                for part in parts:
                    task = asyncio.create_task(self._attempt(part))
                    self._attempts.add(task)
                    task.add_done_callback(self._attempts.discard)
                if not self._attempts and not self._results:
                    break
                await self._wait_for_results()
            if self._follow_ups:
                await asyncio.wait(self._follow_ups)
            return made

    async def stop(self, *, patience: float) -> None:
        """Take no more parts. Wait ``patience`` seconds for answers; parts without one are then in doubt.

        A part whose request has not left is given back to be sent by another process.
        """
        self._stopping = True
        if self._attempts:
            await asyncio.wait(self._attempts, timeout=patience)
        for task in self._attempts:
            task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(patience), self._draining:
                pass

    async def _exchange(self) -> list[Part]:
        """Store the results there are, and take new parts."""
        results, self._results = self._results, []
        room = 0 if self._stopping else self._at_once - len(self._attempts)
        try:
            counted, parts = await self._queue.exchange(results, room)
        except StoreError as error:
            self._results = [*results, *self._results]
            if not self._results and not self._attempts:
                raise
            log.error("results_kept", count=len(self._results), error=str(error))
            await asyncio.sleep(_STORE_RETRY)
            return []
        for part, outcome in counted:
            counts.attempts[outcome.kind.value] += 1
            if outcome.code == Reason.RATELIMITED:
                counts.rate_limits["post"] += 1
            log.info(
                "part_attempted", part=part.id, delivery=part.delivery_id, outcome=outcome.kind.value,
                code=outcome.code,
            )  # fmt: skip
            if outcome.kind in (Kind.CHANNEL, Kind.WORKSPACE, Kind.MESSAGE):
                # In a task of its own: telling an admin must not delay posts.
                task = asyncio.create_task(self._follow_up(part, outcome))
                self._follow_ups.add(task)
                task.add_done_callback(self._follow_ups.discard)
        return parts

    async def _claim_corrections(self) -> list[Part]:
        """Corrections yield to posts: take some only while nothing else is held."""
        if self._stopping or self._attempts or self._results:
            return []
        return await self._queue.claim_corrections(self._at_once)

    async def _wait_for_results(self) -> None:
        """Wait for a result and for others close behind it; not for long while there is room for parts."""
        if self._results:
            return
        has_room = len(self._attempts) < self._at_once and not self._stopping
        with suppress(TimeoutError):
            async with asyncio.timeout(_POLL_INTERVAL if has_room else None):
                await self._answered.wait()
        waited = 0.0
        while self._attempts and len(self._results) < ENOUGH_RESULTS and waited < GATHERING_TIME:
            await asyncio.sleep(GATHERING_TIME / 4)
            waited += GATHERING_TIME / 4
        self._answered.clear()

    async def _attempt(self, part: Part) -> None:
        outcome = Outcome(Kind.DOUBT, Reason.STOPPED)
        try:
            outcome = await self._send(part)
        finally:
            self._results.append((part, outcome))
            self._answered.set()

    async def _send(self, part: Part) -> Outcome:
        if part.token is None:
            return Outcome(Kind.CHANNEL, Reason.NOT_INSTALLED)
        lease_left = (part.held_until - self._clock.monotonic()).total_seconds()
        try:
            answer = await self._wire.send(
                part.method.value,
                part.token,
                request_body(part),
                # An answer after the lease would be too late to count.
                patience=min(TIMEOUT, lease_left),
                may_leave=lambda: not self._stopping and self._clock.monotonic() < part.held_until,
            )
        except NotConnectedError:
            return Outcome(Kind.RETRY, Reason.NOT_CONNECTED, wait=_RECONNECT_AFTER)
        except LeaseExpiredError:
            return Outcome(Kind.RETRY, Reason.LEASE_EXPIRED_BEFORE_SENDING)
        except UnknownFateError as error:
            return Outcome(Kind.DOUBT, str(error))
        return of_answer(answer.data, status=answer.status, retry_after=answer.retry_after)

    async def _follow_up(self, part: Part, outcome: Outcome) -> None:
        try:
            if outcome.kind is Kind.WORKSPACE:
                await self._installations.pause(part.workspace, outcome.code)
            if self._on_failure:
                await self._on_failure(part, outcome)
        except StoreError as error:
            log.error("follow_up_failed", part=part.id, error=str(error))
        except Exception:
            # Nobody awaits this task's result, so an unforeseen error is logged here.
            log.exception("follow_up_crashed", part=part.id)


def request_body(part: Part) -> bytes:
    """The body of a part's request: the rendered message as it is stored, with its channel and metadata."""
    where: dict[str, object] = {"channel": part.slack_channel, "metadata": metadata_of(part.uid)}
    if part.method is Method.UPDATE:
        where["ts"] = part.ts
    elif part.in_thread:
        where["thread_ts"] = part.thread_ts
    body = part.body
    if part.plain or part.method is Method.UPDATE:
        content = json.loads(body)
        if part.plain:
            content["blocks"] = []
        if part.method is Method.UPDATE:
            # An update takes less text than a post, and says nothing of unfurling:
            # https://docs.slack.dev/reference/methods/chat.update
            content["text"] = first_page(content["text"])
            del content["unfurl_links"], content["unfurl_media"]
        body = json.dumps(content, ensure_ascii=False)
    # Two JSON objects joined as text: parsing and encoding a whole digest would cost more than sending it.
    return f"{json.dumps(where)[:-1]}, {body[1:]}".encode("utf-8", "surrogatepass")
