"""The key without which nobody on another machine opens the local workspace, as notebooks have one."""

from __future__ import annotations

import hmac
import secrets
from ipaddress import ip_address

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

QUERY = "key"
"""The parameter of the printed address that holds the key."""

_COOKIE = "haru_local_key"


def new_key() -> str:
    """A key for one run of the local workspace."""
    return secrets.token_urlsafe(24)


def is_loopback(address: str | None) -> bool:
    """Whether an address belongs to this machine alone. False for a name other than localhost."""
    try:
        return ip_address((address or "").partition("%")[0]).is_loopback
    except ValueError:
        return address == "localhost"


def key_required(key: str) -> Middleware:
    """A middleware that answers other machines only if they know the key.

    Anybody who reaches the page may act as any person of it, and whoever runs a container cannot have it
    listen on loopback. The printed address holds the key; opening it stores the key in a cookie. Requests
    from the machine (or container) itself need none: Haru's own calls are among them.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if is_loopback(request.remote):
            return await handler(request)
        given = request.query.get(QUERY)
        if given is not None and hmac.compare_digest(given.encode(), key.encode()):
            answer = web.HTTPFound(request.path)
            answer.set_cookie(_COOKIE, key, httponly=True, samesite="Strict")
            raise answer
        if hmac.compare_digest(request.cookies.get(_COOKIE, "").encode(), key.encode()):
            return await handler(request)
        raise web.HTTPForbidden(
            text="Open the address that Haru printed when it started: it holds the key of this workspace."
        )

    return check
