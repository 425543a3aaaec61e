"""Reads of a channel's history: page by page, and over minutes where Slack limits them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import update

from bot.channels.preferences import Language
from bot.clocks import SlackClock
from bot.delivery.reconciler import Reconciler
from bot.ledger import tables
from bot.ledger.ledger import open_ledger
from bot.ledger.outcome import Kind, Outcome
from bot.ledger.part import Part
from bot.ledger.states import PartState
from bot.local.seed import ENGLISH_CHANNEL, KOREAN_CHANNEL
from bot.workspaces.clients import Clients
from bot.workspaces.rate_limits import HISTORY_INTERVAL
from tests.bot.delivery.doubt import let_settle, put_in_doubt, slack_that_answers, states
from tests.bot.delivery.scene import Scene, open_scene
from tests.bot.delivery.sending import claim, record


async def test_what_was_sent_since_a_reading_began_is_read_for_by_itself(scene: Scene) -> None:
    """A read that was interrupted decides nothing about a message that was sent after it began."""
    old = await _one_doubt(scene)
    pages: dict[str | None, list[Part]] = {None: [], "older": [old]}

    def history(request: web.Request) -> web.Response:
        cursor = request.query.get("cursor")
        metadata = {"next_cursor": "older" if cursor is None else ""}
        messages = [_message(part) for part in pages[cursor]]
        return web.json_response({"ok": True, "messages": messages, "response_metadata": metadata})

    async with slack_that_answers(history) as (url, seen):
        clients = Clients(url)
        reconciler = Reconciler(scene.haru.ledger, clients, SlackClock(scene.haru.ledger.clock.monotonic))
        workspace, method = scene.slack.workspace, "conversations.history"
        await scene.haru.ledger.method_pace.slow_down(workspace, method, wait=0, every=HISTORY_INTERVAL)
        await reconciler.run()
        assert (len(seen), await states(scene)) == (1, [PartState.DOUBT])
        new = await _post_again(scene)
        pages[None].append(new)
        await let_settle(scene)
        await reconciler.run()
        assert await states(scene) == [PartState.SENT, PartState.DOUBT]
        await reconciler.run()
        assert await states(scene) == [PartState.SENT, PartState.SENT]
        await clients.close()


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(hours=-1)], ids=["ahead", "behind"])
async def test_a_window_begins_where_it_did_by_the_clock_the_attempt_was_noted_by(
    tmp_path: Path, ahead: timedelta
) -> None:
    """When the wall clock changes between two processes, the read still covers the time of the first
    attempt.
    """
    async with open_scene(f"sqlite:///{tmp_path / 'haru.sqlite3'}", tmp_path) as scene:
        await scene.haru.ledger.doubts.recover()
        scene.haru.reconciler._slack_clock.offset = -ahead
        await _one_doubt(scene)
        async with scene.haru.database.write() as connection:
            noted_by = scene.haru.ledger.clock.monotonic()
            await connection.execute(update(tables.part).values(first_attempt_at=noted_by))
        await scene.haru.ledger.doubts.expire_leases()
        there = noted_by - ahead

        def now() -> datetime:
            return noted_by - ahead + timedelta(minutes=20)

        asked: list[float] = []

        def history(request: web.Request) -> web.Response:
            asked.append(float(request.query["oldest"]))
            return web.json_response({"ok": True, "messages": []})

        ledger = open_ledger(
            scene.haru.database, lease=timedelta(minutes=1), settle=timedelta(0), monotonic=now
        )
        await ledger.doubts.recover()
        async with slack_that_answers(history) as (url, _):
            clients = Clients(url)
            slack_clock = SlackClock(now)
            await Reconciler(ledger, clients, slack_clock).run()
            await clients.close()
        assert asked
        assert max(asked) <= (there - timedelta(minutes=4)).timestamp()


async def test_a_lively_channel_is_read_to_where_the_reading_began(scene: Scene) -> None:
    """Messages that are written during a read do not prolong it."""
    await _one_doubt(scene)
    began = scene.haru.ledger.clock.monotonic()

    def history(request: web.Request) -> web.Response:
        page = int(request.query.get("cursor", "0"))
        ts = f"{(began + timedelta(minutes=2 * page)).timestamp():.6f}"
        more = {"next_cursor": str(page + 1)}
        return web.json_response({"ok": True, "messages": [{"ts": ts}], "response_metadata": more})

    async with slack_that_answers(history) as (url, seen):
        clients = Clients(url)
        await Reconciler(scene.haru.ledger, clients, SlackClock(scene.haru.ledger.clock.monotonic)).run()
        await clients.close()
    assert len(seen) == 4
    assert await states(scene) == [PartState.PENDING]


async def test_who_holds_a_doubt_no_more_reads_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process whose lease on a doubt has ended reads no history."""
    await _one_doubt(scene)
    check = scene.haru.ledger.doubts.check_out

    async def taken_long_ago() -> list[Part]:
        return [replace(part, held_until=scene.haru.ledger.clock.monotonic()) for part in await check()]

    monkeypatch.setattr(scene.haru.ledger.doubts, "check_out", taken_long_ago)
    async with slack_that_answers(lambda _: web.json_response({"ok": True})) as (url, seen):
        clients = Clients(url)
        await Reconciler(scene.haru.ledger, clients, SlackClock(scene.haru.ledger.clock.monotonic)).run()
        await clients.close()
    assert seen == []


async def test_a_thread_that_was_given_up_leaves_its_first_message_as_had(scene: Scene) -> None:
    """A thread whose replies are given up while its first message is in doubt counts as had if it arrived."""
    await scene.prefer(language=Language.BOTH)
    await _one_doubt(scene)
    long_ago = scene.haru.ledger.clock.monotonic() - timedelta(hours=25)
    async with scene.haru.database.write() as connection:
        await connection.execute(update(tables.part).values(give_up_at=long_ago))
    await scene.haru.reconciler.run()
    assert await states(scene) == [PartState.PENDING, *[PartState.FAILED] * (len(await states(scene)) - 1)]
    await scene.haru.courier.drain()
    assert len(scene.posted(KOREAN_CHANNEL)) == 1
    again = await scene.haru.manual_posts.open(scene.channels[KOREAN_CHANNEL], now=scene.haru.clock.now())
    assert (again.status, again.reason) == ("skipped", "already_had")


async def _one_doubt(scene: Scene) -> Part:
    """The Korean channel's post is in doubt and had time to settle; the other channel is off."""
    await scene.switch(ENGLISH_CHANNEL, on=False, now=scene.haru.clock.now())
    (part,) = await put_in_doubt(scene, arrived=False)
    await let_settle(scene)
    return part


async def _post_again(scene: Scene) -> Part:
    """Repeat the post by hand, and have it be in doubt again."""
    channel = scene.channels[KOREAN_CHANNEL]
    last = await scene.haru.ledger.history.last(channel.id)
    assert last is not None
    await scene.haru.manual_posts.open(
        channel, now=scene.haru.clock.now(), digest_ids=last.digest_ids, again=True
    )
    await let_settle(scene)
    (part,) = await claim(scene.haru.ledger, 10)
    await record(scene.haru.ledger, [(part, Outcome(Kind.DOUBT, "lost"))])
    return part


def _message(part: Part) -> dict[str, Any]:
    metadata = {"event_type": "haru_part", "event_payload": {"part": part.uid}}
    return {"ts": f"1740441600.{part.id:06}", "metadata": metadata}
