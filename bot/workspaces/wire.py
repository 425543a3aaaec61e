"""The wire: one prepared request to Slack, sent at most once, and what is known of its fate.

Deliveries have connections of their own, so that a morning's posts never delay an answer to a person. Nothing
here repeats a request: aiohttp repeats idempotent methods only, and every request is a POST.
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
from digests.proxies import proxy_for

CONNECTIONS = 100
"""Connections to Slack, with one request at a time on each."""


class NotSentError(Exception):
    """The request surely never left."""


class NotConnectedError(NotSentError):
    """No connection to Slack could be made."""


class LeaseExpiredError(NotSentError):
    """The sender's permission ended while the request waited for a connection."""


class UnknownFateError(Exception):
    """The request may have arrived; the message names what happened to the answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Slack's answer. ``data`` is empty when the body is no JSON object. ``retry_after`` is in seconds."""

    status: int
    data: dict[str, Any]
    retry_after: float | None = None


@dataclass(slots=True)
class _Permission:
    """Whether one request may leave. Asked when its connection is ready."""

    may_leave: Callable[[], bool]
    has_left: bool = field(default=False)


_permission: ContextVar[_Permission] = ContextVar("permission")


class _Gate(aiohttp.TCPConnector):
    """Asks for permission once more when a connection is ready: nothing waits between that and the write."""

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's signature
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        permission = _permission.get()
        if not permission.may_leave():
            connection.release()
            raise LeaseExpiredError
        permission.has_left = True
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
        """POST a JSON body to a Web API method.

        ``patience`` is in seconds, from making the connection to the end of the answer. ``may_leave`` is
        asked just before the request is written. NotSentError when the request never left,
        UnknownFateError when it may have arrived.
        """
        permission = _Permission(may_leave)
        _permission.set(permission)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"}
        try:
            async with self._open_session().post(
                self._api_url + method,
                data=body,
                headers=headers,
                proxy=proxy_for(self._api_url),
                timeout=aiohttp.ClientTimeout(total=max(patience, 0.001)),
            ) as response:
                text = await response.read()
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            if not permission.has_left:
                raise NotConnectedError from error
            raise UnknownFateError(type(error).__name__) from error
        self._slack_clock.read_header(response.headers.get("Date"))
        return Answer(response.status, _json_object(text), retry_after(response.headers.get("Retry-After")))

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=_Gate(limit=CONNECTIONS, keepalive_timeout=KEEP_ALIVE),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


def _json_object(text: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(text)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
