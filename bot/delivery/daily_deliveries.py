"""The daily tick: opens a delivery for each channel that is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from bot.channels.channel_store import Channels
from bot.channels.due_channels import DueChannels
from bot.channels.preferences import Channel
from bot.delivery import calendar
from bot.delivery.opened import Opened, OpenedStatus
from bot.delivery.planner import Planner, Rendering, RenderingCache, Waiting
from bot.ledger.delivery_history import DeliveryHistory
from bot.ledger.openings import Opening, Openings
from bot.ledger.states import Reason

log = structlog.stdlib.get_logger(__name__)

_FULL_LOOK_INTERVAL = timedelta(seconds=30)
"""How often to look again at channels that wait for a late digest."""

GROUP = 500
"""Channels opened in one commit, so that the fixed cost of a commit (about 50 ms) is shared."""


class DailyDeliveries:
    """Opens the deliveries of schedule dates. Sends nothing itself: the courier does."""

    def __init__(
        self,
        *,
        channels: Channels,
        due_channels: DueChannels,
        planner: Planner,
        openings: Openings,
        history: DeliveryHistory,
        render: Rendering,
        grace: timedelta,
    ) -> None:
        self._channels = channels
        self._due_channels = due_channels
        self._planner = planner
        self._openings = openings
        self._history = history
        self._render = render
        self._grace = grace
        self._waiting: dict[int, Waiting] = {}
        self._looked_until: datetime | None = None
        self._full_look_at = datetime.min.replace(tzinfo=UTC)

    async def tick(self, now: datetime, *, look_at_all: bool = False) -> list[Opened]:
        """Open what is due by ``now``. Returns what was done for each channel.

        Looks at all due channels every 30 seconds, or with ``look_at_all``. In between it asks only for
        those that became due since, so ten thousand channels that wait for a late digest cost nothing.
        """
        after: tuple[datetime, int] | None = None
        # When the clock was moved back, channels may be due that were not due before.
        was_moved_back = self._looked_until is not None and now < self._looked_until
        if look_at_all or was_moved_back or now >= self._full_look_at:
            self._full_look_at = now + _FULL_LOOK_INTERVAL
            if look_at_all:
                self._waiting.clear()
        elif self._looked_until is not None:
            after = (self._looked_until, 0)
        opened: list[Opened] = []
        renderings = RenderingCache(self._render)
        while channels := await self._due_channels.due(now, after=after, limit=GROUP):
            # What was opened is no longer due; what waits is still due, so each page starts after the last.
            after = (channels[-1].next_due_at or now, channels[-1].id)
            opened += await self._open(channels, renderings, now)
        self._looked_until = now
        return opened

    async def rehearse(self, now: datetime) -> list[Opened]:
        """Open what channels would have been due at ``now``, though they were switched on later than that.

        For `haru deliver --now`, to see what goes out. Their schedules stay as they are. What is opened or
        skipped for the date stays so.
        """
        as_if: list[Channel] = []
        schedules: dict[int, Channel] = {}
        for channel in await self._channels.all():
            if not channel.is_on or channel.enabled_at is None or channel.enabled_at <= now:
                continue
            preferences = channel.preferences
            today = calendar.local_day(now, preferences.zone)
            at = calendar.due_at(today, preferences.hour, preferences.zone)
            if at is None or not at <= now <= at + self._grace or not calendar.is_chosen(preferences, today):
                continue
            if await self._history.is_free(channel.id, today):
                as_if.append(replace(channel, next_date=today, next_due_at=at))
                schedules[channel.id] = channel
        opened: list[Opened] = []
        renderings = RenderingCache(self._render)
        for start in range(0, len(as_if), GROUP):
            group = as_if[start : start + GROUP]
            opened += await self._open(group, renderings, now, schedules=schedules)
        return opened

    def look_again(self, channel_id: int, now: datetime) -> None:
        """Have the next tick look at all due channels: this one's schedule changes."""
        self._waiting.pop(channel_id, None)
        self._full_look_at = now

    async def _open(
        self,
        channels: Sequence[Channel],
        renderings: RenderingCache,
        now: datetime,
        *,
        schedules: Mapping[int, Channel] | None = None,
    ) -> list[Opened]:
        """Open what these channels are due. ``schedules``: keep these channels' stored schedules."""
        planned = await self._planner.decide(channels, renderings, now=now)
        opened = self._note_waiting([one for one in planned if isinstance(one, Waiting)], now)
        openings = [one for one in planned if isinstance(one, Opening)]
        if schedules is not None:
            openings = [_keep_schedule(opening, schedules[opening.channel.id]) for opening in openings]
        if not openings:
            return opened
        made = await self._openings.open(openings, now=now)
        if any(opening.next_due is not None and opening.next_due.at <= now for opening in openings):
            # After downtime the next date may lie before the instant up to which this tick has looked.
            self._full_look_at = now
        for opening in openings:
            self._waiting.pop(opening.channel.id, None)
            if opening.channel.id not in made or opening.day is None:
                # Changed, or opened by another process, since it was read: the next tick looks again.
                self._full_look_at = now
                continue
            status = OpenedStatus.POSTING if opening.messages else OpenedStatus.SKIPPED
            delivery_id = made[opening.channel.id] if opening.messages else None
            opened.append(
                Opened(opening.channel, opening.day, status, opening.skip, opening.digest_ids, delivery_id)
            )
            log.info(
                "channel_due",
                channel=opening.channel.id,
                date=str(opening.day),
                status=status.value,
                reason=opening.skip.value if opening.skip else None,
            )
        return opened

    def _note_waiting(self, waiting: Sequence[Waiting], now: datetime) -> list[Opened]:
        """Remember channels that wait. Returns those that are new, or wait with other digests than before."""
        new = []
        for one in waiting:
            before = self._waiting.get(one.channel.id)
            self._waiting[one.channel.id] = one
            if before is None or before.digest_ids != one.digest_ids:
                day = one.channel.next_date or calendar.local_day(now, one.channel.preferences.zone)
                new.append(Opened(one.channel, day, OpenedStatus.WAITING, Reason.NO_NEW_DIGEST))
        return new


def _keep_schedule(opening: Opening, channel: Channel) -> Opening:
    """The same opening, which leaves the channel's stored schedule as it is."""
    return replace(opening, channel=channel, next_due=channel.next_due)
