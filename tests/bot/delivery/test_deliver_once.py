"""`haru deliver` says what waits, and stays until it is done when asked to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.deliver_once import deliver_once
from bot.ledger import tables
from bot.ledger.outcome import Kind, Outcome
from bot.local.seed import ENGLISH_CHANNEL, KOREAN_CHANNEL
from bot.terminal.process_commands import _reason
from tests.bot.delivery.doubt import take
from tests.bot.delivery.scene import Scene
from tests.bot.delivery.sending import record


async def test_what_a_killed_run_left_is_said(scene: Scene) -> None:
    """A delivery that an earlier run was sending has a record: until when it waits, and why."""
    await take(scene)
    records = await deliver_once(scene.haru)
    assert [(one["channel"], one["status"], one["reason"]) for one in records] == [
        (KOREAN_CHANNEL, "posting", "lease"),
        (ENGLISH_CHANNEL, "posting", "lease"),
    ]
    assert all(_seconds_until(one) == pytest.approx(40, abs=10) for one in records)
    assert "a process is sending it" in _reason(records[0])
    assert f"waits until {records[0]['until']}" in _reason(records[0])


async def test_a_pause_and_a_refusal_are_said(scene: Scene) -> None:
    """A delivery that Slack refused for now carries Slack's code, and one of a paused workspace that."""
    parts = await take(scene)
    await record(scene.haru.ledger, [(part, Outcome(Kind.RETRY, "ratelimited", wait=900)) for part in parts])
    records = await deliver_once(scene.haru)
    assert [one["reason"] for one in records] == ["ratelimited"] * 2
    assert all(_seconds_until(one) == pytest.approx(900, abs=30) for one in records)
    await scene.haru.installations.pause(scene.slack.workspace, "operator")
    assert [(one["reason"], one["until"]) for one in await deliver_once(scene.haru, wait=True)] == [
        ("paused", None)
    ] * 2


async def test_with_wait_it_stays_until_a_dead_runs_messages_are_settled(scene: Scene) -> None:
    """With ``wait`` the lease of a dead run ends, its messages are looked for, and each is posted once."""
    parts = await take(scene)
    scene.haru.ledger.queue._holder.release(parts)
    async with scene.haru.database.write() as connection:
        long_ago = parts[0].first_attempt_at - timedelta(minutes=2)
        await connection.execute(update(tables.part).values(lease_until=long_ago))
    records = await deliver_once(scene.haru, wait=True)
    assert [one["status"] for one in records] == ["sent", "sent"]
    assert [len(scene.posted(one)) for one in (KOREAN_CHANNEL, ENGLISH_CHANNEL)] == [1, 1]
    assert await deliver_once(scene.haru, wait=True) == []


def _seconds_until(record: dict[str, Any]) -> float:
    return (datetime.fromisoformat(record["until"]) - datetime.now(UTC)).total_seconds()
