"""Events: mentions, direct messages, files, App Home, and what happens to channels and installations."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.preferences import Layout
from bot.language.reply_language import reply_language
from bot.listeners import digest_upload
from bot.listeners.app_home import publish_home
from bot.listeners.commands import haru_command
from bot.listeners.error_answers import result_or_failure
from bot.listeners.links import link_shared
from bot.listeners.replies import answer_in_channel, send_privately
from bot.listeners.request import LONGEST_TYPED, Request
from bot.listeners.services import Services
from bot.messages import channel_notices
from bot.messages.mrkdwn import unescape
from bot.use_cases.channel_lifecycle import ARCHIVED, DELETED, REMOVED
from digests.model import Workspace

log = structlog.stdlib.get_logger(__name__)

MANY_MEMBERS = 50
"""A channel with more members than this starts with the thread layout, which keeps the channel short."""

_MENTION = re.compile(r"<@([UW]\w{1,30})(?:\|[^<>]{0,200})?>")
_HARU_COMMAND = re.compile(r"^/?haru(?:\s+|$)", re.IGNORECASE)
"""The name of the command, which people also type in a direct message, where it is not needed."""

_HAPPENED_AT = "haru_event_time"
"""Where a handler finds the envelope's ``event_time`` in its event. Slack uses no such name."""

Event = dict[str, Any]
Handler = Callable[[Request, Event], Awaitable[None]]


def register(app: AsyncApp, services: Services) -> None:
    """Listen to every event that the manifest subscribes to."""
    for name, handler in HANDLERS.items():
        app.event(name)(_listener(services, name, handler))


def _listener(services: Services, name: str, handler: Handler) -> Callable[..., Awaitable[None]]:
    async def listen(body: dict[str, Any], event: Event, client: AsyncWebClient) -> None:
        request = Request.from_body(services, body, client)
        event_id = str(body.get("event_id") or "")
        if event_id and not await services.handled_events.claim(
            request.workspace, event_id, now=services.clock.now()
        ):
            log.info("event_delivered_again", name=name, event_id=event_id)
            return
        log.info("event", name=name)
        await handler(request, {**event, _HAPPENED_AT: body.get("event_time")})

    return listen


async def _app_mention(request: Request, event: Event) -> None:
    """A mention is a question: answer it in its thread, so that only the person who asked sees it.

    A bot that asks has no ``user``, and sees no private answer: it gets one in the thread that all see.
    """
    typed = await _text_without_haru(request, event)
    message = await result_or_failure(haru_command(request, typed), request)
    if request.user_id and not event.get("bot_id"):
        await send_privately(request, message)
        return
    thread = request.thread_ts or str(event.get("ts") or "")
    await answer_in_channel(request, message, thread_ts=thread)


async def _message(request: Request, event: Event) -> None:
    """A direct message is a question, or brings files. Edits, joins and messages of bots are neither."""
    if event.get("channel_type") != "im" or event.get("bot_id"):
        return
    files = event.get("files")
    if isinstance(files, list) and files and event.get("subtype") in (None, "file_share"):
        await digest_upload.answer_direct_files(request, files)
        return
    if event.get("subtype"):
        return
    text = (await _text_without_haru(request, event)).strip()
    typed = _HARU_COMMAND.sub("", text).removeprefix("/")
    answer = await result_or_failure(haru_command(request, typed), request)
    await answer_in_channel(request, answer, thread_ts=request.thread_ts)


async def _text_without_haru(request: Request, event: Event) -> str:
    """The text of a message without mentions of Haru. Mentions of others stay: they may be meant."""
    installation = await request.installation()
    haru = installation.bot_user_id if installation else ""
    text = _MENTION.sub(
        lambda found: " " if found[1] == haru else found[0], str(event.get("text", ""))[:LONGEST_TYPED]
    )
    return unescape(text)


async def _file_shared(request: Request, event: Event) -> None:
    """A file in a channel. Files in a direct message come with the message."""
    await digest_upload.offer_shared_file(request, str(event.get("file_id") or ""))


async def _member_joined_channel(request: Request, event: Event) -> None:
    """Haru was invited: say hello in the inviter's language, or go on with the settings from before."""
    if not await _is_about_haru(request, event):
        return
    channel = await request.known_channel()
    if channel is not None and channel.paused_reason:
        await request.services.channel_lifecycle.resume(channel)
    elif channel is None or not channel.preferences.enabled:
        # Where the papers are on, Slack did not report that Haru was removed: it said hello before.
        await _say_hello(request, str(event.get("inviter") or ""))


