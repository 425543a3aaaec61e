"""Channels and workspaces that come and go, with the payloads Slack sends.

Also organisations that installed Haru as a whole, and channels shared through Slack Connect.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from sqlalchemy import select

from bot.app import Haru
from bot.channels.preferences import Language
from bot.clocks import FixedClock
from bot.ledger.tables import part
from bot.listeners.events import HANDLERS
from bot.listeners.request import Request
from bot.local.seed import ALEX, JUNHO, KOREAN_CHANNEL, MINJI
from bot.local.workspace_identity import BOT_USER_ID, TEAM_ID
from bot.slack_app import slack_app
from bot.workspace_deletion import delete_expired_workspaces, delete_workspace
from bot.workspaces.installations import Installation
from config.manifest import EVENTS
from digests.model import Workspace
from tests.bot.delivery.sending import claim
from tests.bot.listeners.conftest import Desk, Json, eventually

HERE = Workspace("", TEAM_ID)
ORGANISATION = Workspace("E0ORG", "")
MEMBER_TEAM = Workspace("E0ORG", TEAM_ID)


def _event(body: Json, **envelope: Any) -> Json:
    """An event as the Events API sends it; https://docs.slack.dev/apis/events-api"""
    authorization = {
        "enterprise_id": None,
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": "verification",
        "team_id": TEAM_ID,
        "context_team_id": TEAM_ID,
        "context_enterprise_id": None,
        "api_app_id": "A0HARU",
        "event": {"event_ts": "1740400000.000100"} | body,
        "type": "event_callback",
        "event_id": f"Ev{uuid4().hex}",
        "event_time": 1740800000,  # after every installation of these tests
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": "4-abc",
    } | envelope


def _organisation_event(body: Json) -> Json:
    """An event where the whole organisation installed Haru: the authorization names no team."""
    authorization = {
        "enterprise_id": "E0ORG",
        "team_id": None,
        "user_id": BOT_USER_ID,
        "is_bot": True,
        "is_enterprise_install": True,
    }
    return _event(body, enterprise_id="E0ORG", context_enterprise_id="E0ORG", authorizations=[authorization])


async def _install_for_organisation(desk: Desk) -> None:
    made = Installation(ORGANISATION, desk.workspace.bot_token, BOT_USER_ID)
    await desk.haru.installations.save(made, now=desk.haru.clock.now())
    await delete_workspace(desk.haru.database, HERE)


async def test_an_organisation_s_install_serves_each_of_its_workspaces(desk: Desk) -> None:
    """A command, a button and an event of a workspace whose organisation installed Haru are all about the
    same channel, though a button names no team and a command's ``is_enterprise_install`` is a string.
    """
    await _install_for_organisation(desk)
    command = {
        "command": "/digest",
        "text": "language en",
        "user_id": MINJI,
        "team_id": TEAM_ID,
        "enterprise_id": "E0ORG",
        "enterprise_name": "Org",
        "channel_id": KOREAN_CHANNEL,
        "is_enterprise_install": "true",
        "response_url": "http://127.0.0.1:9/used",
        "trigger_id": "1.2.3",
    }
    status, _ = await desk.send(command)
    assert status == 200
    known = await desk.haru.channels.get(MEMBER_TEAM, KOREAN_CHANNEL)
    assert known is not None
    assert known.preferences.language is Language.EN
    press = {
        "type": "block_actions",
        "team": None,
        "enterprise": {"id": "E0ORG", "name": "Org"},
        "is_enterprise_install": True,
        "user": {"id": MINJI, "team_id": TEAM_ID},
        "channel": {"id": KOREAN_CHANNEL, "name": "x"},
        "container": {"type": "message", "channel_id": KOREAN_CHANNEL, "message_ts": "1.0"},
        "trigger_id": "1.2.3",
        "actions": [{"type": "button", "action_id": "turn_on", "block_id": "b"}],
    }
    await desk.send_interaction(press)

    async def is_on() -> bool:
        now = await desk.haru.channels.get(MEMBER_TEAM, KOREAN_CHANNEL)
        return now is not None and now.preferences.enabled

    await eventually(is_on)
    await desk.send(
        _organisation_event({"type": "channel_archive", "channel": KOREAN_CHANNEL, "user": MINJI})
    )

    async def paused() -> bool:
        now = await desk.haru.channels.get(MEMBER_TEAM, KOREAN_CHANNEL)
        return now is not None and now.paused_reason == "is_archived"

    await eventually(paused)
    assert len(await desk.haru.channels.all()) == 1


