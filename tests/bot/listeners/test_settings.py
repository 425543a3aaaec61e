"""Setting a channel up without leaving Slack."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.channels.preferences import Language, Layout
from bot.channels.tag_filter import TagFilter
from bot.ledger.delivery import State
from bot.ledger.outcome import Kind, Outcome
from bot.ledger.tables import delivery, part
from bot.local.seed import EMMA, JUNHO, MINJI
from tests.bot.listeners.conftest import Desk, eventually, found, text_of, values_of


async def test_an_admin_changes_the_language_and_the_channel_hears_one_line(desk: Desk) -> None:
    """The change is kept, written down, and told in the channel; a second one edits that line."""
    await desk.write("/digest language en")
    await desk.write("/digest layout thread")
    channel = await desk.channel()
    assert (channel.preferences.language, channel.preferences.layout) == (Language.EN, Layout.THREAD)
    said = await desk.seen(JUNHO)
    assert len(said) == 1
    assert MINJI in text_of(said[0])
    assert len(await desk.haru.changes.newest(channel)) == 2


async def test_a_member_is_refused_and_told_who_may(desk: Desk) -> None:
    """Somebody who may not change the channel learns who may, and nothing changes."""
    before = (await desk.write("/digest", JUNHO), (await desk.channel()).preferences)[1]
    answer = await desk.write("/digest layout stream", JUNHO)
    assert MINJI in text_of(answer)
    assert (await desk.channel()).preferences == before


async def test_what_is_not_understood_is_answered_with_an_example(desk: Desk) -> None:
    """A word that means nothing changes nothing and shows what can be typed."""
    for words in ("language", "layout", "time", "days", "tags", "nonsense"):
        assert "/digest" in text_of(await desk.write(f"/digest {words}"))
    for words, meant in (("langage ko", "language ko"), ("language koreen", "language ko")):
        assert f"/digest {meant}" in text_of(await desk.write(f"/digest {words}"))
    assert await desk.haru.changes.newest(await desk.channel()) == ()


async def test_a_country_without_known_holidays_is_refused(desk: Desk) -> None:
    """A slip of a country changes nothing: no channel may be left without a next post."""
    await desk.write("/digest on")
    before = await desk.channel()
    assert "KR" in text_of(await desk.write("/digest days weekdays except holidays zz"))
    assert await desk.channel() == before


async def test_on_names_the_first_post_and_offers_the_newest_now(desk: Desk) -> None:
    """`/digest on` schedules the next hour; its button posts today's once, however often it is pressed."""
    await desk.write("/digest time 09:00 Asia/Seoul")
    answer = await desk.write("/digest on")
    channel = await desk.channel()
    assert channel.preferences.enabled
    assert channel.next_due_at is not None
    await asyncio.gather(desk.press(answer, "post_now"), desk.press(answer, "post_now"))
    for _ in range(100):
        if await desk.haru.deliveries.history(channel):
            break
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)
    assert len(await desk.haru.deliveries.history(channel)) == 1


async def test_the_card_says_when_nobody_knows_whether_it_arrived(desk: Desk) -> None:
    """In doubt Haru is finding out; where that stays unknown, a button posts it again, once."""
    await desk.write("/digest post")

    async def sent() -> bool:
        past = await desk.haru.deliveries.history(await desk.channel())
        return bool(past) and past[0].state is State.SENT

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
        return len(await desk.haru.deliveries.history(await desk.channel())) > 1

    await eventually(again)
    await asyncio.sleep(0.3)
    assert len(await desk.haru.deliveries.history(await desk.channel())) == 2


async def test_a_post_by_hand_is_told_with_the_day_it_was_in_the_channel(desk: Desk) -> None:
    """At eight on the 26th in Seoul it is still the 25th in UTC: the card says the 26th."""
    desk.workspace.move_clock(datetime(2025, 2, 25, 23, tzinfo=UTC))
    await desk.write("/digest time 09:00 Asia/Seoul")
    await desk.write("/digest post")

    async def sent() -> bool:
        past = await desk.haru.deliveries.history(await desk.channel())
        return bool(past) and past[0].state is State.SENT

    await eventually(sent)
    card = text_of(await desk.write("/digest"))
    assert "2월 26일" in card
    assert "2월 25일" not in card


