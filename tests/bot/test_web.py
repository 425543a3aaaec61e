"""The HTTP door: what is not signed by Slack goes no further, and health tells the truth."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier

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

    server = WebServer(web_application(bolt, live=_well, ready=_ill), host="127.0.0.1", port=0)
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
