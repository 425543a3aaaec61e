"""What follows a failed post: days are counted, a channel is paused, its last admin is told."""

from __future__ import annotations

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.channels.channel_store import Channels
from bot.channels.preferences import Channel
from bot.delivery.deliveries import Deliveries
from bot.language.reply_language import posting_languages
from bot.ledger.outcome import Kind, Outcome
from bot.ledger.part import Deed, Part
from bot.messages.channel_notices import channel_stopped
from bot.workspaces.clients import Clients
from bot.workspaces.installations import Installations

log = structlog.stdlib.get_logger(__name__)

NOT_INSTALLED = "not_installed"
"""The workspace is gone: no channel's fault."""

FAILED_DAYS = 3
"""Days in a row on which a channel took nothing, after which Haru stops trying there."""


class Aftermath:
    """Pauses channels that take nothing. Never deletes one, and sends nothing to the channel itself."""

    def __init__(
        self,
        *,
        channels: Channels,
        deliveries: Deliveries,
        installations: Installations,
        clients: Clients,
    ) -> None:
        self._channels = channels
        self._deliveries = deliveries
        self._installations = installations
        self._clients = clients

    async def of_failure(self, part: Part, outcome: Outcome) -> None:
        """Count a channel's failed day; the third pauses it. Other failures are only logged."""
        if outcome.kind is Kind.MESSAGE:
            log.error("message_refused", part=part.id, code=outcome.code)
            return
        if outcome.kind is not Kind.CHANNEL or outcome.code == NOT_INSTALLED or not part.scheduled:
            return
        if part.deed is not Deed.POST:
            # What stands there cannot be corrected any more: no day's post has failed by that.
            return
        channel = await self._channels.get(part.workspace, part.slack_channel)
        if channel is None or await self._channels.count_failed_day(channel) < FAILED_DAYS:
            return
        await self._channels.pause(channel, outcome.code)
        await self._deliveries.stop(channel, outcome.code)
        log.warning("channel_paused", channel=channel.id, code=outcome.code)
        if channel.last_admin_id is not None:
            await self._tell(channel, channel.last_admin_id, outcome.code)

    async def _tell(self, channel: Channel, admin_id: str, code: str) -> None:
        installation = await self._installations.get(channel.workspace)
        if installation is None:
            return
        spoken = posting_languages(channel.preferences.language)[0]
        message = channel_stopped(channel.channel_id, code, language=spoken)
        client = self._clients.client(installation.bot_token)
        try:
            await client.chat_postMessage(channel=admin_id, text=message.text, blocks=list(message.blocks))
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("admin_not_told", channel=channel.id, error=type(error).__name__)
