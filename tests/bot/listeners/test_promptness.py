"""Answers go out when they are made, through a real Bolt app."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.listeners.promptness import be_prompt


@pytest.fixture
def app() -> AsyncApp:
    """A Bolt app without any listener, and prompt."""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-prompt")

    made = AsyncApp(signing_secret="prompt", request_verification_enabled=False, authorize=authorize)
    be_prompt(made)
    return made


def _command(name: str) -> AsyncBoltRequest:
    body = urlencode({"command": name, "team_id": "T1", "user_id": "U1", "channel_id": "C1"})
    return AsyncBoltRequest(body=body, headers={"content-type": ["application/x-www-form-urlencoded"]})


async def test_an_acknowledgement_waits_for_no_look(app: AsyncApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is returned though Bolt never looks for it again, and its listener goes on."""
    never, seen = asyncio.Event(), asyncio.Event()

    async def sleep(_: float) -> None:
        await never.wait()

    looking = SimpleNamespace(sleep=sleep, ensure_future=asyncio.ensure_future)
    monkeypatch.setattr("slack_bolt.listener.asyncio_runner.asyncio", looking)

    @app.command("/soon")
    async def soon(ack: AsyncAck) -> None:
        await asyncio.sleep(0)
        await ack("Here I am.")
        await asyncio.sleep(0)
        seen.set()

    response = await asyncio.wait_for(app.async_dispatch(_command("/soon")), 5)
    assert (response.status, response.body) == (200, "Here I am.")
    await asyncio.wait_for(seen.wait(), 5)
    never.set()


@pytest.mark.parametrize("is_answered", [True, False], ids=["after its answer", "before it"])
async def test_a_listener_that_fails_is_bolts_to_handle(app: AsyncApp, is_answered: bool) -> None:
    """A failure goes to the error handler; the answer stays where there was one, and is 500 where not."""
    told: asyncio.Queue[Exception] = asyncio.Queue()

    @app.error
    async def failed(error: Exception) -> None:
        await told.put(error)

    @app.command("/fails")
    async def fails(ack: AsyncAck, **_: Any) -> None:
        if is_answered:
            await ack("Here I am.")
        raise ValueError("on purpose")

    response = await app.async_dispatch(_command("/fails"))
    assert response.status == (200 if is_answered else 500)
    assert str(await asyncio.wait_for(told.get(), 5)) == "on purpose"
