"""What comes from outside and is not what it says: forged, replayed, from elsewhere, or not allowed."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from bot.local.people import TEAM
from bot.local.seed import EMMA, JUNHO, KOREAN_CHANNEL, MINJI
from tests.bot.listeners.conftest import SECRET, Desk, text_of


async def _send(desk: Desk, form: dict[str, str], *, secret: str = SECRET, age: int = 0) -> tuple[int, str]:
    body = urlencode(form)
    stamp = str(int(time.time()) - age)
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body) or ""
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signature,
    }
    async with desk.session.post(desk.app_url, data=body, headers=headers) as answer:
        return answer.status, await answer.text()


def _command(text: str, *, user: str = MINJI, team: str = TEAM) -> dict[str, str]:
    return {
        "command": "/digest",
        "text": text,
        "user_id": user,
        "team_id": team,
        "channel_id": KOREAN_CHANNEL,
        "is_enterprise_install": "false",
        "response_url": "http://127.0.0.1:9/used",
        "trigger_id": "1.2.3",
    }


def _press(action: str, value: str, *, user: str, team: str = TEAM) -> dict[str, str]:
    payload: dict[str, Any] = {
        "type": "block_actions",
        "team": {"id": team, "domain": "local"},
        "user": {"id": user, "team_id": team},
        "channel": {"id": KOREAN_CHANNEL, "name": "x"},
        "container": {"type": "message", "channel_id": KOREAN_CHANNEL, "message_ts": "1.0"},
        "trigger_id": "1.2.3",
        "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value}],
    }
    return {"payload": json.dumps(payload)}


async def test_a_forged_or_replayed_request_changes_nothing(desk: Desk) -> None:
    """A wrong signature, or a true one older than five minutes, is refused before anything happens."""
    await desk.write("/digest")
    before = (await desk.channel()).preferences
    assert (await _send(desk, _command("language both"), secret="not-the-secret"))[0] == 401
    assert (await _send(desk, _command("language both"), age=400))[0] == 401
    assert (await desk.channel()).preferences == before


async def test_another_workspace_cannot_reach_this_one(desk: Desk) -> None:
    """A valid payload that names a workspace without Haru does nothing to this one's channel."""
    await desk.write("/digest")
    before = (await desk.channel()).preferences
    await _send(desk, _command("language both", team="T0OTHER"))
    await _send(desk, _press("turn_on", "", user=MINJI, team="T0OTHER"))
    await asyncio.sleep(0.3)
    assert (await desk.channel()).preferences == before


async def test_a_member_pressing_an_admin_s_button_is_refused(desk: Desk) -> None:
    """An action_id called directly is checked like any change: nothing happens, and who may is said."""
    await desk.write("/digest layout thread")
    undo = (await desk.haru.changes.newest(await desk.channel()))[0].id
    before = (await desk.channel()).preferences
    for action, value in (
        ("turn_on", ""),
        ("post_now", "1"),
        ("post_again", "digests:1"),
        ("undo", str(undo)),
        ("settings", ""),
    ):
        assert (await _send(desk, _press(action, value, user=JUNHO)))[0] == 200
    told = await desk.until(MINJI, JUNHO)
    assert MINJI in text_of(told)
    await asyncio.sleep(0.3)
    channel = await desk.channel()
    assert channel.preferences == before
    assert await desk.haru.deliveries.history(channel) == []


async def test_values_nobody_wrote_are_answered_in_words(desk: Desk) -> None:
    """Nonsense in a button's value is the paper that is gone, never a crash."""
    await desk.write("/digest")
    for action in ("abstract", "other_language", "related", "share", "read_digest", "entry_menu", "undo"):
        for value in ("", "x", "²", "9" * 40, "abstract:-1", "en:x:y", "language:9:xx"):
            assert (await _send(desk, _press(action, value, user=EMMA)))[0] == 200


async def test_a_deactivated_manager_may_nothing(desk: Desk) -> None:
    """Being named a manager ends with the account; the rights are read again with each change."""
    await desk.write("/digest layout thread", EMMA)
    desk.workspace.team.people.change(EMMA, is_admin=False, is_owner=False, deleted=True)
    before = (await desk.channel()).preferences
    await desk.write("/digest layout stream", EMMA)
    assert (await desk.channel()).preferences == before
