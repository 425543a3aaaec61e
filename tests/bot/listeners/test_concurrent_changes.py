"""Several people, or one twice, at the same settings."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta

from bot.channels.preferences import Language, Layout
from bot.local.seed import EMMA, MINJI
from tests.bot.listeners.conftest import Desk, Json, eventually, found, text_of, values_of


async def _open(desk: Desk, person: str) -> Json:
    await desk.press(await desk.write("/digest", person), "settings", person)
    return await desk.until_modal(person)


async def test_of_two_admins_the_last_wins_and_both_are_told(desk: Desk) -> None:
    """Two change the same setting at once: one holds, who made it hears of the other, and the other too."""
    await desk.write("/digest layout stream", MINJI)
    answer = await desk.write("/digest layout thread", EMMA)
    assert (await desk.channel()).preferences.layout is Layout.THREAD
    assert MINJI in text_of(answer)
    told = await desk.until(EMMA, MINJI)
    assert any("가" <= letter <= "힣" for letter in text_of(told))


async def test_later_changes_overtake_nobody(desk: Desk) -> None:
    """Who changes what somebody set an hour ago knows of it: nobody is bothered."""
    await desk.write("/digest layout stream", MINJI)
    seen = len(await desk.seen(MINJI))
    desk.workspace.move_clock(desk.haru.clock.now() + timedelta(hours=1))
    assert MINJI not in text_of(await desk.write("/digest layout thread", EMMA))
    # The quiet line in the channel, and nothing for her alone.
    assert len(await desk.seen(MINJI)) == seen + 1


async def test_a_modal_left_open_changes_only_what_was_touched_in_it(desk: Desk) -> None:
    """What somebody else set since it was opened stays; what both changed goes to the last, who is told."""
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
    """A double click on Save writes one change down."""
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
        return bool(await desk.haru.changes.newest(await desk.channel()))

    await eventually(saved)
    await asyncio.sleep(0.3)
    assert len(await desk.haru.changes.newest(await desk.channel())) == 1


async def test_what_is_wrong_in_the_modal_is_said_below_it(desk: Desk) -> None:
    """In the asker's language, beside the input; nothing is saved, and the modal stays."""
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
    assert await desk.haru.changes.newest(await desk.channel()) == ()
    assert await desk.until_modal()


async def test_the_log_takes_the_last_change_back(desk: Desk) -> None:
    """`/digest log` shows who changed what, and its button undoes the newest, managers too."""
    await desk.write("/digest managers add <@U0JUNHO>")
    listed = await desk.write("/digest log", EMMA)
    assert MINJI in text_of(listed)
    await desk.press(listed, "undo", EMMA)

    async def back() -> bool:
        return not (await desk.channel()).managers

    await eventually(back)
    assert found(await desk.write("/digest log"), "undo")
