"""The clockwork runs each job once at a time, and again after a failure."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from bot.delivery.clockwork import RECONCILE_INTERVAL
from bot.local.seed import KOREAN_CHANNEL
from tests.bot.delivery.doubt import let_settle, put_in_doubt
from tests.bot.delivery.scene import Scene


async def test_a_job_that_takes_long_is_not_started_twice(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    """A job that is still running is not started again, and is waited for at the end."""
    started, ended, gate = [0], [0], asyncio.Event()

    async def job() -> None:
        started[0] += 1
        await gate.wait()
        ended[0] += 1

    scene.haru.clockwork.every(timedelta(seconds=0.05), "long", job)
    with caplog.at_level(logging.WARNING):
        await scene.haru.clockwork.start()
        await asyncio.sleep(0.4)
        assert started == [1]
        asyncio.get_running_loop().call_later(0.1, gate.set)
        await scene.haru.clockwork.stop()
    assert ended == [1]
    assert [record for record in caplog.records if "apscheduler" in record.name] == []


async def test_a_process_that_starts_looks_for_doubts_at_once(scene: Scene) -> None:
    """A doubt that had time to settle before the start is settled long before the first interval is over."""
    await put_in_doubt(scene)
    await let_settle(scene)
    await scene.haru.clockwork.start(alone=scene.haru.database.is_sqlite)
    for _ in range(int(RECONCILE_INTERVAL / 3 / 0.05)):
        if not await scene.haru.ledger.open_parts.count():
            break
        await asyncio.sleep(0.05)
    await scene.haru.clockwork.stop()
    assert await scene.haru.ledger.open_parts.count() == 0
    assert len(scene.posted(KOREAN_CHANNEL)) == 1


async def test_what_a_tick_opens_is_sent_at_once(scene: Scene) -> None:
    """A post does not wait for the next interval of sending."""
    await scene.haru.clockwork.tick()
    await asyncio.gather(*scene.haru.clockwork._running)
    assert len(scene.posted(KOREAN_CHANNEL)) == 1


async def test_a_job_that_fails_is_run_again(scene: Scene) -> None:
    """An unforeseen error is logged, and the job runs again at its next turn."""
    runs, again = [0], asyncio.Event()

    async def job() -> None:
        runs[0] += 1
        if runs[0] > 1:
            again.set()
        raise LookupError("nobody foresaw this")

    scene.haru.clockwork.every(timedelta(seconds=0.05), "failing", job)
    await scene.haru.clockwork.start()
    async with asyncio.timeout(20):
        await again.wait()
    await scene.haru.clockwork.stop()
