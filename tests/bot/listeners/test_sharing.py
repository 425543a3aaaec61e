"""Sharing a paper with a channel: once, in its thread, and within a bound."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from bot.channels import shares
from bot.listeners.button_press import ButtonPress
from bot.listeners.request import Request
from bot.local.seed import JUNHO, MINJI
from bot.workspaces.slack_errors import SlackCallError
from tests.bot.listeners.conftest import Desk, eventually, text_of


def _shared(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message for message in said if "공유했어요" in json.dumps(message["blocks"], ensure_ascii=False)]


async def test_forty_presses_share_a_paper_once(desk: Desk) -> None:
    """Of many presses at once one shares the paper; the others are told that it is there."""
    answer = await desk.write("/paper looped", JUNHO)
    await asyncio.gather(*(desk.press(answer, "share", JUNHO) for _ in range(40)))

    async def told() -> bool:
        said = [text_of(message) for message in await desk.seen(JUNHO)]
        return sum("이미 여기 공유" in one for one in said) == 39

    await eventually(told)
    assert len(_shared(await desk.seen(MINJI))) == 1


async def test_who_shares_again_gets_a_link(desk: Desk) -> None:
    """A second press says where the paper was shared."""
    answer = await desk.write("/paper looped", JUNHO)
    await desk.press(answer, "share", JUNHO)
    await desk.until("공유했어요", MINJI)
    await desk.press(answer, "share", JUNHO)
    assert "http" in text_of(await desk.until("이미 여기 공유", JUNHO))


async def test_a_paper_may_be_shared_again_later(desk: Desk) -> None:
    """After an hour the same paper may be shared in the same channel."""
    here, now = desk.workspace.workspace, desk.haru.clock.now()
    paper_id = (await _entry(desk)).paper_id
    claim = desk.haru.shares.claim
    assert (await claim(here, "C1", paper_id, JUNHO, now=now)).claim is shares.Claim.GRANTED
    await desk.haru.shares.sent(here, "C1", paper_id, "1.2")
    again = await claim(here, "C1", paper_id, MINJI, now=now + timedelta(minutes=59))
    assert again == shares.Claimed(shares.Claim.SHARED_ALREADY, "1.2")
    assert (await claim(here, "C2", paper_id, MINJI, now=now)).claim is shares.Claim.GRANTED
    later = await claim(here, "C1", paper_id, MINJI, now=now + timedelta(minutes=61))
    assert later.claim is shares.Claim.GRANTED


async def test_one_person_shares_so_many_and_no_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the bound the person is told, and others may go on."""
    monkeypatch.setattr(shares, "MOST_AN_HOUR", 0)
    answer = await desk.write("/paper looped", JUNHO)
    await desk.press(answer, "share", JUNHO)
    await desk.until("한 시간 안에", JUNHO)
    assert not _shared(await desk.seen(MINJI))


async def test_what_could_not_be_sent_may_be_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A share that Slack took neither way leaves nothing behind."""

    async def fails(*_: Any, **__: Any) -> Any:
        raise SlackCallError("not_in_channel")

    async def refused(*_: Any, **__: Any) -> bool:
        return False

    answer = await desk.write("/paper looped", JUNHO)
    with monkeypatch.context() as broken:
        broken.setattr("bot.listeners.paper_buttons.send_to_channel", fails)
        broken.setattr("bot.listeners.paper_buttons.respond_at_url", refused)
        await desk.press(answer, "share", JUNHO)
        await asyncio.sleep(0.3)
    await desk.press(answer, "share", JUNHO)
    await desk.until("공유했어요", MINJI)


async def _entry(desk: Desk) -> Any:
    results = await desk.haru.archive.search("looped", workspace=None, until=None, today=None)
    return results.hits[0].entry


@pytest.mark.parametrize(
    ("body", "thread"),
    [
        ({"container": {"type": "message", "message_ts": "2.0", "thread_ts": "1.0"}}, "1.0"),
        ({"container": {"type": "message"}, "message": {"ts": "2.0", "thread_ts": "1.0"}}, "1.0"),
        ({"container": {"type": "message", "message_ts": "2.0"}, "message": {"ts": "2.0"}}, ""),
        ({"view": {"type": "modal"}}, ""),
    ],
)
async def test_a_press_in_a_thread_knows_its_thread(desk: Desk, body: dict[str, Any], thread: str) -> None:
    """What is shared from a thread goes into that thread."""
    client = desk.haru.clients.client()
    request = Request.from_body(desk.haru._services(), body, client)
    assert ButtonPress(request, body, "").thread_ts == thread
