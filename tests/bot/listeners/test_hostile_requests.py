"""Requests that are forged, replayed, from another workspace, or not allowed."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from bot.local.seed import EMMA, JUNHO, KOREAN_CHANNEL, MINJI
from bot.local.workspace_identity import BOT_USER_ID, TEAM_ID
from bot.workspaces.installations import Installation
from digests.model import Workspace
from tests.bot.listeners.conftest import Desk, text_of


def _command(text: str, *, user: str = MINJI, team: str = TEAM_ID) -> dict[str, str]:
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


def _submission(metadata: str, *, user: str, team: str = TEAM_ID) -> dict[str, str]:
    day = {"text": {"type": "plain_text", "text": "x"}, "value": "1"}
    values = {
        "enabled": {"enabled": {"type": "checkboxes", "selected_options": [day | {"value": "on"}]}},
        "language": {"language": {"type": "radio_buttons", "selected_option": day | {"value": "both"}}},
        "layout": {"layout": {"type": "radio_buttons", "selected_option": day | {"value": "stream"}}},
        "hour": {"hour": {"type": "timepicker", "selected_time": "07:00"}},
        "zone": {"zone": {"type": "static_select", "selected_option": day | {"value": "UTC"}}},
        "days": {"days": {"type": "checkboxes", "selected_options": [day]}},
    }
    payload: dict[str, Any] = {
        "type": "view_submission",
        "team": {"id": team, "domain": "local"},
        "user": {"id": user, "team_id": team},
        "trigger_id": "1.2.3",
        "view": {
            "id": "V1",
            "type": "modal",
            "callback_id": "settings",
            "private_metadata": metadata,
            "state": {"values": values},
            "blocks": [],
        },
    }
    return {"payload": json.dumps(payload)}


def press_payload(
    action: str, value: str, *, user: str, team: str = TEAM_ID, home: bool = False
) -> dict[str, str]:
    payload: dict[str, Any] = {
        "type": "block_actions",
        "team": {"id": team, "domain": "local"},
        "user": {"id": user, "team_id": team},
        "channel": {"id": KOREAN_CHANNEL, "name": "x"},
        "container": {"type": "message", "channel_id": KOREAN_CHANNEL, "message_ts": "1.0"},
        "trigger_id": "1.2.3",
        "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value}],
    }
    if home:
        payload["container"] = {"type": "view", "view_id": "V2"}
        payload["view"] = {"id": "V2", "type": "home", "callback_id": "", "blocks": []}
        del payload["channel"]
    return {"payload": json.dumps(payload)}


async def test_a_forged_or_replayed_request_changes_nothing(desk: Desk) -> None:
    """A wrong signature, or a right one older than five minutes, is refused with 401, and nothing changes."""
    await desk.write("/digest")
    before = (await desk.channel()).preferences
    assert (await desk.send(_command("language both"), secret="not-the-secret"))[0] == 401
    assert (await desk.send(_command("language both"), age=400))[0] == 401
    assert (await desk.channel()).preferences == before


async def test_a_workspace_with_haru_cannot_reach_another_s_channel(desk: Desk) -> None:
    """A person of a second workspace with Haru, who sends valid payloads with the first one's channel and
    button values, changes and sees nothing there.
    """
    await desk.write("/digest tags +efficiency")
    undo = (await desk.haru.change_log.newest(await desk.channel()))[0].id
    before = await desk.channel()
    desk.workspace.team.users.change(MINJI, team="T0OTHER")
    theirs = Installation(Workspace("", "T0OTHER"), desk.workspace.bot_token, BOT_USER_ID)
    await desk.haru.installations.save(theirs, now=desk.haru.clock.now())
    status, answer = await desk.send(_command("", team="T0OTHER"))
    assert status == 200
    assert "efficiency" not in answer
    for action, value in (("turn_on", ""), ("undo", str(undo)), ("settings", KOREAN_CHANNEL)):
        await desk.send(press_payload(action, value, user=MINJI, team="T0OTHER"))
    await desk.send(_submission(f"{KOREAN_CHANNEL}:0:", user=MINJI, team="T0OTHER"))
    await asyncio.sleep(0.3)
    assert await desk.channel() == before


async def test_tampered_metadata_and_values_open_nothing(desk: Desk) -> None:
    """A modal about a channel Haru does not know is answered as out of date, and the channel is not added."""
    known = len(await desk.haru.channels.all())
    for metadata in ("", ":", "C0NOWHERE:9:home", "C0NOWHERE:" + "9" * 99, "\x00", "D0SOMEBODY:0:home"):
        status, answer = await desk.send(_submission(metadata, user=JUNHO))
        assert status == 200
        assert "response_action" in answer
        assert "update" in answer
    await desk.send(press_payload("settings", "C0NOWHERE", user=JUNHO, home=True))
    await desk.until("/digest", JUNHO, f"D{JUNHO[1:]}")
    assert len(await desk.haru.channels.all()) == known


async def test_a_member_submitting_the_modal_is_refused(desk: Desk) -> None:
    """Rights are checked again when the modal is submitted, so a person without them changes nothing."""
    await desk.write("/digest")
    before = (await desk.channel()).preferences
    status, _ = await desk.send(_submission(f"{KOREAN_CHANNEL}:0:", user=JUNHO))
    assert status == 200
    await desk.until(MINJI, JUNHO)
    assert (await desk.channel()).preferences == before


async def test_malformed_payloads_are_no_server_error(desk: Desk) -> None:
    """A signed but malformed payload never causes a server error, and the next request is answered."""
    for form in (
        {},
        {"payload": "{}"},
        {"payload": json.dumps({"type": "block_actions"})},
        {"payload": json.dumps({"type": "view_submission", "view": {}, "team": None, "user": None})},
        {"command": "/digest"},
        {"command": "/nobody", "text": "x", "team_id": TEAM_ID},
        {"type": "event_callback"},
        {"type": "event_callback", "team_id": TEAM_ID, "event": {"type": "member_joined_channel"}},
        {"type": "event_callback", "team_id": TEAM_ID, "event": {"type": "channel_rename", "channel": "C1"}},
        {"type": "event_callback", "team_id": TEAM_ID, "event": {"type": "channel_id_changed"}},
        {"type": "event_callback", "team_id": TEAM_ID, "authorizations": [], "event": {"type": "message"}},
    ):
        status, _ = await desk.send(form)
        assert status < 500, form
    assert text_of(await desk.write("/digest"))


async def test_a_workspace_without_haru_reaches_nothing(desk: Desk) -> None:
    """A valid payload that names a workspace without Haru changes nothing in a channel of another one."""
    await desk.write("/digest")
    before = (await desk.channel()).preferences
    await desk.send(_command("language both", team="T0OTHER"))
    await desk.send(press_payload("turn_on", "", user=MINJI, team="T0OTHER"))
    await asyncio.sleep(0.3)
    assert (await desk.channel()).preferences == before


async def test_a_member_pressing_an_admin_s_button_is_refused(desk: Desk) -> None:
    """A button press is checked like a command: without rights it changes nothing and says who may."""
    await desk.write("/digest layout thread")
    undo = (await desk.haru.change_log.newest(await desk.channel()))[0].id
    before = (await desk.channel()).preferences
    for action, value in (
        ("turn_on", ""),
        ("post_now", "1"),
        ("post_again", "digests:1"),
        ("undo", str(undo)),
        ("settings", ""),
    ):
        assert (await desk.send(press_payload(action, value, user=JUNHO)))[0] == 200
    told = await desk.until(MINJI, JUNHO)
    assert MINJI in text_of(told)
    await asyncio.sleep(0.3)
    channel = await desk.channel()
    assert channel.preferences == before
    assert await desk.haru.ledger.history.of_channel(channel.id) == []


async def test_malformed_button_values_are_no_server_error(desk: Desk) -> None:
    """A malformed value of a button is accepted without an error."""
    await desk.write("/digest")
    for action in ("abstract", "other_language", "related", "share", "read_digest", "entry_menu", "undo"):
        for value in ("", "x", "²", "9" * 40, "abstract:-1", "en:x:y", "language:9:xx"):
            assert (await desk.send(press_payload(action, value, user=EMMA)))[0] == 200


async def test_a_deactivated_manager_has_no_rights(desk: Desk) -> None:
    """A manager whose account is deactivated changes nothing: rights are read again before each change."""
    await desk.write("/digest layout thread", EMMA)
    desk.workspace.team.users.change(EMMA, is_admin=False, is_owner=False, deleted=True)
    before = (await desk.channel()).preferences
    await desk.write("/digest layout stream", EMMA)
    assert (await desk.channel()).preferences == before
