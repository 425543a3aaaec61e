"""The HTTP server: Slack's requests, the install pages, and the health of the process."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot import install_pages
from bot.signed_requests import MAX_BODY, read_signed
from bot.workspaces.slack_errors import NO_ANSWER
from digests.errors import HaruError, StoreError

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.request.async_request import AsyncBoltRequest

log = structlog.stdlib.get_logger(__name__)

EVENTS_PATH = "/slack/events"
"""Where Slack sends commands, interactions and events alike."""

IDLE_TIMEOUT = 75.0
"""Seconds a connection may stay open without a whole request. It also ends clients that never finish
their headers. Longer than the 60 seconds for which common proxies keep idle connections, so that no proxy
sends a request down a connection that is just being closed.
"""

MAX_CONNECTIONS = 500
"""Open connections at once. Further ones are closed before they can send anything."""

SHUTDOWN_TIMEOUT = 5.0
"""Seconds that requests under way have to finish when the server stops."""


class PortError(HaruError):
    """The port is taken by another program."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the process works. ``reasons`` says what does not; it is empty when all is well."""

    reasons: tuple[str, ...] = ()
    facts: dict[str, object] = field(default_factory=dict)


def web_application(
    bolt: AsyncApp | None,
    *,
    live: Callable[[], Awaitable[Health]],
    ready: Callable[[], Awaitable[Health]],
    signing_secret: str = "",
    contact: str | None = None,
) -> web.Application:
    """The routes. Without ``bolt`` (a worker) only health is served. ``contact`` stands on the install pages.

    ValueError when ``bolt`` is given without the secret its requests are signed with.
    """
    application = web.Application(client_max_size=MAX_BODY)
    application.router.add_get("/health/live", _health_route(live))
    application.router.add_get("/health/ready", _health_route(ready))
    if bolt is not None:
        if not signing_secret:
            raise ValueError("a Bolt app needs the signing secret of its requests")
        application.router.add_post(EVENTS_PATH, _events_route(bolt, signing_secret))
        if bolt.oauth_flow is not None:
            flow = bolt.oauth_flow
            application.router.add_get("/", _about_route(contact))
            application.router.add_get("/slack/install", _oauth_route(flow.handle_installation, contact))
            application.router.add_get("/slack/oauth_redirect", _oauth_route(flow.handle_callback, contact))
    return application


_Route = Callable[[web.Request], Awaitable[web.Response]]

_TEAM_ID = re.compile(r"[TE][A-Z0-9]{1,30}")

_PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src https://platform.slack-edge.com data:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of the install pages: no scripts, no frames. Bolt's pages have inline styles and Slack's button."""


def _events_route(bolt: AsyncApp, signing_secret: str) -> _Route:
    from slack_bolt.adapter.aiohttp import to_aiohttp_response

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(
            await bolt.async_dispatch(await read_signed(request, signing_secret))
        )

    return events


def _about_route(contact: str | None) -> _Route:
    async def about(request: web.Request) -> web.Response:
        return _page(200, install_pages.about(language=_language(request), contact=contact))

    return about


def _language(request: web.Request) -> str:
    return install_pages.preferred_language(request.headers.get("Accept-Language", ""))


def _page(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text, content_type="text/html", headers=_PAGE_HEADERS)


def _oauth_route(handle: Callable[[AsyncBoltRequest], Awaitable[object]], contact: str | None) -> _Route:
    from slack_bolt.adapter.aiohttp import to_aiohttp_response
    from slack_bolt.request.async_request import AsyncBoltRequest

    async def oauth(request: web.Request) -> web.Response:
        # Bolt writes ``team`` into the link to Slack as it is, where an ampersand would begin a parameter.
        query = [
            (name, value)
            for name, value in request.query.items()
            if name != "team" or _TEAM_ID.fullmatch(value)
        ]
        # These are plain page views: whatever body an attacker adds is never read.
        asked = AsyncBoltRequest(
            body="",
            query=urlencode(query),
            headers={name: request.headers.getall(name) for name in request.headers},
        )
        try:
            page = await to_aiohttp_response(await handle(asked))  # type: ignore[arg-type]
        except (*NO_ANSWER, StoreError) as error:
            log.warning("installation_interrupted", error=type(error).__name__)
            failed = install_pages.failed("", language=_language(request), contact=contact)
            return _page(502, failed)
        page.headers.update(_PAGE_HEADERS)
        return page

    return oauth


def _health_route(check: Callable[[], Awaitable[Health]]) -> _Route:
    async def health(_: web.Request) -> web.Response:
        found = await check()
        return web.json_response(
            {"ok": not found.reasons, "reasons": list(found.reasons), **found.facts},
            status=503 if found.reasons else 200,
        )

    return health


class WebServer:
    """Serves an application on one host and port. Does not know what it serves.

    It keeps at most ``max_connections`` open, and closes one that sends no whole request within
    ``idle_timeout`` seconds.
    """

    def __init__(
        self,
        application: web.Application,
        *,
        host: str,
        port: int,
        max_connections: int = MAX_CONNECTIONS,
        idle_timeout: float = IDLE_TIMEOUT,
    ) -> None:
        self._runner = web.AppRunner(
            application,
            access_log=None,
            logger=_server_log(),
            shutdown_timeout=SHUTDOWN_TIMEOUT,
            keepalive_timeout=idle_timeout,
            lingering_time=0,
            auto_decompress=False,
        )
        self._listener: asyncio.Server | None = None
        self._host = host
        self._port = port
        self._max_connections = max_connections

    async def start(self) -> int:
        """Listen; returns the port (the one the system chose, for port 0). Raises PortError when taken."""
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        try:
            self._listener = await loop.create_server(self._protocol, self._host, self._port, backlog=128)
        except OSError as error:
            await self._runner.cleanup()
            raise PortError(
                f"Port {self._port} on {self._host} cannot be used ({error.strerror});"
                " stop the other program, or choose another port"
            ) from error
        port: int = self._listener.sockets[0].getsockname()[1]
        log.info("web_listening", host=self._host, port=port)
        return port

    async def stop(self) -> None:
        """Stop listening, and let requests under way finish within ``SHUTDOWN_TIMEOUT``."""
        if self._listener is not None:
            self._listener.close()
        await self._runner.cleanup()

    def _protocol(self) -> asyncio.Protocol:
        """The handler of a new connection; one that hangs up when there are too many already."""
        server = self._runner.server
        if server is None or len(server.connections) >= self._max_connections:
            return _HangUp()
        return server()


class _HangUp(asyncio.Protocol):
    """Closes its connection at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        log.warning("connection_refused", reason="too_many")
        transport.close()


def _server_log() -> logging.Logger:
    """aiohttp's log of what went wrong, without a traceback for each client that does not speak HTTP."""
    logger = logging.getLogger("bot.http_server.aiohttp")
    if not logger.filters:
        logger.addFilter(_without_client_tracebacks)
    return logger


def _without_client_tracebacks(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True
