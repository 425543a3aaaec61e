"""Permalinks to messages that Haru posted."""

from __future__ import annotations

import structlog

from bot.channels.preferences import Channel
from bot.workspaces.clients import Clients
from bot.workspaces.installations import Installations
from bot.workspaces.slack_errors import SlackCallError, call

log = structlog.stdlib.get_logger(__name__)


class Permalinks:
    """Asks Slack for permalinks. Keeps none."""

    def __init__(self, installations: Installations, clients: Clients) -> None:
        self._installations = installations
        self._clients = clients

    async def get(self, channel: Channel, ts: str) -> str | None:
        """The URL of a message, or None when Slack gives none."""
        installation = await self._installations.get(channel.workspace)
        if installation is None:
            return None
        client = self._clients.client(installation.bot_token)
        try:
            answer = await call(client.chat_getPermalink(channel=channel.channel_id, message_ts=ts))
        except SlackCallError as error:
            log.info("no_permalink", channel=channel.channel_id, code=error.code)
            return None
        url = answer.get("permalink")
        return url if isinstance(url, str) else None