async def test_an_organisation_s_uninstall_stops_posts_to_all_its_workspaces(desk: Desk) -> None:
    """An uninstall event names one workspace, but calls off the posts to all workspaces of the organisation,
    and to no others.
    """
    await _install_for_organisation(desk)
    elsewhere = Workspace("", "T0ELSEWHERE")
    await desk.haru.installations.save(Installation(elsewhere, "xoxb-2", "U2"), now=desk.haru.clock.now())
    for workspace in (MEMBER_TEAM, Workspace("E0ORG", "T0SISTER"), elsewhere):
        channel = await desk.haru.channels.get_or_create(workspace, KOREAN_CHANNEL)
        await desk.haru.manual_posts.open(channel, now=desk.haru.clock.now())
    await claim(desk.haru.ledger, 10)
    await desk.send(_organisation_event({"type": "app_uninstalled"}))

    async def called_off() -> bool:
        async with desk.haru.database.read() as connection:
            marks = await connection.scalars(select(part.c.called_off).order_by(part.c.id))
            return list(marks) == ["uninstalled", "uninstalled", None]

    await eventually(called_off)
    assert await desk.haru.installations.get(MEMBER_TEAM) is None


async def test_revoked_access_stops_posts_to_one_workspace(desk: Desk) -> None:
    """`team_access_revoked` pauses only the workspaces it names and marks them for deletion;
    `team_access_granted` resumes them.
    """
    await _install_for_organisation(desk)
    installations, sister = desk.haru.installations, Workspace("E0ORG", "T0SISTER")
    for workspace in (MEMBER_TEAM, sister):
        channel = await desk.haru.channels.get_or_create(workspace, KOREAN_CHANNEL)
        await desk.haru.manual_posts.open(channel, now=desk.haru.clock.now())
    await desk.send(_organisation_event({"type": "team_access_revoked", "team_ids": [TEAM_ID]}))

    async def is_withdrawn() -> bool:
        found = await installations.get(MEMBER_TEAM)
        return found is not None and found.paused_reason == "team_access_revoked"

    await eventually(is_withdrawn)
    assert [one.workspace for one in await claim(desk.haru.ledger, 10)] == [sister]
    later = FixedClock(desk.haru.clock.now() + timedelta(days=29))
    assert await delete_expired_workspaces(desk.haru.database, later) == 0
    await desk.send(_organisation_event({"type": "team_access_granted", "team_ids": [TEAM_ID]}))

    async def is_back() -> bool:
        found = await installations.get(MEMBER_TEAM)
        return found is not None and found.workspace == ORGANISATION and found.paused_reason is None

    await eventually(is_back)
    assert [one.workspace for one in await claim(desk.haru.ledger, 10)] == [MEMBER_TEAM]


async def test_the_data_of_a_workspace_with_revoked_access_is_deleted_in_time(desk: Desk) -> None:
    """The channels of a workspace with revoked access are deleted after the retention, and no other's."""
    await _install_for_organisation(desk)
    for team in (TEAM_ID, "T0SISTER"):
        await desk.haru.channels.get_or_create(Workspace("E0ORG", team), KOREAN_CHANNEL)
    now = desk.haru.clock.now()
    await desk.haru.installations.revoke_access(MEMBER_TEAM, "team_access_revoked", delete_after=now)
    assert await delete_expired_workspaces(desk.haru.database, FixedClock(now)) == 1
    assert [one.workspace.team_id for one in await desk.haru.channels.all()] == ["T0SISTER"]
    assert await desk.haru.installations.get(ORGANISATION) is not None


async def test_installing_again_ends_revoked_access(desk: Desk) -> None:
    """Revoked access pauses only its workspace; when the organisation installs Haru again, or uninstalls it,
    that ends.
    """
    await _install_for_organisation(desk)
    installations, sister = desk.haru.installations, Workspace("E0ORG", "T0SISTER")
    now = desk.haru.clock.now()
    await installations.pause(MEMBER_TEAM, "team_access_not_granted")
    await installations.pause(MEMBER_TEAM, "team_access_not_granted")
    paused = {one.workspace: one.paused_reason for one in await installations.all()}
    assert paused == {ORGANISATION: None, MEMBER_TEAM: "team_access_not_granted"}
    await installations.save(Installation(ORGANISATION, "xoxb-new", BOT_USER_ID), now=now)
    for workspace in (MEMBER_TEAM, sister):
        found = await installations.get(workspace)
        assert found is not None
        assert (found.bot_token, found.paused_reason) == ("xoxb-new", None)
    await installations.pause(MEMBER_TEAM, "team_access_revoked")
    # The uninstall event of an organisation names one of its workspaces.
    await installations.uninstall(MEMBER_TEAM, now=now, delete_after=now + timedelta(days=30))
    assert await installations.not_installed([MEMBER_TEAM, sister]) == {MEMBER_TEAM, sister}


