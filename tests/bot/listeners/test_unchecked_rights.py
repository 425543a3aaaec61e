"""People whose rights cannot be checked, because Slack does not answer who they are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.local.faults import Fault, Setting
from bot.local.seed import ALEX, EMMA, JUNHO, MINJI
from bot.local.workspace_identity import TEAM_ID
from bot.messages.adding_papers import FormInput
from tests.bot.listeners.conftest import Desk, eventually, text_of
from tests.bot.listeners.test_hostile_requests import press_payload

FAULTS = [Fault.RATE_LIMITED, Fault.ERROR_BEFORE, Fault.DROP_BEFORE]
NOT_CHECKED = "couldn't check with Slack"

Facts = dict[str, Any]
GUEST: Facts = {"is_restricted": True}
SINGLE_CHANNEL_GUEST: Facts = {"is_restricted": True, "is_ultra_restricted": True}
STRANGER: Facts = {"team": "T0ELSEWHERE", "is_admin": True}
MEMBER: Facts = {}
ADMIN: Facts = {"is_admin": True}

CHANGES = [
    "/digest on",
    "/digest off",
    "/digest layout stream",
    "/digest post",
    "/digest add",
    "/digest managers everyone",
    f"/digest managers add <@{ALEX}>",
]


def _fail(desk: Desk, fault: Fault | None) -> None:
    """Let every ``users.info`` fail this way, or none."""
    desk.workspace.faults.set(Setting({"users.info": {fault: 1.0}} if fault else {}))


async def _open(desk: Desk) -> None:
    """Set the channel up in English, and open the workspace to everyone."""
    await desk.write("/digest language en", EMMA)
    await desk.write("/digest managers everyone", EMMA)


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        *((GUEST, fault) for fault in FAULTS),
        *((facts, Fault.RATE_LIMITED) for facts in (SINGLE_CHANNEL_GUEST, STRANGER, MEMBER, ADMIN)),
    ],
    ids=str,
)
async def test_a_person_who_was_never_known_changes_nothing(desk: Desk, facts: Facts, fault: Fault) -> None:
    """In an open workspace, whoever Slack does not describe changes nothing by any command, and the answer
    says that it could not be checked.
    """
    await _open(desk)
    desk.workspace.team.users.change(JUNHO, **facts)
    before = await desk.channel()
    _fail(desk, fault)
    for command in CHANGES:
        assert NOT_CHECKED in text_of(await desk.write(command, JUNHO)), command
    assert await desk.channel() == before
    card = text_of(await desk.write("/digest", JUNHO))
    assert NOT_CHECKED in card
    assert "turn_on" not in card


async def test_buttons_and_modals_of_a_person_who_was_never_known_change_nothing(desk: Desk) -> None:
    """A guest's forged presses and submissions change nothing while Slack does not answer who they are."""
    await _open(desk)
    desk.workspace.team.users.change(JUNHO, **GUEST)
    before, posts = await desk.channel(), await _posts(desk)
    _fail(desk, Fault.RATE_LIMITED)
    for action in ("turn_on", "turn_off", "post_now", "undo", "give", "who_may_change"):
        await desk.send(press_payload(action, "1", user=JUNHO))

    async def all_answered() -> bool:
        said = [text_of(message) for message in await desk.seen(JUNHO)]
        return sum(NOT_CHECKED in text for text in said) >= 4

    await eventually(all_answered)
    form = {"id": "V1", "type": "modal", "callback_id": "digest_form", "private_metadata": before.channel_id}
    state = {"type": "plain_text_input", "value": "2025-02-25\nA False Digest\n"}
    text = {FormInput.TEXT.value: {FormInput.TEXT.value: state}}
    payload = {
        "type": "view_submission",
        "team": {"id": TEAM_ID, "domain": "local"},
        "user": {"id": JUNHO, "team_id": TEAM_ID},
        "trigger_id": "1.2.3",
        "view": form | {"state": {"values": text}, "blocks": []},
    }
    _, answer = await desk.send({"payload": json.dumps(payload)})
    assert NOT_CHECKED in answer
    assert await desk.channel() == before
    assert await _posts(desk) == posts


async def _posts(desk: Desk) -> list[str]:
    """The messages in the channel that another person sees too."""
    return [message["ts"] for message in await desk.seen(ALEX)]


def _is_changed(answer: str) -> bool:
    return "couldn't" not in answer and "can change" not in answer


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    ("facts", "may"),
    [(GUEST, False), (STRANGER, False), (MEMBER, True), (ADMIN, True)],
    ids=lambda value: json.dumps(value),
)
async def test_the_last_answer_about_a_person_holds(
    desk: Desk, facts: Facts, may: bool, fault: Fault
) -> None:
    """Members and admins whom Slack described go on while it does not answer; guests and strangers are
    refused as before.
    """
    await _open(desk)
    desk.workspace.team.users.change(JUNHO, **facts)
    await desk.write("/digest", JUNHO)
    _fail(desk, fault)
    answer = text_of(await desk.write("/digest layout stream", JUNHO))
    assert ((await desk.channel()).preferences.layout.value == "stream") is may
    assert NOT_CHECKED not in answer
    assert _is_changed(answer) is may


async def test_korean_readers_are_told_in_korean(desk: Desk) -> None:
    """The answer that something could not be checked is in the reader's language."""
    await desk.write("/digest language ko")
    _fail(desk, Fault.DROP_BEFORE)
    assert "Slack에서 확인하지 못했어요" in text_of(await desk.write("/digest on", JUNHO))


async def test_home_says_that_slack_did_not_tell_who_it_is(desk: Desk) -> None:
    """App Home of a person who is not known lists nothing to manage, and says why."""
    await _open(desk)
    _fail(desk, Fault.ERROR_BEFORE)
    await desk.ask("POST", "/local/visits", {"as": ALEX, "tab": "home"})

    async def shown() -> bool:
        return NOT_CHECKED in json.dumps(await desk.ask("GET", f"/local/home?as={ALEX}"))

    await eventually(shown)


async def test_managers_who_cannot_be_checked_are_not_added(desk: Desk) -> None:
    """A named person whom Slack does not describe becomes no manager, because it may be a bot."""
    await _open(desk)
    desk.workspace.team.users.change(ALEX, deleted=True)
    _fail(desk, Fault.RATE_LIMITED)
    answer = text_of(await desk.write(f"/digest managers add <@{ALEX}>", EMMA))
    assert NOT_CHECKED in answer
    assert (await desk.channel()).managers == frozenset()
    _fail(desk, None)
    assert ALEX in text_of(await desk.write(f"/digest managers add <@{ALEX}>", MINJI))
    assert (await desk.channel()).managers == frozenset()
