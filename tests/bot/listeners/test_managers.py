"""Who may change what, by words and in App Home."""

from __future__ import annotations

import pytest

from bot.channels.preferences import Layout
from bot.local.seed import ALEX, EMMA, JUNHO, KOREAN_CHANNEL, MINJI
from bot.local.workspace_identity import BOT_USER_ID
from tests.bot.listeners.conftest import Desk, eventually, found, text_of


async def _may(desk: Desk, person: str) -> bool:
    """Whether a person can change the channel: they turn the layout back and forth."""
    before = (await desk.channel()).preferences.layout
    other = Layout.STREAM if before is not Layout.STREAM else Layout.THREAD
    await desk.write(f"/digest layout {other}", person)
    return (await desk.channel()).preferences.layout is other


async def test_managers_are_named_listed_and_let_go(desk: Desk) -> None:
    """Naming one more keeps the others; each may then change the channel, until taken away."""
    await desk.write(f"/digest managers <@{JUNHO}>")
    await desk.write(f"/digest managers add <@{ALEX}|alex>")
    assert (await desk.channel()).managers == {JUNHO, ALEX}
    listed = text_of(await desk.write("/digest managers", JUNHO))
    assert JUNHO in listed
    assert ALEX in listed
    assert await _may(desk, JUNHO)
    await desk.write(f"/digest managers 빼기 <@{JUNHO}>")
    assert (await desk.channel()).managers == {ALEX}
    assert not await _may(desk, JUNHO)


@pytest.mark.parametrize("named", [BOT_USER_ID, EMMA])
async def test_bots_and_people_who_left_cannot_be_named(desk: Desk, named: str) -> None:
    """A manager is a person with an account in use."""
    await desk.write("/digest")
    desk.workspace.team.users.change(EMMA, deleted=True)
    assert named in text_of(await desk.write(f"/digest managers add <@{named}>"))
    assert (await desk.channel()).managers == frozenset()


async def test_an_admin_opens_the_workspace_and_closes_it_again(desk: Desk) -> None:
    """Everyone but guests may change channels then; nobody but an admin can decide that."""
    await desk.write("/digest")
    await desk.write("/digest managers everyone", JUNHO)
    assert not await _may(desk, JUNHO)
    await desk.write("/digest managers 모두", EMMA)
    assert await _may(desk, JUNHO)
    desk.workspace.team.users.change(ALEX, is_restricted=True)
    assert not await _may(desk, ALEX)
    await desk.write("/digest managers chosen", EMMA)
    assert not await _may(desk, JUNHO)


async def test_home_opens_the_workspace_for_admins_only(desk: Desk) -> None:
    """Admins find the choice in App Home; a member who sends it all the same changes nothing."""
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
async def test_guests_and_strangers_manage_only_where_they_were_named(
    desk: Desk, facts: dict[str, object]
) -> None:
    """A guest, or somebody of another organisation in a shared channel, may look papers up and read the
    card; even an admin over there, or who invited Haru, changes nothing here until named a manager.
    """
    await desk.write("/digest")
    desk.workspace.team.users.change(JUNHO, is_admin=True, **facts)
    if "team" not in facts:
        desk.workspace.team.users.change(JUNHO, is_admin=False)
    known = await desk.channel()
    await desk.haru.channels.get_or_create(known.workspace, KOREAN_CHANNEL, inviter_id=JUNHO)
    assert not await _may(desk, JUNHO)
    assert found(await desk.write("/paper looped", JUNHO), "share")
    await desk.write(f"/digest managers add <@{JUNHO}>", MINJI)
    assert await _may(desk, JUNHO)


async def test_everyone_may_set_up_their_own_messages_and_nobody_else_s(desk: Desk) -> None:
    """In a direct message with Haru a person subscribes like a channel; an admin does not manage that."""
    room = f"D{ALEX[1:]}"
    answer = await desk.write("/digest on", ALEX, room)
    assert found(answer, "post_now")
    channel = await desk.channel(room)
    assert channel.preferences.enabled
    assert channel.preferences.zone == "America/New_York"
    await desk.press(answer, "post_now", ALEX, room)

    async def opened() -> bool:
        return bool(await desk.haru.deliveries.history(channel))

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
