"""Those who run Haru, told by a direct message what only they can mend."""

from __future__ import annotations

from collections.abc import Collection

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.messages.message import Message
from bot.workspaces.clients import Clients
from bot.workspaces.installations import Installations

log = structlog.stdlib.get_logger(__name__)


class Operators:
    """The people of HARU_OPERATORS. Nobody, where nobody is listed: the log tells all the same."""

    def __init__(
        self, installations: Installations, clients: Clients, user_ids: Collection[str], *, language: str
    ) -> None:
        self.language = language
        self._installations = installations
        self._clients = clients
        self._user_ids = sorted(user_ids)

    async def tell(self, message: Message) -> None:
        """Send everyone the message, in the first workspace that knows them. What fails is only logged."""
        installations = await self._installations.all() if self._user_ids else []
        for user_id in self._user_ids:
            for installation in installations:
                client = self._clients.client(installation.bot_token)
                try:
                    await client.chat_postMessage(
                        channel=user_id, text=message.text, blocks=list(message.blocks)
                    )
                except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
                    log.info(
                        "operator_not_told", workspace=installation.workspace.key, error=str(error)[:200]
                    )
                    continue
                break
            else:
                log.warning("operator_unreachable", user=user_id)
