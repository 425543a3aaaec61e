"""Corrections: a posted message is updated when its entries change."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.channels.preferences import Language, Layout
from bot.deliver_once import deliver_once
from bot.ledger import tables
from bot.local.faults import Setting
from bot.local.seed import ENGLISH_CHANNEL, KOREAN_CHANNEL
from bot.workspaces.wire import Answer
from tests.bot.delivery.scene import DAY, SAMPLE, Scene
from tests.emulator.documented import METHODS

TEXT = SAMPLE.read_text(encoding="utf-8")
WORD = "Looped Transformers"


async def test_a_corrected_entry_updates_the_same_message(scene: Scene) -> None:
    """After ten minutes the message says what the document says now, and nothing new is posted."""
    await deliver_once(scene.haru)
    await _correct(scene, TEXT.replace(WORD, "Looped Models"))
    assert WORD in _shown(scene, KOREAN_CHANNEL)
    await _ten_minutes_later(scene)
    assert "Looped Models" in _shown(scene, KOREAN_CHANNEL)
    assert WORD not in _shown(scene, KOREAN_CHANNEL)
    assert [len(scene.posted(one)) for one in (KOREAN_CHANNEL, ENGLISH_CHANNEL)] == [1, 1]
    assert await _wanted(scene) == []


async def test_corrections_within_ten_minutes_are_one_update(scene: Scene) -> None:
    """Two corrections close together reach the channel as one update, with the newest text."""
    await deliver_once(scene.haru)
    await _correct(scene, TEXT.replace(WORD, "First Thought"))
    await _correct(scene, TEXT.replace(WORD, "Second Thought"))
    calls = await _ten_minutes_later(scene)
    assert "Second Thought" in _shown(scene, KOREAN_CHANNEL)
    assert calls == 2  # one in each channel


async def test_a_correction_taken_back_in_time_updates_nothing(scene: Scene) -> None:
    """A text that is changed back within ten minutes leads to no update."""
    await deliver_once(scene.haru)
    await _correct(scene, TEXT.replace(WORD, "Slip"))
    await _correct(scene, TEXT)
    assert await _wanted(scene) == []


async def test_an_entry_the_document_no_longer_has_is_struck_through(scene: Scene) -> None:
    """A withdrawn entry stays in its place, struck through."""
    await deliver_once(scene.haru)
    start = TEXT.index(_title_line(WORD))
    end = TEXT.index("\n#", start)
    end = TEXT.find("\n", end + 1)
    await _correct(scene, TEXT[:start] + TEXT[end + 1 :])
    await _ten_minutes_later(scene)
    struck = [text for text in _sections(scene, ENGLISH_CHANNEL) if WORD in text]
    assert len(struck) == 1
    assert "~" in struck[0]
    assert "taken down" in struck[0]
    left = [text for text in _sections(scene, ENGLISH_CHANNEL) if "taken down" not in text]
    assert [_count_line(one) for one in scene.standing(ENGLISH_CHANNEL)] == [f"{len(left)} papers"]


@pytest.mark.parametrize("layout", list(Layout))
async def test_what_no_longer_fits_is_added_in_the_thread(scene: Scene, layout: Layout) -> None:
    """A commentary that outgrows its message continues in a reply."""
    await scene.prefer(layout=layout)
    await deliver_once(scene.haru)
    await scene.settle()
    before = len(scene.posted(ENGLISH_CHANNEL))
    await _correct(scene, _grown())
    await _ten_minutes_later(scene)
    await scene.settle()
    first, *rest = scene.posted(ENGLISH_CHANNEL)
    added = rest[before - 1 :]
    assert added
    assert {one["thread_ts"] for one in added} == {first["ts"]}
    assert "Paragraph 19" in " ".join(_sections(scene, ENGLISH_CHANNEL))


async def test_a_message_that_shrank_says_where_its_papers_went(scene: Scene) -> None:
    """A reply that is no longer needed says so instead of repeating old text."""
    await _correct(scene, _grown())
    await deliver_once(scene.haru)
    await scene.settle()
    assert len(scene.posted(ENGLISH_CHANNEL)) > 1
    await _correct(scene, TEXT)
    await _ten_minutes_later(scene)
    *_, last = scene.posted(ENGLISH_CHANNEL)
    assert last["text"] == "These papers are now in the message above."


async def test_a_correction_of_an_old_post_is_left(scene: Scene) -> None:
    """A post older than seven days is not corrected."""
    await deliver_once(scene.haru)
    async with scene.haru.database.write() as connection:
        await connection.execute(update(tables.delivery).values(created_at=DAY - timedelta(days=8)))
    await _correct(scene, TEXT.replace(WORD, "Too Late"))
    assert await _wanted(scene) == []


async def test_what_was_not_sent_yet_is_sent_right_the_first_time(scene: Scene) -> None:
    """A correction that comes before the post is sent is in the post, without an update."""
    await scene.haru.daily.tick(scene.haru.clock.now())
    await _correct(scene, TEXT.replace(WORD, "In Time"))
    await scene.settle()
    assert "In Time" in _shown(scene, KOREAN_CHANNEL)
    assert await _wanted(scene) == []


@pytest.mark.parametrize("code", ["message_not_found", "is_archived"])
async def test_a_message_that_takes_no_correction_drops_it_with_the_reason(scene: Scene, code: str) -> None:
    """A correction of a deleted message, or in an archived channel, is dropped, and its reason is kept."""
    await deliver_once(scene.haru)
    (post,) = scene.posted(KOREAN_CHANNEL)
    if code == "is_archived":
        scene.slack.team.conversations.change(KOREAN_CHANNEL, is_archived=True)
    else:
        room = scene.slack.team.conversations.get(KOREAN_CHANNEL)
        assert room is not None
        scene.slack.team.delete_message(room, post["ts"])
    await _correct(scene, TEXT.replace(WORD, "Looped Models"))
    await _ten_minutes_later(scene)
    assert await _wanted(scene) == []
    async with scene.haru.database.read() as connection:
        reasons = await connection.scalars(select(tables.part.c.reason).order_by(tables.part.c.id))
        assert list(reasons) == [code, None]


@pytest.mark.parametrize("fault", ["drop_after", "error_before", "rate_limited"])
async def test_a_correction_that_did_not_get_through_is_told_again(scene: Scene, fault: str) -> None:
    """A correction is repeated until Slack has accepted it."""
    await deliver_once(scene.haru)
    await _correct(scene, TEXT.replace(WORD, "Looped Models"))
    scene.slack.faults.set(Setting.read({"odds": {"chat.update": {fault: 1.0}}}))
    await _ten_minutes_later(scene)
    assert len(await _wanted(scene)) == 2
    scene.slack.faults.set(Setting({}))
    async with scene.haru.database.write() as connection:
        await connection.execute(tables.pace.delete())
    await _ten_minutes_later(scene)
    assert await _wanted(scene) == []
    assert "Looped Models" in _shown(scene, KOREAN_CHANNEL)


async def test_a_retracted_digest_becomes_one_line(scene: Scene) -> None:
    """The messages of a retracted digest say so at once in one line, replies too, in the channel's
    language.
    """
    await scene.prefer(language=Language.BOTH)
    await deliver_once(scene.haru)
    await scene.settle()
    assert len(scene.posted(KOREAN_CHANNEL)) > 1
    assert await scene.haru.archive.retract_day(DAY.date(), now=DAY) == 1
    assert await scene.haru.corrections.look(DAY) == 2
    for _ in range(8):
        await _send_corrections(scene)
    texts = {one["text"] for one in scene.posted(KOREAN_CHANNEL)}
    assert texts == {"2월 25일 논문은 내렸어요."}
    assert await deliver_once(scene.haru) == []


async def test_what_is_on_its_way_of_a_retracted_digest_is_given_up(scene: Scene) -> None:
    """A digest that is retracted before its post is sent is never posted, and the reason is kept."""
    await scene.haru.daily.tick(scene.haru.clock.now())
    await scene.haru.archive.retract_day(DAY.date(), now=DAY)
    await scene.haru.corrections.look(DAY)
    await scene.settle()
    assert scene.posted(KOREAN_CHANNEL) == []
    last = await scene.haru.ledger.history.last(scene.channels[KOREAN_CHANNEL].id)
    assert last is not None
    assert (last.state, last.reason) == ("failed", "retracted")


async def test_a_digest_retracted_by_somebody_else_just_before_it_leaves_stays(scene: Scene) -> None:
    """A digest that is retracted after its post was opened is not sent, even before corrections are looked
    for.
    """
    await scene.haru.daily.tick(scene.haru.clock.now())
    await scene.haru.archive.retract_day(DAY.date(), now=DAY)
    await scene.settle()
    assert scene.posted(KOREAN_CHANNEL) == []
    last = await scene.haru.ledger.history.last(scene.channels[KOREAN_CHANNEL].id)
    assert last is not None
    assert (last.state, last.reason) == ("failed", "retracted")


@pytest.mark.parametrize("layout", list(Layout))
async def test_a_doubted_post_of_a_retracted_digest_is_not_sent_again(scene: Scene, layout: Layout) -> None:
    """A doubted post whose digest is retracted fails if it did not arrive."""
    await scene.prefer(layout=layout)
    scene.fail(drop_before=1.0)
    await deliver_once(scene.haru)
    scene.fail()
    await scene.haru.archive.retract_day(DAY.date(), now=DAY)
    await scene.haru.corrections.look(DAY)
    await scene.settle()
    assert scene.posted(KOREAN_CHANNEL) == []
    last = await scene.haru.ledger.history.last(scene.channels[KOREAN_CHANNEL].id)
    assert last is not None
    assert (last.state, last.reason) == ("failed", "retracted")


async def test_what_was_held_up_is_sent_as_it_reads_by_then(scene: Scene) -> None:
    """A post that surely did not arrive is sent again with the correction that came meanwhile."""
    scene.fail(drop_before=1.0)
    await deliver_once(scene.haru)
    scene.fail()
    await _correct(scene, TEXT.replace(WORD, "Looped Models"))
    await scene.settle()
    assert "Looped Models" in _shown(scene, KOREAN_CHANNEL)
    assert await _wanted(scene) == []


@pytest.mark.parametrize("way", ["off", "removed", "uninstalled"])
async def test_a_correction_that_grows_adds_nothing_where_nothing_is_posted_any_more(
    scene: Scene, way: str
) -> None:
    """A correction adds no reply in a channel that is off or that Haru left, and leaves nothing waiting."""
    await deliver_once(scene.haru)
    channel, now = scene.channels[ENGLISH_CHANNEL], scene.haru.clock.now()
    if way == "off":
        await scene.switch(ENGLISH_CHANNEL, on=False, now=now)
    elif way == "removed":
        await scene.haru.channels.pause(channel, "removed")
    else:
        await scene.haru.installations.uninstall(channel.workspace, now=now, delete_after=now)
    await _correct(scene, _grown())
    await _ten_minutes_later(scene)
    assert await scene.haru.ledger.open_parts.count() == 0
    assert len(scene.posted(ENGLISH_CHANNEL)) == 1
    is_told = "More was found" in _shown(scene, ENGLISH_CHANNEL)
    assert is_told == (way != "uninstalled")


async def test_a_correction_that_a_retraction_has_overtaken_is_not_told(scene: Scene) -> None:
    """A correction that waits when its digest is retracted is replaced by the retraction."""
    await deliver_once(scene.haru)
    await _correct(scene, TEXT.replace(WORD, "Looped Models"))
    await scene.haru.archive.retract_day(DAY.date(), now=DAY)
    assert await _ten_minutes_later(scene) == 0
    await scene.haru.corrections.look(DAY)
    assert await _ten_minutes_later(scene) == 2
    assert "Looped" not in _shown(scene, ENGLISH_CHANNEL)


async def test_an_update_is_given_what_slack_documents_for_it(scene: Scene) -> None:
    """A correction has no argument that chat.update does not document, and no text above 4,000 bytes, though
    its Korean fallback is longer.
    """
    await deliver_once(scene.haru)
    bodies = _record_updates(scene)
    korean = "오늘 읽은 논문을 처음부터 끝까지 다시 꼼꼼하게 고쳐 썼어요. " * 55
    await _correct(scene, TEXT.replace(_title_line(WORD), f"{_title_line(WORD)}\n(Ada Lovelace)\n{korean}"))
    await _ten_minutes_later(scene)
    assert {body["channel"] for body in bodies} == {KOREAN_CHANNEL, ENGLISH_CHANNEL}
    known = METHODS["chat.update"].needs | METHODS["chat.update"].may
    assert [body.keys() - known for body in bodies] == [set()] * len(bodies)
    assert max(len(body["text"].encode()) for body in bodies) <= 4_000
    assert await _wanted(scene) == []


@pytest.mark.parametrize("refused", ["invalid_blocks", "msg_blocks_too_long"])
async def test_a_correction_whose_blocks_are_refused_is_shown_as_text(scene: Scene, refused: str) -> None:
    """Where Slack refuses a correction's blocks its text is shown; what does not fit goes on in replies."""
    await deliver_once(scene.haru)
    bodies = _record_updates(scene, refuse_blocks=refused)
    korean = "오늘 읽은 논문을 다시 고쳐 썼어요. " * 60
    before, end = TEXT.split(_title_line(WORD))
    await _correct(
        scene, f"{before}{_title_line(WORD)}{end}".replace("\n#", f"\n\n{korean}마지막이에요.\n#", 1)
    )
    await _ten_minutes_later(scene)
    await scene.settle()
    assert await _wanted(scene) == []
    shown = scene.standing(KOREAN_CHANNEL)
    assert [one.get("blocks", []) for one in shown if one["ts"] in {body["ts"] for body in bodies}] == [[]]
    assert "마지막이에요." in "".join(one["text"] for one in shown)
    assert max(len(one["text"].encode()) for one in shown) <= 4_000


