"""Deliveries through all of Haru to a Slack that fails: nothing is lost and nothing comes twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.app import Haru
from bot.channels.preferences import Language, Layout
from bot.deliver_once import deliver_once
from bot.delivery import courier
from bot.ledger import tables
from bot.ledger.ledger import open_ledger
from bot.ledger.outcome import Kind, Outcome
from bot.ledger.states import DeliveryState, PartState
from bot.local.seed import ENGLISH_CHANNEL, KOREAN_CHANNEL
from digests.store.database import Database
from tests.bot.delivery.scene import Scene
from tests.bot.delivery.sending import claim, record


async def test_what_is_due_is_posted_once_in_each_language(scene: Scene) -> None:
    """Each channel gets its post in its language, and a second pass posts nothing."""
    records = await deliver_once(scene.haru)
    assert [(one["channel"], one["status"]) for one in records] == [
        (KOREAN_CHANNEL, "sent"),
        (ENGLISH_CHANNEL, "sent"),
    ]
    assert await deliver_once(scene.haru) == []
    (korean,), (english,) = scene.posted(KOREAN_CHANNEL), scene.posted(ENGLISH_CHANNEL)
    assert korean["text"].startswith("논문 6편: ")
    assert english["text"].startswith("6 papers: ")


@pytest.mark.parametrize(
    "fault",
    ["error_after", "drop_after", "truncated", "hang_after", "error_before", "drop_before", "rate_limited"],
)
async def test_a_fault_neither_loses_nor_doubles(
    scene: Scene, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the first answer was, each channel ends with exactly one post."""
    await scene.haru.daily.tick(scene.haru.clock.now())
    scene.fail(**{fault: 1.0})
    monkeypatch.setattr(courier, "TIMEOUT", 2.0)  # shorter than Slack hangs
    await scene.haru.courier.drain()
    scene.fail()
    await scene.settle()
    assert [len(scene.posted(channel)) for channel in scene.channels] == [1, 1]
    for channel in scene.channels.values():
        last = await scene.haru.ledger.history.last(channel.id)
        assert last is not None
        assert (last.state, last.ts) == (DeliveryState.SENT, scene.posted(channel.channel_id)[0]["ts"])


async def test_a_naive_retry_would_double(scene: Scene) -> None:
    """The same fault with a courier that sends again without looking posts twice, so the test above
    can fail.
    """
    await scene.haru.daily.tick(scene.haru.clock.now())
    scene.fail(drop_after=1.0)
    parts = await claim(scene.haru.ledger, 10)
    await record(scene.haru.ledger, [(part, Outcome(Kind.RETRY, "naive")) for part in parts])
    for part in parts:
        await scene.haru.courier._send(part)
    scene.fail()
    await scene.settle()
    assert [len(scene.posted(channel)) for channel in scene.channels] == [2, 2]


async def test_a_process_killed_while_sending_leaves_a_doubt_that_is_settled(scene: Scene) -> None:
    """A part whose owner died after the request is found in the channel and not sent again."""
    await scene.haru.daily.tick(scene.haru.clock.now())
    owner = open_ledger(scene.haru.database, lease=timedelta(seconds=40), settle=timedelta(seconds=0.3))
    for part in await claim(owner):
        assert (await scene.haru.courier._send(part)).kind is Kind.SENT
    # The owner dies here: its results are never stored, and its leases end.
    async with scene.haru.database.write() as connection:
        await connection.execute(
            update(tables.part).values(lease_until=datetime.now(UTC) - timedelta(seconds=1))
        )
    await scene.settle()
    assert [len(scene.posted(channel)) for channel in scene.channels] == [1, 1]


async def test_a_late_result_of_a_lost_lease_is_dropped(scene: Scene) -> None:
    """A process that wakes after another took its part over cannot change that part."""
    await scene.haru.daily.tick(scene.haru.clock.now())
    (first, *_) = await claim(scene.haru.ledger, 1)
    async with scene.haru.database.write() as connection:
        await connection.execute(
            update(tables.part)
            .where(tables.part.c.id == first.id)
            .values(owner="another", attempt=first.attempt + 1)
        )
    await record(scene.haru.ledger, [(first, Outcome(Kind.CHANNEL, "is_archived"))])
    async with scene.haru.database.read() as connection:
        state = (
            (await connection.execute(tables.part.select().where(tables.part.c.id == first.id))).one().state
        )
    assert state == PartState.SENDING


