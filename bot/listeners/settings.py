"""`/digest …`: a channel's settings by words, by buttons and by the modal, through one door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.channels import filters, words
from bot.channels.permissions import who_may
from bot.channels.preferences import Change, Channel, Field, Preferences
from bot.channels.record import restored
from bot.delivery.delivery import Delivery, State
from bot.language.choice import posting_languages
from bot.listeners import giving
from bot.listeners.services import Asker, Services, channel_here, giver, language_of, manager
from bot.messages import changes as change_messages
from bot.messages import settings
from bot.messages.help import Topic, help_message
from bot.messages.message import Message
from bot.messages.problems import Problem, problem
from bot.messages.settings import LastPost, Outcome
from bot.messages.wrong import Wrong, wrong

log = structlog.stdlib.get_logger(__name__)

_OUTCOMES = {
    State.SENT: Outcome.SENT,
    State.POSTING: Outcome.SENDING,
    State.SKIPPED: Outcome.SKIPPED,
    State.FAILED: Outcome.FAILED,
    State.UNKNOWN: Outcome.UNKNOWN,
}

Make = Callable[[Preferences], Preferences]

DIGESTS = "digests:"
"""What the value of POST_AGAIN opens with when it names digests, and not a delivery."""

_EVERY_TAG = 10_000

JUST_NOW = timedelta(seconds=30)
"""The same post asked for again so soon is a double click."""


async def digest_command(services: Services, asker: Asker, typed: str) -> Message:
    """The answer to ``/digest typed``."""
    first, _, rest = typed.strip().partition(" ")
    rest = rest.strip()
    channel = await channel_here(services, asker)
    language = await language_of(services, asker, channel)
    if not first:
        return await card(services, asker)
    command = words.subcommand(first)
    if command is None:
        near = words.near_subcommand(first)
        guess = f"/{services.prefix}digest {near} {rest}".rstrip() if near else None
        return wrong(Wrong.COMMAND, first, language=language, near=guess)
    match command:
        case "help":
            return help_message(Topic.DIGEST, language=language)
        case "preview":
            return await preview(services, asker)
        case "log":
            return await _log(services, asker, channel, language)
        case "settings":
            return await card(services, asker)
        case "on" | "off":
            return await switch(services, asker, on=command == "on")
        case "post":
            return await post(services, asker)
        case "add":
            return await giving.offer(services, asker)
        case "managers":
            return await _managers(services, asker, channel, rest, language)
        case _:
            return await _by_words(services, asker, channel, command, rest, language)


async def card(services: Services, asker: Asker) -> Message:
    """The channel at a glance."""
    channel = await channel_here(services, asker)
    language = await language_of(services, asker, channel)
    last = await services.deliveries.last(channel)
    return settings.card(
        channel,
        language=language,
        next_post=channel.next_due_at,
        last_post=await _last_post(services, channel, last),
        may_change=await manager(services, asker, channel, fresh=False) is not None,
        who=who_may(channel),
        troubles=await services.sources.troubles(),
        may_give=await giver(services, asker, fresh=False) is not None,
    )


async def preview(services: Services, asker: Asker, wanted: Preferences | None = None) -> Message:
    """What the next post would look like, for the asker's eyes only; with other preferences, if given."""
    channel = await channel_here(services, asker)
    language = await language_of(services, asker, channel)
    if wanted is not None:
        channel = replace(channel, preferences=wanted)
    messages = await services.deliveries.preview(channel, now=services.clock.now())
    if not messages:
        return settings.nothing_to_post(language=language)
    return settings.preview(messages, language=language)


async def switch(services: Services, asker: Asker, *, on: bool) -> Message:
    """`/digest on` and `/digest off`."""
    channel = await channel_here(services, asker)
    language = await language_of(services, asker, channel)
    if await manager(services, asker, channel) is None:
        return settings.refused(who_may(channel), language=language)
    room = await services.directory.room(asker.client, asker.channel_id)
    if on and not room.is_member:
        return settings.not_a_member(language=language)
    if on and channel.paused_reason:
        channel = await services.channels.resume(channel)
    changed, made = await change(services, asker, channel, lambda now: replace(now, enabled=on), enabling=on)
    if not on:
        return settings.turned_off(language=language)
    now = services.clock.now()
    if not made:
        await services.deliveries.reschedule(changed, now=now)
    newest = await services.archive.newest_digest(workspace=asker.workspace, until=services.until, now=now)
    had = (await services.deliveries.newest_had(changed, now=now)) if newest else None
    offered = newest if newest and (had is None or (newest.date and newest.date > had)) else None
    after = await services.channels.by_id(changed.id)
    return settings.turned_on(
        language=language,
        next_post=after.next_due_at if after else None,
        zone=changed.preferences.zone,
        newest=offered.id if offered else None,
        members=room.members,
    )


