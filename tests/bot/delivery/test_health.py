"""Readiness and liveness say how delivery stands."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from bot.ledger import tables
from digests.errors import StoreError
from tests.bot.delivery.scene import Scene


async def test_a_process_that_has_not_ticked_is_not_ready(scene: Scene) -> None:
    """Before its first successful tick a worker is alive and not ready."""
    assert (await scene.haru.health.live()).reasons == ()
    assert (await scene.haru.health.ready_to_deliver()).reasons == ("the clockwork has not ticked yet",)


async def test_a_tick_makes_it_ready_and_tells_its_ages(scene: Scene) -> None:
    """After a successful tick it is ready, and reports the ages of the tick and of the oldest due message."""
    await scene.haru.clockwork.tick()
    health = await scene.haru.health.ready_to_deliver()
    assert health.reasons == ()
    assert health.facts["open_parts"] == 2
    assert isinstance(health.facts["tick_age"], float)
    assert isinstance(health.facts["oldest_due_age"], float)


async def test_a_message_due_for_long_is_said(scene: Scene) -> None:
    """A process whose messages are not sent for long is not ready, even if it ticks."""
    await scene.haru.clockwork.tick()
    await _long_due(scene)
    (reason,) = (await scene.haru.health.ready_to_deliver()).reasons
    assert reason == "a message has been due for 40 minutes"


async def test_what_a_paused_workspace_holds_back_is_nobodys_fault(scene: Scene) -> None:
    """Messages of a paused workspace do not make the process unready."""
    await scene.haru.clockwork.tick()
    await _long_due(scene)
    await scene.haru.installations.pause(scene.slack.workspace, "operator")
    assert (await scene.haru.health.ready_to_deliver()).reasons == ()


@pytest.mark.parametrize(
    ("seconds", "alive", "ready"), [(30, True, True), (90, True, False), (700, False, False)]
)
async def test_a_clockwork_that_hangs_is_told(scene: Scene, seconds: int, alive: bool, ready: bool) -> None:
    """A process is not ready after a minute without a tick, and not alive after ten."""
    scene.haru.clockwork._ticked_at = time.monotonic() - seconds
    assert (not (await scene.haru.health.live()).reasons) is alive
    assert (not (await scene.haru.health.ready_to_deliver()).reasons) is ready


async def _long_due(scene: Scene) -> None:
    async with scene.haru.database.write() as connection:
        await connection.execute(
            update(tables.part).values(not_before=scene.haru.ledger.clock.monotonic() - timedelta(minutes=40))
        )


async def test_a_lost_database_is_said_in_fixed_words(scene: Scene) -> None:
    """Readiness names no address and no reason of the database; the log has them."""
    scene.haru.clockwork._ticked_at = time.monotonic()

    async def fail() -> int:
        raise StoreError("The database postgresql://ada:hunter2@db/haru cannot be opened")

    for reader, check in (("count", "ready_to_answer"), ("longest_wait", "ready_to_deliver")):
        setattr(scene.haru.ledger.open_parts, reader, fail)
        with capture_logs() as logged:
            health = await getattr(scene.haru.health, check)()
        assert health.reasons == ("the database cannot be reached",)
        assert [line["event"] for line in logged] == ["database_not_reached"]
