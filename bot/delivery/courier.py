"""The courier: takes due parts from the ledger to Slack, once each. Decides nothing about content."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.delivery.ledger import PER_WORKSPACE, Ledger, Part, metadata_of
from bot.delivery.outcome import Kind, Outcome, of_error
from bot.workspaces.clients import Clients
from bot.workspaces.installations import Installations

log = structlog.stdlib.get_logger(__name__)

AT_ONCE = 50
"""Parts claimed, sent together and recorded in one commit."""

_SECOND = 1.0

Crash = Callable[[str], Awaitable[None]]


async def no_crash(point: str) -> None:
    """The named points of a delivery at which a test may end the process; here nothing happens."""


class Courier:
    """Sends what the ledger has due. One drain at a time."""

    def __init__(
        self,
        ledger: Ledger,
        installations: Installations,
        clients: Clients,
        *,
        on_failure: Callable[[Part, Outcome], Awaitable[None]] | None = None,
        reach: Crash = no_crash,
    ) -> None:
        self._ledger = ledger
        self._installations = installations
        self._clients = clients
        self._on_failure = on_failure
        self._reach = reach
        self._resting: dict[str, float] = {}

    async def drain(self) -> int:
        """Send everything that is due now; how many requests were made."""
        sent = 0
        await self._ledger.give_up()
        while parts := await self._ledger.claim(AT_ONCE, unless=[*await self._paused(), *self._rested()]):
            self._rest(parts)
            await self._reach("claimed")
            outcomes = await asyncio.gather(*(self._send(part) for part in parts))
            results = list(zip(parts, outcomes, strict=True))
            await self._reach("answered")
            await self._ledger.record(results)
            await self._reach("recorded")
            for part, outcome in results:
                log.info(
                    "part_attempted", part=part.id, delivery=part.delivery_id, outcome=outcome.kind.value,
                    code=outcome.code,
                )  # fmt: skip
                if outcome.kind is Kind.WORKSPACE:
                    await self._installations.pause(part.workspace, outcome.code)
                if self._on_failure and outcome.kind in (Kind.CHANNEL, Kind.WORKSPACE, Kind.MESSAGE):
                    await self._on_failure(part, outcome)
            sent += len(parts)
        return sent

    def _rested(self) -> list[str]:
        """The workspaces that had their share of this second."""
        now = time.monotonic()
        self._resting = {key: until for key, until in self._resting.items() if until > now}
        return list(self._resting)

    def _rest(self, parts: Sequence[Part]) -> None:
        busy = Counter(part.workspace.key for part in parts)
        until = time.monotonic() + _SECOND
        self._resting |= {key: until for key, count in busy.items() if count >= PER_WORKSPACE}

    async def _paused(self) -> list[str]:
        return [one.workspace.key for one in await self._installations.all() if one.paused_reason]

    async def _send(self, part: Part) -> Outcome:
        installation = await self._installations.get(part.workspace)
        if installation is None:
            return Outcome(Kind.CHANNEL, "not_installed")
        client = self._clients.client(installation.bot_token)
        # The lease is looked at once more, with nothing left to wait for before the request.
        if part.lease_until <= datetime.now(UTC):
            return Outcome(Kind.AGAIN, "lease_expired_before_sending")
        await self._reach("sending")
        try:
            answer = await client.chat_postMessage(**arguments(part))
        except SlackApiError as error:
            return _refused(error)
        except aiohttp.ClientConnectorError:
            # No connection was made, so no request left.
            return Outcome(Kind.AGAIN, "not_connected", wait=5.0)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return Outcome(Kind.DOUBT, type(error).__name__)
        ts = answer.get("ts")
        if not isinstance(ts, str):
            return Outcome(Kind.DOUBT, "no_ts")
        return Outcome(Kind.SENT, ts=ts)


def arguments(part: Part) -> dict[str, Any]:
    """What ``chat.postMessage`` is given for a part."""
    body: dict[str, Any] = {"channel": part.slack_channel, **part.body, "metadata": metadata_of(part.uid)}
    if part.plain:
        body["blocks"] = []
    if part.in_thread:
        body["thread_ts"] = part.thread_ts
    return body


def _refused(error: SlackApiError) -> Outcome:
    answer = error.response
    status = int(getattr(answer, "status_code", 200) or 200)
    data = getattr(answer, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    headers = {str(name).lower(): value for name, value in (getattr(answer, "headers", None) or {}).items()}
    wait = str(headers.get("retry-after", ""))
    return of_error(code, status=status, retry_after=float(wait) if wait.isdigit() else None)