async def _say_hello(request: Request, inviter_id: str) -> None:
    inviter = await request.as_user(inviter_id).person() if inviter_id else None
    language = reply_language(
        None, None, inviter.locale if inviter else None, request.services.default_language
    )
    conversation = await request.conversation()
    channel = await request.services.settings.find_or_add(
        request.workspace,
        request.channel_id,
        conversation,
        language=language,
        zone=inviter.zone if inviter else None,
        layout=Layout.THREAD if conversation.members > MANY_MEMBERS else Layout.DIGEST,
        inviter_id=inviter_id or None,
    )
    hello = channel_notices.hello(channel.preferences, language=language, inviter_id=inviter_id or None)
    await answer_in_channel(request.as_user(inviter_id), hello)


async def _member_left_channel(request: Request, event: Event) -> None:
    if await _is_about_haru(request, event):
        await _pause(request, REMOVED)


async def _channel_left(request: Request, event: Event) -> None:
    """Haru was removed from a channel; Slack sends this event about the app itself only."""
    await _pause(request, REMOVED)


async def _channel_deleted(request: Request, event: Event) -> None:
    await _pause(request, DELETED)


async def _channel_archived(request: Request, event: Event) -> None:
    await _pause(request, ARCHIVED)


async def _channel_unarchived(request: Request, event: Event) -> None:
    channel = await request.known_channel()
    if channel is not None and channel.paused_reason == ARCHIVED:
        await request.services.channel_lifecycle.resume(channel)


async def _channel_renamed(request: Request, event: Event) -> None:
    channel = event.get("channel")
    if isinstance(channel, dict) and channel.get("id") and channel.get("name"):
        await request.services.channel_lifecycle.rename(
            request.workspace, str(channel["id"]), str(channel["name"])
        )


async def _channel_id_changed(request: Request, event: Event) -> None:
    old_id, new_id = str(event.get("old_channel_id") or ""), str(event.get("new_channel_id") or "")
    if old_id and new_id:
        await request.services.channel_lifecycle.move(request.workspace, old_id, new_id)


async def _app_uninstalled(request: Request, event: Event) -> None:
    await request.services.workspace_lifecycle.uninstall(request.workspace, happened_at=_happened_at(event))


async def _tokens_revoked(request: Request, event: Event) -> None:
    """Tokens were revoked. Those of people, under ``oauth``, do not matter: Haru uses none."""
    tokens = event.get("tokens")
    if isinstance(tokens, dict) and tokens.get("bot"):
        await request.services.workspace_lifecycle.revoke_token(
            request.workspace, happened_at=_happened_at(event)
        )


def _happened_at(event: Event) -> datetime | None:
    """When an event happened, by Slack's clock; None if the envelope does not say."""
    seconds = event.get(_HAPPENED_AT)
    is_time = isinstance(seconds, int) and 0 < seconds < 1 << 33
    return datetime.fromtimestamp(seconds, UTC) if is_time else None  # type: ignore[arg-type]


async def _team_access_revoked(request: Request, event: Event) -> None:
    await request.services.workspace_lifecycle.revoke_access(_workspaces(request, event))


async def _team_access_granted(request: Request, event: Event) -> None:
    await request.services.workspace_lifecycle.grant_access(_workspaces(request, event))


def _workspaces(request: Request, event: Event) -> list[Workspace]:
    """The workspaces of an organisation that an event names."""
    team_ids = event.get("team_ids")
    if not isinstance(team_ids, list) or not request.workspace.enterprise_id:
        return []
    return [replace(request.workspace, team_id=str(team_id)) for team_id in team_ids if team_id]


async def _app_home_opened(request: Request, event: Event) -> None:
    """Somebody opened App Home, or its Messages tab, which needs nothing."""
    if event.get("tab", "home") == "home":
        await publish_home(request)


async def _pause(request: Request, reason: str) -> None:
    channel = await request.known_channel()
    if channel is not None:
        await request.services.channel_lifecycle.pause(channel, reason)


async def _is_about_haru(request: Request, event: Event) -> bool:
    """Whether it is Haru that joined or left, and not a person."""
    installation = await request.installation()
    return installation is not None and event.get("user") == installation.bot_user_id


HANDLERS: dict[str, Handler] = {
    "app_mention": _app_mention,
    "message": _message,
    "app_home_opened": _app_home_opened,
    "file_shared": _file_shared,
    "link_shared": link_shared,
    "member_joined_channel": _member_joined_channel,
    "member_left_channel": _member_left_channel,
    "channel_left": _channel_left,
    "group_left": _channel_left,
    "channel_deleted": _channel_deleted,
    "group_deleted": _channel_deleted,
    "channel_archive": _channel_archived,
    "group_archive": _channel_archived,
    "channel_unarchive": _channel_unarchived,
    "group_unarchive": _channel_unarchived,
    "channel_rename": _channel_renamed,
    "group_rename": _channel_renamed,
    "channel_id_changed": _channel_id_changed,
    "app_uninstalled": _app_uninstalled,
    "tokens_revoked": _tokens_revoked,
    "team_access_granted": _team_access_granted,
    "team_access_revoked": _team_access_revoked,
}