async def test_nothing_is_promised_where_the_workspace_is_paused(desk: Desk) -> None:
    """`/digest post` says why nothing is posted, and opens nothing that would come hours later."""
    await desk.haru.installations.pause(desk.workspace.workspace, "operator")
    assert "운영자" in text_of(await desk.write("/digest post"))
    assert await desk.haru.deliveries.history(await desk.channel()) == []


async def test_settings_by_word_opens_the_modal(desk: Desk) -> None:
    """`/digest settings` opens it for those who may, and tells the others who may."""
    await desk.write("/digest settings", MINJI)
    assert await desk.until_modal(MINJI)
    assert MINJI in text_of(await desk.write("/digest 설정", JUNHO))


async def test_off_stops_and_keeps_the_settings(desk: Desk) -> None:
    """`/digest off` leaves nothing scheduled and the hour as it was."""
    await desk.write("/digest time 7:15 Asia/Seoul")
    await desk.write("/digest on")
    await desk.write("/digest off")
    channel = await desk.channel()
    assert (channel.preferences.enabled, channel.next_due_at) == (False, None)
    assert channel.preferences.hour == time(7, 15)


async def test_the_last_change_can_be_undone_once(desk: Desk) -> None:
    """Undo takes the change back; after that, or after another's change, it stays as it is."""
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


async def test_two_admins_at_once_both_count(desk: Desk) -> None:
    """Changes of different settings both hold, and the channel's line names both admins."""
    await desk.write("/digest")
    await asyncio.gather(desk.write("/digest layout thread", MINJI), desk.write("/digest days daily", EMMA))
    preferences = (await desk.channel()).preferences
    assert (preferences.layout, len(preferences.days)) == (Layout.THREAD, 7)
    told = " ".join(text_of(one) for one in await desk.seen(JUNHO))
    assert MINJI in told
    assert EMMA in told


async def test_a_tag_no_paper_has_is_asked_about_when_it_looks_like_one_that_some_have(desk: Desk) -> None:
    """A slip in a filter is answered with the whole command that was meant; quotes insist."""
    answer = text_of(await desk.write("/digest tags +eficiency -gan"))
    assert "/digest tags +efficiency -gan" in answer
    assert (await desk.channel()).preferences.tags == TagFilter()
    await desk.write("/digest tags “eficiency”")
    assert (await desk.channel()).preferences.tags == TagFilter((("eficiency",),))
    await desk.write("/digest tags +eficiency -gan")
    assert (await desk.channel()).preferences.tags == TagFilter((("eficiency",),), ("gan",))
    await desk.write("/digest tags efficiency 그리고 (attention 또는 memory)")
    assert (await desk.channel()).preferences.tags.include == (("efficiency",), ("attention", "memory"))


async def _open_modal(desk: Desk, person: str = MINJI) -> dict[str, Any]:
    card = await desk.write("/digest", person)
    await desk.press(card, "settings", person)
    return await desk.until_modal(person)


async def test_the_modal_saves_everything_and_previews_what_is_filled_in(desk: Desk) -> None:
    """The settings modal comes prefilled; what is submitted holds, and its preview opens on top."""
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
async def test_switching_off_calls_off_what_is_under_way(desk: Desk, way: str) -> None:
    """A post nobody knows the fate of when the papers are switched off will not be sent again."""
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


async def test_a_post_by_hand_is_called_off_too_when_off_is_said_again(desk: Desk) -> None:
    """Where the papers are off, `/digest off` is about what was posted by hand; other settings are not."""
    await desk.write("/digest layout stream")
    await _in_doubt(desk)
    await desk.write("/digest language en")
    assert await _called_off(desk) == [None]
    await desk.write("/digest off")
    assert await _called_off(desk) == ["off"]


async def _in_doubt(desk: Desk) -> None:
    await desk.haru.deliveries.post_now(await desk.channel(), now=desk.haru.clock.now())
    held = await desk.haru.ledger.claim(1)
    await desk.haru.ledger.record([(one, Outcome(Kind.DOUBT, "lost")) for one in held])


async def _called_off(desk: Desk) -> list[str | None]:
    async with desk.haru.database.read() as connection:
        return list(await connection.scalars(select(part.c.called_off).where(part.c.state == "doubt")))
