"""Refuses requests that other web sites make to the local workspace through the user's browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def cross_site_guard(host: str) -> Middleware:
    """A middleware that answers only requests to this machine's name that come from its own page.

    Without it any web page could act here: by pointing a name of its own at 127.0.0.1 (DNS
    rebinding), which shows in the Host header, or by posting a form, which shows in Origin.
    """
    names = {*_LOOPBACK, host} - {"0.0.0.0", "::"}  # noqa: S104 - removed, since nobody types these

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if urlsplit(f"//{request.host}").hostname not in names:
            raise web.HTTPForbidden(text="The local workspace answers only at its own address.")
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(text="The local workspace accepts requests only from its own page.")
        if request.method != "GET" and request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
            raise web.HTTPForbidden(text="The local workspace accepts requests only from its own page.")
        response = await handler(request)
        if not response.prepared:
            response.headers["Content-Security-Policy"] = _POLICY
            response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return check
