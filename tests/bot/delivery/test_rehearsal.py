"""`haru deliver --now` with a past time shows what goes out, and leaves the schedule alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.app import Haru
from bot.clocks import FixedClock
from bot.deliver_once import deliver_once
from bot.ledger.states import DeliveryState
from bot.local.seed import ENGLISH_CHANNEL, KOREAN_CHANNEL
from tests.bot.delivery.scene import DAY, Scene

TUESDAY = date(2025, 2, 25)
REAL_NOW = DAY + timedelta(days=20, hours=3)


async def test_a_pass_of_a_day_gone_by_leaves_the_schedule_as_it_is(scene: Scene) -> None:
    """A channel that was switched on weeks later gets that day's post, and its next post is still
    tomorrow's.
    """
    await _switch_on(scene, REAL_NOW)
    scheduled = await _next(scene)
    assert set(scheduled.values()) == {(date(2025, 3, 18), DAY + timedelta(days=21))}
    records = await deliver_once(scene.haru)
    assert [(one["date"], one["status"]) for one in records] == [("2025-02-25", "sent")] * 2
    assert await _next(scene) == scheduled
    assert await _pass_at(scene, REAL_NOW + timedelta(seconds=1)) == []
    assert await deliver_once(scene.haru) == []
    assert [len(scene.posted(channel)) for channel in scene.channels] == [1, 1]


async def test_a_pass_that_would_have_waited_leaves_it_too(scene: Scene) -> None:
    """Without that day's digest the post waits, and nothing is stored for the past date."""
    await _switch_on(scene, REAL_NOW)
    scheduled = await _next(scene)
    records = await _pass_at(scene, DAY + timedelta(days=1, seconds=1))
    assert [(one["date"], one["status"]) for one in records] == [("2025-02-26", "waiting")] * 2
    assert await _next(scene) == scheduled
    for channel in scene.channels.values():
        assert await scene.haru.ledger.history.last(channel.id) is None


async def test_today_rehearsed_is_not_posted_today_again(scene: Scene) -> None:
    """A pass as of nine today brings today's post, and moving the hour later brings no second one."""
    noon = DAY + timedelta(hours=3)
    await _switch_on(scene, noon)
    await deliver_once(scene.haru)
    for channel in scene.channels.values():
        due = await scene.haru.schedules.reschedule(channel, now=noon + timedelta(minutes=1))
        assert due is not None
        assert due.date == date(2025, 2, 26)
        last = await scene.haru.ledger.history.last(channel.id)
        assert last is not None
        assert (last.schedule_date, last.state) == (TUESDAY, DeliveryState.SENT)


async def _switch_on(scene: Scene, now: datetime) -> None:
    """Switch both channels off and on again, so that they are on since now."""
    for channel_id in (KOREAN_CHANNEL, ENGLISH_CHANNEL):
        await scene.switch(channel_id, on=False, now=now)
        await scene.switch(channel_id, on=True, now=now)


async def _next(scene: Scene) -> dict[str, tuple[date | None, datetime | None]]:
    channels = await scene.haru.channels.all()
    return {one.channel_id: (one.next_date, one.next_due_at) for one in channels}


async def _pass_at(scene: Scene, now: datetime) -> list[dict[str, object]]:
    """The records of `haru deliver --now`."""
    haru = Haru(scene.haru.settings, scene.haru.database, clock=FixedClock(now), api_url=scene.slack.api_url)
    try:
        return await deliver_once(haru)
    finally:
        await haru.close_clients()
