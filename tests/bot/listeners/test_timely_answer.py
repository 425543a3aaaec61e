"""Answers within three seconds, and words where something failed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from unittest.mock import AsyncMock

import aiohttp
import pytest
from aiohttp import web

from bot.lifecycle import listening
from bot.listeners import timely_answer
from bot.listeners.error_answers import result_or_failure
from bot.listeners.request import Request
from bot.local import interaction_tokens
from bot.local.seed import JUNHO
from bot.messages.message import Message
from digests.errors import StoreError
from digests.model import Workspace
from tests.bot.listeners.conftest import Desk


class _EnglishServices:
    """Services of which only the reply language is asked: everyone chose English."""

    def __init__(self) -> None:
        self.user_languages = AsyncMock()
        self.user_languages.get_with_channel.return_value = ("en", None)


def _request(client: AsyncMock, *, response_url: str = "") -> Request:
    services = _EnglishServices()
    return Request(
        services,  # type: ignore[arg-type]
        workspace=Workspace("", "T1"),
        user_id="U1",
        channel_id="C1",
        client=client,
        response_url=response_url,
    )


async def test_a_slow_answer_is_acknowledged_first_and_follows(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that is not ready in time is sent through the response URL, to the asker only."""
    monkeypatch.setattr(timely_answer, "ANSWER_IN_ACK_WITHIN", 0.0)
    await desk.ask("POST", "/local/messages", {"as": JUNHO, "channel": "C0NONMUN", "text": "/paper looped"})
    await desk.until("Latent Thoughts", JUNHO)


@pytest.fixture
async def responses(unused_tcp_port: int) -> AsyncIterator[list[str]]:
    """The paths at which a server stands for response URLs: /moved leads to /taken, others are gone."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        if request.path == "/moved":
            raise web.HTTPFound("/taken")
        return web.Response(status=200 if request.path == "/taken" else 404)

    application = web.Application()
    application.router.add_post("/{name}", answer)
    async with listening(application, "127.0.0.1", unused_tcp_port):
        yield asked


@pytest.mark.parametrize(
    ("path", "called"), [("taken", True), ("gone", True), ("moved", True), ("https://evil.example/x", False)]
)
async def test_an_answer_that_no_response_url_takes_is_reported_in_words(
    responses: list[str], unused_tcp_port: int, path: str, called: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the response URL is gone, leads elsewhere or is not Slack's, the person is asked to ask again."""
    monkeypatch.setattr(timely_answer, "ANSWER_IN_ACK_WITHIN", 0.0)
    ack, home = AsyncMock(), f"http://127.0.0.1:{unused_tcp_port}/"

    async def work() -> Message:
        await asyncio.sleep(0.05)
        return Message("late")

    async with aiohttp.ClientSession() as session:
        client = AsyncMock(base_url=f"{home}api/", session=session)
        request = _request(client, response_url=path if "://" in path else f"{home}{path}")
        await timely_answer.answer_command(ack, request, work())
    ack.assert_awaited_once_with()
    assert responses == ([f"/{path}"] if called else [])
    if path == "taken":
        client.chat_postEphemeral.assert_not_awaited()
    else:
        assert "ask again" in client.chat_postEphemeral.await_args.kwargs["text"]


def test_an_answer_leaves_time_for_the_network() -> None:
    """An answer in the acknowledgement is ready well before Slack gives up waiting."""
    assert timely_answer.ANSWER_IN_ACK_WITHIN < timely_answer.SLACK_WAITS - 1


def test_the_local_workspace_limits_response_urls_as_slack_does() -> None:
    """The local workspace lets a response URL live 30 minutes and take five answers, as Slack documents."""
    assert interaction_tokens.RESPONSE_SECONDS == 30 * 60
    assert interaction_tokens.RESPONSE_USES == 5


@pytest.mark.parametrize("failure", [StoreError("away"), RuntimeError("a bug"), TimeoutError()])
async def test_failures_become_words(failure: Exception) -> None:
    """Whatever goes wrong, the person gets an answer in words that does not show the error."""

    async def work() -> Message:
        raise failure

    message = await result_or_failure(work(), _request(AsyncMock()))
    assert "again" in message.text
    assert str(failure) not in message.text or not str(failure)


async def test_a_failure_is_reported_in_the_asker_s_language(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Korean reader gets the report of a failure in Korean, though the default language is English."""
    monkeypatch.setattr(desk.haru.archive, "search", AsyncMock(side_effect=StoreError("away")))
    answer = await desk.write("/paper looped", JUNHO)
    assert "다시" in answer["text"]
