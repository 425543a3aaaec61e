"""Works out the date and instant of a channel's next post after its settings changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

import structlog

from bot.channels.channel_store import Channels
from bot.channels.due_channels import DueChannels
from bot.channels.preferences import Channel, Due
from bot.delivery import calendar
from bot.ledger.openings import Openings

log = structlog.stdlib.get_logger(__name__)

_PAGE = 500
"""Channels read at a time."""


class Schedules:
    """Works out and stores each channel's next post. Opens no delivery, and calls none off.

    ``on_change`` is called with the channel's id and the time, before a schedule changes.
    """

    def __init__(
        self,
        channels: Channels,
        due_channels: DueChannels,
        openings: Openings,
        *,
        grace: timedelta,
        on_change: Callable[[int, datetime], None],
    ) -> None:
        self._channels = channels
        self._due_channels = due_channels
        self._openings = openings
        self._grace = grace
        self._on_change = on_change

    async def reschedule(self, channel: Channel, *, now: datetime, enabling: bool = False) -> Due | None:
        """Work out the next post after a change of settings, and store it. None when there will be none.

        A channel that is switched on (``enabling``) starts at its next hour. If a channel's hour moves while
        today's post is not sent and within its grace, today's post still comes.
        """
        self._on_change(channel.id, now)
        while True:
            due = await self._next(channel, now=now, enabling=enabling)
            if await self._due_channels.set_next(channel, due.date if due else None, due.at if due else None):
                return due
            # The channel was changed meanwhile: work it out again from its present settings.
            changed = await self._channels.by_id(channel.id)
            if changed is None:
                return None
            channel = changed

    async def review(self, now: datetime) -> int:
        """Reschedule every channel whose schedule does not fit its settings; returns how many.

        Time zone rules and holidays change with an upgrade, and a process may have died between storing
        settings and storing the schedule.
        """
        wrong = 0
        async for channel in self._wrong(now):
            wrong += 1
            await self.reschedule(channel, now=now)
        if wrong:
            log.info("schedules_reviewed", changed=wrong)
        return wrong

    async def _wrong(self, now: datetime) -> AsyncIterator[Channel]:
        last = 0
        while page := await self._channels.page_after(last, limit=_PAGE):
            last = page[-1].id
            for channel in page:
                if not calendar.is_right(channel, now=now):
                    yield channel

    async def _next(self, channel: Channel, *, now: datetime, enabling: bool) -> Due | None:
        preferences = channel.preferences
        if not channel.is_on:
            return None
        due = calendar.next_due(preferences, now)
        today = calendar.local_day(now, preferences.zone)
        at = calendar.due_at(today, preferences.hour, preferences.zone)
        is_within_grace = not enabling and at is not None and at <= now <= at + self._grace
        if is_within_grace and at is not None and calendar.is_chosen(preferences, today):
            was_on = channel.enabled_at is not None and channel.enabled_at < at
            if was_on and await self._openings.reopen(channel.id, today):
                due = Due(today, at)
        # A skipped date is tried again if its new hour is still to come.
        while due is not None and not await self._openings.reopen(channel.id, due.date):
            due = calendar.next_due(preferences, due.at)
        return due
