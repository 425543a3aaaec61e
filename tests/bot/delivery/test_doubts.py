"""Doubts: a message that may have arrived is looked for before it is sent again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select, update

from bot.channels.preferences import Layout
from bot.clocks import SlackClock, monotonic_clock
from bot.deliver_once import deliver_once
from bot.delivery import courier
from bot.delivery.reconciler import Reconciler
from bot.ledger import tables
from bot.ledger.doubts import Verdict
from bot.ledger.states import DeliveryState, PartState
from bot.local.faults import Setting
from bot.local.seed import KOREAN_CHANNEL
from bot.workspaces.clients import Clients
from bot.workspaces.rate_limits import HISTORY_INTERVAL
from bot.workspaces.wire import LeaseExpiredError, NotConnectedError, UnknownFateError, Wire
from digests.errors import StoreError
from tests.bot.delivery.doubt import let_be_due, let_settle, put_in_doubt, slack_that_answers, states
from tests.bot.delivery.scene import Scene
from tests.bot.delivery.sending import claim


async def test_a_doubt_settles_first(scene: Scene) -> None:
    """A doubted message may show up late: nothing is read before the settle time is over, and then once."""
    await put_in_doubt(scene)
    assert await scene.haru.reconciler.run() == 0
    await let_settle(scene)
    scene.slack.faults.set(Setting({}))
    assert await scene.haru.reconciler.run() == 2
    assert await scene.haru.ledger.open_parts.count() == 0
    assert len(scene.posted(KOREAN_CHANNEL)) == 1


async def test_without_the_history_scope_it_is_unknown_and_can_be_posted_again(scene: Scene) -> None:
    """Without the history scope a doubt becomes unknown, and a person can post it again."""
    await put_in_doubt(scene)
    await let_settle(scene)
    scene.slack.team.state.remember("scopes", ["chat:write"])
    await scene.haru.reconciler.run()
    channel = scene.channels[KOREAN_CHANNEL]
    last = await scene.haru.ledger.history.last(channel.id)
    assert last is not None
    assert (last.state, last.reason) == (DeliveryState.UNKNOWN, "no_history_scope")
    opened = await scene.haru.manual_posts.open(
        channel, now=scene.haru.clock.now(), digest_ids=last.digest_ids, again=True
    )
    assert opened.status == "posting"


async def test_the_operator_may_rather_have_it_twice(scene: Scene) -> None:
    """With ``on_doubt = repost`` a message that cannot be looked for is sent again."""
    await put_in_doubt(scene)
    await let_settle(scene)
    scene.slack.team.state.remember("scopes", ["chat:write"])
    slack_clock = SlackClock(scene.haru.ledger.clock.monotonic)
    await Reconciler(scene.haru.ledger, scene.haru.clients, slack_clock, repost=True).run()
    await scene.haru.courier.drain()
    assert len(scene.posted(KOREAN_CHANNEL)) == 2


async def test_an_unreadable_history_leaves_the_doubt_for_a_day(scene: Scene) -> None:
    """While the history cannot be read a doubt stays; after 24 hours it is unknown for good."""
    await put_in_doubt(scene)
    await let_settle(scene)
    scene.slack.faults.set(Setting.read({"odds": {"conversations.history": {"error_before": 1.0}}}))
    await scene.haru.reconciler.run()
    assert set(await states(scene)) == {PartState.DOUBT}
    long_ago = scene.haru.ledger.clock.monotonic() - timedelta(hours=25)
    async with scene.haru.database.write() as connection:
        await connection.execute(update(tables.part).values(not_before=long_ago, first_attempt_at=long_ago))
    await scene.haru.reconciler.run()
    assert set(await states(scene)) == {PartState.UNKNOWN}


@pytest.mark.parametrize(
    "body",
    [
        b'{"ok": true, "messages": [{"ts": "17',
        b"[]",
        b'{"ok": true, "messages": {"ts": 1}}',
        b"",
        b'{"ok": true, "messages": [], "has_more": true}',
        b'{"ok": true}',
    ],
)
async def test_one_channels_unreadable_history_keeps_no_other_doubt(scene: Scene, body: bytes) -> None:
    """Where one channel's history is cut or no history, the other channel's doubt still settles, and after 24
    hours the first is unknown for good.
    """
    await put_in_doubt(scene)
    await let_settle(scene)

    def history(request: web.Request) -> web.Response:
        if request.query["channel"] == KOREAN_CHANNEL:
            return web.Response(body=body, content_type="application/json")
        return web.json_response({"ok": True, "messages": []})

    async with slack_that_answers(history) as (url, _):
        clients = Clients(url)
        reconciler = Reconciler(scene.haru.ledger, clients, SlackClock(scene.haru.ledger.clock.monotonic))
        await reconciler.run()
        assert sorted(await states(scene)) == [PartState.DOUBT, PartState.PENDING]
        long_ago = scene.haru.ledger.clock.monotonic() - timedelta(hours=25)
        async with scene.haru.database.write() as connection:
            values = {"not_before": long_ago, "first_attempt_at": long_ago}
            await connection.execute(update(tables.part).values(values))
        await reconciler.run()
        await clients.close()
    assert PartState.UNKNOWN in await states(scene)


async def test_a_workspace_that_is_held_down_is_read_once_a_minute(scene: Scene) -> None:
    """After a 429 the reads of a workspace wait for Retry-After, and then a minute between each other."""
    await put_in_doubt(scene)
    await let_settle(scene)
    scene.slack.faults.set(
        Setting.read({"odds": {"conversations.history": {"rate_limited": 1.0}}, "retry_after": 30})
    )
    await scene.haru.reconciler.run()
    assert scene.slack.faults.counts == {"rate_limited": 1}  # the second channel was not even asked for
    scene.slack.faults.set(Setting({}))
    await let_be_due(scene)
    await scene.haru.reconciler.run()
    assert set(await states(scene)) == {PartState.DOUBT}
    async with scene.haru.database.write() as connection:
        is_theirs = tables.pace.c.workspace != ""
        assert list(await connection.scalars(select(tables.pace.c.every).where(is_theirs))) == [
            HISTORY_INTERVAL
        ]
        earlier = scene.haru.ledger.clock.monotonic() - timedelta(seconds=1)
        await connection.execute(update(tables.pace).values(until=earlier))
    await let_be_due(scene)
    await scene.haru.reconciler.run()
    assert sorted(await states(scene)) == [PartState.DOUBT, PartState.SENT]


async def test_one_reading_serves_every_doubt_of_a_channel(scene: Scene) -> None:
    """Two doubted posts of one channel are looked for in one read."""
    channel = scene.channels[KOREAN_CHANNEL]
    await scene.haru.daily.tick(scene.haru.clock.now())
    scene.fail(drop_after=1.0)
    await scene.haru.courier.drain()
    await let_settle(scene)
    now = scene.haru.clock.now()
    last = await scene.haru.ledger.history.last(channel.id)
    assert last is not None
    await scene.haru.manual_posts.open(channel, now=now, digest_ids=last.digest_ids, again=True)
    await scene.haru.courier.drain()
    await let_settle(scene)
    scene.slack.faults.set(Setting.read({"odds": {"conversations.history": {"late": 0.0}}}))
    asked = _counted(scene)
    await scene.haru.reconciler.run()
    assert set(await states(scene)) == {PartState.SENT}
    assert asked() == 2  # a channel each, though there were three doubts


async def test_a_thread_whose_first_message_is_gone_ends_with_that_reason(scene: Scene) -> None:
    """A thread whose first message was deleted is not continued, and the day does not count as failed."""
    await scene.prefer(layout=Layout.THREAD)
    await scene.haru.daily.tick(scene.haru.clock.now())
    await scene.haru.courier.drain()
    (first,) = scene.posted(KOREAN_CHANNEL)
    room = scene.slack.team.conversations.get(KOREAN_CHANNEL)
    assert room is not None
    scene.slack.team.delete_message(room, first["ts"])
    await scene.settle()
    last = await scene.haru.ledger.history.last(scene.channels[KOREAN_CHANNEL].id)
    assert last is not None
    assert (last.state, last.reason) == (DeliveryState.FAILED, "parent_gone")
    after = await scene.haru.channels.get(scene.slack.workspace, KOREAN_CHANNEL)
    assert after is not None
    assert after.paused_reason is None


async def test_a_frozen_look_changes_nothing_afterwards(scene: Scene) -> None:
    """A process that wakes after its lease cannot settle a doubt that another has taken over."""
    await put_in_doubt(scene)
    await let_settle(scene)
    held = await scene.haru.ledger.doubts.check_out()
    async with scene.haru.database.write() as connection:
        await connection.execute(update(tables.part).values(owner="another"))
    await scene.haru.ledger.doubts.settle([(part, Verdict()) for part in held])
    assert set(await states(scene)) == {PartState.CHECKING}


async def test_a_lease_that_ends_while_connecting_sends_nothing(scene: Scene) -> None:
    """The lease is checked again when the connection is ready: after its end nothing is sent."""
    await scene.haru.daily.tick(scene.haru.clock.now())
    (part, *_) = await claim(scene.haru.ledger, 10)
    async with slack_that_answers(lambda _: web.json_response({"ok": True, "ts": "1.1"})) as (url, seen):
        wire = Wire(f"{url}/", SlackClock(scene.haru.ledger.clock.monotonic))
        with pytest.raises(LeaseExpiredError):
            await wire.send("chat.postMessage", "t", b"{}", patience=5, may_leave=lambda: False)
        assert seen == []
        assert (await wire.send("chat.postMessage", "t", b"{}", patience=5, may_leave=lambda: True)).data == {
            "ok": True,
            "ts": "1.1",
        }
        assert seen == ["/chat.postMessage"]
        await wire.close()
    assert part.held_until > scene.haru.ledger.clock.monotonic()


async def test_what_could_not_connect_was_surely_not_sent() -> None:
    """A refused connection surely sent nothing; a dropped one may have."""
    wire = Wire("http://127.0.0.1:9/", _slack_clock())
    with pytest.raises(NotConnectedError):
        await wire.send("chat.postMessage", "t", b"{}", patience=5, may_leave=lambda: True)
    await wire.close()

    def drop(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with slack_that_answers(drop) as (url, _):
        wire = Wire(f"{url}/", _slack_clock())
        with pytest.raises(UnknownFateError):
            await wire.send("chat.postMessage", "t", b"{}", patience=5, may_leave=lambda: True)
        await wire.close()


@pytest.mark.parametrize("minutes", [-30, 30])
async def test_a_clock_apart_from_slacks_looks_in_the_right_hour(scene: Scene, minutes: int) -> None:
    """The window of a read is on Slack's clock, also when the difference is learnt during the read."""
    await put_in_doubt(scene)
    await let_settle(scene)
    windows: list[float] = []
    there = scene.haru.ledger.clock.monotonic() + timedelta(minutes=minutes)

    def history(request: web.Request) -> web.Response:
        windows.append(float(request.query["oldest"]))
        headers = {"Date": format_datetime(there, usegmt=True)}
        return web.json_response({"ok": True, "messages": []}, headers=headers)

    async with slack_that_answers(history) as (url, _):
        clients = Clients(url)
        slack_clock = SlackClock(scene.haru.ledger.clock.monotonic)
        await Reconciler(scene.haru.ledger, clients, slack_clock).run()
        await clients.close()
    first_attempt = there - timedelta(minutes=5)
    assert min(windows) <= first_attempt.timestamp()
    assert set(await states(scene)) == {PartState.PENDING}


