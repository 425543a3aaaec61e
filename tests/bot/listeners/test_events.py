"""Events of channels and people, and App Home."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import func, select

from bot.channels.preferences import Language, Layout
from bot.local.seed import ALEX, JUNHO, KOREAN_CHANNEL, MINJI
from bot.workspaces.tables import handled_event
from tests.bot.listeners.conftest import Desk, eventually, found, text_of, values_of


async def _room(desk: Desk, person: str, name: str = "new-room") -> str:
    made = await desk.ask("POST", "/local/channels", {"as": person, "name": name})
    return str(made["channel"]["id"] if "channel" in made else made["id"])


async def test_invited_haru_says_one_hello_and_posts_nothing(desk: Desk) -> None:
    """Invited to a channel, Haru posts one hello in the inviter's language; the inviter may set the channel
    up from it, and saving the proposed settings turns the papers on and names the first post.
    """
    room = await _room(desk, JUNHO)
    await desk.ask("POST", "/local/messages", {"as": JUNHO, "channel": room, "text": "/invite @haru"})
    await eventually(lambda: desk.haru.channels.get(desk.workspace.workspace, room))
    hello = await _newest_with_button(desk, room)
    assert any("가" <= letter <= "힣" for letter in text_of(hello))
    channel = await desk.channel(room)
    assert (channel.inviter_id, channel.preferences.enabled) == (JUNHO, False)
    assert (channel.preferences.language, channel.preferences.zone) == (Language.KO, "Asia/Seoul")
    await desk.press(hello, "settings", JUNHO, room)
    view = await desk.until_modal(JUNHO)
    assert not (await desk.submit(view, values_of(view), JUNHO))["errors"]

    async def is_on() -> bool:
        return (await desk.channel(room)).preferences.enabled

    await eventually(is_on)
    told = await desk.until("post_now", JUNHO, room)
    assert "첫 글: 2월 26일" in text_of(told)


async def _newest_with_button(desk: Desk, room: str) -> dict[str, Any]:
    for _ in range(150):
        shown = await desk.seen(JUNHO, room)
        for message in shown:
            if any(
                element.get("action_id") == "settings"
                for block in message.get("blocks", ())
                for element in block.get("elements", ())
            ):
                return message
        await asyncio.sleep(0.02)
    raise AssertionError("no hello came")


async def test_removing_haru_pauses_and_inviting_it_again_resumes(desk: Desk) -> None:
    """A channel that Haru is removed from keeps its settings and has no next post until Haru is invited
    again.
    """
    await desk.write("/digest on")
    await desk.ask("POST", "/local/messages", {"as": MINJI, "channel": KOREAN_CHANNEL, "text": "/kick @haru"})

    async def paused() -> bool:
        return (await desk.channel()).paused_reason == "removed"

    await eventually(paused)
    assert (await desk.channel()).next_due_at is None

    async def heard_of_both() -> bool:
        # Slack sends channel_left and member_left_channel; a late one would pause the channel once more.
        async with desk.haru.database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(handled_event)) == 2

    await eventually(heard_of_both)
    await desk.ask(
        "POST", "/local/messages", {"as": MINJI, "channel": KOREAN_CHANNEL, "text": "/invite @haru"}
    )

    async def resumed() -> bool:
        channel = await desk.channel()
        return channel.paused_reason is None and channel.next_due_at is not None

    await eventually(resumed)


async def test_a_renamed_channel_is_known_by_its_new_name(desk: Desk) -> None:
    """A channel's stored name follows its name in Slack."""
    await desk.write("/digest")
    await desk.ask(
        "POST", "/local/messages", {"as": MINJI, "channel": KOREAN_CHANNEL, "text": "/rename 새-이름"}
    )

    async def renamed() -> bool:
        return (await desk.channel()).name == "새-이름"

    await eventually(renamed)


async def test_turning_on_without_haru_in_the_channel_says_how_to_invite_it(desk: Desk) -> None:
    """`/digest on` in a channel without Haru changes nothing, says how to invite it, and answers lookups."""
    room = await _room(desk, JUNHO)
    assert "/invite" in text_of(await desk.write("/digest on", JUNHO, room))
    assert not (await desk.channel(room)).preferences.enabled
    assert found(await desk.write("/paper looped", JUNHO, room), "share")


async def test_a_mention_is_answered_to_its_asker_only(desk: Desk) -> None:
    """A question in a mention is answered in the same channel, so that only the person who asked sees it."""
    await desk.ask(
        "POST",
        "/local/messages",
        {"as": ALEX, "channel": KOREAN_CHANNEL, "text": "@haru looped"},
    )
    await desk.until("Latent Thoughts", ALEX)
    assert "Latent Thoughts" not in text_of({"blocks": await desk.seen(JUNHO)})


async def test_home_shows_today_and_keeps_the_reader_s_language(desk: Desk) -> None:
    """App Home shows today's papers, and choosing a language there shows it in that language at once."""
    await desk.ask("POST", "/local/visits", {"as": ALEX, "tab": "home"})

    async def published() -> Any:
        return (await desk.ask("GET", f"/local/home?as={ALEX}")).get("view")

    await eventually(published)
    view = await published()
    assert "Latent Thoughts" in text_of(view)
    block, element = found(view, "reader_language")
    korean = next(one for one in element["options"] if one["value"] == "ko")
    await desk.ask(
        "POST",
        "/local/actions",
        {
            "as": ALEX,
            "view": view["id"],
            "block_id": block,
            "action_id": "reader_language",
            "chosen": {"selected_option": korean},
        },
    )

    async def chosen() -> bool:
        known = await desk.haru.user_languages.get(desk.workspace.workspace, ALEX)
        return known == "ko" and "편" in text_of(await published())

    await eventually(chosen)


async def test_a_large_channel_starts_with_threads(desk: Desk) -> None:
    """A channel with more than fifty members starts with the thread layout."""
    room = await _room(desk, JUNHO)
    for number in range(51):
        desk.workspace.team.conversations.join(room, f"U0MEMBER{number}")
    await desk.ask("POST", "/local/messages", {"as": JUNHO, "channel": room, "text": "/invite @haru"})
    await eventually(lambda: desk.haru.channels.get(desk.workspace.workspace, room))
    assert (await desk.channel(room)).preferences.layout is Layout.THREAD


async def _home(desk: Desk, person: str) -> dict[str, Any]:
    await desk.ask("POST", "/local/visits", {"as": person, "tab": "home"})

    async def published() -> Any:
        return (await desk.ask("GET", f"/local/home?as={person}")).get("view")

    await eventually(published)
    return dict(await published())


async def test_home_leads_to_a_channel_s_settings(desk: Desk) -> None:
    """App Home lists the channels a person manages with a button that opens their settings; others do not see
    it.
    """
    await desk.write("/digest on", MINJI)
    assert '"settings"' not in text_of(await _home(desk, JUNHO))
    view = await _home(desk, MINJI)
    block, element = found(view, "settings")
    action = {"as": MINJI, "view": view["id"], "block_id": block, "action_id": element["action_id"]}
    await desk.ask("POST", "/local/actions", action)
    modal = await desk.until_modal(MINJI)
    values = values_of(modal)
    values["enabled"]["enabled"]["selected_options"] = []
    await desk.submit(modal, values)

    async def is_off() -> bool:
        return not (await desk.channel()).preferences.enabled

    await eventually(is_off)
    await desk.until("undo", MINJI)
