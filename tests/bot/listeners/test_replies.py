"""Answers to events where Slack takes them only later, elsewhere or not at all."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.listeners import events, replies
from bot.listeners.request import Request
from bot.messages.message import Message
from bot.workspaces.slack_errors import SlackCallError
from digests.model import Workspace


def _answer(status: int, body: dict[str, Any], **headers: str) -> AsyncSlackResponse:
    return AsyncSlackResponse(
        client=AsyncWebClient(),
        http_verb="POST",
        api_url="",
        req_args={},
        data=body,
        headers=headers,
        status_code=status,
    )


def _failed(status: int, code: str, **headers: str) -> SlackApiError:
    return SlackApiError(  # type: ignore[no-untyped-call]
        "no", _answer(status, {"ok": False, "error": code}, **headers)
    )


class _Slack(AsyncWebClient):
    """Gives the outcomes of a list to one call after the other, then takes everything."""

    def __init__(self, *outcomes: Exception) -> None:
        super().__init__()
        self.outcomes = list(outcomes)
        self.calls: list[tuple[str, str, Any]] = []

    async def api_call(self, api_method: str, **given: Any) -> AsyncSlackResponse:
        sent = given.get("json") or given.get("params") or {}
        self.calls.append((api_method, sent.get("channel", ""), sent.get("thread_ts")))
        if self.outcomes:
            raise self.outcomes.pop(0)
        return _answer(200, {"ok": True})


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each wait was meant to be; nothing waits."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("bot.listeners.replies.asyncio.sleep", sleep)
    return waits


def _request(slack: _Slack, channel: str = "C1", **given: str) -> Request:
    return Request(
        None,  # type: ignore[arg-type]  # no answer here needs the use cases
        workspace=Workspace("", "T1"),
        user_id=given.pop("user_id", "U1"),
        channel_id=channel,
        client=slack,
        **given,
    )


async def test_an_answer_waits_as_slack_asks_and_is_tried_again(waited: list[float]) -> None:
    """After a rate limit the answer waits for Retry-After; after a 500 or a lost connection a little."""
    slack = _Slack(_failed(429, "ratelimited", **{"retry-after": "30"}), _failed(500, "fatal_error"))
    slack.outcomes.append(aiohttp.ServerDisconnectedError())
    await replies.send_privately(_request(slack, thread_ts="1.5"), Message("hello"))
    assert slack.calls == [("chat.postEphemeral", "C1", "1.5")] * 4
    assert waited == [30, 2, 8]


@pytest.mark.parametrize("answer", [replies.send_privately, replies.answer_in_channel])
async def test_an_answer_that_the_channel_does_not_take_comes_directly(
    waited: list[float], answer: Any
) -> None:
    """A refusal, and trouble that does not end, send the answer to the person alone."""
    for outcomes in ([_failed(200, "not_in_channel")], [_failed(503, "fatal_error")] * 4):
        slack = _Slack(*outcomes)
        await answer(_request(slack), Message("hello"))
        assert slack.calls[-1] == ("chat.postMessage", "U1", None)
        assert len(slack.calls) == len(outcomes) + 1


async def test_an_answer_that_nobody_can_get_is_an_error(waited: list[float]) -> None:
    """Where there is no person to write to, the failure reaches the log."""
    slack = _Slack(_failed(200, "not_in_channel"))
    with pytest.raises(SlackCallError):
        await replies.answer_in_channel(_request(slack, user_id=""), Message("hello"))


@pytest.mark.parametrize(
    ("request_", "event", "call"),
    [
        ({"channel": "C1", "user_id": ""}, {"ts": "2.5", "bot_id": "B1"}, ("chat.postMessage", "C1", "2.5")),
        ({"channel": "C1", "thread_ts": "1.5"}, {}, ("chat.postEphemeral", "C1", "1.5")),
    ],
)
async def test_a_mention_by_a_bot_is_answered_in_its_thread(
    request_: dict[str, str],
    event: dict[str, Any],
    call: tuple[str, str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bot has no ``user`` and sees no private answer; a person gets one in the thread they wrote in."""

    async def answered(*_: object) -> Any:
        return Message("found")

    monkeypatch.setattr(events, "haru_command", lambda request, typed: answered())
    monkeypatch.setattr(events, "_text_without_haru", answered)
    slack = _Slack()
    await events.HANDLERS["app_mention"](_request(slack, **request_), event)
    assert slack.calls == [call]


async def test_a_direct_message_in_a_thread_is_answered_in_the_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A question in a thread of the direct message gets its answer there."""

    async def answered(*_: object) -> Any:
        return Message("found")

    async def text(*_: object) -> str:
        return "looped"

    monkeypatch.setattr(events, "haru_command", lambda request, typed: answered())
    monkeypatch.setattr(events, "_text_without_haru", text)
    slack = _Slack()
    asked = {"channel_type": "im", "thread_ts": "1.5", "text": "looped"}
    await events.HANDLERS["message"](_request(slack, "D1", thread_ts="1.5"), asked)
    assert slack.calls == [("chat.postMessage", "D1", "1.5")]
