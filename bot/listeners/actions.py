"""Buttons and menus. Whatever a value says, the entry is read again with the presser's own eyes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.language.choice import posting_languages
from bot.listeners import giving, settings
from bot.listeners.answering import guarded, say, show, tell
from bot.listeners.lookup import find, find_tag, open_hit, turn
from bot.listeners.services import (
    Asker,
    Services,
    asker_of,
    language_of,
)
from bot.listeners.views import filled_in, open_settings
from bot.messages import form, paper
from bot.messages.actions import Action, Callback
from bot.messages.message import Message, View
from bot.messages.problems import Problem, problem
from bot.messages.reading import asked, reading
from digests.model import ArchivedEntry

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Press:
    """One press of a button or choice of a menu."""

    services: Services
    asker: Asker
    body: dict[str, Any]
    value: str
    respond: AsyncRespond

    @property
    def has_message(self) -> bool:
        return bool(self.body.get("response_url"))


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
        asker = _asker(body, client)
        press = Press(services, asker, body, _value(body), respond)

        async def handle() -> Message | None:
            await handler(press)
            return None

        failed = await guarded(_as_message(handle), language=services.default_language)
        if failed is _DONE:
            return
        log.info("action_failed", action=action.value)
        await _say_failed(press, failed)

    return listen


def _asker(body: dict[str, Any], client: AsyncWebClient) -> Asker:
    """Who pressed; inside the settings modal the channel is the one the modal is about."""
    asker = asker_of(body, client)
    view = body.get("view")
    if isinstance(view, dict) and view.get("callback_id") == Callback.SETTINGS:
        return replace(asker, channel_id=str(view.get("private_metadata") or ""))
    return asker


_DONE = Message("")


async def _as_message(handle: Callable[[], Awaitable[Message | None]]) -> Message:
    await handle()
    return _DONE


async def _say_failed(press: Press, message: Message) -> None:
    if press.has_message:
        await say(press.respond, message)
    else:
        await tell(press.asker.client, press.asker.channel_id, press.asker.user_id, message)


def _value(body: dict[str, Any]) -> str:
    actions = body.get("actions") or [{}]
    chosen = actions[0]
    option = chosen.get("selected_option") or {}
    return str(chosen.get("value") or option.get("value") or "")


async def _entry_menu(press: Press) -> None:
    kind, _, rest = press.value.partition(":")
    handler = {"abstract": _abstract, "language": _other_language, "related": _related}.get(kind)
    if handler is None:
        log.warning("menu_value_unknown")
        return
    await handler(Press(press.services, press.asker, press.body, rest, press.respond))


async def _abstract(press: Press) -> None:
    entry, language = await _entry(press, press.value)
    if entry is not None:
        await show(press.asker.client, press.body, paper.abstract(entry, language=language))


async def _other_language(press: Press) -> None:
    id_, _, wanted = press.value.partition(":")
    entry, language = await _entry(press, id_)
    if entry is not None:
        view = paper.other_language(entry, wanted, ui_language=language)
        await show(press.asker.client, press.body, view)


async def _related(press: Press) -> None:
    entry, language = await _entry(press, press.value)
    if entry is None:
        return
    near = await press.services.archive.related(
        entry.id, workspace=press.asker.workspace, until=press.services.until
    )
    await show(press.asker.client, press.body, paper.related(entry, near, language=language))


async def _read_digest(press: Press) -> None:
    language, ids, page = asked(press.value)
    found = [await press.services.archive.digest(id_, workspace=press.asker.workspace) for id_ in ids]
    digests = [digest for digest in found if digest is not None]
    if not digests:
        await _gone(press)
        return
    view: View = reading(digests, language, page)
    current = press.body.get("view")
    if isinstance(current, dict) and current.get("type") == "modal":
        await press.asker.client.views_update(view_id=current["id"], view=view)
    else:
        await show(press.asker.client, press.body, view)


async def _share(press: Press) -> None:
    entry, _ = await _entry(press, press.value)
    if entry is None:
        return
    services, asker = press.services, press.asker
    channel = await services.channels.get(asker.workspace, asker.channel_id)
    spoken = (
        posting_languages(channel.preferences.language)[0]
        if channel
        else await language_of(services, asker, None)
    )
    message = paper.shared(entry, asker.user_id, language=spoken)
    try:
        await asker.client.chat_postMessage(
            channel=asker.channel_id,
            text=message.text,
            blocks=list(message.blocks),
            unfurl_links=False,
            unfurl_media=False,
        )
    except SlackApiError:
        # Where Haru is no member, the answer's own URL may still speak in the channel.
        await say(press.respond, message, in_channel=True)


async def _open_hit(press: Press) -> None:
    id_, offset, query = _split(press.value, 3)
    message = await open_hit(press.services, press.asker, _number(id_), _number(offset), query)
    await say(press.respond, message, replace=True)


async def _page(press: Press) -> None:
    offset, query = _split(press.value, 2)
    message = await turn(press.services, press.asker, query, _number(offset))
    await say(press.respond, message, replace=True)


async def _try(press: Press) -> None:
    await say(press.respond, await find(press.services, press.asker, press.value), replace=True)


async def _tag(press: Press) -> None:
    await say(press.respond, await find_tag(press.services, press.asker, press.value), replace=True)


async def _settings(press: Press) -> None:
    await open_settings(press.services, press.asker, press.body["trigger_id"])


async def _preview(press: Press) -> None:
    view = press.body.get("view")
    if not isinstance(view, dict):
        await _answer(press, await settings.preview(press.services, press.asker))
        return
    language = await language_of(
        press.services,
        press.asker,
        await press.services.channels.get(press.asker.workspace, press.asker.channel_id),
    )
    wanted, _, wrong = filled_in(view, language)
    message = await settings.preview(press.services, press.asker, None if wrong else wanted)
    await show(press.asker.client, press.body, form.preview(message, language=language))


async def _turn_on(press: Press) -> None:
    await _answer(press, await settings.switch(press.services, press.asker, on=True))


async def _turn_off(press: Press) -> None:
    await _answer(press, await settings.switch(press.services, press.asker, on=False))


async def _post_now(press: Press) -> None:
    ids = _ids(press.value)
    await _answer(press, await settings.post(press.services, press.asker, digest_ids=ids or None))


async def _post_again(press: Press) -> None:
    await _answer(press, await settings.post_again(press.services, press.asker, press.value))


async def _undo(press: Press) -> None:
    await _answer(press, await settings.undo(press.services, press.asker, _number(press.value)))


async def _give(press: Press) -> None:
    await giving.open_form(press.services, press.asker)


async def _keep(press: Press) -> None:
    await _replace(press, await giving.keep(press.services, press.asker, press.value))


async def _dismiss(press: Press) -> None:
    await _replace(press, await giving.dismiss(press.services, press.asker))


async def _replace(press: Press, message: Message) -> None:
    if not await say(press.respond, message, replace=True):
        await tell(press.asker.client, press.asker.channel_id, press.asker.user_id, message)


async def _reader_language(press: Press) -> None:
    from bot.listeners.home import publish

    chosen = press.value if press.value in ("ko", "en") else None
    await press.services.channels.choose_reader_language(press.asker.workspace, press.asker.user_id, chosen)
    await publish(press.services, press.asker)


async def _link(press: Press) -> None:
    """A button that only opens a web page: Slack wants an acknowledgement, and has it."""


async def _answer(press: Press, message: Message) -> None:
    if press.has_message and await say(press.respond, message):
        return
    await tell(press.asker.client, press.asker.channel_id, press.asker.user_id, message)


async def _entry(press: Press, id_: str) -> tuple[ArchivedEntry | None, str]:
    services, asker = press.services, press.asker
    channel = await services.channels.get(asker.workspace, asker.channel_id)
    language = await language_of(services, asker, channel)
    entry = None
    if _number(id_):
        entry = await services.archive.entry(_number(id_), workspace=asker.workspace, until=services.until)
    if entry is None:
        await _gone(press)
    return entry, language


async def _gone(press: Press) -> None:
    channel = await press.services.channels.get(press.asker.workspace, press.asker.channel_id)
    language = await language_of(press.services, press.asker, channel)
    await _answer(press, problem(Problem.ENTRY_GONE, language=language))


def _split(value: str, parts: int) -> list[str]:
    found = value.split(":", parts - 1)
    return found + [""] * (parts - len(found))


def _number(text: str) -> int:
    """A number of a value we wrote; anything else, which only a forger writes, is 0."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _ids(value: str) -> tuple[int, ...]:
    return tuple(_number(part) for part in value.split(",") if _number(part))


_HANDLERS: dict[Action, Handler] = {
    Action.ENTRY_MENU: _entry_menu,
    Action.READ_DIGEST: _read_digest,
    Action.ABSTRACT: _abstract,
    Action.OTHER_LANGUAGE: _other_language,
    Action.RELATED: _related,
    Action.SHARE: _share,
    Action.OPEN_HIT: _open_hit,
    Action.PAGE: _page,
    Action.TRY: _try,
    Action.TAG: _tag,
    Action.SETTINGS: _settings,
    Action.PREVIEW: _preview,
    Action.TURN_ON: _turn_on,
    Action.TURN_OFF: _turn_off,
    Action.POST_NOW: _post_now,
    Action.POST_AGAIN: _post_again,
    Action.UNDO: _undo,
    Action.GIVE: _give,
    Action.KEEP: _keep,
    Action.DISMISS: _dismiss,
    Action.READER_LANGUAGE: _reader_language,
    Action.LINK: _link,
}
