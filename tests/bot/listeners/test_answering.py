"""Answers in time, and words where there is no answer."""

from __future__ import annotations

import asyncio
from unittest.mock import AsyncMock

import pytest

from bot.listeners import answering
from bot.listeners.services import Asker
from bot.local.seed import JUNHO
from bot.messages.message import Message
from digests.errors import StoreError
from digests.model import Workspace
from tests.bot.listeners.conftest import Desk


async def _english() -> str:
    return "en"


async def test_a_slow_answer_is_acknowledged_first_and_follows(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not ready in time comes through the response URL, to the asker only."""
    monkeypatch.setattr(answering, "IN_THE_ACK", 0.0)
    await desk.ask("POST", "/local/messages", {"as": JUNHO, "channel": "C0NONMUN", "text": "/paper looped"})
    await desk.until("Latent Thoughts", JUNHO)


async def test_an_expired_response_url_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the answer can no longer be delivered, the asker is told to ask again."""
    monkeypatch.setattr(answering, "IN_THE_ACK", 0.0)
    client, respond, ack = AsyncMock(), AsyncMock(), AsyncMock()
    respond.return_value.status_code = 404

    async def work() -> Message:
        await asyncio.sleep(0.05)
        return Message("late")

    asker = Asker(Workspace("", "T1"), "U1", "C1", client)
    await answering.answer(ack, respond, work(), asker=asker, language=_english)
    ack.assert_awaited_once_with()
    assert "ask again" in client.chat_postEphemeral.await_args.kwargs["text"]


@pytest.mark.parametrize("failure", [StoreError("away"), RuntimeError("a bug"), TimeoutError()])
async def test_failures_become_words(failure: Exception) -> None:
    """Whatever goes wrong while somebody waits, they are answered in words."""

    async def work() -> Message:
        raise failure

    message = await answering.guarded(work(), language=_english)
    assert "again" in message.text
    assert str(failure) not in message.text or not str(failure)


async def test_what_went_wrong_is_said_in_the_asker_s_language(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the default is English, a Korean reader hears of a failure in Korean."""
    monkeypatch.setattr(desk.haru.archive, "search", AsyncMock(side_effect=StoreError("away")))
    answer = await desk.write("/paper looped", JUNHO)
    assert "다시" in answer["text"]
