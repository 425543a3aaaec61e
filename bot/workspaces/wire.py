"""The wire: one prepared request to Slack, sent at most once, and what is known of its fate.

Deliveries have connections of their own, so that a morning's posts never make a person wait
for an answer. Nothing here repeats a request: aiohttp does so for idempotent methods only,
and everything goes out as POST.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from bot.clocks import SlackClock
from bot.workspaces.clients import KEEP_ALIVE
from bot.workspaces.rate_limits import retry_after

AT_ONCE = 100
"""Requests under way at a time, each on a connection of its own."""


class NotSentError(Exception):
    """The request surely never left; the message says why."""


class UnknownFateError(Exception):
    """The request may have arrived; the message says what happened to the answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What Slack answered. ``data`` is empty when it was no JSON object."""

    status: int
    data: dict[str, Any]
    retry_after: float | None = None


@dataclass(slots=True)
class _Ticket:
    """One request's permission to leave, asked for when its connection is in hand."""

    may_leave: Callable[[], bool]
    has_left: bool = field(default=False)


_ticket: ContextVar[_Ticket] = ContextVar("ticket")


class _Gate(aiohttp.TCPConnector):
    """Asks once more whether a request may leave, with nothing left to wait for before it is written."""

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        ticket = _ticket.get()
        if not ticket.may_leave():
            connection.release()
            raise NotSentError("lease_expired_before_sending")
        ticket.has_left = True
        return connection


class Wire:
    """Sends prepared requests. Does not know what they say, and keeps no token."""

    def __init__(self, api_url: str, slack_clock: SlackClock) -> None:
        self._api_url = api_url
        self._slack_clock = slack_clock
        self._session: aiohttp.ClientSession | None = None

    async def send(
        self, method: str, token: str, body: bytes, *, patience: float, may_leave: Callable[[], bool]
    ) -> Answer:
        """POST a JSON body. NotSentError when it never left, UnknownFateError when it may have arrived.

        ``patience`` is in seconds, for everything from the connection to the end of the answer.
        """
        ticket = _Ticket(may_leave)
        _ticket.set(ticket)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"}
        try:
            async with self._open().post(
                self._api_url + method,
                data=body,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=max(patience, 0.001)),
            ) as response:
                text = await response.read()
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            name = type(error).__name__
            if not ticket.has_left:
                raise NotSentError("not_connected") from error
            raise UnknownFateError(name) from error
        self._slack_clock.read_header(response.headers.get("Date"))
        return Answer(response.status, _object(text), retry_after(response.headers.get("Retry-After")))

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=_Gate(limit=AT_ONCE, keepalive_timeout=KEEP_ALIVE),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
