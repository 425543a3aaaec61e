"""Notifies the people who run Haru of problems that only they can solve."""

from __future__ import annotations

from collections.abc import Collection

import structlog

from bot.messages.message import Message
from bot.workspaces.clients import Clients
from bot.workspaces.installations import Installations
from bot.workspaces.slack_errors import SlackCallError, call

log = structlog.stdlib.get_logger(__name__)


class Operators:
    """The people in ``HARU_OPERATORS``. Does not repeat or store a message: the log has the same fact."""

    def __init__(
        self, installations: Installations, clients: Clients, user_ids: Collection[str], *, language: str
    ) -> None:
        self.language = language
        self._installations = installations
        self._clients = clients
        self._user_ids = sorted(user_ids)

    async def notify(self, message: Message) -> None:
        """Send each operator a direct message, in the first workspace where that works. Raises nothing."""
        installations = await self._installations.all() if self._user_ids else []
        for user_id in self._user_ids:
            for installation in installations:
                client = self._clients.client(installation.bot_token)
                try:
                    await call(
                        client.chat_postMessage(
                            channel=user_id, text=message.text, blocks=list(message.blocks)
                        )
                    )
                except SlackCallError as error:
                    # The operator may be a member of another workspace.
                    log.info(
                        "operator_not_notified",
                        workspace=installation.workspace.key,
                        code=error.code,
                    )
                    continue
                break
            else:
                log.warning("operator_unreachable", user=user_id)
