"""The settings modal: opened for those who may, checked again when it comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels import filters, words
from bot.channels.filters import TagFilter
from bot.channels.permissions import who_may
from bot.channels.preferences import Language, Layout, Preferences
from bot.listeners import settings
from bot.listeners.answering import tell
from bot.listeners.services import Asker, Services, asker_of, channel_here, language_of, manager
from bot.messages import form
from bot.messages.actions import Callback
from bot.messages.changes import done
from bot.messages.form import NO_HOLIDAYS, Input
from bot.messages.settings import not_a_member, refused
from bot.messages.wrong import Wrong, inline, inline_near


async def open_settings(services: Services, asker: Asker, trigger_id: str) -> None:
    """Open the modal, filled in with what is set; somebody who may not change it is told who may."""
    channel = await channel_here(services, asker)
    language = await language_of(services, asker, channel)
    if await manager(services, asker, channel) is None:
        await tell(
            asker.client, asker.channel_id, asker.user_id, refused(who_may(channel), language=language)
        )
        return
    view = form.settings_modal(channel, language=language, metadata=channel.channel_id)
    await asker.client.views_open(trigger_id=trigger_id, view=view)


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the settings modal's submission."""

    async def submitted(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        view = body["view"]
        asker = replace(asker_of(body, client), channel_id=str(view.get("private_metadata") or ""))
        known = await services.channels.get(asker.workspace, asker.channel_id)
        if known is None:
            await ack(response_action="update", view=form.stale(language=services.default_language))
            return
        language = await language_of(services, asker, known)
        wanted, managers, errors = filled_in(view, language)
        typed = str(_state(view, Input.TAGS).get("value") or "")
        if not errors and (near := await settings.near_tags(services, asker, known, typed)):
            errors = {Input.TAGS.value: inline_near(near[0], str(near[1]), language=language)}
        if errors:
            await ack(response_action="errors", errors=errors)
            return
        await ack()
        if await manager(services, asker, known) is None:
            await tell(client, asker.channel_id, asker.user_id, refused(who_may(known), language=language))
            return
        turning_on = wanted.enabled and not known.preferences.enabled
        if turning_on and not (await services.directory.room(client, asker.channel_id)).is_member:
            wanted = replace(wanted, enabled=False)
            await tell(client, asker.channel_id, asker.user_id, not_a_member(language=language))
        changed, made = await settings.change(services, asker, known, lambda _: wanted, enabling=turning_on)
        more = await services.channels.set_managers(
            changed, managers, user_id=asker.user_id, now=services.clock.now()
        )
        if more:
            await settings.announce(services, asker, changed)
        after = await services.channels.by_id(changed.id)
        message = done(
            (*made, *more),
            language=await language_of(services, asker, changed),
            next_post=after.next_due_at if after else None,
            zone=changed.preferences.zone,
            undo=made[-1].id if made else None,
        )
        await tell(client, asker.channel_id, asker.user_id, message)

    app.view(Callback.SETTINGS.value)(submitted)


def filled_in(view: dict[str, Any], language: str) -> tuple[Preferences, frozenset[str], dict[str, str]]:
    """The preferences and managers as the modal is filled in, and what is wrong, by block."""

    def state(name: Input) -> dict[str, Any]:
        return _state(view, name)

    def option(name: Input) -> str:
        return str((state(name).get("selected_option") or {}).get("value", ""))

    def options(name: Input) -> list[str]:
        return [str(one.get("value", "")) for one in state(name).get("selected_options") or []]

    errors: dict[str, str] = {}
    hour = words.hour(str(state(Input.HOUR).get("selected_time") or ""))
    if hour is None:
        errors[Input.HOUR.value] = inline(Wrong.HOUR, language=language)
    zone = words.zone(option(Input.ZONE))
    if zone is None:
        errors[Input.ZONE.value] = inline(Wrong.ZONE, language=language)
    days = frozenset(int(day) for day in options(Input.DAYS) if day.isdecimal())
    if not days:
        errors[Input.DAYS.value] = inline(Wrong.DAYS, language=language)
    typed = str(state(Input.TAGS).get("value") or "")
    tags = filters.read(typed) if typed.strip() else TagFilter()
    if tags is None:
        errors[Input.TAGS.value] = inline(Wrong.TAGS, language=language)
    holidays = option(Input.HOLIDAYS)
    preferences = Preferences(
        language=words.language(option(Input.LANGUAGE)) or Language.EN,
        layout=words.layout(option(Input.LAYOUT)) or Layout.DIGEST,
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
