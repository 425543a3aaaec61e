"""`/digest …`: shows and changes the settings of the channel it is typed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.channels import setting_parser, subcommands, tag_filter_parser
from bot.channels.permissions import people_who_may_manage
from bot.channels.preferences import Channel, Preferences
from bot.delivery.calendar import next_post
from bot.listeners import digest_upload, post_command, settings_changes
from bot.listeners.misspelt_commands import wrong_subcommand, wrong_tags, wrong_value
from bot.listeners.permission_checks import refusal_of_managers, refusal_to_manage
from bot.listeners.request import Request
from bot.listeners.settings_form import open_settings_form
from bot.messages import change_messages, channel_notices, managers
from bot.messages.channel_card import ChannelStatus
from bot.messages.channel_card import card as card_message
from bot.messages.help import Topic, help_message
from bot.messages.message import Message
from bot.messages.refusals import Mistyped, mistyped
from bot.use_cases.channel_settings import PreferencesChange


async def digest_command(request: Request, typed: str) -> Message:
    """The answer to ``/digest typed``; without a word the channel's card."""
    word, _, value = typed.strip().partition(" ")
    value = value.strip()
    channel = await request.channel()
    if not word:
        return await card(request)
    subcommand = subcommands.find_subcommand(word)
    match subcommand:
        case None:
            language = await request.language()
            return wrong_subcommand(request.services.prefix, word, value, language=language)
        case "help":
            return help_message(Topic.DIGEST, language=await request.language())
        case "preview":
            return await preview(request)
        case "log":
            return await _log(request, channel)
        case "settings":
            refusal = await open_settings_form(request)
            return refusal or await card(request)
        case "on":
            return await settings_changes.turn_on(request)
        case "off":
            return await settings_changes.turn_off(request)
        case "post":
            return await post_command.post(request)
        case "add":
            return await digest_upload.offer_form(request)
        case "managers":
            return await _managers(request, channel, value)
        case _:
            return await _change_preference(request, channel, subcommand, value)


async def card(request: Request) -> Message:
    """The channel's card: its settings, its next and last post, and buttons for those who may change it."""
    services, channel = request.services, await request.channel()
    rights, installation = await request.rights(fresh=False), await request.installation()
    status = ChannelStatus(
        next_post=next_post(channel),
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
    if not messages:
        return channel_notices.nothing_to_post(language=language)
    return channel_notices.preview(messages, language=language)


async def _change_preference(request: Request, channel: Channel, subcommand: str, value: str) -> Message:
    change = _PARSERS[subcommand](value)
    if isinstance(change, Mistyped):
        language = await request.language()
        return wrong_value(request.services.prefix, subcommand, value, change, language=language)
    if refusal := await refusal_to_manage(request, channel):
        return refusal
    if subcommand == "tags" and (misspelt := await wrong_tags(request, channel, value)):
        return misspelt
    return await settings_changes.change_settings(request, channel, change)


def _language(value: str) -> PreferencesChange | Mistyped:
    language = setting_parser.parse_language(value)
    return Mistyped.LANGUAGE if language is None else lambda now: replace(now, language=language)


def _layout(value: str) -> PreferencesChange | Mistyped:
    layout = setting_parser.parse_layout(value)
    return Mistyped.LAYOUT if layout is None else lambda now: replace(now, layout=layout)


def _time(value: str) -> PreferencesChange | Mistyped:
    hour, zone, rest = setting_parser.parse_time_and_zone(value)
    if rest or (hour is None and zone is None):
        return Mistyped.ZONE if hour is not None else Mistyped.HOUR
    return lambda now: replace(now, hour=hour or now.hour, zone=zone or now.zone)


def _days(value: str) -> PreferencesChange | Mistyped:
    days_and_country = setting_parser.parse_days(value)
    if days_and_country is None:
        return Mistyped.DAYS
    days, country = days_and_country
    if country is not None and not setting_parser.has_known_holidays(country):
        return Mistyped.HOLIDAYS
    return lambda now: replace(now, days=days, holidays=country)


def _tags(value: str) -> PreferencesChange | Mistyped:
    tags = tag_filter_parser.parse(value)
    return Mistyped.TAGS if tags is None else lambda now: replace(now, tags=tags)


_PARSERS: dict[str, Callable[[str], PreferencesChange | Mistyped]] = {
    "language": _language,
    "layout": _layout,
    "time": _time,
    "days": _days,
    "tags": _tags,
}


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
