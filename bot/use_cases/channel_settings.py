"""Reads and changes a channel's settings, and keeps its schedule in step with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.channels.change_log import ChangeLog
from bot.channels.channel_store import Channels
from bot.channels.preferences import Change, Channel, ChannelInfo, Field, Language, Layout, Preferences
from bot.channels.setting_codec import with_value
from bot.channels.settings_merge import merge_managers, merge_preferences
from bot.clocks import Clock
from bot.delivery.schedules import Schedules
from bot.ledger.open_parts import OpenParts
from bot.ledger.states import Reason
from bot.workspaces.slack_directory import Conversation
from digests.model import Workspace

PreferencesChange = Callable[[Preferences], Preferences]
"""Gives the new preferences from those that hold when the change is written."""

ManagersChange = Callable[[frozenset[str]], frozenset[str]]
"""Gives the new managers, as user ids, from those that hold when the change is written."""


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """The channel after a change, the changes that were written (none if all was set that way already), and
    the changes of other people that they replaced.
    """

    channel: Channel
    changes: tuple[Change, ...]
    overwritten: tuple[Change, ...] = ()

    @property
    def turned_on(self) -> bool:
        """Whether the change turned the daily papers on."""
        return any(change.field is Field.ENABLED and change.new == "on" for change in self.changes)


@dataclass(frozen=True, slots=True)
class Undone:
    """The changes that were undone, and what undoing them changed."""

    changes: tuple[Change, ...]
    result: SettingsChanged


class ChannelSettings:
    """Reads and changes channel settings. Does not check who may change them, and notifies nobody."""

    def __init__(
        self,
        *,
        channels: Channels,
        change_log: ChangeLog,
        schedules: Schedules,
        open_parts: OpenParts,
        clock: Clock,
    ) -> None:
        self._channels = channels
        self._change_log = change_log
        self._schedules = schedules
        self._open_parts = open_parts
        self._clock = clock

    async def find(self, workspace: Workspace, channel_id: str) -> Channel | None:
        """The channel with this Slack id, or None if Haru does not know it."""
        return await self._channels.get(workspace, channel_id)

    async def find_or_add(
        self,
        workspace: Workspace,
        channel_id: str,
        conversation: Conversation,
        *,
        language: str,
        zone: str | None,
        layout: Layout | None = None,
        inviter_id: str | None = None,
    ) -> Channel:
        """The channel with this Slack id. A new one is added turned off, with these settings.

        A known one keeps its settings; only its name, creator and inviter are updated.
        """
        return await self._channels.get_or_create(
            workspace,
            channel_id,
            language=Language(language),
            zone=zone,
            layout=layout,
            info=ChannelInfo(conversation.name, inviter_id, conversation.creator_id),
        )

    async def of_workspace(self, workspace: Workspace) -> Sequence[Channel]:
        """The channels of a workspace, by name."""
        return await self._channels.of_workspace(workspace)

    async def change(
        self,
        channel: Channel,
        change: PreferencesChange | None = None,
        managers: ManagersChange | None = None,
        *,
        user_id: str,
        enabling: bool = False,
        last_seen: int | None = None,
    ) -> SettingsChanged:
        """Change a channel's preferences, managers, or both, and work out its next post.

        Of two changes of one setting the last one wins. ``enabling`` schedules the channel from its next
        hour. ``last_seen`` is the id of the last change that was shown to the person; what others
        changed after it counts as overwritten. Without it only changes of the last minutes do.
        """
        now = self._clock.now()
        changes: tuple[Change, ...] = ()
        if change is not None:
            channel, changes = await self._channels.change(channel, change, user_id=user_id, now=now)
        if changes:
            await self._schedules.reschedule(channel, now=now, enabling=enabling)
        if any(one.field is Field.ENABLED and one.new == "off" for one in changes):
            await self._open_parts.call_off(channel.id, Reason.OFF)
        if managers is not None:
            channel, changed_managers = await self._channels.change_managers(
                channel, managers, user_id=user_id, now=now
            )
            changes += changed_managers
        if not changes:
            return SettingsChanged(channel, ())
        overwritten = await self._change_log.overwritten(channel, changes, seen=last_seen)
        return SettingsChanged(await self._reread(channel), changes, overwritten)

    async def save_form(
        self,
        channel: Channel,
        preferences: Preferences,
        managers: frozenset[str],
        *,
        user_id: str,
        last_seen: int,
    ) -> SettingsChanged:
        """Save what a person changed in a form that showed the settings after the change ``last_seen``.

        A setting that they left as the form showed it keeps what others have set since.
        """
        since = await self._change_log.since(channel, last_seen)
        return await self.change(
            channel,
            # The form does not show a pause.
            lambda now: merge_preferences(now, since, replace(preferences, pause=now.pause)),
            # A direct message belongs to its person and has no managers.
            None if channel.is_direct else lambda now: merge_managers(now, since, managers),
            user_id=user_id,
            enabling=preferences.enabled and not channel.preferences.enabled,
            last_seen=last_seen,
        )

    async def turn_on(self, channel: Channel, *, user_id: str) -> SettingsChanged:
        """Turn the daily papers on, and end a pause; the first post is at the channel's next hour."""
        if channel.paused_reason:
            channel = await self._channels.resume(channel)
        changed = await self.change(
            channel, lambda now: replace(now, enabled=True), user_id=user_id, enabling=True
        )
        if changed.changes:
            return changed
        # It was on already, but a pause that ended just now left it without a next post.
        await self._schedules.reschedule(changed.channel, now=self._clock.now())
        return SettingsChanged(await self._reread(changed.channel), ())

    async def turn_off(self, channel: Channel, *, user_id: str) -> SettingsChanged:
        """Turn the daily papers off, keep the settings, and call off what is still to be sent."""
        changed = await self.change(channel, lambda now: replace(now, enabled=False), user_id=user_id)
        if not changed.changes:
            # It was off already: the person means a manual post that was started since.
            await self._open_parts.call_off(changed.channel.id, Reason.OFF)
        return changed

    async def undo(self, channel: Channel, change_id: int, *, user_id: str) -> Undone | None:
        """Undo a change, with those made together with it. None if a setting was changed again since."""
        undone = await self._change_log.undoable(channel, change_id)
        if not undone:
            return None

        def restore(preferences: Preferences) -> Preferences:
            for change in undone:
                preferences = with_value(preferences, change.field, change.old)
            return preferences

        before = next((change.old for change in undone if change.field is Field.MANAGERS), None)
        result = await self.change(
            channel,
            restore,
            None if before is None else lambda _: frozenset(before.split()),
            user_id=user_id,
            enabling=any(change.field is Field.ENABLED and change.old == "on" for change in undone),
        )
        return Undone(undone, result)

    async def latest_changes(self, channel: Channel, *, limit: int) -> tuple[Change, ...]:
        """The last changes of a channel, newest first."""
        return await self._change_log.newest(channel, limit=limit)

    async def changes_to_announce(self, channel: Channel) -> tuple[tuple[Change, ...], str | None]:
        """The changes of the last ten minutes, oldest first, and the ``ts`` of the message that announced the
        earlier ones in the channel, or None.
        """
        return await self._change_log.recent(channel, now=self._clock.now())

    async def record_announcement(self, channel: Channel, ts: str) -> None:
        """Remember the message that announced the changes of the last ten minutes."""
        await self._change_log.set_notice(channel, ts, now=self._clock.now())

    async def _reread(self, channel: Channel) -> Channel:
        return await self._channels.by_id(channel.id) or channel
