"""Changing a channel's settings in Slack."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.channels.preferences import Language, Layout
from bot.channels.tag_filter import TagFilter
from bot.ledger.outcome import Kind, Outcome
from bot.ledger.states import DeliveryState
from bot.ledger.tables import delivery, part
from bot.local.seed import EMMA, JUNHO, MINJI
from tests.bot.delivery.sending import claim, record
from tests.bot.listeners.conftest import Desk, eventually, found, text_of, values_of


async def test_two_changes_are_announced_in_one_message(desk: Desk) -> None:
    """Changes are saved, logged and announced in the channel; a second one edits the announcement."""
    await desk.write("/digest language en")
    await desk.write("/digest layout thread")
    channel = await desk.channel()
    assert (channel.preferences.language, channel.preferences.layout) == (Language.EN, Layout.THREAD)
    said = await desk.seen(JUNHO)
    assert len(said) == 1
    assert MINJI in text_of(said[0])
    assert len(await desk.haru.change_log.newest(channel)) == 2


async def test_a_member_is_refused_and_told_who_may(desk: Desk) -> None:
    """A person who may not change the channel learns who may, and nothing changes."""
    before = (await desk.write("/digest", JUNHO), (await desk.channel()).preferences)[1]
    answer = await desk.write("/digest layout stream", JUNHO)
    assert MINJI in text_of(answer)
    assert (await desk.channel()).preferences == before


async def test_an_unreadable_command_is_answered_with_an_example(desk: Desk) -> None:
    """A subcommand or value that is not understood changes nothing and is answered with what can be typed."""
    for words in ("language", "layout", "time", "days", "tags", "nonsense"):
        assert "/digest" in text_of(await desk.write(f"/digest {words}"))
    for words, meant in (("langage ko", "language ko"), ("language koreen", "language ko")):
        assert f"/digest {meant}" in text_of(await desk.write(f"/digest {words}"))
    assert await desk.haru.change_log.newest(await desk.channel()) == ()


async def test_a_country_without_known_holidays_is_refused(desk: Desk) -> None:
    """A country whose holidays are unknown changes nothing, so no channel loses its next post."""
    await desk.write("/digest on")
    before = await desk.channel()
    assert "KR" in text_of(await desk.write("/digest days weekdays except holidays zz"))
    assert await desk.channel() == before


async def test_on_names_the_first_post_and_offers_the_newest_now(desk: Desk) -> None:
    """`/digest on` schedules the next hour, and its button posts the newest digest once, however often it is
    pressed.
    """
    await desk.write("/digest time 09:00 Asia/Seoul")
    answer = await desk.write("/digest on")
    channel = await desk.channel()
    assert channel.preferences.enabled
    assert channel.next_due_at is not None
    await asyncio.gather(desk.press(answer, "post_now"), desk.press(answer, "post_now"))
    for _ in range(100):
        if await desk.haru.ledger.history.of_channel(channel.id):
            break
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)
    assert len(await desk.haru.ledger.history.of_channel(channel.id)) == 1


async def test_the_card_shows_a_post_in_doubt_and_offers_it_again(desk: Desk) -> None:
    """The card says that a post is in doubt, and where that stays unknown its button posts it again once."""
    await desk.write("/digest post")

    async def sent() -> bool:
        past = await desk.haru.ledger.history.of_channel((await desk.channel()).id)
        return bool(past) and past[0].state is DeliveryState.SENT

    await eventually(sent)
    async with desk.haru.database.write() as connection:
        await connection.execute(update(part).values(state="doubt"))
        await connection.execute(update(delivery).values(state="posting"))
    assert "확인하고 있어요" in text_of(await desk.write("/digest"))
    async with desk.haru.database.write() as connection:
        await connection.execute(update(part).values(state="unknown"))
        await connection.execute(update(delivery).values(state="unknown", reason="unknown"))
    card = await desk.write("/digest")
    assert found(card, "post_again")[1]["confirm"]
    desk.workspace.move_clock(desk.haru.clock.now() + timedelta(minutes=1))
    await asyncio.gather(desk.press(card, "post_again"), desk.press(card, "post_again"))

    async def again() -> bool:
        return len(await desk.haru.ledger.history.of_channel((await desk.channel()).id)) > 1

    await eventually(again)
    await asyncio.sleep(0.3)
    assert len(await desk.haru.ledger.history.of_channel((await desk.channel()).id)) == 2


async def test_a_manual_post_is_dated_by_the_channel_s_day(desk: Desk) -> None:
    """At eight on the 26th in Seoul it is still the 25th in UTC, and the card says the 26th."""
    desk.workspace.move_clock(datetime(2025, 2, 25, 23, tzinfo=UTC))
    await desk.write("/digest time 09:00 Asia/Seoul")
    await desk.write("/digest post")

    async def sent() -> bool:
        past = await desk.haru.ledger.history.of_channel((await desk.channel()).id)
        return bool(past) and past[0].state is DeliveryState.SENT

    await eventually(sent)
    card = text_of(await desk.write("/digest"))
    assert "2월 26일" in card
    assert "2월 25일" not in card


async def test_a_manual_post_in_a_paused_workspace_is_refused(desk: Desk) -> None:
    """In a paused workspace `/digest post` says why nothing is posted, and opens no post for later."""
    await desk.haru.installations.pause(desk.workspace.workspace, "operator")
    assert "운영자" in text_of(await desk.write("/digest post"))
    assert await desk.haru.ledger.history.of_channel((await desk.channel()).id) == []


async def test_digest_settings_opens_the_modal(desk: Desk) -> None:
    """`/digest settings` opens the modal for people who may change the channel, and tells others who may."""
    await desk.write("/digest settings", MINJI)
    assert await desk.until_modal(MINJI)
    assert MINJI in text_of(await desk.write("/digest 설정", JUNHO))


async def test_off_stops_and_keeps_the_settings(desk: Desk) -> None:
    """`/digest off` leaves no next post and keeps the settings."""
    await desk.write("/digest time 7:15 Asia/Seoul")
    await desk.write("/digest on")
    await desk.write("/digest off")
    channel = await desk.channel()
    assert (channel.preferences.enabled, channel.next_due_at) == (False, None)
    assert channel.preferences.hour == time(7, 15)


async def test_the_last_change_can_be_undone_once(desk: Desk) -> None:
    """The undo button undoes a change once; pressed again later it changes nothing."""
    answer = await desk.write("/digest layout stream")
    await desk.press(answer, "undo")
    for _ in range(100):
        if (await desk.channel()).preferences.layout is Layout.DIGEST:
            break
        await asyncio.sleep(0.02)
    assert (await desk.channel()).preferences.layout is Layout.DIGEST
    desk.workspace.move_clock(desk.haru.clock.now() + timedelta(minutes=1))
    await desk.press(answer, "undo")
    await asyncio.sleep(0.3)
    assert (await desk.channel()).preferences.layout is Layout.DIGEST


async def test_two_admins_change_different_settings_at_once(desk: Desk) -> None:
    """Changes of different settings at once both hold, and the announcement names both admins."""
    await desk.write("/digest")
    await asyncio.gather(desk.write("/digest layout thread", MINJI), desk.write("/digest days daily", EMMA))
    preferences = (await desk.channel()).preferences
    assert (preferences.layout, len(preferences.days)) == (Layout.THREAD, 7)
    told = " ".join(text_of(one) for one in await desk.seen(JUNHO))
    assert MINJI in told
    assert EMMA in told


async def test_a_misspelt_tag_is_asked_about(desk: Desk) -> None:
    """A misspelt tag in a filter is answered with the corrected command; tags in quotes, or in the filter
    already, are accepted.
    """
    answer = text_of(await desk.write("/digest tags +eficiency -gan"))
    assert "/digest tags +efficiency -gan" in answer
    assert (await desk.channel()).preferences.tags == TagFilter()
    await desk.write("/digest tags “eficiency”")
    assert (await desk.channel()).preferences.tags == TagFilter((("eficiency",),))
    await desk.write("/digest tags +eficiency -gan")
    assert (await desk.channel()).preferences.tags == TagFilter((("eficiency",),), ("gan",))
    await desk.write("/digest tags efficiency 그리고 (llm 또는 sparsity)")
    assert (await desk.channel()).preferences.tags.include == (("efficiency",), ("llm", "sparsity"))


async def _open_modal(desk: Desk, person: str = MINJI) -> dict[str, Any]:
    card = await desk.write("/digest", person)
    await desk.press(card, "settings", person)
    return await desk.until_modal(person)


async def test_the_modal_saves_everything_and_previews_what_is_filled_in(desk: Desk) -> None:
    """The settings modal saves what is submitted, and its preview opens on top with what is filled in."""
    view = await _open_modal(desk)
    block, element = found(view, "preview")
    values = values_of(view)
    await desk.ask(
        "POST",
        "/local/actions",
        {
            "as": MINJI,
            "view": view["id"],
            "block_id": block,
            "action_id": element["action_id"],
            "values": values,
        },
    )
    stack: list[Any] = []
    for _ in range(100):
        stack = (await desk.ask("GET", f"/local/views?as={MINJI}"))["views"]
        if len(stack) == 2:
            break
        await asyncio.sleep(0.02)
    assert len(stack) == 2
    values["tags"]["tags"] = {"type": "plain_text_input", "value": "+efficiency -gan"}
    await desk.ask("POST", "/local/submissions", {"as": MINJI, "view": view["id"], "values": values})
    for _ in range(100):
        if (await desk.channel()).preferences.tags.include:
            break
        await asyncio.sleep(0.02)
    tags = (await desk.channel()).preferences.tags
    assert (tags.include, tags.exclude) == ((("efficiency",),), ("gan",))
    assert await desk.haru.channels.get(desk.workspace.workspace, "") is None


@pytest.mark.parametrize("way", ["/digest off", "the window"])
async def test_turning_off_calls_off_a_post_in_doubt(desk: Desk, way: str) -> None:
    """A post that is in doubt when the papers are turned off will not be sent again."""
    await desk.write("/digest on")
    await _in_doubt(desk)
    if way == "the window":
        view = await _open_modal(desk)
        values = values_of(view)
        values["enabled"]["enabled"] = {"type": "checkboxes", "selected_options": []}
        await desk.submit(view, values)
    else:
        await desk.write(way)

    async def is_called_off() -> bool:
        return await _called_off(desk) == ["off"]

    await eventually(is_called_off)


async def test_off_again_calls_off_a_manual_post(desk: Desk) -> None:
    """Where the papers are off, `/digest off` calls off a manual post, and other changes do not."""
    await desk.write("/digest layout stream")
    await _in_doubt(desk)
    await desk.write("/digest language en")
    assert await _called_off(desk) == [None]
    await desk.write("/digest off")
    assert await _called_off(desk) == ["off"]


async def test_the_history_says_what_was_sent_and_why_not(desk: Desk) -> None:
    """`/digest history` has a line a day: how many papers were sent, that they wait, or why none came."""
    assert "30" in text_of(await desk.write("/digest history"))
    await desk.write("/digest on")
    await _in_doubt(desk)
    assert "Slack" in text_of(await desk.write("/digest history"))
    for state, reason, says in (
        (DeliveryState.SENT, None, "6편"),
        (DeliveryState.SKIPPED, "no_new_digest", "새 논문이"),
        (DeliveryState.FAILED, "is_archived", "보관"),
    ):
        async with desk.haru.database.write() as connection:
            await connection.execute(update(delivery).values(state=state, reason=reason))
            await connection.execute(update(part).values(state="sent"))
        assert says in text_of(await desk.write("/digest history", JUNHO))


async def _in_doubt(desk: Desk) -> None:
    await desk.haru.manual_posts.open(await desk.channel(), now=desk.haru.clock.now())
    held = await claim(desk.haru.ledger, 1)
    await record(desk.haru.ledger, [(one, Outcome(Kind.DOUBT, "lost")) for one in held])


async def _called_off(desk: Desk) -> list[str | None]:
    async with desk.haru.database.read() as connection:
        return list(await connection.scalars(select(part.c.called_off).where(part.c.state == "doubt")))
