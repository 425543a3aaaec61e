"""Coverage-guided fuzzing of requests that anybody can send: headers, length and body of an unsigned request.

python -m tests.fuzz.requests --runs 250000 --seed 1
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import AsyncMock

import atheris
import structlog
from multidict import CIMultiDict

with atheris.instrument_imports(include=["bot.signed_requests"]):
    from aiohttp import web

    from bot.signed_requests import read_signed

from tests.fuzz.engine import fuzz

SLOWEST = 5
"""Seconds one request of at most LONGEST bytes may take; libFuzzer stops there."""

LONGEST = 4096

SECRET = "a secret that no fuzzer guesses"
_NAMES = (
    "X-Slack-Request-Timestamp", "X-Slack-Signature", "Content-Type", "Content-Encoding", "Content-Length",
    "Transfer-Encoding", "X-Slack-Retry-Num",
)  # fmt: skip

SEEDS = [
    b"1740441600\nv0=ab\napplication/x-www-form-urlencoded\n\n9\n\n1\ncommand=x",
    b"1740441600\nv0=ab\ntext/plain; charset=punycode\ngzip\n1300\n\n\n\x1f\x8b\x08\x00",
    "１７４０\nv0=é\napplication/json; charset=idna\nidentity\n-1\nchunked\n\n{".encode(),
    b"99999999999999999999\nv0=\n\n\n\n\n\n\xff\xfe\x00",
]

_loop = asyncio.new_event_loop()
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def test_one_input(data: bytes) -> None:
    """Send one unsigned request; anything but a refusal with a status of a client's mistake is a finding."""
    lines = data.split(b"\n", len(_NAMES))
    headers: CIMultiDict[str] = CIMultiDict()
    for name, value in zip(_NAMES, lines, strict=False):
        said = value.decode("utf-8", "surrogateescape").replace("\r", "").strip()
        if said:
            headers[name] = said
    body = lines[len(_NAMES)] if len(lines) > len(_NAMES) else b""
    _loop.run_until_complete(_send(headers, body))


async def _send(headers: CIMultiDict[str], body: bytes) -> None:
    request = SimpleNamespace(
        headers=headers,
        content_length=len(body) if headers.get("Content-Length") else None,
        query_string="",
        read=AsyncMock(return_value=body),
    )
    try:
        await read_signed(request, SECRET)  # type: ignore[arg-type]  # what read_signed uses of a request
    except web.HTTPException as refusal:
        if 400 <= refusal.status < 500:
            return
        raise
    raise AssertionError("an unsigned request was read")


def write_corpus(folder: Path, _: int) -> None:
    """Requests as attackers send them."""
    for number, seed in enumerate(SEEDS):
        (folder / f"{number:04d}").write_bytes(seed)


if __name__ == "__main__":
    fuzz(test_one_input, write_corpus, description=__doc__, longest=LONGEST, slowest=SLOWEST)
