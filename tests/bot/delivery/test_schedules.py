"""Schedules fit settings and time zones, whatever happens between a change and its schedule."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import update

from bot.channels import tables
from bot.channels.preferences import Channel
from bot.delivery.calendar import next_due
from bot.local.seed import ENGLISH_CHANNEL, KOREAN_CHANNEL, MINJI
from tests.bot.delivery.scene import DAY, Scene

NOON = DAY + timedelta(hours=3)
SEOUL = ZoneInfo("Asia/Seoul")


async def test_of_two_hours_set_at_once_the_last_is_the_one_that_is_due(scene: Scene) -> None:
    """Of two hours set at once the last one is due, though the first one's schedule is worked out last."""
    await scene.haru.daily.tick(DAY)
    changed = [await _set_hour(scene, time(hour)) for hour in (14, 16)]
    for channel in reversed(changed):
        await scene.haru.schedules.reschedule(channel, now=NOON)
    assert await _due(scene) == datetime(2025, 2, 26, 16, tzinfo=SEOUL)


async def test_many_admins_at_once_leave_a_schedule_that_fits_the_settings(scene: Scene) -> None:
    """Many changes and schedules at once leave a schedule that fits the settings."""
    await scene.haru.daily.tick(DAY)

    async def one(hour: int) -> None:
        await scene.haru.schedules.reschedule(await _set_hour(scene, time(hour)), now=NOON)

    await asyncio.gather(*(one(hour) for hour in (13, 14, 15, 16, 17, 18)))
    after = await _channel(scene)
    wanted = next_due(after.preferences, NOON + timedelta(hours=9))
    assert wanted is not None
    assert (after.next_date, after.next_due_at) == (wanted.date, wanted.at)


async def test_a_schedule_that_rules_of_a_zone_have_overtaken_is_worked_out_anew(scene: Scene) -> None:
    """When an upgrade changes the rules of a zone, the next post comes at nine by the new rules."""
    await scene.haru.daily.tick(DAY)
    row = tables.channel.c
    async with scene.haru.database.write() as connection:
        late = DAY + timedelta(hours=25)
        await connection.execute(update(tables.channel).values(next_due_at=late))
    assert await scene.haru.schedules.review(NOON) == 2
    assert await _due(scene) == datetime(2025, 2, 26, 9, tzinfo=SEOUL)
    assert await scene.haru.schedules.review(NOON) == 0
    async with scene.haru.database.write() as connection:
        # A date that is already due is left to the planner.
        await connection.execute(update(tables.channel).where(row.enabled).values(next_due_at=DAY))
    assert await scene.haru.schedules.review(NOON) == 0


async def test_what_a_process_died_over_is_scheduled_by_the_next(scene: Scene) -> None:
    """When a process dies between a change and its schedule, the next process stores the schedule."""
    await scene.haru.daily.tick(DAY)
    async with scene.haru.database.write() as connection:
        row = tables.channel.c
        await connection.execute(
            update(tables.channel)
            .where(row.channel_id == KOREAN_CHANNEL)
            .values(next_date=None, next_due_at=None)
        )
        await connection.execute(
            update(tables.channel).where(row.channel_id == ENGLISH_CHANNEL).values(enabled=False)
        )
    await scene.haru.clockwork.start()
    for _ in range(500):
        if await _due(scene) is not None and await _due(scene, ENGLISH_CHANNEL) is None:
            break
        await asyncio.sleep(0.02)
    await scene.haru.clockwork.stop()
    assert await _due(scene) == datetime(2025, 2, 26, 9, tzinfo=SEOUL)


async def _set_hour(scene: Scene, hour: time) -> Channel:
    changed, _ = await scene.haru.channels.change(
        scene.channels[KOREAN_CHANNEL], lambda old: replace(old, hour=hour), user_id=MINJI, now=NOON
    )
    return changed


async def _channel(scene: Scene, channel_id: str = KOREAN_CHANNEL) -> Channel:
    found = await scene.haru.channels.get(scene.slack.workspace, channel_id)
    assert found is not None
    return found


async def _due(scene: Scene, channel_id: str = KOREAN_CHANNEL) -> datetime | None:
    return (await _channel(scene, channel_id)).next_due_at
