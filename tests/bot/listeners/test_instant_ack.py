"""Acknowledgements are returned when they are made, through a real Bolt app."""

from __future__ import annotations

import asyncio
import inspect
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.listener.asyncio_runner import AsyncioListenerRunner
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.listeners.instant_ack import return_acks_instantly


def _bolt_app() -> AsyncApp:
    """A Bolt app as it comes, without any listener."""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-prompt")

    return AsyncApp(signing_secret="prompt", request_verification_enabled=False, authorize=authorize)


@pytest.fixture
def app() -> AsyncApp:
    """A patched Bolt app without any listener."""
    made = _bolt_app()
    return_acks_instantly(made)
    return made


@pytest.fixture
def bolt_never_looks_again(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Bolt's runner looks for an acknowledgement once, and again only when this event is set."""
    looks_again = asyncio.Event()

    async def sleep(_: float) -> None:
        await looks_again.wait()

    patched = SimpleNamespace(sleep=sleep, ensure_future=asyncio.ensure_future)
    monkeypatch.setattr("slack_bolt.listener.asyncio_runner.asyncio", patched)
    return looks_again


def _command(name: str) -> AsyncBoltRequest:
    body = urlencode({"command": name, "team_id": "T1", "user_id": "U1", "channel_id": "C1"})
    return AsyncBoltRequest(body=body, headers={"content-type": ["application/x-www-form-urlencoded"]})


async def test_an_acknowledgement_does_not_wait_for_bolt_to_look(
    app: AsyncApp, bolt_never_looks_again: asyncio.Event
) -> None:
    """An acknowledgement is returned though Bolt never looks for it, and its listener runs on."""
    finished = asyncio.Event()

    @app.command("/soon")
    async def soon(ack: AsyncAck) -> None:
        await asyncio.sleep(0)
        await ack("Here I am.")
        await asyncio.sleep(0)
        finished.set()

    response = await asyncio.wait_for(app.async_dispatch(_command("/soon")), 5)
    assert (response.status, response.body) == (200, "Here I am.")
    await asyncio.wait_for(finished.wait(), 5)
    bolt_never_looks_again.set()


async def test_bolt_alone_still_polls(bolt_never_looks_again: asyncio.Event) -> None:
    """Bolt itself looks for an acknowledgement from time to time; if this fails, the patch can go."""
    app = _bolt_app()

    @app.command("/soon")
    async def soon(ack: AsyncAck) -> None:
        await asyncio.sleep(0)
        await ack("Here I am.")

    answer = asyncio.ensure_future(app.async_dispatch(_command("/soon")))
    done, _ = await asyncio.wait({answer}, timeout=0.3)
    assert not done
    bolt_never_looks_again.set()
    assert (await asyncio.wait_for(answer, 5)).body == "Here I am."


def test_the_patched_method_is_where_it_was() -> None:
    """The method of Bolt that the patch replaces has the parameters the patch passes on."""
    parameters = list(inspect.signature(AsyncioListenerRunner.run).parameters)
    assert parameters == ["self", "request", "response", "listener_name", "listener", "starting_time"]
    assert isinstance(_bolt_app().listener_runner, AsyncioListenerRunner)


@pytest.mark.parametrize("is_answered", [True, False], ids=["after its answer", "before it"])
async def test_a_failing_listener_is_handled_by_bolt(app: AsyncApp, is_answered: bool) -> None:
    """A failure goes to Bolt's error handler; an answer that was given stays, and without one it is 500."""
    failures: asyncio.Queue[Exception] = asyncio.Queue()

    @app.error
    async def failed(error: Exception) -> None:
        await failures.put(error)

    @app.command("/fails")
    async def fails(ack: AsyncAck, **_: Any) -> None:
        if is_answered:
            await ack("Here I am.")
        raise ValueError("on purpose")

    response = await app.async_dispatch(_command("/fails"))
    assert response.status == (200 if is_answered else 500)
    assert str(await asyncio.wait_for(failures.get(), 5)) == "on purpose"
