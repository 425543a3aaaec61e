"""Events: mentions, direct messages, and what becomes of channels and workspaces."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.preferences import Channel, Language, Layout
from bot.language.reply_language import reply_language
from bot.listeners import adding_papers
from bot.listeners.answering import guarded, language_for
from bot.listeners.commands import haru_command
from bot.listeners.home import publish
from bot.listeners.services import Asker, Services, asker_of
from bot.messages import channel_notices
from bot.messages.mrkdwn import unescape
from bot.workspace_deletion import RETENTION
from bot.workspaces import team_access
from digests.model import Workspace

log = structlog.stdlib.get_logger(__name__)

MANY_MEMBERS = 50
"""In a channel with more members the thread layout is offered first."""

_MENTION = re.compile(r"<@([UW]\w+)(?:\|[^>]*)?>")
_COMMAND = re.compile(r"^/?haru(?:\s+|$)", re.IGNORECASE)
"""In a direct message the command's own name says nothing."""

Event = dict[str, Any]
Handler = Callable[[Services, Asker, Event], Awaitable[None]]


def register(app: AsyncApp, services: Services) -> None:
    """Listen to every event the manifest asks for."""
    for name, handler in HANDLERS.items():
        app.event(name)(_listener(services, name, handler))


def _listener(services: Services, name: str, handler: Handler) -> Callable[..., Awaitable[None]]:
    async def listen(body: dict[str, Any], event: Event, client: AsyncWebClient) -> None:
        log.info("event", name=name)
        await handler(services, asker_of(body, client), event)

    return listen


async def _mention(services: Services, asker: Asker, event: Event) -> None:
    """A question asked by mention: answered to its asker only, in the thread it was asked in."""
    typed = await _asked(services, asker, event)
    message = await guarded(haru_command(services, asker, typed), language=language_for(services, asker))
    thread = {"thread_ts": event["thread_ts"]} if event.get("thread_ts") else {}
    await asker.client.chat_postEphemeral(
        channel=asker.channel_id, user=asker.user_id, text=message.text, blocks=list(message.blocks), **thread
    )


async def _message(services: Services, asker: Asker, event: Event) -> None:
    """A direct message is a question, or brings files. Edits, joins and bots' own messages are neither."""
    if event.get("channel_type") != "im" or event.get("bot_id"):
        return
    files = event.get("files")
    if isinstance(files, list) and files and event.get("subtype") in (None, "file_share"):
        await adding_papers.sent_directly(services, asker, files)
        return
    if event.get("subtype"):
        return
    typed = (await _asked(services, asker, event)).strip()
    typed = _COMMAND.sub("", typed).removeprefix("/")
    message = await guarded(haru_command(services, asker, typed), language=language_for(services, asker))
    await asker.client.chat_postMessage(
        channel=asker.channel_id,
        text=message.text,
        blocks=list(message.blocks),
        unfurl_links=False,
        unfurl_media=False,
    )


async def _asked(services: Services, asker: Asker, event: Event) -> str:
    """What was written, without the mention of Haru itself; other people's mentions may be meant."""
    installation = await services.installations.get(asker.workspace)
    bot = installation.bot_user_id if installation else ""
    text = _MENTION.sub(lambda found: " " if found[1] == bot else found[0], str(event.get("text", "")))
    return unescape(text)


async def _file(services: Services, asker: Asker, event: Event) -> None:
    """A file in a channel; those in a direct message come with the message."""
    await adding_papers.shared_in_channel(services, asker, str(event.get("file_id") or ""))


async def _joined(services: Services, asker: Asker, event: Event) -> None:
    """Haru was invited: one short hello in the inviter's language, or on with what was set before."""
    installation = await services.installations.get(asker.workspace)
    if installation is None or event.get("user") != installation.bot_user_id:
        return
    known = await services.channels.get(asker.workspace, asker.channel_id)
    if known is not None and known.paused_reason:
        await _resume(services, known)
        return
    if known is not None and known.preferences.enabled:
        # That Haru had been thrown out was never heard of here: it goes on, and has said hello before.
        return
    inviter = str(event.get("inviter") or "")
    person = await services.directory.person(asker.client, asker.workspace, inviter) if inviter else None
    room = await services.directory.conversation(asker.client, asker.channel_id)
    spoken = reply_language(None, None, person.locale if person else None, services.default_language)
    made = await services.channels.get_or_create(
        asker.workspace,
        asker.channel_id,
        language=Language(spoken),
        zone=person.zone if person else None,
        layout=Layout.THREAD if room.members > MANY_MEMBERS else Layout.DIGEST,
        name=room.name,
        inviter_id=inviter or None,
        creator_id=room.creator_id,
    )
    message = channel_notices.hello(made.preferences, language=spoken, inviter_id=inviter or None)
    await asker.client.chat_postMessage(
        channel=asker.channel_id, text=message.text, blocks=list(message.blocks)
    )


