"""`/digest …`: shows and changes the settings of the channel it is typed in."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

from bot.channels import setting_parser, subcommands
from bot.channels.permissions import people_who_may_manage
from bot.channels.preferences import Channel, Preferences
from bot.delivery.calendar import local_day, next_post
from bot.listeners import digest_upload, post_command, setting_values, settings_changes
from bot.listeners.misspelt_commands import with_known_tags, wrong_subcommand, wrong_tags, wrong_value
from bot.listeners.permission_checks import refusal_of_managers, refusal_to_manage
from bot.listeners.request import Request
from bot.listeners.setting_values import Value, ZoneChoice
from bot.listeners.settings_form import open_settings_form
from bot.messages import change_messages, channel_notices, managers
from bot.messages.channel_card import ChannelStatus
from bot.messages.channel_card import card as card_message
from bot.messages.help import Topic, help_message
from bot.messages.message import Message
from bot.messages.post_history import post_history
from bot.messages.refusals import Mistyped, mistyped
from bot.use_cases.channel_posts import HISTORY_DAYS

_WITHOUT_VALUE = frozenset(
    {"status", "preview", "log", "history", "settings", "undo", "resume", "help", "post", "add"}
)
"""Subcommands that take no value: words after them are answered as not understood, never ignored."""


async def digest_command(request: Request, typed: str) -> Message:
    """The answer to ``/digest typed``; without a word the channel's card."""
    word, _, value = typed.strip().partition(" ")
    value = value.strip()
    channel = await request.channel()
    if not word:
        return await card(request)
    subcommand = subcommands.find_subcommand(word)
    if value and subcommand in _WITHOUT_VALUE:
        return mistyped(Mistyped.EXTRA, value, language=await request.language())
    match subcommand:
        case None:
            language = await request.language()
            return wrong_subcommand(request.services.prefix, word, value, language=language)
        case "help":
            return help_message(Topic.DIGEST, language=await request.language())
        case "status":
            return await card(request)
        case "preview":
            return await preview(request)
        case "log":
            return await _log(request, channel)
        case "history":
            posts = await request.services.posts.past_posts(channel)
            return post_history(posts, days=HISTORY_DAYS, language=await request.language())
        case "settings":
            refusal = await open_settings_form(request)
            return refusal or await card(request)
        case "on":
            return await _turn_on(request, channel, value)
        case "off" if not value:
            return await settings_changes.turn_off(request)
        case "off" | "pause" | "skip":
            return await _pause(request, channel, value)
        case "resume":
            return await settings_changes.resume(request)
        case "undo":
            return await _undo(request, channel)
        case "timezone" if not value:
            return channel_notices.zone_is(channel.preferences.zone, language=await request.language())
        case "post":
            return await post_command.post(request)
        case "add":
            return await digest_upload.offer_form(request)
        case "managers":
            return await _managers(request, channel, value)
        case _:
            return await _change_preference(request, channel, subcommand, value)


def is_digest_command(typed: str, *, today: date) -> bool:
    """Whether words after `/haru` are a command of `/digest`: ``off`` and ``time 9am`` are, while
    ``time series`` is what a paper may be about.
    """
    word, _, value = typed.strip().partition(" ")
    if not value:
        return word.casefold() in subcommands.SUBCOMMANDS and word.casefold() not in setting_values.PARSERS
    subcommand = subcommands.find_subcommand(word)
    if subcommand in ("pause", "skip"):
        return not isinstance(setting_values.pause(value, today=today), Mistyped)
    read = setting_values.PARSERS.get(subcommand or "")
    return read is not None and subcommand != "tags" and not isinstance(read(value), Mistyped)


async def card(request: Request) -> Message:
    """The channel's card: its settings, its next and last post, and buttons for those who may change it."""
    services, channel = request.services, await request.channel()
    rights, installation = await request.rights(fresh=False), await request.installation()
    status = ChannelStatus(
        today=local_day(services.clock.now(), channel.preferences.zone),
        next_post=next_post(channel, services.clock.now()),
        last_post=await services.posts.last_post(channel),
        workspace_paused=installation.paused_reason if installation else None,
        failing_sources=await services.sources.failing_names(),
    )
    return card_message(
        channel,
        status,
        language=await request.language(),
        may_change=rights.may_manage_if_checked(channel),
        managers=people_who_may_manage(channel),
        may_add_papers=rights.may_add_papers,
    )


async def preview(request: Request, preferences: Preferences | None = None) -> Message:
    """The channel's next post as it would look, or as it would look with other ``preferences``."""
    channel = await request.channel()
    if preferences is not None:
        channel = replace(channel, preferences=preferences)
    messages = await request.services.posts.preview(channel, shared_only=not await request.sees_own_papers())
    language = await request.language()
    if not messages and channel.preferences.tags.names:
        return channel_notices.filter_leaves_nothing(channel.preferences.tags, language=language)
    if not messages:
        return channel_notices.nothing_to_post(language=language)
    return channel_notices.preview(messages, language=language)