async def test_an_answer_given_by_hand_after_a_stop_is_handed_back(scene: Scene) -> None:
    """A process that is told to end gives unsent parts back, and doubts parts without an answer."""
    await scene.haru.daily.tick(scene.haru.clock.now())
    scene.slack.faults.set(Setting.read({"odds": {"chat.postMessage": {"hang_after": 1.0}}, "hang": 20.0}))
    draining = asyncio.create_task(scene.haru.courier.drain())
    await asyncio.sleep(0.5)
    assert scene.slack.faults.counts == {"hang_after": 2}
    await scene.haru.courier.stop(patience=0.3)
    await draining
    assert set(await states(scene)) == {PartState.DOUBT}


async def test_a_definite_refusal_reads_no_history(scene: Scene) -> None:
    """A part that Slack refused is not looked for."""
    scene.slack.team.conversations.change(KOREAN_CHANNEL, is_archived=True)
    await deliver_once(scene.haru)
    asked = _counted(scene)
    await let_settle(scene)
    await scene.haru.reconciler.run()
    assert asked() == 0


async def test_results_are_kept_while_the_database_is_away(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A result that cannot be stored is stored as soon as it can be."""
    monkeypatch.setattr(courier, "_STORE_RETRY", 0.01)
    whole, failures = scene.haru.ledger.queue.exchange, [3]

    async def exchange(answers: Any, limit: int) -> Any:
        if answers and failures[0]:
            failures[0] -= 1
            raise StoreError("away")
        return await whole(answers, limit)

    monkeypatch.setattr(scene.haru.ledger.queue, "exchange", exchange)
    await scene.haru.daily.tick(scene.haru.clock.now())
    await scene.haru.courier.drain()
    assert failures == [0]
    assert set(await states(scene)) == {PartState.SENT}


def _counted(scene: Scene) -> Callable[[], int]:
    """How often histories are asked for from now on."""
    count = [0]
    whole = scene.slack.faults.draw

    def draw(method: str) -> Any:
        count[0] += method.startswith("conversations.")
        return whole(method)

    scene.slack.faults.draw = draw  # type: ignore[method-assign]  # only counts
    return lambda: count[0]


def _slack_clock() -> SlackClock:
    return SlackClock(monotonic_clock())