async def _left(services: Services, asker: Asker, event: Event) -> None:
    installation = await services.installations.get(asker.workspace)
    if installation is not None and event.get("user") == installation.bot_user_id:
        await _pause(services, asker, "removed")


async def _thrown_out(services: Services, asker: Asker, event: Event) -> None:
    """``channel_left`` is about Haru itself, which may hear of nobody's leaving any more."""
    await _pause(services, asker, "removed")


async def _deleted(services: Services, asker: Asker, event: Event) -> None:
    await _pause(services, asker, "channel_not_found")


async def _archived(services: Services, asker: Asker, event: Event) -> None:
    await _pause(services, asker, "is_archived")


async def _unarchived(services: Services, asker: Asker, event: Event) -> None:
    known = await services.channels.get(asker.workspace, asker.channel_id)
    if known is not None and known.paused_reason == "is_archived":
        await _resume(services, known)


async def _renamed(services: Services, asker: Asker, event: Event) -> None:
    told = event.get("channel")
    if isinstance(told, dict) and told.get("id") and told.get("name"):
        await services.channels.rename(asker.workspace, str(told["id"]), str(told["name"]))


async def _moved(services: Services, asker: Asker, event: Event) -> None:
    """A channel's id changed, as it can when it becomes shared through Slack Connect."""
    old_id, new_id = str(event.get("old_channel_id") or ""), str(event.get("new_channel_id") or "")
    if not old_id or not new_id:
        return
    await services.channels.move(asker.workspace, old_id, new_id)
    moved = await services.channels.get(asker.workspace, new_id)
    if moved is not None:
        await services.deliveries.follow(moved, old_id)


async def _uninstalled(services: Services, asker: Asker, event: Event) -> None:
    now = services.clock.now()
    log.warning("uninstalled", workspace=asker.workspace.key)
    await services.installations.uninstall(asker.workspace, now=now, delete_after=now + RETENTION)
    await services.deliveries.stop_uninstalled()


async def _revoked(services: Services, asker: Asker, event: Event) -> None:
    tokens = event.get("tokens")
    if isinstance(tokens, dict) and tokens.get("bot"):
        await services.installations.pause(asker.workspace, "token_revoked")


async def _withdrawn(services: Services, asker: Asker, event: Event) -> None:
    """An organisation that installed Haru as a whole took it away from some of its workspaces."""
    now = services.clock.now()
    for workspace in _named(asker, event):
        log.warning("withdrawn", workspace=workspace.key)
        await services.installations.revoke_access(
            workspace, team_access.REVOKED, delete_after=now + RETENTION
        )


async def _given_back(services: Services, asker: Asker, event: Event) -> None:
    for workspace in _named(asker, event):
        await services.installations.resume(workspace)


def _named(asker: Asker, event: Event) -> list[Workspace]:
    """The organisation's workspaces that an event is about."""
    teams = event.get("team_ids")
    if not isinstance(teams, list) or not asker.workspace.enterprise_id:
        return []
    return [Workspace(asker.workspace.enterprise_id, str(team)) for team in teams if team]


async def _home(services: Services, asker: Asker, event: Event) -> None:
    if event.get("tab", "home") == "home":
        await publish(services, asker)


async def _pause(services: Services, asker: Asker, reason: str) -> None:
    known = await services.channels.get(asker.workspace, asker.channel_id)
    if known is not None:
        await services.channels.pause(known, reason)
        await services.deliveries.stop(known, reason)


async def _resume(services: Services, channel: Channel) -> None:
    resumed = await services.channels.resume(channel)
    await services.deliveries.reschedule(resumed, now=services.clock.now(), enabling=True)


HANDLERS: dict[str, Handler] = {
    "app_mention": _mention,
    "message": _message,
    "app_home_opened": _home,
    "file_shared": _file,
    "member_joined_channel": _joined,
    "member_left_channel": _left,
    "channel_left": _thrown_out,
    "group_left": _thrown_out,
    "channel_deleted": _deleted,
    "group_deleted": _deleted,
    "channel_archive": _archived,
    "group_archive": _archived,
    "channel_unarchive": _unarchived,
    "group_unarchive": _unarchived,
    "channel_rename": _renamed,
    "group_rename": _renamed,
    "channel_id_changed": _moved,
    "app_uninstalled": _uninstalled,
    "tokens_revoked": _revoked,
    "team_access_granted": _given_back,
    "team_access_revoked": _withdrawn,
}
