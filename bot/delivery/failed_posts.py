"""Follows up failed posts: counts failed days, pauses the channel, and notifies its last admin."""

from __future__ import annotations

import structlog

from bot.channels.channel_store import Channels
from bot.channels.preferences import Channel
from bot.language.reply_language import posting_languages
from bot.ledger.open_parts import OpenParts
from bot.ledger.outcome import Kind, Outcome
from bot.ledger.part import Method, Part
from bot.ledger.states import Reason
from bot.messages.channel_notices import channel_stopped
from bot.workspaces.clients import Clients
from bot.workspaces.installations import Installations
from bot.workspaces.slack_errors import SlackCallError, call

log = structlog.stdlib.get_logger(__name__)

FAILED_DAYS = 3
"""Days in a row on which a channel took no post, after which Haru pauses it."""


class FailedPosts:
    """Pauses channels that take no posts. Deletes none, and sends nothing to the channel itself."""

    def __init__(
        self,
        *,
        channels: Channels,
        open_parts: OpenParts,
        installations: Installations,
        clients: Clients,
    ) -> None:
        self._channels = channels
        self._open_parts = open_parts
        self._installations = installations
        self._clients = clients

    async def follow_up(self, part: Part, outcome: Outcome) -> None:
        """Count a channel's failed day; the third in a row pauses it. Other failures are only logged.

        Manual posts, corrections, and posts to a workspace without Haru do not count.
        """
        if outcome.kind is Kind.MESSAGE:
            log.error("message_refused", part=part.id, code=outcome.code)
            return
        if outcome.kind is not Kind.CHANNEL or outcome.code == Reason.NOT_INSTALLED:
            return
        if not part.scheduled or part.method is not Method.POST:
            return
        channel = await self._channels.get(part.workspace, part.slack_channel)
        if channel is None or await self._channels.count_failed_day(channel) < FAILED_DAYS:
            return
        await self._channels.pause(channel, outcome.code)
        await self._open_parts.call_off(channel.id, outcome.code)
        log.warning("channel_paused", channel=channel.id, code=outcome.code)
        if channel.last_admin_id is not None:
            await self._tell_admin(channel, channel.last_admin_id, outcome.code)

    async def _tell_admin(self, channel: Channel, admin_id: str, code: str) -> None:
        installation = await self._installations.get(channel.workspace)
        if installation is None:
            return
        language = posting_languages(channel.preferences.language)[0]
        message = channel_stopped(channel.channel_id, code, language=language)
        client = self._clients.client(installation.bot_token)
        try:
            await call(
                client.chat_postMessage(channel=admin_id, text=message.text, blocks=list(message.blocks))
            )
        except SlackCallError as error:
            log.warning("admin_not_told", channel=channel.id, code=error.code)