async def test_two_replicas_share_the_work(scene: Scene) -> None:
    """Two processes over one database claim each part once between them."""
    other = Haru(
        scene.haru.settings,
        Database(scene.haru.database.url.render_as_string(hide_password=False)),
        clock=scene.haru.clock,
        api_url=scene.slack.api_url,
    )
    try:
        await asyncio.gather(
            scene.haru.daily.tick(scene.haru.clock.now()), other.daily.tick(scene.haru.clock.now())
        )
        await asyncio.gather(scene.haru.courier.drain(), other.courier.drain())
        await scene.settle()
    finally:
        await other.close()
    assert [len(scene.posted(channel)) for channel in scene.channels] == [1, 1]


async def test_both_languages_go_into_one_thread(scene: Scene) -> None:
    """With `both` the second language follows in the thread of the first message, in order."""
    await scene.prefer(language=Language.BOTH)
    await deliver_once(scene.haru)
    first, *replies = scene.posted(KOREAN_CHANNEL)
    assert replies
    assert {one["thread_ts"] for one in replies} == {first["ts"]}


@pytest.mark.parametrize("layout", list(Layout))
async def test_every_layout_arrives_whole(scene: Scene, layout: Layout) -> None:
    """Each layout shows all six titles in the channel."""
    await scene.prefer(layout=layout)
    await deliver_once(scene.haru)
    await scene.settle()
    shown = " ".join(str(one["text"]) for one in scene.posted(KOREAN_CHANNEL))
    for title in ("Looped Transformers", "COSMOS", "Fractal Generative Models", "Emergent Capabilities"):
        assert title in shown


async def test_a_post_asked_for_by_hand_is_not_repeated_by_the_clock(scene: Scene) -> None:
    """Digests of a manual post count as had: the schedule does not bring them again."""
    channel = scene.channels[KOREAN_CHANNEL]
    now = scene.haru.clock.now()
    opened = await scene.haru.manual_posts.open(channel, now=now)
    assert opened.status == "posting"
    again = await scene.haru.manual_posts.open(channel, now=now)
    assert (again.status, again.reason) == ("skipped", "already_had")
    records = {one["channel"]: one for one in await deliver_once(scene.haru)}
    assert records[KOREAN_CHANNEL]["status"] == "skipped"
    assert records[KOREAN_CHANNEL]["reason"] == "already_had"
    await scene.settle()
    assert len(scene.posted(KOREAN_CHANNEL)) == 1


async def test_an_archived_channel_is_paused_after_three_days(scene: Scene) -> None:
    """Three failed days in a row pause a channel with the reason, and other channels get their posts."""
    channel = scene.channels[KOREAN_CHANNEL]
    for _ in range(2):
        await scene.haru.channels.count_failed_day(channel)
    scene.slack.team.conversations.change(KOREAN_CHANNEL, is_archived=True)
    await deliver_once(scene.haru)
    after = await scene.haru.channels.get(scene.slack.workspace, KOREAN_CHANNEL)
    assert after is not None
    assert (after.paused_reason, after.next_due_at) == ("is_archived", None)
    assert len(scene.posted(ENGLISH_CHANNEL)) == 1


async def test_a_post_that_never_came_does_not_count_as_had(scene: Scene) -> None:
    """When nothing of a delivery was sent, its digest is still new to the channel."""
    scene.slack.team.conversations.change(KOREAN_CHANNEL, is_archived=True)
    await deliver_once(scene.haru)
    scene.slack.team.conversations.change(KOREAN_CHANNEL, is_archived=False)
    channel = scene.channels[KOREAN_CHANNEL]
    opened = await scene.haru.manual_posts.open(channel, now=scene.haru.clock.now())
    assert opened.status == "posting"
    await scene.settle()
    assert len(scene.posted(KOREAN_CHANNEL)) == 1


async def test_two_clicks_at_once_post_once(scene: Scene) -> None:
    """Two people who press `/digest post` at the same moment bring one post."""
    channel = scene.channels[KOREAN_CHANNEL]
    now = scene.haru.clock.now()
    opened = await asyncio.gather(*(scene.haru.manual_posts.open(channel, now=now) for _ in range(2)))
    assert sorted(one.status for one in opened) == ["posting", "skipped"]
    await scene.settle()
    assert len(scene.posted(KOREAN_CHANNEL)) == 1