async def post(
    services: Services, asker: Asker, *, digest_ids: tuple[int, ...] | None = None, again: bool = False
) -> Message:
    """`/digest post`: what is unread now; what the channel had already is asked about first."""
    channel = await channel_here(services, asker)
    language = await language_of(services, asker, channel)
    if await manager(services, asker, channel) is None:
        return settings.refused(who_may(channel), language=language)
    room = await services.directory.room(asker.client, asker.channel_id)
    if not room.is_member:
        return settings.not_a_member(language=language)
    # One at a time: a double click must see what its first half opened.
    async with services.posting:
        if again and await _just_posted(services, channel, digest_ids or ()):
            return settings.posting(language=language)
        opened = await services.deliveries.post_now(
            channel, now=services.clock.now(), digest_ids=digest_ids, again=again
        )
    if opened.status == "posting":
        await services.wake()
        return settings.posting(language=language)
    if opened.reason != "already_had":
        return settings.nothing_to_post(language=language)
    last = next(
        (
            one
            for one in await services.deliveries.history(channel)
            if set(one.digest_ids) & set(opened.digest_ids)
        ),
        None,
    )
    url = await services.deliveries.link(channel, last.ts) if last and last.ts else None
    value = DIGESTS + ",".join(str(id_) for id_ in opened.digest_ids)
    return settings.already_posted(language=language, url=url, value=value)


async def post_again(services: Services, asker: Asker, value: str) -> Message:
    """Post what a delivery held, or these digests (after ``DIGESTS``), once more."""
    if value.startswith(DIGESTS):
        ids = tuple(int(part) for part in value.removeprefix(DIGESTS).split(",") if part.isdecimal())
    else:
        channel = await channel_here(services, asker)
        past = await services.deliveries.history(channel)
        ids = next((one.digest_ids for one in past if str(one.id) == value), ())
        if not ids:
            return settings.expired(language=await language_of(services, asker, channel))
    return await post(services, asker, digest_ids=ids, again=True)


async def undo(services: Services, asker: Asker, change_id: int) -> Message:
    """Take a change back, with what was changed in the same breath, unless it was changed again since."""
    channel = await channel_here(services, asker)
    language = await language_of(services, asker, channel)
    if await manager(services, asker, channel) is None:
        return settings.refused(who_may(channel), language=language)
    taken = await services.channels.undoable(channel, change_id)
    if not taken:
        return change_messages.not_undone(language=language)
    managers = next((one.old for one in taken if one.field is Field.MANAGERS), None)

    def back(now: Preferences) -> Preferences:
        for one in taken:
            now = restored(now, one.field, one.old)
        return now

    enabling = any(one.field is Field.ENABLED and one.old == "on" for one in taken)
    changed, _ = await change(services, asker, channel, back, enabling=enabling)
    if managers is not None:
        await services.channels.set_managers(
            changed, frozenset(managers.split()), user_id=asker.user_id, now=services.clock.now()
        )
        await announce(services, asker, changed)
    return change_messages.undone(taken[-1], language=await language_of(services, asker, changed))


async def change(
    services: Services, asker: Asker, channel: Channel, make: Make, *, enabling: bool = False
) -> tuple[Channel, tuple[Change, ...]]:
    """Apply a permitted change: written down, rescheduled, told to the channel in one quiet line."""
    now = services.clock.now()
    changed, made = await services.channels.change(channel, make, user_id=asker.user_id, now=now)
    if made:
        await services.deliveries.reschedule(changed, now=now, enabling=enabling)
        await announce(services, asker, changed)
    return changed, made


async def announce(services: Services, asker: Asker, channel: Channel) -> None:
    """Tell the channel what changed; changes within ten minutes edit the same line.

    A channel Haru cannot post in hears nothing: the answer to who changed it tells.
    """
    if asker.is_direct:
        return
    now = services.clock.now()
    made, line = await services.channels.unannounced_since(channel, now=now)
    if not made:
        return
    spoken = posting_languages(channel.preferences.language)[0]
    message = change_messages.changed(made, language=spoken)
    try:
        if line is not None:
            await asker.client.chat_update(
                channel=channel.channel_id, ts=line, text=message.text, blocks=list(message.blocks)
            )
            return
        answer = await asker.client.chat_postMessage(
            channel=channel.channel_id, text=message.text, blocks=list(message.blocks)
        )
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.info("change_not_announced", channel=channel.id, error=type(error).__name__)
        return
    ts = answer.get("ts")
    if isinstance(ts, str):
        await services.channels.announced(channel, ts, now=now)


