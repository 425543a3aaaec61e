"""The reconciler: finds out from a channel's history whether doubted messages arrived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.clocks import SlackClock
from bot.ledger.doubts import Verdict
from bot.ledger.ledger import Ledger
from bot.ledger.part import METADATA_EVENT, Part
from bot.ledger.states import Reason
from bot.workspaces import rate_limits
from bot.workspaces.clients import Clients
from bot.workspaces.slack_errors import UNREADABLE, SlackCallError, call
from digests.errors import StoreError

log = structlog.stdlib.get_logger(__name__)

UNREADABLE_LIMIT = timedelta(hours=24)
"""How long a history may be unreadable until its doubted parts are unknown for good."""

MARGIN = timedelta(minutes=5)
"""How far the window of a read reaches beyond the first attempt and the start of the read: Slack's clock
may differ by this much from what its last ``Date`` header said.
"""

_MOST_PAGES = 40
"""Pages of one window after which it counts as unreadable."""

TOO_LONG = "window_too_long"
"""The code of a window that has more pages."""

_READ_AGAIN = timedelta(minutes=1)
"""How long after an unreadable history it is read again."""

_WAIT_FOR_TURN = timedelta(seconds=5)
"""How long to wait when it is not the workspace's turn to be read."""

_NO_HISTORY = frozenset({"missing_scope", "not_allowed_token_type"})
_PARENT_GONE = frozenset({"thread_not_found"})

Place = tuple[str, str, str | None]
"""What one history belongs to: workspace key, channel id, and the thread's ``ts`` or None."""

Attempt = tuple[str, int]
"""A part's metadata id and the number of its attempt."""


@dataclass(slots=True)
class _Reading:
    """How far the window of one history has been read, what was found, and where to continue.

    It answers only for the attempts it was begun for: a message that was sent later may lie on a page that
    was read before. ``since`` and ``began`` are on this process's clock; the offsets are Slack's time minus
    this process's clock, and minus the previous process's.
    """

    serves: frozenset[Attempt]
    since: datetime
    began: datetime
    offset: timedelta
    previous_offset: timedelta | None
    cursor: str | None = None
    pages: int = 0
    found: dict[str, str] = field(default_factory=dict)

    @property
    def oldest(self) -> float:
        """The start of the window, as a Slack timestamp."""
        # The attempt may have been noted by the previous process, and the wall clock been set since.
        offsets = [self.offset, self.offset if self.previous_offset is None else self.previous_offset]
        return (self.since + min(offsets) - MARGIN).timestamp()

    @property
    def latest(self) -> float:
        """The end of the window, as a Slack timestamp: later messages came after this read began."""
        return (self.began + self.offset + MARGIN).timestamp()


class NotOurTurnError(Exception):
    """The workspace's history may not be read yet, or the parts are no longer this process's."""


