"""The settings modal: opens it for those who may change the channel, and saves what comes back."""

from __future__ import annotations

from datetime import time
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels import setting_parser, tag_filter_parser
from bot.channels.preferences import Channel, Language, Layout, Preferences
from bot.channels.tag_filter import TagFilter
from bot.channels.time_parser import parse_time
from bot.channels.zone_names import find_zones
from bot.listeners.app_home import publish_home
from bot.listeners.error_answers import result_or_failure
from bot.listeners.misspelt_commands import near_tags
from bot.listeners.permission_checks import error_of_managers_in_modal, refusal_to_manage
from bot.listeners.replies import send_privately
from bot.listeners.request import LONGEST_TYPED, Request
from bot.listeners.services import Services
from bot.listeners.settings_changes import notify_and_answer
from bot.messages import settings_modal
from bot.messages.action_ids import Callback
from bot.messages.channel_notices import out_of_date
from bot.messages.message import Message
from bot.messages.refusals import Mistyped, cannot_post_here, mistyped_in_modal, unknown_tags_in_modal
from bot.messages.settings_modal import NO_HOLIDAYS, Input, ModalMetadata
from bot.workspaces.slack_errors import call


async def open_settings_form(
    request: Request, *, is_hello: bool = False, from_home: bool = False
) -> Message | None:
    """Open the modal, filled in with the channel's settings; returns the refusal if the person may not.

    ``is_hello``: Haru's first hello holds the button, so the modal proposes to turn the papers on.
    ``from_home``: App Home holds the button, so a channel Haru does not know is not added.
    Opens nothing, and returns None, where the request cannot open a modal.
    """
    if request.trigger_id is None:
        return None
    channel = await request.known_channel() if from_home else await request.channel()
    language = await request.language()
    if channel is None:
        return out_of_date(language=language)
    if refusal := await refusal_to_manage(request, channel):
        return refusal
    services = request.services
    newest_changes = await services.settings.latest_changes(channel, limit=1)
    newest_digest = await (await request.archive()).newest_digest(now=services.clock.now())
    view = settings_modal.settings_modal(
        channel,
        language=language,
        about=ModalMetadata(
            channel.channel_id, (newest_changes[0].id or 0) if newest_changes else 0, from_home
        ),
        propose_on=is_hello and channel.enabled_at is None,
        papers_a_day=len(newest_digest.entries) if newest_digest else 0,
    )
    await call(request.client.views_open(trigger_id=request.trigger_id, view=view))
    return None


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the settings modal's submission."""

    async def submitted(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        view = body["view"]
        about = ModalMetadata.read(view.get("private_metadata"))
        request = Request.from_body(services, body, client).in_channel(about.channel_id)
        channel = await request.known_channel()
        if channel is None:
            stale = settings_modal.out_of_date_modal(language=await request.language())
            await ack(response_action="update", view=stale)
            return
        preferences, managers, errors = read_form(view, await request.language())
        errors = errors or await _misspelt(request, channel, view)
        if errors:
            await ack(response_action="errors", errors=errors)
            return
        await ack()
        work = _save(request, channel, about, preferences, managers)
        await send_privately(request, await result_or_failure(work, request))
        if about.from_home:
            await publish_home(request)

    app.view(Callback.SETTINGS.value)(submitted)


async def _save(
    request: Request,
    channel: Channel,
    about: ModalMetadata,
    preferences: Preferences,
    managers: frozenset[str],
) -> Message:
    """Save what was changed in the modal, and keep what others changed since it was opened."""
    if refusal := await refusal_to_manage(request, channel):
        return refusal
    turning_on = preferences.enabled and not channel.preferences.enabled
    if turning_on and not (await request.conversation()).is_member:
        return cannot_post_here(language=await request.language(), is_direct=request.is_direct)
    changed = await request.services.settings.save_form(
        channel, preferences, managers, user_id=request.user_id, last_seen=about.seen
    )
    return await notify_and_answer(request, changed)


async def _misspelt(request: Request, channel: Channel, view: dict[str, Any]) -> dict[str, str]:
    """Errors by block id: tags that resemble a known one, and users who cannot be managers."""
    errors, language = {}, await request.language()
    typed = str(_state(view, Input.TAGS).get("value") or "")[:LONGEST_TYPED]
    if near := await near_tags(request, channel, typed):
        names, meant = near
        errors[Input.TAGS.value] = unknown_tags_in_modal(names, str(meant), language=language)
    chosen = frozenset(_state(view, Input.MANAGERS).get("selected_users") or ())
    if error := await error_of_managers_in_modal(request, chosen - channel.managers):
        errors[Input.MANAGERS.value] = error
    return errors


def read_form(view: dict[str, Any], language: str) -> tuple[Preferences, frozenset[str], dict[str, str]]:
    """The preferences and managers in the modal's inputs, and errors by block id in this language.

    Where there is an error, the preferences hold a default in its place.
    """

    def option(name: Input) -> str:
        return str((_state(view, name).get("selected_option") or {}).get("value", ""))

    def options(name: Input) -> list[str]:
        selected = _state(view, name).get("selected_options") or []
        return [str(option.get("value", "")) for option in selected]

    errors: dict[str, str] = {}
    hour = parse_time(str(_state(view, Input.HOUR).get("selected_time") or ""))
    if hour is None:
        errors[Input.HOUR.value] = mistyped_in_modal(Mistyped.HOUR, language=language)
    zones = find_zones(option(Input.ZONE))
    if not zones:
        errors[Input.ZONE.value] = mistyped_in_modal(Mistyped.ZONE, language=language)
    days = frozenset(int(day) for day in options(Input.DAYS) if day.isdecimal())
    if not days:
        errors[Input.DAYS.value] = mistyped_in_modal(Mistyped.DAYS, language=language)
    typed = str(_state(view, Input.TAGS).get("value") or "")[:LONGEST_TYPED]
    tags = tag_filter_parser.parse(typed) if typed.strip() else TagFilter()
    if tags is None:
        errors[Input.TAGS.value] = mistyped_in_modal(Mistyped.TAGS, language=language)
    holidays = option(Input.HOLIDAYS)
    preferences = Preferences(
        language=setting_parser.parse_language(option(Input.LANGUAGE)) or Language.EN,
        layout=setting_parser.parse_layout(option(Input.LAYOUT)) or Layout.DIGEST,
        hour=hour or time(9),
        zone=zones[0] if zones else "UTC",
        days=days,
        holidays=holidays if holidays and holidays != NO_HOLIDAYS else None,
        tags=tags or TagFilter(),
        enabled=bool(options(Input.ENABLED)),
    )
    managers = frozenset(_state(view, Input.MANAGERS).get("selected_users") or ())
    return preferences, managers, errors


def _state(view: dict[str, Any], name: Input) -> dict[str, Any]:
    """The state of one input, whose block and action have the same id."""
    values = (view.get("state") or {}).get("values") or {}
    state = (values.get(name.value) or {}).get(name.value)
    return state if isinstance(state, dict) else {}
