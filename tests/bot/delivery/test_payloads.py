"""Rendered messages: each part carries its own, whatever is loaded at the same time."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.courier import request_body
from bot.ledger import payloads
from bot.ledger.doubts import Verdict
from bot.local.seed import ENGLISH_CHANNEL, KOREAN_CHANNEL
from tests.bot.delivery.doubt import let_be_due, let_settle, put_in_doubt
from tests.bot.delivery.scene import Scene
from tests.bot.delivery.sending import claim


async def test_a_part_carries_its_message_when_doubts_are_checked_between_commit_and_use(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claimed part has its body although another task loads other messages into a full cache at that
    moment.
    """
    await put_in_doubt(scene)
    await let_settle(scene)
    korean, english = sorted(await scene.haru.ledger.doubts.check_out(), key=lambda part: part.slack_channel)
    assert (korean.slack_channel, english.slack_channel) == (KOREAN_CHANNEL, ENGLISH_CHANNEL)
    await scene.haru.ledger.doubts.settle([(korean, Verdict())])
    await let_be_due(scene)
    await scene.haru.ledger.doubts.settle([(english, Verdict(again_after=timedelta(0)))])
    await let_settle(scene)
    monkeypatch.setattr(payloads, "CACHED", 0)
    write, checked = scene.haru.database.write, []

    @asynccontextmanager
    async def check_after_commit() -> AsyncIterator[AsyncConnection]:
        async with write() as connection:
            yield connection
        monkeypatch.setattr(scene.haru.database, "write", write)
        checked.extend(await scene.haru.ledger.doubts.check_out())

    monkeypatch.setattr(scene.haru.database, "write", check_after_commit)
    (claimed,) = await claim(scene.haru.ledger, 10)
    assert [part.id for part in checked] == [english.id]
    for part, channel in ((claimed, KOREAN_CHANNEL), (checked[0], ENGLISH_CHANNEL)):
        sent = json.loads(request_body(part))
        assert sent["channel"] == channel
        assert sent["text"]
        assert sent["blocks"]