class Reconciler:
    """Settles doubts. Sends nothing: a part that is surely not in its channel goes back to the courier.

    ``repost`` is the operator's choice for channels whose history Haru may not read: send again and risk a
    double, or (the default) skip and risk a gap.
    """

    def __init__(
        self, ledger: Ledger, clients: Clients, slack_clock: SlackClock, *, repost: bool = False
    ) -> None:
        self._doubts = ledger.doubts
        self._open_parts = ledger.open_parts
        self._method_pace = ledger.method_pace
        self._clock = ledger.clock
        self._clients = clients
        self._slack_clock = slack_clock
        self._repost = repost
        self._readings: dict[Place, _Reading] = {}

    async def run(self) -> int:
        """Settle the doubts that had time to settle; returns how many were looked at."""
        await self._doubts.expire_leases()
        await self._open_parts.give_up()
        doubted = await self._doubts.check_out()
        places: dict[Place, list[Part]] = defaultdict(list)
        for part in doubted:
            places[part.workspace.key, part.slack_channel, part.thread_ts].append(part)
        for place, parts in places.items():
            verdicts = await self._look(place, parts)
            for part, verdict in await self._doubts.settle(list(zip(parts, verdicts, strict=True))):
                if verdict.again_after is None:
                    log.info("doubt_settled", part=part.id, found=verdict.ts is not None)
        self._drop_old_readings()
        return len(doubted)

    async def _look(self, place: Place, parts: Sequence[Part]) -> list[Verdict]:
        """A verdict for each of these parts, which lie in one place."""
        if parts[0].token is None:
            return [Verdict(unknown=Reason.NOT_INSTALLED)] * len(parts)
        try:
            reading = await self._read(place, parts)
        except NotOurTurnError:
            return [self._later(part, _WAIT_FOR_TURN) for part in parts]
        except SlackCallError as error:
            if error.is_rate_limit:
                await self._slow_down(parts[0], error.retry_after)
                return [self._later(part, _WAIT_FOR_TURN) for part in parts]
            return [self._verdict_without_history(part, error.code) for part in parts]
        except StoreError:
            raise
        except Exception:
            # Whatever is wrong with one channel's history must not keep the doubts of others from settling.
            log.exception("history_crashed", channel=parts[0].slack_channel)
            return [self._later(part, _READ_AGAIN) for part in parts]
        return [
            Verdict(ts=reading.found.get(part.uid))
            if _attempt(part) in reading.serves
            else Verdict(again_after=timedelta(0))
            for part in parts
        ]

    def _verdict_without_history(self, part: Part, code: str) -> Verdict:
        log.warning("history_unreadable", part=part.id, channel=part.slack_channel, code=code)
        if code in _NO_HISTORY:
            return Verdict() if self._repost else Verdict(unknown=Reason.NO_HISTORY_SCOPE)
        if code in _PARENT_GONE and part.in_thread:
            return Verdict(gone=True)
        return self._later(part, _READ_AGAIN)

    def _later(self, part: Part, wait: timedelta) -> Verdict:
        if self._clock.monotonic() - part.first_attempt_at > UNREADABLE_LIMIT:
            return Verdict(unknown=Reason.HISTORY_UNREADABLE)
        return Verdict(again_after=wait)

    async def _slow_down(self, part: Part, wait: float | None) -> None:
        every = rate_limits.HISTORY_INTERVAL
        seconds = float(every) if wait is None else wait
        log.warning("history_rate_limited", workspace=part.workspace.key, seconds=seconds)
        await self._method_pace.slow_down(part.workspace, _method(part), wait=seconds, every=every)

    async def _read(self, place: Place, parts: Sequence[Part]) -> _Reading:
        """Read the window of these parts, or continue the reading that was begun for some of them.

        Returns when the window is read to its end, or when everything that the reading looks for is found.
        NotOurTurnError when it has to be continued later; SlackCallError when the window is too long, or
        Slack does not answer.
        """
        reading = self._readings.pop(place, None)
        while True:
            if reading is None or reading.serves.isdisjoint(map(_attempt, parts)):
                reading = self._begin(parts)
            is_ours = self._clock.monotonic() < parts[0].held_until
            if not is_ours or not await self._method_pace.take_turn(parts[0].workspace, _method(parts[0])):
                self._readings[place] = reading
                raise NotOurTurnError
            answer = await self._ask(parts[0], reading)
            self._slack_clock.read_header((answer.headers or {}).get("Date"))
            if abs(self._slack_clock.offset - reading.offset) > MARGIN / 2:
                # Slack's clock differs more than was known, so the window was wrong.
                reading = None
                continue
            messages = _messages(answer)
            for message in messages:
                uid = _uid(message)
                if uid is not None:
                    reading.found[uid] = str(message.get("ts"))
            reading.cursor = (answer.get("response_metadata") or {}).get("next_cursor") or None
            if reading.cursor is None and answer.get("has_more") is True:
                raise SlackCallError(UNREADABLE)
            reading.pages += 1
            # The end of the window is not sent as ``latest``: Slack would start the pages there, while the
            # message is near the other end. Without any end a lively channel that may be read once a minute
            # would never be read to the end.
            is_past_end = bool(messages) and all(_is_later(message, reading.latest) for message in messages)
            has_all = all(uid in reading.found for uid, _ in reading.serves)
            if reading.cursor is None or is_past_end or has_all:
                return reading
            if reading.pages >= _MOST_PAGES:
                raise SlackCallError(TOO_LONG)

    def _begin(self, parts: Sequence[Part]) -> _Reading:
        return _Reading(
            serves=frozenset(map(_attempt, parts)),
            since=min(part.first_attempt_at for part in parts),
            began=self._clock.monotonic(),
            offset=self._slack_clock.offset,
            previous_offset=self._clock.previous_slack_offset,
        )

    def _drop_old_readings(self) -> None:
        """Drop readings whose parts must have come to an end by now, through another process."""
        now = self._clock.monotonic()
        for place, reading in list(self._readings.items()):
            if now - reading.began > UNREADABLE_LIMIT:
                del self._readings[place]

    async def _ask(self, part: Part, reading: _Reading) -> Any:
        """One page of the history."""
        client = self._clients.client(part.token)
        window: dict[str, Any] = {
            "channel": part.slack_channel,
            "oldest": f"{reading.oldest:.6f}",
            "limit": rate_limits.HISTORY_PAGE,
            "include_all_metadata": True,
            "cursor": reading.cursor,
        }
        if part.thread_ts is None:
            return await call(client.conversations_history(**window))
        return await call(client.conversations_replies(**window, ts=part.thread_ts))


def _messages(answer: Any) -> list[dict[str, Any]]:
    """The messages of a page. SlackCallError where it has no list of them: that proves no message absent."""
    messages = answer.get("messages")
    if not isinstance(messages, list):
        raise SlackCallError(UNREADABLE)
    return [message for message in messages if isinstance(message, dict)]


def _method(part: Part) -> str:
    return "conversations.history" if part.thread_ts is None else "conversations.replies"


def _attempt(part: Part) -> Attempt:
    return part.uid, part.attempt


def _is_later(message: dict[str, Any], timestamp: float) -> bool:
    try:
        return float(message.get("ts", "")) > timestamp
    except ValueError:
        return False


def _uid(message: dict[str, Any]) -> str | None:
    """The part's id in a message's metadata; None when it is not one of Haru's."""
    metadata = message.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != METADATA_EVENT:
        return None
    payload = metadata.get("event_payload")
    return str(payload.get("part")) if isinstance(payload, dict) else None
