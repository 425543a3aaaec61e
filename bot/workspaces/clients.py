"""Makes the clients that call Slack's Web API. They share one connection pool and never retry.

The SDK's own client sends ``chat.postMessage`` again after a dropped connection, so that the message may
appear twice. Therefore ``retry_handlers`` is empty here. The SDK ignores its own timeout if it is given a
session, so the session has the timeout.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from digests.proxies import proxy_for

TIMEOUT = 30.0
"""How many seconds a request may take. Shorter than a lease (``HARU_LEASE``), within which it is sent."""

_CONNECT = 10.0
_CONNECTIONS = 100
KEEP_ALIVE = 15.0
"""How many seconds an idle connection is kept. Slack keeps it longer, so it is never reused while closing."""


class ProxiedSession:
    """A session that sends each request through the environment's proxy for its address.

    It stands for an ``aiohttp.ClientSession`` in the SDK, which knows ``HTTPS_PROXY`` and no ``NO_PROXY``.
    """

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    @property
    def closed(self) -> bool:
        """Whether the session is closed."""
        return self._session.closed

    def request(
        self, method: str, url: str, **arguments: Any
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """Like ``aiohttp.ClientSession.request``; a proxy among the arguments is ignored."""
        return self._session.request(method, url, **{**arguments, "proxy": proxy_for(url)})

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()


class Clients:
    """Makes clients that share one session. Does not install or authorize: the caller knows the token."""

    def __init__(self, api_url: str) -> None:
        self.api_url = api_url if api_url.endswith("/") else api_url + "/"
        self._session: ProxiedSession | None = None

    @property
    def session(self) -> ProxiedSession:
        """The shared session. Opened at its first use, because it belongs to the running event loop."""
        if self._session is None or self._session.closed:
            self._session = ProxiedSession(
                aiohttp.ClientSession(
                    timeout=aiohttp.ClientTimeout(total=TIMEOUT, connect=_CONNECT),
                    connector=aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=KEEP_ALIVE),
                )
            )
        return self._session

    def client(self, token: str | None = None) -> AsyncWebClient:
        """A client that uses this token, or none."""
        return AsyncWebClient(
            token=token,
            base_url=self.api_url,
            session=self.session,  # type: ignore[arg-type]  # the SDK uses what ProxiedSession has
            retry_handlers=[],
        )

    async def close(self) -> None:
        """Close the shared session."""
        if self._session is not None:
            await self._session.close()
