"""The clients that talk to Slack: one connection pool for all, and never an automatic repeat.

The SDK's stock client sends ``chat.postMessage`` again after a dropped connection, and
the message appears twice; so ``retry_handlers`` is empty everywhere here. A session
passed in makes the SDK ignore its own timeout, so the session carries it.
"""

from __future__ import annotations

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

TIMEOUT = 30.0
"""Seconds a request may take in all. Shorter than a lease, so that an answer is never too late."""

_CONNECT = 10.0
_CONNECTIONS = 100
KEEP_ALIVE = 15.0
"""Shorter than Slack keeps an idle connection, so that none is reused as it is being closed."""


class Clients:
    """Makes clients that share one session. Call ``close`` when done."""

    def __init__(self, api_url: str) -> None:
        self.api_url = api_url if api_url.endswith("/") else api_url + "/"
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The shared session, opened when first used (it belongs to the running loop)."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=TIMEOUT, connect=_CONNECT),
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=KEEP_ALIVE),
            )
        return self._session

    def client(self, token: str | None = None) -> AsyncWebClient:
        """A client with this token, or without one."""
        return AsyncWebClient(token=token, base_url=self.api_url, session=self.session, retry_handlers=[])

    async def close(self) -> None:
        """Close the shared session."""
        if self._session is not None:
            await self._session.close()
