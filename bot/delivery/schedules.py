"""Schedules: the date and instant that each channel goes on with, by the settings that stand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from bot.channels.channel_store import Channels
from bot.channels.due_channels import DueChannels
from bot.channels.preferences import Channel
from bot.delivery import calendar
from bot.delivery.calendar import Due
from bot.ledger.ledger import Ledger

_AT_ONCE = 500
"""Channels read at a time."""


class Schedules:
    """Works schedules out and writes them down. Opens nothing, and leaves alone what is on its way."""

    def __init__(
        self, channels: Channels, due_channels: DueChannels, ledger: Ledger, *, grace: timedelta
    ) -> None:
        self._channels = channels
        self._due_channels = due_channels
        self._ledger = ledger
        self._grace = grace

    async def work_out(self, channel: Channel, *, now: datetime, enabling: bool = False) -> Due | None:
        """What a channel goes on with, written down; None where it is off, paused or gone.

        Switching on starts at the next hour. An hour moved while today's post is unsent
        and within grace still brings today's.
        """
        while True:
            due = await self._next(channel, now=now, enabling=enabling)
            if await self._due_channels.set_next(channel, due.date if due else None, due.at if due else None):
                return due
            # Somebody else has changed it since: what stands now is what counts.
            changed = await self._channels.by_id(channel.id)
            if changed is None:
                return None
            channel = changed

    async def wrong(self, now: datetime) -> AsyncIterator[Channel]:
        """The channels whose schedules are not as their settings and the rules of time zones have them."""
        last = 0
        while page := await self._channels.page_after(last, limit=_AT_ONCE):
            last = page[-1].id
            for channel in page:
                if not calendar.is_right(channel, now=now):
                    yield channel

    async def _next(self, channel: Channel, *, now: datetime, enabling: bool) -> Due | None:
        """The date a channel goes on with, and its instant."""
        preferences = channel.preferences
        if not channel.is_on:
            return None
        due = calendar.next_due(preferences, now)
        today = calendar.local_day(now, preferences.zone)
        at = calendar.due_at(today, preferences.hour, preferences.zone)
        moved_past = not enabling and at is not None and at <= now <= at + self._grace
        if moved_past and at is not None and calendar.is_chosen(preferences, today):
            has_been_on = channel.enabled_at is not None and channel.enabled_at < at
            if has_been_on and await self._ledger.reopen(channel.id, today):
                due = Due(today, at)
        # A date that was skipped, and is still to come by the new hour or zone, is tried again.
        while due is not None and not await self._ledger.reopen(channel.id, due.date):
            due = calendar.next_due(preferences, due.at)
        return due