async def test_a_correction_that_slack_finds_too_long_is_kept(scene: Scene) -> None:
    """A correction that is too long even as text is tried again in an hour, and never dropped for that."""
    await deliver_once(scene.haru)
    _record_updates(scene, refuse_blocks="msg_too_long", refuse_text="msg_too_long")
    await _correct(scene, TEXT.replace(WORD, "Looped Models"))
    await _ten_minutes_later(scene)
    assert len(await _wanted(scene)) == 2
    _record_updates(scene)
    await _ten_minutes_later(scene)
    assert await _wanted(scene) == []
    assert "Looped Models" in scene.standing(KOREAN_CHANNEL)[0]["text"]


def _record_updates(
    scene: Scene, *, refuse_blocks: str | None = None, refuse_text: str | None = None
) -> list[dict[str, Any]]:
    """The bodies of the updates from now on. Slack refuses those with blocks, or without, for a reason."""
    bodies: list[dict[str, Any]] = []
    send = type(scene.haru.wire).send

    async def record(method: str, token: str, body: bytes, **more: Any) -> Answer:
        content = json.loads(body)
        if method == "chat.update":
            bodies.append(content)
            code = refuse_blocks if content["blocks"] else refuse_text
            if code is not None:
                return Answer(200, {"ok": False, "error": code})
        return await send(scene.haru.wire, method, token, body, **more)

    setattr(scene.haru.wire, "send", record)  # noqa: B010 - mypy guards methods
    return bodies


