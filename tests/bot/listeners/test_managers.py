"""Who may change a channel's settings, by commands and in App Home."""

from __future__ import annotations

import pytest

from bot.channels.preferences import ChannelInfo, Layout
from bot.local.seed import ALEX, EMMA, JUNHO, KOREAN_CHANNEL, MINJI
from bot.local.workspace_identity import BOT_USER_ID
from tests.bot.listeners.conftest import Desk, eventually, found, text_of


async def _may_change(desk: Desk, person: str) -> bool:
    """Whether a person can change the channel, found out by changing its layout twice."""
    before = (await desk.channel()).preferences.layout
    other = Layout.STREAM if before is not Layout.STREAM else Layout.THREAD
    await desk.write(f"/digest layout {other}", person)
    return (await desk.channel()).preferences.layout is other


async def test_managers_are_added_listed_and_removed(desk: Desk) -> None:
    """Adding a manager keeps the others, and each may change the channel until removed."""
    await desk.write(f"/digest managers <@{JUNHO}>")
    await desk.write(f"/digest managers add <@{ALEX}|alex>")
    assert (await desk.channel()).managers == {JUNHO, ALEX}
    listed = text_of(await desk.write("/digest managers", JUNHO))
    assert JUNHO in listed
    assert ALEX in listed
    assert await _may_change(desk, JUNHO)
    await desk.write(f"/digest managers 빼기 <@{JUNHO}>")
    assert (await desk.channel()).managers == {ALEX}
    assert not await _may_change(desk, JUNHO)


@pytest.mark.parametrize("named", [BOT_USER_ID, EMMA])
async def test_bots_and_deactivated_users_cannot_be_managers(desk: Desk, named: str) -> None:
    """Only people with an active account can be added as managers."""
    await desk.write("/digest")
    desk.workspace.team.users.change(EMMA, deleted=True)
    assert named in text_of(await desk.write(f"/digest managers add <@{named}>"))
    assert (await desk.channel()).managers == frozenset()


async def test_an_admin_opens_the_workspace_and_closes_it_again(desk: Desk) -> None:
    """When an admin opens the settings to everyone, members may change channels and guests may not; only an
    admin can open them.
    """
    await desk.write("/digest")
    await desk.write("/digest managers everyone", JUNHO)
    assert not await _may_change(desk, JUNHO)
    await desk.write("/digest managers 모두", EMMA)
    assert await _may_change(desk, JUNHO)
    desk.workspace.team.users.change(ALEX, is_restricted=True)
    assert not await _may_change(desk, ALEX)
    await desk.write("/digest managers chosen", EMMA)
    assert not await _may_change(desk, JUNHO)


async def test_home_opens_the_workspace_for_admins_only(desk: Desk) -> None:
    """Admins find the choice who may change settings in App Home, and members do not."""
    await desk.ask("POST", "/local/visits", {"as": EMMA, "tab": "home"})

    async def view() -> dict[str, object] | None:
        return (await desk.ask("GET", f"/local/home?as={EMMA}")).get("view")

    await eventually(view)
    shown = dict(await view() or {})
    block, element = found(shown, "who_may_change")
    everyone = next(one for one in element["options"] if one["value"] == "everyone")
    choice = {
        "view": shown["id"],
        "block_id": block,
        "action_id": "who_may_change",
        "chosen": {"selected_option": everyone},
    }
    await desk.ask("POST", "/local/actions", {"as": EMMA, **choice})

    async def is_open() -> bool:
        return await desk.haru.policies.is_open(desk.workspace.workspace)

    await eventually(is_open)
    await desk.ask("POST", "/local/visits", {"as": JUNHO, "tab": "home"})

    async def of_member() -> dict[str, object] | None:
        return (await desk.ask("GET", f"/local/home?as={JUNHO}")).get("view")

    await eventually(of_member)
    assert "who_may_change" not in text_of(dict(await of_member() or {}))


@pytest.mark.parametrize(
    "facts",
    [{"is_restricted": True}, {"is_restricted": True, "is_ultra_restricted": True}, {"team": "T0ELSEWHERE"}],
)
async def test_guests_and_people_from_elsewhere_manage_only_where_they_were_added(
    desk: Desk, facts: dict[str, object]
) -> None:
    """A guest or a person of another organisation may look papers up, but changes settings only as a manager,
    even as an admin over there or as the inviter.
    """
    await desk.write("/digest")
    desk.workspace.team.users.change(JUNHO, is_admin=True, **facts)
    if "team" not in facts:
        desk.workspace.team.users.change(JUNHO, is_admin=False)
    known = await desk.channel()
    await desk.haru.channels.get_or_create(
        known.workspace, KOREAN_CHANNEL, info=ChannelInfo(inviter_id=JUNHO)
    )
    assert not await _may_change(desk, JUNHO)
    assert found(await desk.write("/paper looped", JUNHO), "share")
    await desk.write(f"/digest managers add <@{JUNHO}>", MINJI)
    assert await _may_change(desk, JUNHO)


async def test_everyone_may_set_up_their_own_direct_message_only(desk: Desk) -> None:
    """A person subscribes in a direct message with Haru as in a channel, and no admin can manage that."""
    room = f"D{ALEX[1:]}"
    answer = await desk.write("/digest on", ALEX, room)
    assert found(answer, "post_now")
    channel = await desk.channel(room)
    assert channel.preferences.enabled
    assert channel.preferences.zone == "America/New_York"
    await desk.press(answer, "post_now", ALEX, room)

    async def opened() -> bool:
        return bool(await desk.haru.ledger.history.of_channel(channel.id))

    await eventually(opened)
    await desk.write("digest layout stream", ALEX, room)

    async def changed() -> bool:
        return (await desk.channel(room)).preferences.layout is Layout.STREAM

    await eventually(changed)
    await desk.ask("POST", "/local/visits", {"as": EMMA, "tab": "home"})

    async def home() -> dict[str, object] | None:
        return (await desk.ask("GET", f"/local/home?as={EMMA}")).get("view")

    await eventually(home)
    assert room not in text_of(dict(await home() or {}))
