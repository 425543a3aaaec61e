"""Every button and menu, with what answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners import paper_buttons, settings_buttons
from bot.listeners.answering import guarded, language_for
from bot.listeners.button_press import Press, answer
from bot.listeners.services import Asker, Services, asker_of
from bot.messages.action_ids import Action, Callback
from bot.messages.message import Message
from bot.messages.settings_modal import About

log = structlog.stdlib.get_logger(__name__)

Handler = Callable[[Press], Awaitable[None]]


def register(app: AsyncApp, services: Services) -> None:
    """Listen to every action Haru's messages and views offer."""
    for action, handler in _HANDLERS.items():
        app.action(action.pattern)(_listener(services, action, handler))


def _listener(services: Services, action: Action, handler: Handler) -> Callable[..., Awaitable[None]]:
    async def listen(
        ack: AsyncAck, respond: AsyncRespond, body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        await ack()
        press = Press(services, _asker(body, client), body, _value(body), respond)
        language = language_for(services, press.asker)
        failed = await guarded(_handled(handler, press), language=language)
        if failed is not _DONE:
            log.info("action_failed", action=action.value)
            await answer(press, failed)

    return listen


_DONE = Message("")


async def _handled(handler: Handler, press: Press) -> Message:
    await handler(press)
    return _DONE


def _asker(body: dict[str, Any], client: AsyncWebClient) -> Asker:
    """Who pressed; inside the settings modal the channel is the one the modal is about."""
    asker = asker_of(body, client)
    view = body.get("view")
    if isinstance(view, dict) and view.get("callback_id") == Callback.SETTINGS:
        return replace(asker, channel_id=About.read(view.get("private_metadata")).channel_id)
    return asker


def _value(body: dict[str, Any]) -> str:
    actions = body.get("actions") or [{}]
    chosen = actions[0]
    option = chosen.get("selected_option") or {}
    return str(chosen.get("value") or option.get("value") or "")


_HANDLERS: dict[Action, Handler] = {
    Action.ENTRY_MENU: paper_buttons.entry_menu,
    Action.READ_DIGEST: paper_buttons.read_digest,
    Action.ABSTRACT: paper_buttons.abstract,
    Action.OTHER_LANGUAGE: paper_buttons.other_language,
    Action.RELATED: paper_buttons.related,
    Action.SAVE: paper_buttons.save,
    Action.SHARE: paper_buttons.share,
    Action.OPEN_HIT: paper_buttons.open_one,
    Action.PAGE: paper_buttons.turned,
    Action.TRY: paper_buttons.suggested,
    Action.TAG: paper_buttons.of_tag,
    Action.SETTINGS: settings_buttons.open_form,
    Action.PREVIEW: settings_buttons.preview,
    Action.TURN_ON: settings_buttons.turn_on,
    Action.TURN_OFF: settings_buttons.turn_off,
    Action.POST_NOW: settings_buttons.post_now,
    Action.POST_AGAIN: settings_buttons.post_again,
    Action.UNDO: settings_buttons.undo,
    Action.GIVE: settings_buttons.give,
    Action.KEEP: settings_buttons.keep,
    Action.DISMISS: settings_buttons.dismiss,
    Action.READER_LANGUAGE: settings_buttons.reader_language,
    Action.WHO_MAY_CHANGE: settings_buttons.who_may_change,
}
