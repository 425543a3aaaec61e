"""Doubts settled: after a while the channel's history says whether a message arrived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.ledger import UNREADABLE, Ledger, Part
from bot.workspaces.clients import Clients
from bot.workspaces.installations import Installations

log = structlog.stdlib.get_logger(__name__)

BEFORE = timedelta(minutes=5)
"""How long before the first attempt the window begins, for clocks that differ."""

_PAGE = 15
"""Messages a read: all that an app outside the Marketplace gets, once a minute."""

_MOST_PAGES = 40
_NO_HISTORY = frozenset({"missing_scope", "not_allowed_token_type"})


class Reconciler:
    """Looks for doubted parts. Never sends anything: a part surely not there is given back to the courier.

    ``repost`` is the operator's choice for channels whose history Haru may not read:
    send again and risk a double, or (the default) skip and risk a gap.
    """

    def __init__(
        self,
        ledger: Ledger,
        installations: Installations,
        clients: Clients,
        *,
        settle: timedelta,
        repost: bool = False,
    ) -> None:
        self._ledger = ledger
        self._installations = installations
        self._clients = clients
        self._settle = settle
        self._repost = repost

    async def run(self) -> int:
        """Settle what had time to settle; how many doubts were looked at."""
        await self._ledger.doubt_expired()
        doubts = await self._ledger.doubted(settle=self._settle)
        rooms: dict[tuple[str, str, str | None], list[Part]] = defaultdict(list)
        for part in doubts:
            rooms[part.workspace.key, part.slack_channel, part.thread_ts].append(part)
        for parts in rooms.values():
            await self._settle_room(parts)
        return len(doubts)

    async def _settle_room(self, parts: Sequence[Part]) -> None:
        installation = await self._installations.get(parts[0].workspace)
        if installation is None:
            for part in parts:
                await self._ledger.settle(part, found_ts=None, unknown="not_installed")
            return
        client = self._clients.client(installation.bot_token)
        try:
            found = await _read(client, parts)
        except SlackApiError as error:
            data = error.response.data if isinstance(error.response.data, dict) else {}
            await self._could_not_read(parts, str(data.get("error", "unreadable")))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            await self._could_not_read(parts, type(error).__name__)
        else:
            for part in parts:
                log.info("doubt_settled", part=part.id, found=part.uid in found)
                await self._ledger.settle(part, found_ts=found.get(part.uid))

    async def _could_not_read(self, parts: Sequence[Part], code: str) -> None:
        log.warning("history_unreadable", channel=parts[0].slack_channel, code=code)
        for part in parts:
            if code in _NO_HISTORY and self._repost:
                await self._ledger.settle(part, found_ts=None)
            elif code in _NO_HISTORY:
                await self._ledger.settle(part, found_ts=None, unknown="no_history_scope")
            elif datetime.now(UTC) - part.first_attempt_at > UNREADABLE:
                await self._ledger.settle(part, found_ts=None, unknown="history_unreadable")
            else:
                await self._ledger.settle(part, found_ts=None, again_at=timedelta(minutes=1))


async def _read(client: AsyncWebClient, parts: Sequence[Part]) -> dict[str, str]:
    """The ``ts`` of each of our parts in the window, by part id. Raises unless the whole window was read."""
    since = min(part.first_attempt_at for part in parts) - BEFORE
    window: dict[str, Any] = {
        "channel": parts[0].slack_channel,
        "oldest": f"{since.timestamp():.6f}",
        "limit": _PAGE,
        "include_all_metadata": True,
    }
    thread = parts[0].thread_ts
    found: dict[str, str] = {}
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        if thread is None:
            answer = await client.conversations_history(**window, cursor=cursor)
        else:
            answer = await client.conversations_replies(**window, ts=thread, cursor=cursor)
        for message in answer.get("messages") or []:
            uid = _uid(message)
            if uid is not None:
                found[uid] = str(message.get("ts"))
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor or all(part.uid in found for part in parts):
            return found
    raise ValueError("the window has more pages than are read")


def _uid(message: object) -> str | None:
    if not isinstance(message, dict):
        return None
    metadata = message.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != "haru_part":
        return None
    payload = metadata.get("event_payload")
    return str(payload.get("part")) if isinstance(payload, dict) else None