async def _change_preference(request: Request, channel: Channel, subcommand: str, value: str) -> Message:
    change = await _read(subcommand, value)
    if isinstance(change, Mistyped):
        language = await request.language()
        return wrong_value(request.services.prefix, subcommand, value, change, language=language)
    if refusal := await refusal_to_manage(request, channel):
        return refusal
    if isinstance(change, ZoneChoice):
        return await _ask_for_zone(request, value, change)
    if subcommand == "tags":
        if misspelt := await wrong_tags(request, channel, value):
            return misspelt
        meant = await with_known_tags(request, channel, value, change(channel.preferences).tags)
        return await settings_changes.change_settings(request, channel, lambda now: replace(now, tags=meant))
    return await settings_changes.change_settings(request, channel, change)


async def _read(subcommand: str, value: str) -> Value:
    # Names of time zones are read from files at first use, which takes a moment.
    return await asyncio.to_thread(setting_values.PARSERS[subcommand], value)


async def _ask_for_zone(request: Request, typed: str, choice: ZoneChoice) -> Message:
    language = await request.language()
    return channel_notices.which_zone(typed, choice.hour, choice.zones, language=language)


async def choose_zone(request: Request, value: str) -> Message:
    """The answer to a button of ``which_zone``, whose value is a time zone, perhaps with a time before it."""
    channel = await request.channel()
    change = await _read("time", value)
    if isinstance(change, Mistyped | ZoneChoice):
        return channel_notices.out_of_date(language=await request.language())
    if refusal := await refusal_to_manage(request, channel):
        return refusal
    return await settings_changes.change_settings(request, channel, change)


async def _turn_on(request: Request, channel: Channel, value: str) -> Message:
    """`/digest on`, also with a time or days: nothing is turned on if the words are not understood."""
    if value:
        change = await asyncio.to_thread(setting_values.schedule, value)
        if isinstance(change, Mistyped):
            return mistyped(change, value, language=await request.language())
        if refusal := await refusal_to_manage(request, channel):
            return refusal
        if isinstance(change, ZoneChoice):
            return await _ask_for_zone(request, value, change)
        await settings_changes.change_settings(request, channel, change)
    return await settings_changes.turn_on(request)


async def _pause(request: Request, channel: Channel, value: str) -> Message:
    """`/digest pause until monday` and `/digest skip tomorrow`."""
    today = local_day(request.services.clock.now(), channel.preferences.zone)
    change = setting_values.pause(value, today=today)
    if isinstance(change, Mistyped | ZoneChoice):
        return mistyped(Mistyped.PAUSE, value, language=await request.language())
    if refusal := await refusal_to_manage(request, channel):
        return refusal
    return await settings_changes.change_settings(request, channel, change)


async def _undo(request: Request, channel: Channel) -> Message:
    """`/digest undo`: undo the newest change."""
    changes = await request.services.settings.latest_changes(channel, limit=1)
    if not changes or changes[0].id is None:
        return channel_notices.nothing_to_undo(language=await request.language())
    return await settings_changes.undo(request, changes[0].id)


async def _managers(request: Request, channel: Channel, typed: str) -> Message:
    wanted = setting_parser.parse_managers(typed)
    if wanted is None:
        return mistyped(Mistyped.MANAGERS, typed, language=await request.language())
    if wanted.everyone is not None:
        return await settings_changes.open_settings_to(request, everyone=wanted.everyone)
    if not wanted.add and not wanted.remove:
        rights = await request.rights()
        return managers.managers_list(
            people_who_may_manage(channel),
            language=await request.language(),
            everyone=rights.open_to_everyone,
            may_change=rights.may_manage_if_checked(channel),
        )
    if refusal := await refusal_to_manage(request, channel):
        return refusal
    if refusal := await refusal_of_managers(request, wanted.add - channel.managers):
        return refusal
    return await settings_changes.change_settings(
        request, channel, managers=lambda now: (now | wanted.add) - wanted.remove
    )


async def _log(request: Request, channel: Channel) -> Message:
    """The last changes of the channel, with an undo button for those who may change it."""
    changes = await request.services.settings.latest_changes(channel, limit=change_messages.LOG_LINES)
    rights = await request.rights(fresh=False)
    undo_id = changes[0].id if changes and rights.may_manage(channel) else None
    return change_messages.change_log(
        changes, language=await request.language(), zone=channel.preferences.zone, undo=undo_id
    )
