"""Changes of a channel's settings: permitted, written down, told to the channel and to whom they overtook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.channels.permissions import who_may
from bot.channels.preferences import Change, Channel, Field, Layout, Preferences
from bot.channels.setting_codec import with_value
from bot.delivery.calendar import local_day, next_post
from bot.language.reply_language import posting_languages
from bot.listeners.answering import tell
from bot.listeners.services import Asker, Services, administrator, channel_here, language_of, manager
from bot.messages import changes as messages
from bot.messages import channel_notices, managing
from bot.messages.message import Message

log = structlog.stdlib.get_logger(__name__)

Make = Callable[[Preferences], Preferences]
MakeManagers = Callable[[frozenset[str]], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Changed:
    """The channel after a change, what was changed, and what others had changed just before."""

    channel: Channel
    changes: tuple[Change, ...]
    overtaken: tuple[Change, ...] = ()


async def change(
    services: Services,
    asker: Asker,
    channel: Channel,
    make: Make = lambda now: now,
    managers: MakeManagers = lambda now: now,
    *,
    enabling: bool = False,
    seen: int | None = None,
) -> Changed:
    """Apply a permitted change; of two at once the last wins, and both are told.

    ``seen`` is the last change that was known to who makes this one; without it only what
    happens at the same time counts as unknown.
    """
    now = services.clock.now()
    changed, made = await services.channels.change(channel, make, user_id=asker.user_id, now=now)
    if made:
        await services.deliveries.reschedule(changed, now=now, enabling=enabling)
    if any(one.field is Field.ENABLED and one.new == "off" for one in made):
        await services.deliveries.stop(changed, "off")
    changed, more = await services.channels.change_managers(changed, managers, user_id=asker.user_id, now=now)
    every = (*made, *more)
    if not every:
        return Changed(changed, ())
    overtaken = await services.changes.overwritten(changed, every, seen=seen)
    await _announce(services, asker, changed)
    await _tell_overtaken(services, asker, changed, every, overtaken)
    return Changed(await services.channels.by_id(changed.id) or changed, every, overtaken)


async def answer(services: Services, asker: Asker, changed: Changed) -> Message:
    """What who made a change is told; who turned the papers on hears of the first post too."""
    channel = changed.channel
    language = await language_of(services, asker, channel)
    turned_on = any(one.field is Field.ENABLED and one.new == "on" for one in changed.changes)
    said = messages.done(
        changed.changes,
        language=language,
        next_post=None if turned_on else next_post(channel),
        zone=channel.preferences.zone,
        undo=changed.changes[-1].id if changed.changes else None,
        overtaken=changed.overtaken,
    )
    if not turned_on:
        return said
    first = await _first_post(services, asker, channel, language)
    return Message(f"{said.text}\n{first.text}", (*said.blocks, *first.blocks))


async def switch(services: Services, asker: Asker, *, on: bool) -> Message:
    """`/digest on` and `/digest off`."""
    channel = await channel_here(services, asker)
    language = await language_of(services, asker, channel)
    if await manager(services, asker, channel) is None:
        return managing.refused(who_may(channel), language=language)
    room = await services.directory.conversation(asker.client, asker.channel_id)
    if on and not room.is_member:
        return channel_notices.not_a_member(language=language, is_direct=asker.is_direct)
    if on and channel.paused_reason:
        channel = await services.channels.resume(channel)
    changed = await change(services, asker, channel, lambda now: replace(now, enabled=on), enabling=on)
    if not on:
        if not changed.changes:
            # Off already: what somebody posted by hand since is meant.
            await services.deliveries.stop(changed.channel, "off")
        return channel_notices.turned_off(language=language)
    after = changed.channel
    if not changed.changes:
        await services.deliveries.reschedule(after, now=services.clock.now())
        after = await services.channels.by_id(after.id) or after
    return await _first_post(services, asker, after, language, members=room.members)


async def undo(services: Services, asker: Asker, change_id: int) -> Message:
    """Take a change back, with what was changed in the same breath, unless it was changed again since."""
    channel = await channel_here(services, asker)
    language = await language_of(services, asker, channel)
    if await manager(services, asker, channel) is None:
        return managing.refused(who_may(channel), language=language)
    taken = await services.changes.undoable(channel, change_id)
    if not taken:
        return messages.not_undone(language=language)

    def back(now: Preferences) -> Preferences:
        for one in taken:
            now = with_value(now, one.field, one.old)
        return now

    before = next((frozenset(one.old.split()) for one in taken if one.field is Field.MANAGERS), None)
    enabling = any(one.field is Field.ENABLED and one.old == "on" for one in taken)
    changed = await change(
        services, asker, channel, back, lambda now: now if before is None else before, enabling=enabling
    )
    return messages.undone(taken, language=await language_of(services, asker, changed.channel))


async def open_to(services: Services, asker: Asker, *, everyone: bool) -> Message:
    """A workspace admin opens the settings of all channels to everyone, or closes them again."""
    here = await services.channels.get(asker.workspace, asker.channel_id)
    language = await language_of(services, asker, here)
    if await administrator(services, asker) is None:
        return managing.only_admins(language=language)
    await services.policies.set_open(asker.workspace, is_open=everyone, user_id=asker.user_id)
    log.info("settings_opened", workspace=asker.workspace.key, everyone=everyone, user=asker.user_id)
    return managing.opened(everyone=everyone, language=language)


async def _first_post(
    services: Services, asker: Asker, channel: Channel, language: str, *, members: int = 0
) -> Message:
    """The papers are on: when the first post comes, and the newest digest at once if it is new here."""
    now, zone = services.clock.now(), channel.preferences.zone
    # What is dated tomorrow where the channel is cannot be posted there today.
    newest = await services.archive.newest_digest(
        workspace=asker.workspace, until=local_day(now, zone), now=now
    )
    had = (await services.deliveries.newest_had(channel, now=now)) if newest else None
    offered = newest if newest and (had is None or (newest.date and newest.date > had)) else None
    return channel_notices.turned_on(
        language=language,
        next_post=next_post(channel),
        zone=zone,
        newest=offered.id if offered else None,
        members=members if channel.preferences.layout is not Layout.THREAD else 0,
    )


async def _announce(services: Services, asker: Asker, channel: Channel) -> None:
    """Tell the channel what changed; changes within ten minutes edit the same line.

    A channel Haru cannot post in hears nothing: the answer to who changed it tells.
    """
    if channel.is_direct:
        return
    now = services.clock.now()
    made, line = await services.changes.recent(channel, now=now)
    if not made:
        return
    message = messages.changed(made, language=posting_languages(channel.preferences.language)[0])
    blocks = list(message.blocks)
    try:
        if line is not None:
            await asker.client.chat_update(
                channel=channel.channel_id, ts=line, text=message.text, blocks=blocks
            )
            return
        said = await asker.client.chat_postMessage(
            channel=channel.channel_id, text=message.text, blocks=blocks
        )
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.info("change_not_announced", channel=channel.id, error=type(error).__name__)
        return
    ts = said.get("ts")
    if isinstance(ts, str):
        await services.changes.set_notice(channel, ts, now=now)


async def _tell_overtaken(
    services: Services,
    asker: Asker,
    channel: Channel,
    made: tuple[Change, ...],
    overtaken: tuple[Change, ...],
) -> None:
    """Tell each whose change was replaced by somebody who did not know of it."""
    for user_id in dict.fromkeys(one.user_id for one in overtaken):
        fields = {one.field for one in overtaken if one.user_id == user_id}
        other = replace(asker, user_id=user_id)
        message = messages.overtaken(
            [one for one in made if one.field in fields],
            channel_id=channel.channel_id,
            language=await language_of(services, other, channel),
        )
        try:
            await tell(asker.client, channel.channel_id, user_id, message)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.info("overtaken_not_told", channel=channel.id, error=type(error).__name__)
