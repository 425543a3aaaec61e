"""The HTTP door: Slack's requests, the install pages, and the health of the process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from digests.errors import HaruError

log = structlog.stdlib.get_logger(__name__)

EVENTS_PATH = "/slack/events"
"""Where Slack sends commands, interactions and events alike."""

MAX_BODY = 4 * 1024 * 1024
"""Bytes of a request. Slack's own stay far below; anything larger is not from Slack."""


class PortError(HaruError):
    """The port is taken by another program."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the process works. ``reasons`` say what does not; empty: all is well."""

    reasons: tuple[str, ...] = ()
    facts: dict[str, object] = field(default_factory=dict)


def web_application(
    bolt: AsyncApp | None,
    *,
    live: Callable[[], Awaitable[Health]],
    ready: Callable[[], Awaitable[Health]],
) -> web.Application:
    """The routes. Without ``bolt`` (a worker) only health is served.

    Bolt verifies each request's signature and its age of at most five minutes
    (https://docs.slack.dev/authentication/verifying-requests-from-slack); what would
    make it fail instead of refusing is answered 401 here.
    """
    application = web.Application(client_max_size=MAX_BODY)
    application.router.add_get("/health/live", _health_route(live))
    application.router.add_get("/health/ready", _health_route(ready))
    if bolt is None:
        return application

    async def events(request: web.Request) -> web.Response:
        if not _has_readable_signature(request):
            return web.Response(status=401, text="This request is not signed by Slack.")
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    application.router.add_post(EVENTS_PATH, events)
    flow = bolt.oauth_flow
    if flow is not None:

        async def install(request: web.Request) -> web.Response:
            return await to_aiohttp_response(await flow.handle_installation(await to_bolt_request(request)))

        async def oauth_redirect(request: web.Request) -> web.Response:
            return await to_aiohttp_response(await flow.handle_callback(await to_bolt_request(request)))

        application.router.add_get("/slack/install", install)
        application.router.add_get("/slack/oauth_redirect", oauth_redirect)
    return application


def _has_readable_signature(request: web.Request) -> bool:
    # Bolt calls int() on the timestamp and answers 500 when it is no number.
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    return timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 16 and signature.isascii()


def _health_route(check: Callable[[], Awaitable[Health]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_: web.Request) -> web.Response:
        health = await check()
        return web.json_response(
            {"ok": not health.reasons, "reasons": list(health.reasons), **health.facts},
            status=503 if health.reasons else 200,
        )

    return answer


class WebServer:
    """Serves an application on one host and port. Does not know what it serves."""

    def __init__(self, application: web.Application, *, host: str, port: int) -> None:
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=5)
        self._host = host
        self._port = port

    async def start(self) -> int:
        """Listen; the port listened on (the one the system chose, for port 0). PortError when taken."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise PortError(
                f"Port {self._port} on {self._host} cannot be used ({error.strerror});"
                " stop the other program, or choose another port"
            ) from error
        port: int = self._runner.addresses[0][1]
        log.info("web_listening", host=self._host, port=port)
        return port

    async def stop(self) -> None:
        """Stop listening, and let requests under way end for at most five seconds."""
        await self._runner.cleanup()