async def _by_words(
    services: Services, asker: Asker, channel: Channel, command: str, typed: str, language: str
) -> Message:
    made = _READERS[command](typed)
    if isinstance(made, Wrong):
        near = words.near_value(command, typed)
        guess = f"/{services.prefix}digest {command} {near}" if near else None
        return wrong(made, typed, language=language, near=guess)
    if await manager(services, asker, channel) is None:
        return settings.refused(who_may(channel), language=language)
    if command == "tags" and (slip := await near_tags(services, asker, channel, typed)):
        guess = f"/{services.prefix}digest tags {slip[1]}"
        return wrong(Wrong.UNKNOWN_TAG, slip[0], language=language, near=guess)
    changed, changes = await change(services, asker, channel, made)
    after = await services.channels.by_id(changed.id)
    spoken = await language_of(services, asker, changed)
    return change_messages.done(
        changes,
        language=spoken,
        next_post=after.next_due_at if after else None,
        zone=changed.preferences.zone,
        undo=changes[-1].id if changes else None,
    )


async def near_tags(
    services: Services, asker: Asker, channel: Channel, typed: str
) -> tuple[str, filters.TagFilter] | None:
    """The names of a filter that no paper has but that look like a slip of one, and the filter that was
    probably meant; None where all is well. What stands already, or in quotes, is meant as it is.
    """
    wanted = filters.read(typed)
    if wanted is None:
        return None
    meant = filters.insisted(typed) | set(channel.preferences.tags.names)
    counts = await services.archive.tags(workspace=asker.workspace, until=services.until, limit=_EVERY_TAG)
    near = filters.near_names(set(wanted.names) - meant, [one.tag.name for one in counts])
    return (", ".join(sorted(near)), filters.renamed(wanted, near)) if near else None


def _language(typed: str) -> Make | Wrong:
    value = words.language(typed)
    return Wrong.LANGUAGE if value is None else lambda now: replace(now, language=value)


def _layout(typed: str) -> Make | Wrong:
    value = words.layout(typed)
    return Wrong.LAYOUT if value is None else lambda now: replace(now, layout=value)


def _time(typed: str) -> Make | Wrong:
    hour, zone, left = words.hour_and_zone(typed)
    if left or (hour is None and zone is None):
        return Wrong.ZONE if hour is not None else Wrong.HOUR
    return lambda now: replace(now, hour=hour or now.hour, zone=zone or now.zone)


def _days(typed: str) -> Make | Wrong:
    value = words.days(typed)
    return Wrong.DAYS if value is None else lambda now: replace(now, days=value[0], holidays=value[1])


def _tags(typed: str) -> Make | Wrong:
    value = filters.read(typed)
    return Wrong.TAGS if value is None else lambda now: replace(now, tags=value)


_READERS: dict[str, Callable[[str], Make | Wrong]] = {
    "language": _language,
    "layout": _layout,
    "time": _time,
    "days": _days,
    "tags": _tags,
}


async def _managers(services: Services, asker: Asker, channel: Channel, typed: str, language: str) -> Message:
    named = frozenset(
        part.removeprefix("<@").removesuffix(">").partition("|")[0]
        for part in typed.split()
        if part.startswith("<@") and part.endswith(">")
    )
    if not named:
        return wrong(Wrong.MANAGERS, typed, language=language)
    if await manager(services, asker, channel) is None:
        return settings.refused(who_may(channel), language=language)
    made = await services.channels.set_managers(
        channel, named, user_id=asker.user_id, now=services.clock.now()
    )
    if made:
        await announce(services, asker, channel)
    return change_messages.done(made, language=language)


async def _log(services: Services, asker: Asker, channel: Channel, language: str) -> Message:
    made = await services.channels.log(channel, limit=change_messages.LOG_LINES)
    allowed = await manager(services, asker, channel, fresh=False) is not None
    undo_id = made[0].id if made and allowed else None
    return change_messages.log(made, language=language, zone=channel.preferences.zone, undo=undo_id)


async def _just_posted(services: Services, channel: Channel, digest_ids: tuple[int, ...]) -> bool:
    since = services.clock.now() - JUST_NOW
    past = await services.deliveries.history(channel, limit=3)
    return any(one.created_at > since and set(one.digest_ids) == set(digest_ids) for one in past)


async def _last_post(services: Services, channel: Channel, last: Delivery | None) -> LastPost | None:
    now = services.clock.now()
    if channel.next_date and channel.next_due_at and channel.next_due_at <= now:
        return LastPost(channel.next_date, Outcome.WAITING)
    if last is None:
        return None
    url = await services.deliveries.link(channel, last.ts) if last.ts else None
    day = last.schedule_date or last.created_at.date()
    return LastPost(day, _OUTCOMES[last.state], last.reason, url, last.id)


def not_here(language: str) -> Message:
    """Asked somewhere Haru has no channel for."""
    return problem(Problem.NOT_HERE, language=language)
