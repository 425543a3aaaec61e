"""Keeps other web sites out of the local workspace, which acts on what it is told."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.local.user_actions import RefusedError

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def guard(host: str) -> Middleware:
    """Responses only to its own name and its own page.

    A page elsewhere could point a name of its own at 127.0.0.1 (DNS rebinding) or post
    here blindly; the first has a foreign Host, the second a foreign Origin.
    """
    names = {*_LOOPBACK, host} - {"0.0.0.0", "::"}  # noqa: S104 - names nobody types

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if urlsplit(f"//{request.host}").hostname not in names:
            raise web.HTTPForbidden(text="The local workspace answers only to http://127.0.0.1.")
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(text="The local workspace takes orders only from its own page.")
        if request.method != "GET" and request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
            raise web.HTTPForbidden(text="The local workspace takes orders only from its own page.")
        try:
            response = await handler(request)
        except RefusedError as error:
            response = web.json_response({"error": str(error)}, status=409)
        if not response.prepared:
            response.headers["Content-Security-Policy"] = _POLICY
            response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return check
