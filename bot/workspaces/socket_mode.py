"""The connection to Slack by Socket Mode: the SDK's client, which connects anew sooner and more surely.

Slack gives each connection an address that works once (https://docs.slack.dev/apis/events-api/using-socket-mode).
After a handshake that failed, the SDK tries the same address for ever
(https://github.com/slackapi/python-slack-sdk/issues/1446). And it notices a connection that was reset only
after its next ping, up to ten seconds later; what people type meanwhile reaches nobody.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from digests.proxies import proxy_for

log = structlog.stdlib.get_logger(__name__)

PING_EVERY = 5.0
"""Seconds between two pings."""

_FIRST_WAIT, _LONGEST_WAIT = 0.5, 10.0
"""Seconds after the first attempt to connect that failed, and at most after later ones; each waits twice as
long as the one before."""

LOOK_EVERY = 0.5
"""Seconds between two looks at whether the connection is still open."""


class SocketMode:
    """One Socket Mode connection that feeds a Bolt app."""

    def __init__(self, app: AsyncApp, app_token: str) -> None:
        self._app = app
        self._client = _Client(app_token, app.client)
        self._client.socket_mode_request_listeners.append(self._answer)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Keep the connection during the block; reconnect whenever it is lost."""
        await self._client.connect()
        watch = asyncio.create_task(self._client.watch())
        log.info("socket_mode_connected")
        try:
            yield
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
            await self._client.close()  # type: ignore[no-untyped-call]

    def stop_taking(self) -> None:
        """Take no more requests: Slack gives them to another connection, or says that nobody answered."""
        self._client.socket_mode_request_listeners.clear()

    async def is_connected(self) -> bool:
        """Whether the connection is open and Slack answers pings."""
        return bool(await self._client.is_connected())

    async def _answer(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        began = time.time()
        response = await run_async_bolt_app(self._app, request)
        await send_async_response(client, request, response, began)


class _Client(SocketModeClient):
    """The SDK's client with another way to connect."""

    def __init__(self, app_token: str, web_client: AsyncWebClient) -> None:
        super().__init__(app_token=app_token, web_client=web_client, ping_interval=PING_EVERY)

    async def connect(self) -> None:
        """Connect, each time with a new address from Slack, until that succeeds or the client is closed."""
        wait = _FIRST_WAIT
        while not self.closed:
            try:
                await self._leave()
                # ``connect_to_new_endpoint`` may just have asked for one.
                url, self.wss_uri = self.wss_uri or await self.issue_new_wss_url(), None
                self.current_session = await self.aiohttp_client_session.ws_connect(
                    url, autoping=False, heartbeat=PING_EVERY, proxy=proxy_for(url)
                )
                await self._begin()
                return
            except Exception as error:  # noqa: BLE001 - whatever it was, the connection is tried again
                log.warning("socket_mode_not_connected", error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)

    async def _leave(self) -> None:
        """Close the connection there was."""
        self.auto_reconnect_enabled = False
        if self.current_session is not None:
            with suppress(Exception):  # a broken connection cannot always be closed
                await self.current_session.close()

    async def _begin(self) -> None:
        """Ping the new connection, and receive from it."""
        self.auto_reconnect_enabled = self.default_auto_reconnect_enabled
        self.stale = False
        self.last_ping_pong_time = None
        await self.current_session.ping(f"sdk-ping-pong:{time.time()}".encode())  # type: ignore[union-attr]
        for task in (self.current_session_monitor, self.message_receiver):
            if task is not None and task is not asyncio.current_task():
                task.cancel()
        self.current_session_monitor = asyncio.ensure_future(self.monitor_current_session())
        self.message_receiver = asyncio.ensure_future(self.receive_messages())

    async def watch(self) -> None:
        """Reconnect as soon as the connection is closed, for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if self.current_session is not None and self.current_session.closed:
                log.info("socket_mode_lost")
                try:
                    await self.connect_to_new_endpoint()
                except Exception as error:  # noqa: BLE001 - Slack may be away; the next look tries again
                    log.warning("socket_mode_not_connected", error=f"{type(error).__name__}: {error}")
                    await asyncio.sleep(_LONGEST_WAIT)
