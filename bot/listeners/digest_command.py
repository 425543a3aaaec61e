"""`/digest …`: a channel's settings by words, by buttons and by the modal, through one door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog

from bot.channels import setting_parser, tag_filter_parser
from bot.channels.permissions import who_may
from bot.channels.preferences import Channel, Preferences
from bot.delivery.calendar import local_day, next_post
from bot.ledger.delivery import Delivery, State
from bot.listeners import adding_papers, posting, settings_changes
from bot.listeners.near_misses import near_tags, unfit_managers
from bot.listeners.services import Asker, Services, channel_here, giver, language_of, manager
from bot.listeners.settings_changes import Make
from bot.listeners.settings_modal import open_settings
from bot.messages import changes as change_messages
from bot.messages import channel_notices, managing
from bot.messages.channel_card import LastPost, Outcome
from bot.messages.channel_card import card as card_message
from bot.messages.help import Topic, help_message
from bot.messages.message import Message
from bot.messages.wrong import Wrong, wrong

log = structlog.stdlib.get_logger(__name__)

_OUTCOMES = {
    State.SENT: Outcome.SENT,
    State.POSTING: Outcome.SENDING,
    State.SKIPPED: Outcome.SKIPPED,
    State.FAILED: Outcome.FAILED,
    State.UNKNOWN: Outcome.UNKNOWN,
}


async def digest_command(services: Services, asker: Asker, typed: str) -> Message:
    """The answer to ``/digest typed``."""
    first, _, rest = typed.strip().partition(" ")
    rest = rest.strip()
    channel = await channel_here(services, asker)
    language = await language_of(services, asker, channel)
    if not first:
        return await card(services, asker)
    command = setting_parser.subcommand(first)
    if command is None:
        near = setting_parser.near_subcommand(first)
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
            refused = await open_settings(services, asker, asker.trigger_id) if asker.trigger_id else None
            return refused or await card(services, asker)
        case "on" | "off":
            return await settings_changes.switch(services, asker, on=command == "on")
        case "post":
            return await posting.post(services, asker)
        case "add":
            return await adding_papers.offer(services, asker)
        case "managers":
            return await _managers(services, asker, channel, rest, language)
        case _:
            return await _by_words(services, asker, channel, command, rest, language)


async def card(services: Services, asker: Asker) -> Message:
    """The channel at a glance."""
    channel = await channel_here(services, asker)
    language = await language_of(services, asker, channel)
    last = await services.deliveries.last(channel)
    installation = await services.installations.get(asker.workspace)
    return card_message(
        channel,
        language=language,
        next_post=next_post(channel),
        last_post=await _last_post(services, channel, last),
        may_change=await manager(services, asker, channel, fresh=False) is not None,
        who=who_may(channel),
        troubles=await services.sources.troubles(),
        may_give=await giver(services, asker, fresh=False) is not None,
        workspace_paused=installation.paused_reason if installation else None,
    )


async def preview(services: Services, asker: Asker, wanted: Preferences | None = None) -> Message:
    """What the next post would look like, for the asker's eyes only; with other preferences, if given."""
    channel = await channel_here(services, asker)
    language = await language_of(services, asker, channel)
    if wanted is not None:
        channel = replace(channel, preferences=wanted)
    messages = await services.deliveries.preview(channel, now=services.clock.now())
    if not messages:
        return channel_notices.nothing_to_post(language=language)
    return channel_notices.preview(messages, language=language)


async def _by_words(
    services: Services, asker: Asker, channel: Channel, command: str, typed: str, language: str
) -> Message:
    made = _READERS[command](typed)
    if isinstance(made, Wrong):
        near = setting_parser.near_value(command, typed)
        guess = f"/{services.prefix}digest {command} {near}" if near else None
        return wrong(made, typed, language=language, near=guess)
    if await manager(services, asker, channel) is None:
        return managing.refused(who_may(channel), language=language)
    if command == "tags" and (slip := await near_tags(services, asker, channel, typed)):
        guess = f"/{services.prefix}digest tags {slip[1]}"
        return wrong(Wrong.UNKNOWN_TAG, slip[0], language=language, near=guess)
    return await settings_changes.answer(
        services, asker, await settings_changes.change(services, asker, channel, made)
    )


def _language(typed: str) -> Make | Wrong:
    value = setting_parser.language(typed)
    return Wrong.LANGUAGE if value is None else lambda now: replace(now, language=value)


def _layout(typed: str) -> Make | Wrong:
    value = setting_parser.layout(typed)
    return Wrong.LAYOUT if value is None else lambda now: replace(now, layout=value)


def _time(typed: str) -> Make | Wrong:
    hour, zone, left = setting_parser.hour_and_zone(typed)
    if left or (hour is None and zone is None):
        return Wrong.ZONE if hour is not None else Wrong.HOUR
    return lambda now: replace(now, hour=hour or now.hour, zone=zone or now.zone)


def _days(typed: str) -> Make | Wrong:
    value = setting_parser.days(typed)
    if value is None:
        return Wrong.DAYS
    days, country = value
    if country is not None and not setting_parser.is_country(country):
        return Wrong.HOLIDAYS
    return lambda now: replace(now, days=days, holidays=country)


def _tags(typed: str) -> Make | Wrong:
    value = tag_filter_parser.parse(typed)
    return Wrong.TAGS if value is None else lambda now: replace(now, tags=value)


_READERS: dict[str, Callable[[str], Make | Wrong]] = {
    "language": _language,
    "layout": _layout,
    "time": _time,
    "days": _days,
    "tags": _tags,
}


async def _managers(services: Services, asker: Asker, channel: Channel, typed: str, language: str) -> Message:
    asked = setting_parser.managing(typed)
    if asked is None:
        return wrong(Wrong.MANAGERS, typed, language=language)
    if asked.everyone is not None:
        return await settings_changes.open_to(services, asker, everyone=asked.everyone)
    allowed = await manager(services, asker, channel) is not None
    if not asked.add and not asked.remove:
        everyone = await services.policies.is_open(asker.workspace)
        return managing.managers(who_may(channel), language=language, everyone=everyone, may_change=allowed)
    if not allowed:
        return managing.refused(who_may(channel), language=language)
    unfit = await unfit_managers(services, asker, asked.add - channel.managers)
    if unfit:
        return managing.unfit(unfit, language=language)
    changed = await settings_changes.change(
        services, asker, channel, managers=lambda now: (now | asked.add) - asked.remove
    )
    return await settings_changes.answer(services, asker, changed)


async def _log(services: Services, asker: Asker, channel: Channel, language: str) -> Message:
    made = await services.changes.newest(channel, limit=change_messages.LOG_LINES)
    allowed = await manager(services, asker, channel, fresh=False) is not None
    undo_id = made[0].id if made and allowed else None
    return change_messages.log(made, language=language, zone=channel.preferences.zone, undo=undo_id)


async def _last_post(services: Services, channel: Channel, last: Delivery | None) -> LastPost | None:
    now = services.clock.now()
    if channel.next_date and channel.next_due_at and channel.next_due_at <= now:
        return LastPost(channel.next_date, Outcome.WAITING)
    if last is None:
        return None
    url = await services.deliveries.link(channel, last.ts) if last.ts else None
    day = last.schedule_date or local_day(last.created_at, channel.preferences.zone)
    outcome = Outcome.DOUBT if last.in_doubt else _OUTCOMES[last.state]
    return LastPost(day, outcome, last.reason, url, last.id)