async def test_a_mention_by_a_person_from_elsewhere_is_answered_here(desk: Desk) -> None:
    """In a Slack Connect channel an event carries the team of the person, but the channel and installation
    are ours; the person has no locale, so the default language answers.
    """
    await desk.write("/digest language both")
    desk.workspace.team.users.change(ALEX, team="T0ELSEWHERE")
    body = {
        "type": "app_mention",
        "user": ALEX,
        "user_team": "T0ELSEWHERE",
        "source_team": "T0ELSEWHERE",
        "team": "T0ELSEWHERE",
        "channel": KOREAN_CHANNEL,
        "ts": "1740400000.000100",
        "text": f"<@{BOT_USER_ID}> digest layout stream",
    }
    before = (await desk.channel()).preferences
    await desk.send(_event(body, team_id="T0ELSEWHERE", is_ext_shared_channel=True))
    await desk.until(f"and so can <@{MINJI}>", ALEX)
    assert (await desk.channel()).preferences == before
    assert [one.workspace for one in await desk.haru.channels.all()] == [HERE]


async def test_a_channel_that_becomes_shared_keeps_everything_under_its_new_id(desk: Desk) -> None:
    """``channel_id_changed`` keeps the channel's settings and next post, and sends posts that are on their
    way to the new id.
    """
    await desk.write("/digest on")
    await desk.write("/digest post")
    before = await desk.channel()
    body = {
        "type": "channel_id_changed",
        "old_channel_id": KOREAN_CHANNEL,
        "new_channel_id": "C0SHARED",
        "event_ts": "1612206778.000000",
    }
    await desk.send(_event(body))

    async def moved() -> Any:
        return await desk.haru.channels.get(HERE, "C0SHARED")

    await eventually(moved)
    after = await desk.channel("C0SHARED")

    async def followed() -> bool:
        async with desk.haru.database.read() as connection:
            where = set(await connection.scalars(select(part.c.slack_channel)))
        return where == {"C0SHARED"}

    await eventually(followed)
    assert (after.id, after.preferences, after.next_due_at) == (
        before.id,
        before.preferences,
        before.next_due_at,
    )


@pytest.mark.parametrize("kind", ["channel", "group"])
async def test_an_archived_channel_is_paused_until_it_is_unarchived(desk: Desk, kind: str) -> None:
    """An archived channel, public or private, has no next post, and gets one again when it is unarchived."""
    await desk.write("/digest on")
    await desk.send(_event({"type": f"{kind}_archive", "channel": KOREAN_CHANNEL, "user": MINJI}))

    async def paused() -> bool:
        return (await desk.channel()).paused_reason == "is_archived"

    await eventually(paused)
    assert (await desk.channel()).next_due_at is None
    await desk.send(_event({"type": f"{kind}_unarchive", "channel": KOREAN_CHANNEL, "user": MINJI}))

    async def resumed() -> bool:
        now = await desk.channel()
        return now.paused_reason is None and now.next_due_at is not None

    await eventually(resumed)


async def test_a_renamed_private_channel_is_known_by_its_new_name(desk: Desk) -> None:
    """``group_rename`` renames a private channel as ``channel_rename`` does a public one."""
    await desk.write("/digest")
    body = {"type": "group_rename", "channel": {"id": KOREAN_CHANNEL, "name": "비밀", "created": 1}}
    await desk.send(_event(body))

    async def renamed() -> bool:
        return (await desk.channel()).name == "비밀"

    await eventually(renamed)


async def test_somebody_else_s_leaving_changes_nothing(desk: Desk) -> None:
    """A channel is paused when Haru leaves it, and not when a person does."""
    await desk.write("/digest on")
    for user in (JUNHO, BOT_USER_ID):
        assert (await desk.channel()).paused_reason is None
        body = {
            "type": "member_left_channel",
            "user": user,
            "channel": KOREAN_CHANNEL,
            "channel_type": "G",
            "team": TEAM_ID,
        }
        await desk.send(_event(body))

    async def paused() -> bool:
        return (await desk.channel()).paused_reason == "removed"

    await eventually(paused)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("channel_left", "removed"),
        ("group_left", "removed"),
        ("channel_deleted", "channel_not_found"),
        ("group_deleted", "channel_not_found"),
    ],
)
async def test_a_channel_that_haru_left_or_that_was_deleted_is_paused(
    desk: Desk, kind: str, reason: str
) -> None:
    """A channel that Haru was removed from, or that was deleted, has no next post and keeps the reason."""
    await desk.write("/digest on")
    await desk.send(_event({"type": kind, "channel": KOREAN_CHANNEL, "actor_id": MINJI}))

    async def paused() -> bool:
        now = await desk.channel()
        return now.paused_reason == reason and now.next_due_at is None

    await eventually(paused)


