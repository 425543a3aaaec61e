"""Deliveries that are called off while a message is being sent or in doubt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.channels.preferences import Layout
from bot.ledger import editions, pace, tables
from bot.ledger.open_parts import OpenParts
from bot.ledger.outcome import Kind, Outcome
from bot.ledger.states import DeliveryState, PartState, Reason
from bot.local.seed import ENGLISH_CHANNEL, KOREAN_CHANNEL, MINJI
from bot.workspace_deletion import delete_workspace
from digests.store.database import Database
from tests.bot.delivery.doubt import let_settle, put_in_doubt, states, take
from tests.bot.delivery.scene import DAY, Scene, open_scene
from tests.bot.delivery.sending import claim, record

NOW = DAY + timedelta(minutes=1)
CallOff = Callable[[Scene], Awaitable[None]]


async def _switch_off(scene: Scene) -> None:
    await scene.switch(KOREAN_CHANNEL, on=False, now=NOW)


async def _remove(scene: Scene) -> None:
    """Pause the channel, as when Haru is removed from it, or it is archived or deleted."""
    await scene.haru.channels.pause(scene.channels[KOREAN_CHANNEL], "removed")
    await scene.haru.ledger.open_parts.call_off(scene.channels[KOREAN_CHANNEL].id, Reason.REMOVED)


async def _uninstall(scene: Scene) -> None:
    """Uninstall Haru, and install it again before any history is read."""
    workspace = scene.slack.workspace
    await scene.haru.installations.uninstall(workspace, now=NOW, delete_after=NOW + timedelta(days=30))
    await scene.haru.ledger.open_parts.call_off_uninstalled()
    await scene.haru.install_from_environment(scene.slack.bot_token)


async def _retract(scene: Scene) -> None:
    assert await scene.haru.archive.retract_day(DAY.date(), now=NOW) == 1
    await scene.haru.corrections.look(NOW)


WAYS = pytest.mark.parametrize(
    ("call_off", "reason"),
    [(_switch_off, "off"), (_remove, "removed"), (_uninstall, "uninstalled"), (_retract, "retracted")],
)


@WAYS
async def test_what_was_in_doubt_is_given_up_when_it_is_not_there(
    scene: Scene, call_off: CallOff, reason: str
) -> None:
    """A doubted post that was called off and is not in the channel fails, and is never sent again."""
    await put_in_doubt(scene, arrived=False)
    await call_off(scene)
    await _end(scene)
    assert scene.posted(KOREAN_CHANNEL) == []
    assert await _ending(scene) == (DeliveryState.FAILED, reason, ())


@WAYS
async def test_what_was_in_doubt_is_sent_when_it_is_there(
    scene: Scene, call_off: CallOff, reason: str
) -> None:
    """A doubted post that was called off and is in the channel counts as sent."""
    await put_in_doubt(scene)
    await call_off(scene)
    await _end(scene)
    assert len(scene.posted(KOREAN_CHANNEL)) == 1
    ended = await _ending(scene)
    assert ended[:2] == (DeliveryState.SENT, None)
    assert len(ended[2]) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Outcome(Kind.RETRY, "ratelimited", wait=1.0),
        Outcome(Kind.RETRY, "not_connected", wait=5.0),
        Outcome(Kind.BLOCKED, "accesslimited", wait=60.0),
        Outcome(Kind.MESSAGE, "invalid_blocks"),
    ],
    ids=lambda answer: str(answer.code),
)
async def test_what_was_under_way_is_not_tried_again(scene: Scene, answer: Outcome) -> None:
    """A request that was running when its channel was switched off is not repeated after a refusal."""
    parts = await take(scene)
    await _switch_off(scene)
    await record(scene.haru.ledger, [(part, answer) for part in parts])
    await _end(scene)
    assert scene.posted(KOREAN_CHANNEL) == []
    assert await _ending(scene) == (DeliveryState.FAILED, "off", ())


@WAYS
async def test_what_was_held_down_is_not_tried_again(scene: Scene, call_off: CallOff, reason: str) -> None:
    """A part that was called off in any way is not sent again after a 429."""
    parts = await take(scene)
    await call_off(scene)
    await record(scene.haru.ledger, [(part, Outcome(Kind.RETRY, "ratelimited")) for part in parts])
    await _end(scene)
    assert scene.posted(KOREAN_CHANNEL) == []
    assert await _ending(scene) == (DeliveryState.FAILED, reason, ())


@pytest.mark.parametrize("arrived", [False, True])
async def test_what_a_dead_process_held_is_looked_for_and_not_sent_again(scene: Scene, arrived: bool) -> None:
    """A lease that ends after the channel was switched off leaves a doubt that is settled as usual."""
    parts = await take(scene)
    if arrived:
        for part in parts:
            await scene.haru.courier._send(part)
    await _switch_off(scene)
    async with scene.haru.database.write() as connection:
        past = scene.haru.ledger.clock.monotonic() - timedelta(seconds=1)
        await connection.execute(update(tables.part).values(lease_until=past))
    scene.haru.ledger.doubts._holder._held.clear()
    assert await scene.haru.ledger.doubts.expire_leases() == 2
    await _end(scene)
    assert len(scene.posted(KOREAN_CHANNEL)) == arrived
    assert (await _ending(scene))[:2] == (
        (DeliveryState.SENT, None) if arrived else (DeliveryState.FAILED, "off")
    )


async def test_a_thread_that_was_begun_goes_no_further(scene: Scene) -> None:
    """A thread whose channel is switched off while its first message is in doubt ends with that message."""
    await scene.prefer(layout=Layout.THREAD)
    await put_in_doubt(scene)
    await _switch_off(scene)
    await _end(scene)
    assert len(scene.posted(KOREAN_CHANNEL)) == 1
    assert (await _ending(scene))[:2] == (DeliveryState.FAILED, "off")
    assert len(scene.posted(ENGLISH_CHANNEL)) == 2


async def test_switched_on_again_it_comes_with_the_next_post(scene: Scene) -> None:
    """A post that was called off stays so when the channel is switched on again; the next date brings its
    papers.
    """
    await put_in_doubt(scene, arrived=False)
    await _switch_off(scene)
    await scene.switch(KOREAN_CHANNEL, on=True, now=NOW + timedelta(minutes=1))
    await _end(scene)
    assert scene.posted(KOREAN_CHANNEL) == []
    await scene.haru.daily.tick(DAY + timedelta(days=1, hours=5))
    await scene.settle()
    assert len(scene.posted(KOREAN_CHANNEL)) == 1


async def test_a_post_by_hand_where_the_papers_are_off_is_sent_after_its_doubt(scene: Scene) -> None:
    """A manual post in a channel that is off survives a change of hour, and is sent again if it did not
    arrive.
    """
    await _switch_off(scene)
    await scene.switch(ENGLISH_CHANNEL, on=False, now=NOW)
    channel = scene.channels[KOREAN_CHANNEL]
    assert (await scene.haru.manual_posts.open(channel, now=NOW)).status == "posting"
    await put_in_doubt(scene, arrived=False)
    changed, _ = await scene.haru.channels.change(
        channel, lambda old: replace(old, hour=time(11)), user_id=MINJI, now=NOW
    )
    await scene.haru.schedules.reschedule(changed, now=NOW)
    await _end(scene)
    assert len(scene.posted(KOREAN_CHANNEL)) == 1
    assert (await _ending(scene))[:2] == (DeliveryState.SENT, None)


async def test_another_channel_is_not_called_off(scene: Scene) -> None:
    """Switching one channel off leaves the others alone."""
    await put_in_doubt(scene, arrived=False)
    await _switch_off(scene)
    await _end(scene)
    assert [len(scene.posted(one)) for one in (KOREAN_CHANNEL, ENGLISH_CHANNEL)] == [0, 1]


async def test_the_brake_calls_nothing_off(scene: Scene) -> None:
    """A doubted post of a paused workspace is sent after the pause, if it did not arrive."""
    await put_in_doubt(scene, arrived=False)
    await scene.haru.installations.pause(scene.slack.workspace, "operator")
    await let_settle(scene)
    await scene.haru.reconciler.run()
    assert await scene.haru.courier.drain() == 0
    assert await states(scene) == [PartState.PENDING, PartState.PENDING]
    await scene.haru.installations.resume(scene.slack.workspace)
    await _end(scene)
    assert [len(scene.posted(one)) for one in scene.channels] == [1, 1]


async def test_an_uninstalled_workspace_is_not_looked_into(scene: Scene) -> None:
    """Without an installation a doubted part becomes unknown, since no history can be read."""
    await put_in_doubt(scene)
    workspace = scene.slack.workspace
    await scene.haru.installations.uninstall(workspace, now=NOW, delete_after=NOW + timedelta(days=30))
    await scene.haru.ledger.open_parts.call_off_uninstalled()
    await let_settle(scene)
    await scene.haru.reconciler.run()
    assert await states(scene) == [PartState.UNKNOWN, PartState.UNKNOWN]
    assert (await _ending(scene))[:2] == (DeliveryState.UNKNOWN, "not_installed")


async def test_a_channel_that_took_nothing_for_three_days_gets_nothing_more(scene: Scene) -> None:
    """The third failed day pauses a channel, and calls off its doubted parts."""
    channel = scene.channels[KOREAN_CHANNEL]
    (by_hand, *_) = await put_in_doubt(scene, arrived=False)
    await scene.haru.manual_posts.open(channel, now=NOW, again=True)
    for _ in range(2):
        await scene.haru.channels.count_failed_day(channel)
    assert scene.haru.courier._on_failure is not None
    refused = replace(by_hand, slack_channel=KOREAN_CHANNEL)
    await scene.haru.courier._on_failure(refused, Outcome(Kind.CHANNEL, "is_archived"))
    await _end(scene)
    assert scene.posted(KOREAN_CHANNEL) == []
    assert {one.reason for one in await scene.haru.ledger.history.of_channel(channel.id)} == {"is_archived"}


@pytest.mark.parametrize("outcome", [Outcome(Kind.SENT, ts="1.1"), Outcome(Kind.RETRY, "ratelimited")])
async def test_a_forgotten_workspace_stays_forgotten(scene: Scene, outcome: Outcome) -> None:
    """An answer that comes after `haru forget` stores nothing about the workspace."""
    parts = await take(scene)
    await delete_workspace(scene.haru.database, scene.slack.workspace)
    assert await record(scene.haru.ledger, [(part, outcome) for part in parts]) == []
    async with scene.haru.database.read() as connection:
        for table in (tables.part, tables.delivery, tables.lane, tables.pace):
            own = select(func.count()).select_from(table).where(table.c.workspace != pace.LEDGER)
            assert await connection.scalar(own) == 0


async def test_what_is_called_off_while_it_is_being_claimed_is_marked(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part that one process claims while another calls it off is marked, so it is not sent a second time.
    Only PostgreSQL has two writers at once.
    """
    async with open_scene(postgres_url, tmp_path) as scene:
        await scene.haru.daily.tick(scene.haru.clock.now())
        other = Database(postgres_url)
        withheld = editions.withheld
        open_parts = OpenParts(other, scene.haru.ledger.clock)
        calling: list[asyncio.Task[None]] = []

        async def meanwhile(*asked: Any) -> set[int]:
            calling.append(
                asyncio.create_task(open_parts.call_off(scene.channels[KOREAN_CHANNEL].id, Reason.OFF))
            )
            # Time for the other process to reach the part, which is locked by now.
            await asyncio.sleep(0.3)
            assert not calling[0].done()
            return await withheld(*asked)

        monkeypatch.setattr(editions, "withheld", meanwhile)
        taken = await claim(scene.haru.ledger, 10)
        assert {part.slack_channel for part in taken} == {KOREAN_CHANNEL, ENGLISH_CHANNEL}
        await calling[0]
        await other.close()
        async with scene.haru.database.read() as connection:
            marks = dict(
                (
                    await connection.execute(select(tables.part.c.slack_channel, tables.part.c.called_off))
                ).all()
            )
        assert marks == {KOREAN_CHANNEL: "off", ENGLISH_CHANNEL: None}


async def _end(scene: Scene) -> None:
    """Bring everything to its end."""
    await let_settle(scene)
    await scene.haru.reconciler.run()
    await let_settle(scene)
    await scene.settle()


async def _ending(scene: Scene) -> tuple[DeliveryState, str | None, tuple[int, ...]]:
    """How the Korean channel's newest delivery ended, and which of its digests count as had."""
    last = await scene.haru.ledger.history.last(scene.channels[KOREAN_CHANNEL].id)
    assert last is not None
    return last.state, last.reason, last.digest_ids
