"""The HTTP server: a request that Slack did not sign goes no further, and health tells the truth."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
import http.client
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.signature import SignatureVerifier

from bot import signed_requests
from bot.http_server import EVENTS_PATH, Health, PortError, WebServer, web_application

SECRET = "a signing secret"
BODY = "command=%2Fpaper&text=looped&team_id=T1&user_id=U1&channel_id=C1"


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-1", bot_user_id="UB")


async def _well() -> Health:
    return Health(facts={"tick_age": 1})


async def _ill() -> Health:
    return Health(reasons=("no tick for 300 s",))


@pytest.fixture
async def server() -> AsyncIterator[str]:
    """A real server on a free port, with a command that answers ``found``; gives its address."""
    bolt = AsyncApp(signing_secret=SECRET, authorize=_authorize)

    @bolt.command("/paper")
    async def paper(ack: AsyncAck) -> None:
        await ack("found")

    application = web_application(bolt, signing_secret=SECRET, live=_well, ready=_ill)
    server = WebServer(application, host="127.0.0.1", port=0, max_connections=20, idle_timeout=1.0)
    port = await server.start()
    yield f"http://127.0.0.1:{port}"
    await server.stop()


def _signed(body: str, *, secret: str = SECRET, age: int = 0) -> dict[str, str]:
    timestamp = str(int(time.time()) - age)
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    assert signature is not None
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature,
    }


async def _post(server: str, body: str, headers: dict[str, str]) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(server + EVENTS_PATH, data=body, headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def test_a_signed_command_is_answered(server: str) -> None:
    """A request signed with the app's secret reaches the listener."""
    assert await _post(server, BODY, _signed(BODY)) == (200, "found")


@pytest.mark.parametrize(
    "headers",
    [
        lambda: _signed(BODY, secret="another secret"),
        lambda: _signed(BODY + "&user_id=UADMIN"),
        lambda: _signed(BODY) | {"X-Slack-Request-Timestamp": "soon"},
        lambda: _signed(BODY) | {"X-Slack-Request-Timestamp": "9" * 400},
        lambda: _signed(BODY) | {"X-Slack-Request-Timestamp": "١٧"},
        lambda: {"Content-Type": "application/x-www-form-urlencoded"},
    ],
    ids=["forged", "altered", "no number", "huge number", "other digits", "unsigned"],
)
async def test_a_request_slack_did_not_sign_is_refused(
    server: str, headers: Callable[[], dict[str, str]]
) -> None:
    """A forged, altered or malformed request gets 401 and no listener runs."""
    status, text = await _post(server, BODY, headers())
    assert status == 401
    assert "found" not in text


async def test_a_replayed_request_is_refused(server: str) -> None:
    """A request recorded six minutes ago is refused, however well it is signed."""
    status, _ = await _post(server, BODY, _signed(BODY, age=360))
    assert status == 401


async def test_health_answers_with_its_reasons(server: str) -> None:
    """Liveness is 200 with its facts, and a process that is not ready says 503 and why."""
    async with aiohttp.ClientSession() as session:
        async with session.get(server + "/health/live") as live:
            assert (live.status, await live.json()) == (200, {"ok": True, "reasons": [], "tick_age": 1})
        async with session.get(server + "/health/ready") as ready:
            assert ready.status == 503
            assert json.loads(await ready.text())["reasons"] == ["no tick for 300 s"]


async def test_a_busy_port_is_named(server: str) -> None:
    """A port another program holds is refused with its number."""
    port = int(server.rpartition(":")[2])
    with pytest.raises(PortError, match=rf"Port {port} on 127\.0\.0\.1"):
        await WebServer(web_application(None, live=_well, ready=_well), host="127.0.0.1", port=port).start()


LARGEST = 4 * 1024 * 1024
"""Bytes of the largest body that the tests send."""


def _gzip_of(text: bytes) -> bytes:
    return gzip.compress(text, mtime=0)


