"""Several people, or one person twice, change the same settings."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta

from bot.channels.preferences import Language, Layout
from bot.local.seed import EMMA, MINJI
from tests.bot.listeners.conftest import Desk, Json, eventually, found, text_of, values_of


async def _open(desk: Desk, person: str) -> Json:
    await desk.press(await desk.write("/digest", person), "settings", person)
    return await desk.until_modal(person)


async def test_the_last_of_two_changes_wins_and_both_admins_are_told(desk: Desk) -> None:
    """When two admins change the same setting at once, the last change holds, and each admin is told of the
    other's.
    """
    await desk.write("/digest layout stream", MINJI)
    answer = await desk.write("/digest layout thread", EMMA)
    assert (await desk.channel()).preferences.layout is Layout.THREAD
    assert MINJI in text_of(answer)
    told = await desk.until(EMMA, MINJI)
    assert any("가" <= letter <= "힣" for letter in text_of(told))


async def test_a_later_change_notifies_nobody(desk: Desk) -> None:
    """Somebody who changes what another person set an hour ago knows of it, so nobody is notified."""
    await desk.write("/digest layout stream", MINJI)
    seen = len(await desk.seen(MINJI))
    desk.workspace.move_clock(desk.haru.clock.now() + timedelta(hours=1))
    assert MINJI not in text_of(await desk.write("/digest layout thread", EMMA))
    # The announcement in the channel, and nothing that only she sees.
    assert len(await desk.seen(MINJI)) == seen + 1


async def test_a_modal_left_open_changes_only_what_was_edited_in_it(desk: Desk) -> None:
    """A modal keeps what others set since it was opened; where both changed a setting, the modal's value
    holds and both people are told.
    """
    view = await _open(desk, MINJI)
    values = values_of(view)
    await desk.write("/digest time 7:30 Asia/Seoul", EMMA)
    await desk.write("/digest language en", EMMA)
    desk.workspace.move_clock(desk.haru.clock.now() + timedelta(hours=1))
    options = next(block for block in view["blocks"] if block.get("block_id") == "language")["element"]
    both = next(one for one in options["options"] if one["value"] == "both")
    values["language"]["language"]["selected_option"] = both
    assert not (await desk.submit(view, values))["errors"]

    async def saved() -> bool:
        return (await desk.channel()).preferences.language is Language.BOTH

    await eventually(saved)
    assert (await desk.channel()).preferences.hour == time(7, 30)
    assert EMMA in text_of(await desk.until("undo", MINJI))
    await desk.until(MINJI, EMMA)


async def test_a_modal_submitted_twice_saves_once(desk: Desk) -> None:
    """A double click on Save makes one change."""
    view = await _open(desk, MINJI)
    values = values_of(view)
    values["tags"]["tags"] = {"type": "plain_text_input", "value": "+efficiency"}
    payload = {"as": MINJI, "view": view["id"], "values": values}
    url = desk.workspace.url.rstrip("/") + "/local/submissions"

    async def click() -> None:
        async with desk.session.post(url, json=payload):
            pass

    await asyncio.gather(click(), click())

    async def saved() -> bool:
        return bool(await desk.haru.change_log.newest(await desk.channel()))

    await eventually(saved)
    await asyncio.sleep(0.3)
    assert len(await desk.haru.change_log.newest(await desk.channel())) == 1


async def test_errors_in_the_modal_stand_below_their_inputs(desk: Desk) -> None:
    """A wrong input is explained below it in the person's language, nothing is saved, and the modal stays
    open.
    """
    view = await _open(desk, MINJI)
    values = values_of(view)
    values["tags"]["tags"] = {"type": "plain_text_input", "value": "nlp and ("}
    errors = await desk.submit(view, values)
    assert any("가" <= letter <= "힣" for letter in str(errors))
    values["tags"]["tags"] = {"type": "plain_text_input", "value": "eficiency"}
    assert "efficiency" in str(await desk.submit(view, values))
    values["tags"]["tags"] = {"type": "plain_text_input"}
    values["managers"]["managers"] = {"type": "multi_users_select", "selected_users": ["U0HARU"]}
    assert "managers" in str(await desk.submit(view, values))
    assert await desk.haru.change_log.newest(await desk.channel()) == ()
    assert await desk.until_modal()


async def test_the_log_undoes_the_newest_change(desk: Desk) -> None:
    """`/digest log` shows who changed what, and its button undoes the newest change, of managers too."""
    await desk.write("/digest managers add <@U0JUNHO>")
    listed = await desk.write("/digest log", EMMA)
    assert MINJI in text_of(listed)
    await desk.press(listed, "undo", EMMA)

    async def back() -> bool:
        return not (await desk.channel()).managers

    await eventually(back)
    assert found(await desk.write("/digest log"), "undo")