async def _correct(scene: Scene, text: str) -> None:
    await scene.take_in("2025-02-25.txt", text)
    await scene.haru.corrections.look(DAY)


async def _ten_minutes_later(scene: Scene) -> int:
    """Drain after the wait for other corrections is over; how many requests were made."""
    async with scene.haru.database.write() as connection:
        await connection.execute(
            update(tables.part).where(tables.part.c.desired.is_not(None)).values(correct_at=DAY)
        )
    made = 0
    for _ in range(12):
        made += await _send_corrections(scene)
    return made


async def _send_corrections(scene: Scene) -> int:
    """Drain once, without the second between two messages of a channel."""
    async with scene.haru.database.write() as connection:
        await connection.execute(tables.pace.delete().where(tables.pace.c.what != "chat.update"))
        await connection.execute(update(tables.lane).values(free_at=DAY))
    return await scene.haru.courier.drain()


async def _wanted(scene: Scene) -> list[Any]:
    async with scene.haru.database.read() as connection:
        found = await connection.scalars(select(tables.part.c.id).where(tables.part.c.desired.is_not(None)))
        return list(found)


def _sections(scene: Scene, channel: str) -> list[str]:
    return [
        block["text"]["text"]
        for one in scene.standing(channel)
        for block in one.get("blocks", [])
        if block["type"] == "section"
    ]


def _shown(scene: Scene, channel: str) -> str:
    return " ".join(_sections(scene, channel))


def _count_line(message: dict[str, Any]) -> str:
    """The line below the header."""
    said: str = message["blocks"][1]["elements"][0]["text"]
    return said


def _grown() -> str:
    """The document with a commentary that does not fit into its message."""
    grown = "\n\n".join(f"Paragraph {number}. " + "More was found. " * 60 for number in range(20))
    marker = TEXT.index("\n#", TEXT.index(_title_line(WORD)))
    return TEXT[:marker] + "\n" + grown + TEXT[marker:]


def _title_line(word: str) -> str:
    return next(line for line in TEXT.splitlines() if word in line)