async def test_haru_says_no_second_hello_in_a_channel_that_is_on(desk: Desk) -> None:
    """Invited to a channel whose papers are on, Haru posts no hello and keeps the schedule: Slack may not
    have reported that it was removed.
    """
    await desk.write("/digest on")
    before, schedule = len(desk.workspace.team.messages.all()), await desk.channel()
    await desk.send(_event({"type": "member_joined_channel", "channel": KOREAN_CHANNEL, "user": BOT_USER_ID}))
    await desk.send(_event({"type": "channel_rename", "channel": {"id": KOREAN_CHANNEL, "name": "anew"}}))

    async def is_renamed() -> bool:
        return (await desk.channel()).name == "anew"

    await eventually(is_renamed)
    await asyncio.sleep(0.3)
    assert len(desk.workspace.team.messages.all()) == before
    assert (await desk.channel()).next_due_at == schedule.next_due_at


def test_the_manifest_subscribes_to_the_events_that_are_handled() -> None:
    """The manifest subscribes to exactly the events Haru listens to."""
    assert {name.replace("message.im", "message") for name in EVENTS} == set(HANDLERS)


async def test_a_workspace_that_installs_again_has_its_channels_back(desk: Desk) -> None:
    """After `app_uninstalled` there is no installation; after installing again the channels are as before."""
    await desk.write("/digest on")
    before = await desk.channel()
    await desk.send(_event({"type": "app_uninstalled"}))

    async def gone() -> bool:
        return await desk.haru.installations.get(HERE) is None

    await eventually(gone)
    await desk.haru.install_from_environment(desk.workspace.bot_token)
    assert await desk.channel() == before


@pytest.mark.parametrize(
    ("tokens", "pauses"), [({"oauth": ["U1"], "bot": []}, False), ({"oauth": [], "bot": [BOT_USER_ID]}, True)]
)
async def test_a_revoked_token_pauses_the_workspace(
    desk: Desk, tokens: dict[str, list[str]], pauses: bool
) -> None:
    """A revoked bot token pauses the workspace, and its card says so; a revoked user token does not."""
    await desk.write("/digest on")
    await desk.send(_event({"type": "tokens_revoked", "tokens": tokens}))

    async def paused() -> bool:
        found = await desk.haru.installations.get(HERE)
        return found is not None and found.paused_reason == "token_revoked"

    if pauses:
        await eventually(paused)
        assert "다시 설치" in str(await desk.write("/digest"))
    else:
        await desk.write("/digest")
        assert not await paused()


async def test_an_event_from_before_a_new_installation_does_not_touch_it(desk: Desk) -> None:
    """`app_uninstalled` and `tokens_revoked` that Slack delivers after Haru was installed again change
    nothing; each is handled when it comes before the new installation.
    """
    late = int(desk.haru.clock.now().timestamp()) - 60
    lost = {"oauth": [], "bot": [BOT_USER_ID]}
    await desk.send(_event({"type": "app_uninstalled"}, event_time=late))
    await desk.send(_event({"type": "tokens_revoked", "tokens": lost}, event_time=late))
    await _listeners_end()
    found = await desk.haru.installations.get(HERE)
    assert found is not None
    assert (found.paused_reason, found.bot_token) == (None, desk.workspace.bot_token)


async def test_an_event_is_handled_once_by_all_replicas(desk: Desk) -> None:
    """An event that Slack delivers again, also to another process after a restart, gets no second answer;
    one that is old is forgotten.
    """
    said = {"type": "message", "channel_type": "im", "channel": "D0MINJI", "user": MINJI, "text": "looped"}
    body = _event(said)
    other = slack_app(
        Haru(desk.haru.settings, desk.haru.database, clock=desk.haru.clock)._services(),
        client=desk.haru.clients.client(),
    )
    answers: list[str] = []

    async def message(request: Request, event: Json) -> None:
        answers.append(event["text"])

    with patch.dict(HANDLERS, message=message):
        handlers = desk.haru.bolt(), other, desk.haru.bolt()
        for app in handlers:
            await app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
            await _listeners_end()
    assert answers == ["looped"]
    now = desk.haru.clock.now()
    await desk.haru.handled_events.prune(now=now + timedelta(days=1))
    assert not await desk.haru.handled_events.claim(HERE, body["event_id"], now=now)
    await desk.haru.handled_events.prune(now=now + timedelta(days=3))
    assert await desk.haru.handled_events.claim(HERE, body["event_id"], now=now)


async def _listeners_end() -> None:
    """Wait until every listener that was started has ended."""
    for _ in range(500):
        if not [task for task in asyncio.all_tasks() if "istener" in repr(task.get_coro())]:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("a listener never ended")
