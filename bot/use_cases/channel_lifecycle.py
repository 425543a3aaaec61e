"""Follows what happens to a channel in Slack: archived, deleted, renamed, moved, left, or invited back to."""

from __future__ import annotations

from bot.channels.channel_store import Channels
from bot.channels.preferences import Channel
from bot.clocks import Clock
from bot.delivery.schedules import Schedules
from bot.ledger.open_parts import OpenParts
from bot.ledger.states import Reason
from digests.model import Workspace

ARCHIVED = "is_archived"
"""The pause of an archived channel, by Slack's error code; it ends when the channel is unarchived."""

DELETED = "channel_not_found"
"""The pause of a deleted channel, by Slack's error code."""

REMOVED = Reason.REMOVED.value
"""The pause of a channel that Haru was removed from; it ends when Haru is invited again."""


class ChannelLifecycle:
    """Pauses, resumes, renames and moves channels as Slack reports it. Notifies nobody."""

    def __init__(
        self, *, channels: Channels, schedules: Schedules, open_parts: OpenParts, clock: Clock
    ) -> None:
        self._channels = channels
        self._schedules = schedules
        self._open_parts = open_parts
        self._clock = clock

    async def pause(self, channel: Channel, reason: str) -> None:
        """Stop posting in a channel, and call off what is still to be sent to it."""
        await self._channels.pause(channel, reason)
        await self._open_parts.call_off(channel.id, reason)

    async def resume(self, channel: Channel) -> None:
        """Post in a paused channel again, from its next hour."""
        resumed = await self._channels.resume(channel)
        await self._schedules.reschedule(resumed, now=self._clock.now(), enabling=True)

    async def rename(self, workspace: Workspace, channel_id: str, name: str) -> None:
        """Keep a channel's new name."""
        await self._channels.rename(workspace, channel_id, name)

    async def move(self, workspace: Workspace, old_id: str, new_id: str) -> None:
        """Keep a channel's new Slack id, and send what is on its way there.

        Slack changes the id of a channel that becomes shared through Slack Connect.
        """
        await self._channels.move(workspace, old_id, new_id)
        moved = await self._channels.get(workspace, new_id)
        if moved is not None:
            await self._open_parts.move_channel(workspace, old_id, moved.channel_id)
