"""The settings modal: opened for those who may, checked again when it comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels import setting_parser, tag_filter_parser
from bot.channels.permissions import who_may
from bot.channels.preferences import Channel, Language, Layout, Preferences
from bot.channels.settings_merge import merge_managers, merge_preferences
from bot.channels.tag_filter import TagFilter
from bot.listeners import settings_changes
from bot.listeners.answering import guarded, language_for, tell
from bot.listeners.home import publish
from bot.listeners.near_misses import near_tags, unfit_managers
from bot.listeners.services import Asker, Services, asker_of, channel_here, language_of, manager
from bot.messages import settings_modal
from bot.messages.action_ids import Callback
from bot.messages.channel_notices import expired, not_a_member
from bot.messages.managing import refused
from bot.messages.message import Message
from bot.messages.settings_modal import NO_HOLIDAYS, Input
from bot.messages.wrong import Wrong, inline, inline_near


async def open_settings(
    services: Services, asker: Asker, trigger_id: str, *, is_hello: bool = False, from_home: bool = False
) -> Message | None:
    """Open the modal, filled in with what is set; for somebody who may not change it, what they are told.

    ``is_hello``: the first hello's button, whose modal proposes to turn the papers on.
    """
    channel = (
        await services.channels.get(asker.workspace, asker.channel_id)
        if from_home
        else await channel_here(services, asker)
    )
    language = await language_of(services, asker, channel)
    if channel is None:
        return expired(language=language)
    if await manager(services, asker, channel) is None:
        return refused(who_may(channel), language=language)
    newest = await services.changes.newest(channel, limit=1)
    about = settings_modal.About(channel.channel_id, (newest[0].id or 0) if newest else 0, from_home)
    usual = await services.archive.newest_digest(
        workspace=asker.workspace, until=services.until, now=services.clock.now()
    )
    view = settings_modal.settings_modal(
        channel,
        language=language,
        about=about,
        propose_on=is_hello and channel.enabled_at is None,
        papers_a_day=len(usual.entries) if usual else 0,
    )
    await asker.client.views_open(trigger_id=trigger_id, view=view)
    return None


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the settings modal's submission."""

    async def submitted(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        view = body["view"]
        about = settings_modal.About.read(view.get("private_metadata"))
        asker = replace(asker_of(body, client), channel_id=about.channel_id)
        known = await services.channels.get(asker.workspace, asker.channel_id)
        language = await language_of(services, asker, known)
        if known is None:
            await ack(response_action="update", view=settings_modal.stale(language=language))
            return
        wanted, managers, errors = filled_in(view, language)
        errors = errors or await _slips(services, asker, known, view, language)
        if errors:
            await ack(response_action="errors", errors=errors)
            return
        await ack()
        work = _save(services, asker, known, about, wanted, managers)
        message = await guarded(work, language=language_for(services, asker))
        await tell(client, asker.channel_id, asker.user_id, message)
        if about.from_home:
            await publish(services, asker)

    app.view(Callback.SETTINGS.value)(submitted)


async def _save(
    services: Services,
    asker: Asker,
    channel: Channel,
    about: settings_modal.About,
    wanted: Preferences,
    managers: frozenset[str],
) -> Message:
    """Save what was changed in the modal, and leave what others have changed since it was opened."""
    language = await language_of(services, asker, channel)
    if await manager(services, asker, channel) is None:
        return refused(who_may(channel), language=language)
    turning_on = wanted.enabled and not channel.preferences.enabled
    if turning_on and not (await services.directory.conversation(asker.client, asker.channel_id)).is_member:
        return not_a_member(language=language, is_direct=asker.is_direct)
    since = await services.changes.since(channel, about.seen)
    changed = await settings_changes.change(
        services,
        asker,
        channel,
        lambda now: merge_preferences(now, since, wanted),
        lambda now: now if channel.is_direct else merge_managers(now, since, managers),
        enabling=turning_on,
        seen=about.seen,
    )
    return await settings_changes.answer(services, asker, changed)


async def _slips(
    services: Services, asker: Asker, channel: Channel, view: dict[str, Any], language: str
) -> dict[str, str]:
    """Tags no paper has, and people who cannot manage, by block."""
    errors = {}
    typed = str(_state(view, Input.TAGS).get("value") or "")
    if near := await near_tags(services, asker, channel, typed):
        errors[Input.TAGS.value] = inline_near(near[0], str(near[1]), language=language)
    chosen = frozenset(_state(view, Input.MANAGERS).get("selected_users") or ())
    if await unfit_managers(services, asker, chosen - channel.managers):
        errors[Input.MANAGERS.value] = inline(Wrong.MANAGERS, language=language)
    return errors


def filled_in(view: dict[str, Any], language: str) -> tuple[Preferences, frozenset[str], dict[str, str]]:
    """The preferences and managers as the modal is filled in, and what is wrong, by block."""

    def state(name: Input) -> dict[str, Any]:
        return _state(view, name)

    def option(name: Input) -> str:
        return str((state(name).get("selected_option") or {}).get("value", ""))

    def options(name: Input) -> list[str]:
        return [str(one.get("value", "")) for one in state(name).get("selected_options") or []]

    errors: dict[str, str] = {}
    hour = setting_parser.hour(str(state(Input.HOUR).get("selected_time") or ""))
    if hour is None:
        errors[Input.HOUR.value] = inline(Wrong.HOUR, language=language)
    zone = setting_parser.zone(option(Input.ZONE))
    if zone is None:
        errors[Input.ZONE.value] = inline(Wrong.ZONE, language=language)
    days = frozenset(int(day) for day in options(Input.DAYS) if day.isdecimal())
    if not days:
        errors[Input.DAYS.value] = inline(Wrong.DAYS, language=language)
    typed = str(state(Input.TAGS).get("value") or "")
    tags = tag_filter_parser.parse(typed) if typed.strip() else TagFilter()
    if tags is None:
        errors[Input.TAGS.value] = inline(Wrong.TAGS, language=language)
    holidays = option(Input.HOLIDAYS)
    preferences = Preferences(
        language=setting_parser.language(option(Input.LANGUAGE)) or Language.EN,
        layout=setting_parser.layout(option(Input.LAYOUT)) or Layout.DIGEST,
        hour=hour or time(9),
        zone=zone or "UTC",
        days=days,
        holidays=holidays if holidays and holidays != NO_HOLIDAYS else None,
        tags=tags or TagFilter(),
        enabled=bool(options(Input.ENABLED)),
    )
    return preferences, frozenset(state(Input.MANAGERS).get("selected_users") or ()), errors


def _state(view: dict[str, Any], name: Input) -> dict[str, Any]:
    values = (view.get("state") or {}).get("values") or {}
    found = (values.get(name.value) or {}).get(name.value)
    return found if isinstance(found, dict) else {}
