"""Reads a request that claims to come from Slack, and checks its signature before anything else.

Anybody can send a request, so the cheapest checks come first and nothing is unpacked, decoded or parsed
until the signature over the raw bytes is right:
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

if TYPE_CHECKING:
    from slack_bolt.request.async_request import AsyncBoltRequest

log = structlog.stdlib.get_logger(__name__)

MAX_BODY = 1024 * 1024
"""Bytes of a request's body. Slack's largest (a press of a button carries its whole message) are under
300 kB.
"""

BODY_TIMEOUT = 10.0
"""Seconds a client has to send the body. Slack itself gives up after three."""

MAX_AGE = 300
"""Seconds that a request's timestamp may differ from our clock, so that a recorded one cannot be replayed."""

_LONGEST_TIMESTAMP = 15
"""Digits; ten are enough until the year 2286."""


async def read_signed(request: web.Request, secret: str) -> AsyncBoltRequest:
    """The request as Bolt takes it, once its signature is known to be Slack's.

    Raises aiohttp's exception that answers the client: 401 for a wrong or missing signature, 408 for a
    body that comes too slowly, 411 for a body of unstated length, 413 for one over ``MAX_BODY``, 415 for
    a compressed one, and 400 for a signed one that is not UTF-8.
    """
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    if not _is_readable(timestamp, signature):
        raise _refused(web.HTTPUnauthorized, "unsigned")
    # Slack never compresses, and unpacking a body that nobody vouches for is work an attacker can choose.
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise _refused(web.HTTPUnsupportedMediaType, "compressed")
    # Slack always says how long its body is. Chunks of one byte each would cost a microsecond a byte.
    if request.content_length is None:
        raise _refused(web.HTTPLengthRequired, "no_length")
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            body = await request.read()
    except TimeoutError:
        raise _refused(web.HTTPRequestTimeout, "slow_body") from None
    except web.HTTPRequestEntityTooLarge:
        log.warning("request_refused", reason="too_large")
        raise
    if not _is_signed(body, timestamp, signature, secret=secret, now=time.time()):
        raise _refused(web.HTTPUnauthorized, "wrong_signature")
    try:
        text = body.decode("utf-8", errors="strict")
    except UnicodeDecodeError:
        raise _refused(web.HTTPBadRequest, "not_utf8") from None
    headers: dict[str, str | Sequence[str]] = {name: request.headers.getall(name) for name in request.headers}
    from slack_bolt.request.async_request import AsyncBoltRequest

    return AsyncBoltRequest(body=text, query=request.query_string, headers=headers)


def _is_readable(timestamp: str, signature: str) -> bool:
    """Whether both headers are there and have Slack's form."""
    return (
        timestamp.isascii()
        and timestamp.isdecimal()
        and len(timestamp) <= _LONGEST_TIMESTAMP
        and signature.isascii()
        and bool(signature)
    )


def _is_signed(body: bytes, timestamp: str, signature: str, *, secret: str, now: float) -> bool:
    """Whether the signature is Slack's for exactly these bytes, at most ``MAX_AGE`` ago.

    slack_sdk's verifier decodes the body before it compares, and raises for one that is not UTF-8.
    """
    if abs(now - int(timestamp)) > MAX_AGE:
        return False
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={digest}", signature)


def _refused(kind: type[web.HTTPException], reason: str) -> web.HTTPException:
    log.warning("request_refused", reason=reason)
    return kind(text="This is not a request from Slack.")
