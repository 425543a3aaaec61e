"""Doubts settled: after a while the channel's history says whether a message arrived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.clocks import SlackClock
from bot.ledger.doubts import Verdict
from bot.ledger.ledger import UNREADABLE, Ledger
from bot.ledger.part import Part
from bot.workspaces import rate_limits
from bot.workspaces.clients import Clients

log = structlog.stdlib.get_logger(__name__)

BEFORE = timedelta(minutes=5)
"""How long before the first attempt the window begins, and after the reading's beginning it ends: so far may
Slack's clock be from what was heard of it last.
"""

_MOST_PAGES = 40
_AGAIN = timedelta(minutes=1)
_SOON = timedelta(seconds=5)
_NO_HISTORY = frozenset({"missing_scope", "not_allowed_token_type"})
_PARENT_GONE = frozenset({"thread_not_found"})

Room = tuple[str, str, str | None]
Attempt = tuple[str, int]


@dataclass(slots=True)
class _Reading:
    """How far a channel's window has been read: what was found in it, and where to go on.

    It serves the doubts it was begun for: what was sent since may lie on a page that is behind it.
    """

    serves: frozenset[Attempt]
    since: datetime
    began: datetime
    offset: timedelta
    offset_before: timedelta | None
    cursor: str | None = None
    pages: int = 0
    found: dict[str, str] = field(default_factory=dict)

    @property
    def oldest(self) -> float:
        # By whichever clock noted the attempt: the machine's may have been set since, while Haru was down.
        noted_by = min(self.offset, self.offset if self.offset_before is None else self.offset_before)
        return (self.since + noted_by - BEFORE).timestamp()

    @property
    def latest(self) -> float:
        """What came later came after this reading began, and is none of what it looks for."""
        return (self.began + self.offset + BEFORE).timestamp()


class HeldDownError(Exception):
    """It is not this workspace's turn to be read, or not this process's any more."""


class Reconciler:
    """Looks for doubted parts. Never sends anything: a part surely not there is given back to the courier.

    ``repost`` is the operator's choice for channels whose history Haru may not read:
    send again and risk a double, or (the default) skip and risk a gap.
    """

    def __init__(
        self,
        ledger: Ledger,
        clients: Clients,
        slack_clock: SlackClock,
        *,
        repost: bool = False,
    ) -> None:
        self._ledger = ledger
        self._clients = clients
        self._slack_clock = slack_clock
        self._repost = repost
        self._readings: dict[Room, _Reading] = {}

    async def run(self) -> int:
        """Settle what had time to settle; how many doubts were looked at."""
        await self._ledger.doubt_expired()
        await self._ledger.give_up()
        doubts = await self._ledger.check()
        rooms: dict[Room, list[Part]] = defaultdict(list)
        for part in doubts:
            rooms[part.workspace.key, part.slack_channel, part.thread_ts].append(part)
        for room, parts in rooms.items():
            verdicts = await self._look(room, parts)
            for part, verdict in await self._ledger.settle(list(zip(parts, verdicts, strict=True))):
                if verdict.again_after is None:
                    log.info("doubt_settled", part=part.id, found=verdict.ts is not None)
        self._forget_old_readings()
        return len(doubts)

    async def _look(self, room: Room, parts: Sequence[Part]) -> list[Verdict]:
        if parts[0].token is None:
            return [Verdict(unknown="not_installed")] * len(parts)
        try:
            reading = await self._read(room, parts)
        except HeldDownError:
            return [self._later(part, _SOON) for part in parts]
        except SlackApiError as error:
            data = error.response.data if isinstance(error.response.data, dict) else {}
            code = str(data.get("error", "unreadable"))
            if error.response.status_code == 429 or code == "ratelimited":
                await self._hold_down(parts[0], error.response.headers)
                return [self._later(part, _SOON) for part in parts]
            return [self._unread(part, code) for part in parts]
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return [self._unread(part, type(error).__name__) for part in parts]
        return [
            Verdict(ts=reading.found.get(part.uid))
            if _attempt(part) in reading.serves
            else Verdict(again_after=timedelta(0))
            for part in parts
        ]

    def _unread(self, part: Part, code: str) -> Verdict:
        log.warning("history_unreadable", part=part.id, channel=part.slack_channel, code=code)
        if code in _NO_HISTORY:
            return Verdict() if self._repost else Verdict(unknown="no_history_scope")
        if code in _PARENT_GONE and part.in_thread:
            return Verdict(gone=True)
        return self._later(part, _AGAIN)

    def _later(self, part: Part, wait: timedelta) -> Verdict:
        if self._ledger.steady() - part.first_attempt_at > UNREADABLE:
            return Verdict(unknown="history_unreadable")
        return Verdict(again_after=wait)

    async def _hold_down(self, part: Part, headers: Any) -> None:
        told = {str(name).lower(): str(value) for name, value in (headers or {}).items()}
        asked = rate_limits.retry_after(told.get("retry-after"))
        seconds = float(rate_limits.HISTORY_INTERVAL) if asked is None else asked
        log.warning("history_held_down", workspace=part.workspace.key, seconds=seconds)
        await self._ledger.slow_down(
            part.workspace, _method(part), wait=seconds, every=rate_limits.HISTORY_INTERVAL
        )

    async def _read(self, room: Room, parts: Sequence[Part]) -> _Reading:
        """Read the window of these parts, or of those for which a reading was begun. Raises unless the
        whole was read, or all they look for was found.

        A window read in part is gone on with when the workspace's turn comes again; one
        reading serves every doubt of the channel.
        """
        reading = self._readings.pop(room, None)
        while True:
            if reading is None or reading.serves.isdisjoint(map(_attempt, parts)):
                reading = _Reading(
                    serves=frozenset(map(_attempt, parts)),
                    since=min(part.first_attempt_at for part in parts),
                    began=self._ledger.steady(),
                    offset=self._slack_clock.offset,
                    offset_before=self._ledger.offset_before,
                )
            is_ours = self._ledger.steady() < parts[0].held_until
            if not is_ours or not await self._ledger.turn(parts[0].workspace, _method(parts[0])):
                self._readings[room] = reading
                raise HeldDownError
            answer = await self._ask(parts[0], reading)
            self._slack_clock.read_header((answer.headers or {}).get("Date"))
            if abs(self._slack_clock.offset - reading.offset) > BEFORE / 2:
                # Slack's clock is further from ours than was known: it was the wrong window.
                reading = None
                continue
            messages = [one for one in answer.get("messages") or [] if isinstance(one, dict)]
            for message in messages:
                uid = _uid(message)
                if uid is not None:
                    reading.found[uid] = str(message.get("ts"))
            reading.cursor = (answer.get("response_metadata") or {}).get("next_cursor") or None
            reading.pages += 1
            # Not asked for as ``latest``: Slack would begin at that end, and what is looked for lies at the
            # other. Without any end a lively channel, read a page a minute, might never be read whole.
            is_past = bool(messages) and all(_later_than(one, reading.latest) for one in messages)
            if reading.cursor is None or is_past or all(uid in reading.found for uid, _ in reading.serves):
                return reading
            if reading.pages >= _MOST_PAGES:
                raise ValueError("the window has more pages than are read")

    def _forget_old_readings(self) -> None:
        """Whatever a reading was begun for has come to its end by then, by somebody else's look."""
        now = self._ledger.steady()
        for room, reading in list(self._readings.items()):
            if now - reading.began > UNREADABLE:
                del self._readings[room]

    async def _ask(self, part: Part, reading: _Reading) -> Any:
        client = self._clients.client(part.token)
        window: dict[str, Any] = {
            "channel": part.slack_channel,
            "oldest": f"{reading.oldest:.6f}",
            "limit": rate_limits.HISTORY_PAGE,
            "include_all_metadata": True,
            "cursor": reading.cursor,
        }
        if part.thread_ts is None:
            return await client.conversations_history(**window)
        return await client.conversations_replies(**window, ts=part.thread_ts)


def _method(part: Part) -> str:
    return "conversations.history" if part.thread_ts is None else "conversations.replies"


def _attempt(part: Part) -> Attempt:
    return part.uid, part.attempt


def _later_than(message: dict[str, Any], instant: float) -> bool:
    try:
        return float(message.get("ts", "")) > instant
    except ValueError:
        return False


def _uid(message: dict[str, Any]) -> str | None:
    metadata = message.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != "haru_part":
        return None
    payload = metadata.get("event_payload")
    return str(payload.get("part")) if isinstance(payload, dict) else None
