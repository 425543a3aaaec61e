"""Whatever Slack's client raises becomes one error of ours, in one place."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from bot.workspaces.clients import Clients
from bot.workspaces.slack_errors import UNREADABLE, SlackCallError, call, start_failure
from tests.bot.delivery.doubt import slack_that_answers

BOT = Path(__file__).parents[3] / "bot"


def _body(
    body: bytes, content_type: str = "application/json", *, status: int = 200
) -> Callable[[web.Request], web.Response]:
    headers = {"Content-Type": content_type} | ({"Retry-After": "30"} if status == 429 else {})
    return lambda _: web.Response(body=body, headers=headers, status=status)


def _dropped(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.close()
    return web.Response()


@pytest.mark.parametrize(
    ("answer", "code", "status"),
    [
        pytest.param(_body(b'{"ok": true, "mess'), UNREADABLE, 200, id="cut"),
        pytest.param(_body(b""), UNREADABLE, 200, id="empty"),
        pytest.param(_body(b"[1]"), UNREADABLE, 200, id="list"),
        pytest.param(_body(b"null"), UNREADABLE, 200, id="null"),
        pytest.param(_body(b'"ok"'), UNREADABLE, 200, id="string"),
        pytest.param(_body(b'{"ok": false}'), UNREADABLE, 200, id="no code"),
        pytest.param(_body(b"[" * 100_000), UNREADABLE, 200, id="deep"),
        pytest.param(_body(b'{"ok": "\xff"}'), UNREADABLE, 200, id="no UTF-8"),
        pytest.param(_body(b"{}", "application/json; charset=klingon"), UNREADABLE, 200, id="charset"),
        pytest.param(_body(b"ok", "text/plain"), UNREADABLE, 200, id="text"),
        pytest.param(_body(b"ok", "application/gzip"), UNREADABLE, 200, id="file"),
        pytest.param(_body(b"<html>", "text/html", status=502), UNREADABLE, 502, id="HTML"),
        pytest.param(_body(b'{"ok": fal', status=500), UNREADABLE, 500, id="cut 500"),
        pytest.param(_body(b'{"ok": false, "error": "is_archived"}'), "is_archived", 200, id="refusal"),
        pytest.param(_body(b"slow d", status=429), UNREADABLE, 429, id="cut 429"),
        pytest.param(_dropped, "ServerDisconnectedError", None, id="dropped"),
    ],
)
async def test_whatever_slacks_client_raises_becomes_our_error(
    answer: Callable[[web.Request], web.Response], code: str, status: int | None
) -> None:
    """A refusal, a body that cannot be read, and a lost connection all raise SlackCallError, which says what
    it was.
    """
    async with slack_that_answers(answer) as (url, _):
        clients = Clients(url)
        with pytest.raises(SlackCallError) as caught:
            await call(clients.client("xoxb-1").conversations_info(channel="C1"))
        await clients.close()
    assert (caught.value.code, caught.value.status) == (code, status)
    assert caught.value.is_rate_limit is (status == 429)
    assert caught.value.retry_after == (30.0 if status == 429 else None)
    assert caught.value.is_refusal is (code == "is_archived")


def test_one_module_knows_what_slacks_client_raises() -> None:
    """Every other module of the bot calls Slack through ``slack_errors.call``."""
    knows = [
        path.relative_to(BOT).as_posix()
        for path in BOT.rglob("*.py")
        if "local" not in path.parts and re.search(r"slack_sdk\.errors|SlackApiError", path.read_text())
    ]
    assert knows == ["workspaces/slack_errors.py"]


@pytest.mark.parametrize(
    ("error", "said", "advises_another_token"),
    [
        (SlackCallError("invalid_auth", status=200), "Slack does not accept SLACK_BOT_TOKEN", True),
        (SlackCallError("token_expired", status=200), "Slack does not accept SLACK_BOT_TOKEN", True),
        (SlackCallError("ratelimited", status=429, retry_after=30), "try again in 30 seconds", False),
        (SlackCallError("internal_error", status=200), "Slack could not check SLACK_BOT_TOKEN", False),
        (SlackCallError("fatal_error", status=500), "Slack could not check SLACK_BOT_TOKEN", False),
        (SlackCallError(UNREADABLE, status=502), "is not Slack, or Slack is in trouble", False),
        (SlackCallError("ServerDisconnectedError"), "Slack cannot be reached at https://…@proxy", False),
    ],
)
def test_a_start_that_failed_advises_another_token_only_where_one_helps(
    error: SlackCallError, said: str, advises_another_token: bool
) -> None:
    """What Slack does not say about the token is no reason to copy it anew; a password is not repeated."""
    text = start_failure(
        error, setting="SLACK_BOT_TOKEN", remedy="Copy it anew.", api_url="https://me:marked@proxy/api/"
    )
    assert said in text
    assert ("Copy it anew" in text) is advises_another_token
    assert "marked" not in text
