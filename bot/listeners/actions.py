"""Every button and menu, with the handler that answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners import app_home, digest_upload, paper_buttons, settings_buttons
from bot.listeners.button_press import ButtonPress
from bot.listeners.error_answers import result_or_failure
from bot.listeners.request import Request
from bot.listeners.services import Services
from bot.messages.action_ids import Action, Callback
from bot.messages.settings_modal import ModalMetadata

log = structlog.stdlib.get_logger(__name__)

Handler = Callable[[ButtonPress], Awaitable[None]]


def register(app: AsyncApp, services: Services) -> None:
    """Listen to every action in Haru's messages and views."""
    for action, handler in HANDLERS.items():
        app.action(action.pattern)(_listener(services, action, handler))


def _listener(services: Services, action: Action, handler: Handler) -> Callable[..., Awaitable[None]]:
    async def listen(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        request = _request(services, body, client)
        press = ButtonPress(request, body, _value(body))
        failure = await result_or_failure(handler(press), request)
        if failure is not None:
            log.info("action_failed", action=action.value)
            await press.reply(failure)

    return listen


def _request(services: Services, body: dict[str, Any], client: AsyncWebClient) -> Request:
    """The request; inside the settings modal it is about the modal's channel."""
    request = Request.from_body(services, body, client)
    view = body.get("view")
    if isinstance(view, dict) and view.get("callback_id") == Callback.SETTINGS:
        return request.in_channel(ModalMetadata.read(view.get("private_metadata")).channel_id)
    return request


def _value(body: dict[str, Any]) -> str:
    """The value of the pressed button, or of the option that was chosen in a menu."""
    action = (body.get("actions") or [{}])[0]
    option = action.get("selected_option") or {}
    return str(action.get("value") or option.get("value") or "")[:LONGEST_VALUE]


LONGEST_VALUE = 2000
"""Characters of a button's value (https://docs.slack.dev/reference/block-kit/block-elements/button-element)."""


HANDLERS: dict[Action, Handler] = {
    Action.ENTRY_MENU: paper_buttons.choose_from_menu,
    Action.READ_DIGEST: paper_buttons.read_digest,
    Action.ABSTRACT: paper_buttons.show_abstract,
    Action.OTHER_LANGUAGE: paper_buttons.show_other_language,
    Action.RELATED: paper_buttons.show_related,
    Action.SAVE: paper_buttons.save,
    Action.UNSAVE: paper_buttons.unsave,
    Action.CITE: paper_buttons.cite,
    Action.EXPORT: paper_buttons.export,
    Action.SHARE: paper_buttons.share,
    Action.OPEN_HIT: paper_buttons.open_from_list,
    Action.PAGE: paper_buttons.turn_page,
    Action.TRY: paper_buttons.try_suggestion,
    Action.TAG: paper_buttons.show_tag,
    Action.SETTINGS: settings_buttons.open_form,
    Action.PREVIEW: settings_buttons.preview,
    Action.TURN_ON: settings_buttons.turn_on,
    Action.TURN_OFF: settings_buttons.turn_off,
    Action.POST_NOW: settings_buttons.post_now,
    Action.POST_AGAIN: settings_buttons.post_again,
    Action.UNDO: settings_buttons.undo,
    Action.ZONE: settings_buttons.choose_zone,
    Action.GIVE: digest_upload.open_form,
    Action.KEEP: digest_upload.keep,
    Action.DISMISS: digest_upload.dismiss,
    Action.READER_LANGUAGE: app_home.choose_language,
    Action.WHO_MAY_CHANGE: app_home.choose_who_may_change,
}