UNSIGNED: dict[str, tuple[dict[str, str], bytes]] = {
    "punycode": ({"Content-Type": "text/plain; charset=punycode"}, b"a-" + b"b" * 1_000_000),
    "idna": ({"Content-Type": "text/plain; charset=idna"}, b"xn--" + b"b" * 1_000_000),
    "packed punycode": (
        {"Content-Type": "text/plain; charset=punycode", "Content-Encoding": "gzip"},
        _gzip_of(b"a-" + b"b" * 1_000_000),
    ),
    "deflate": ({"Content-Encoding": "deflate"}, b"x" * 1000),
    "brotli": ({"Content-Encoding": "br"}, b"x" * 1000),
    "gzip that is none": ({"Content-Encoding": "gzip"}, b"not gzip"),
    "many fields": ({"Content-Type": "application/x-www-form-urlencoded"}, b"a&" * (LARGEST // 2)),
    "deep JSON": ({"Content-Type": "application/json"}, b"[" * 900_000),
    "broken JSON payload": ({"Content-Type": "application/x-www-form-urlencoded"}, b"payload=%7Bnope"),
    "not UTF-8": ({"Content-Type": "application/json"}, b"\xff\xfe\x00"),
    "unknown charset": ({"Content-Type": "text/plain; charset=no-such"}, b"x"),
    "too large": ({"Content-Type": "text/plain"}, b"x" * LARGEST),
    "multipart": ({"Content-Type": "multipart/form-data"}, b"--x"),
    "empty": ({}, b""),
}
"""Requests that Slack did not sign, which cost much to unpack, decode or parse."""


def _post_raw(port: int, headers: dict[str, str], body: bytes) -> int:
    """Send a request from outside the event loop; returns the status of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", EVENTS_PATH, body=body, headers=headers)
        return connection.getresponse().status
    except (BrokenPipeError, ConnectionResetError):
        # The server answered and hung up before the whole body was sent.
        return 413
    finally:
        connection.close()


@pytest.mark.parametrize("signature", ["", "v0=" + "0" * 64], ids=["unsigned", "forged"])
@pytest.mark.parametrize("name", UNSIGNED)
async def test_an_unsigned_request_costs_next_to_nothing(
    server: str, name: str, signature: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever somebody sends without Slack's signature is refused for under 50 ms of the loop's time."""
    headers, body = UNSIGNED[name]
    if signature:
        headers = headers | {
            "X-Slack-Request-Timestamp": str(int(time.time())),
            "X-Slack-Signature": signature,
        }
    began = time.thread_time()
    status = await asyncio.to_thread(_post_raw, int(server.rpartition(":")[2]), headers, body)
    assert time.thread_time() - began < 0.05
    assert status in (400, 401, 413, 415)
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_body_in_tiny_chunks_is_not_read(server: str) -> None:
    """A body of 900,000 chunks of one byte is refused before it is read."""

    def attack() -> None:
        with socket.create_connection(("127.0.0.1", int(server.rpartition(":")[2])), timeout=20) as client:
            head = [f"POST {EVENTS_PATH} HTTP/1.1", "Host: a", "Transfer-Encoding: chunked"]
            head += [f"{name}: {value}" for name, value in _signed("x").items()]
            client.sendall("\r\n".join([*head, "", ""]).encode())
            # The server answers 411 and hangs up, perhaps before all is sent.
            with suppress(BrokenPipeError, ConnectionResetError):
                client.sendall(b"1\r\na\r\n" * 900_000)

    began = time.thread_time()
    await asyncio.to_thread(attack)
    assert time.thread_time() - began < 0.05


async def test_a_signed_request_in_another_encoding_is_refused(server: str) -> None:
    """A signed body that is not UTF-8 gets 400, and a signed compressed one 415."""
    timestamp = str(int(time.time()))
    body = b"text=\xff"
    digest = hmac.new(SECRET.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}
    port = int(server.rpartition(":")[2])
    assert await asyncio.to_thread(_post_raw, port, headers, body) == 400
    assert await asyncio.to_thread(_post_raw, port, headers | {"Content-Encoding": "gzip"}, body) == 415


async def test_a_client_that_is_no_http_gets_one_line(server: str, caplog: pytest.LogCaptureFixture) -> None:
    """A client that sends something other than HTTP gets 400, and the log no traceback."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.rpartition(":")[2]))
    writer.write(b"GET /health/live HTTP/1.1\r\nHost: a\r\nContent-Length: minus one\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 400") or (await reader.read()) != b""
    writer.close()
    assert not [record for record in caplog.records if record.exc_info]


async def test_half_a_request_is_ended(server: str) -> None:
    """A client that never finishes its headers is hung up on after the idle time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.rpartition(":")[2]))
    writer.write(b"POST /slack/events HTTP/1.1\r\nHost: a\r\nX-Slow: ")
    async with asyncio.timeout(10):
        assert await reader.read() == b""
    writer.close()


async def test_a_slow_body_is_ended(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that announces a body and does not send it gets 408."""
    monkeypatch.setattr(signed_requests, "BODY_TIMEOUT", 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.rpartition(":")[2]))
    head = [f"POST {EVENTS_PATH} HTTP/1.1", "Host: a", "Content-Length: 10"]
    head += [f"{name}: {value}" for name, value in _signed("x").items()]
    writer.write("\r\n".join([*head, "", "x"]).encode())
    async with asyncio.timeout(10):
        assert (await reader.readline()).startswith(b"HTTP/1.1 408")
    writer.close()


async def test_honest_requests_pass_between_stalled_ones(server: str) -> None:
    """While as many clients as may connect stall, they are ended, and a signed request is answered after."""
    port = int(server.rpartition(":")[2])
    stalled = [await asyncio.open_connection("127.0.0.1", port) for _ in range(40)]
    for _, writer in stalled:
        writer.write(b"POST /slack/events HTTP/1.1\r\n")
    async with asyncio.timeout(10):
        for reader, _ in stalled:
            with suppress(ConnectionResetError):
                await reader.read()
    assert await _post(server, BODY, _signed(BODY)) == (200, "found")
    for _, writer in stalled:
        writer.close()


async def test_the_link_to_slack_has_no_further_parameters() -> None:
    """Installing leads straight to Slack; what is no team id stays out of the link."""
    settings = AsyncOAuthSettings(
        client_id="1", client_secret="s", scopes=["commands"], install_page_rendering_enabled=False
    )
    bolt = AsyncApp(signing_secret=SECRET, oauth_settings=settings)
    server = WebServer(
        web_application(bolt, signing_secret=SECRET, live=_well, ready=_well), host="127.0.0.1", port=0
    )
    port = await server.start()
    try:
        async with aiohttp.ClientSession() as session:
            page = f"http://127.0.0.1:{port}/slack/install?team="
            async with session.get(page + "T1%26scope%3Dadmin", allow_redirects=False) as hostile:
                assert hostile.status == 302
                assert "admin" not in hostile.headers["Location"]
                assert "frame-ancestors 'none'" in hostile.headers["Content-Security-Policy"]
                assert hostile.headers["X-Frame-Options"] == "DENY"
            async with session.get(page + "T123", allow_redirects=False) as honest:
                assert "team=T123" in honest.headers["Location"]
    finally:
        await server.stop()
