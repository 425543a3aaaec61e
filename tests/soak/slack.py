"""A scripted Slack without a network: it handles each channel's next request as it is told to."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.workspaces.wire import Answer, NotConnectedError, UnknownFateError


class Fate(StrEnum):
    """What becomes of a request. "After" means that Slack has done what it was asked."""

    WELL = "well"
    RATE_LIMITED = "rate_limited"
    NOT_CONNECTED = "not_connected"
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    DROPPED_BEFORE = "dropped_before"
    DROPPED_AFTER = "dropped_after"
    LATE = "late"  # dropped, and done some seconds later
    ARCHIVED = "archived"
    UNHEARD_OF = "unheard_of"  # an error code nobody knows, nothing done


DOUBTFUL = frozenset(
    {Fate.ERROR_BEFORE, Fate.ERROR_AFTER, Fate.DROPPED_BEFORE, Fate.DROPPED_AFTER, Fate.LATE, Fate.UNHEARD_OF}
)
LATENESS = timedelta(seconds=60)
"""How late Slack accepts a late message: half the settle time."""


@dataclass(frozen=True, slots=True)
class Post:
    """A posted message: when it left Haru and when Slack took it, on the monotonic clock."""

    left: datetime
    taken: datetime
    channel: str
    ts: str
    thread: str | None
    uid: str
    text: str


@dataclass
class ScriptedSlack:
    """Channels and what was posted there. ``monotonic`` is the simulation's monotonic clock."""

    monotonic: Callable[[], datetime]
    posts: list[Post] = field(default_factory=list)
    reads: list[tuple[datetime, str]] = field(default_factory=list)
    doubted: dict[str, datetime] = field(default_factory=dict)
    """When there was first a reason to doubt something in a channel."""
    left: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, channel and text of each request that left Haru, whatever became of it."""
    fates: dict[str, deque[Fate]] = field(default_factory=lambda: defaultdict(deque))
    reading_fails: bool = False
    _late: list[tuple[datetime, Post]] = field(default_factory=list)
    _count: int = 0

    def let_time_pass(self) -> None:
        """Accept the late messages whose time has come."""
        now = self.monotonic()
        for at, post in sorted(self._late, key=lambda one: one[0]):
            if at <= now:
                self._late.remove((at, post))
                self._take(post, at)

    async def send(
        self, method: str, token: str, body: bytes, *, patience: float, may_leave: Callable[[], bool]
    ) -> Answer:
        """In place of ``Wire.send``."""
        asked = json.loads(body)
        channel = asked["channel"]
        fate = self.fates[channel].popleft() if self.fates[channel] else Fate.WELL
        if fate is Fate.NOT_CONNECTED or not may_leave():
            raise NotConnectedError
        self.left.append((method, channel, asked["text"]))
        if fate in DOUBTFUL:
            self.doubted.setdefault(channel, self.monotonic())
        match fate:
            case Fate.RATE_LIMITED:
                return Answer(429, {"ok": False, "error": "ratelimited"}, retry_after=30.0)
            case Fate.ARCHIVED:
                return Answer(200, {"ok": False, "error": "is_archived"})
            case Fate.UNHEARD_OF:
                return Answer(200, {"ok": False, "error": "never_heard_of"})
            case Fate.ERROR_BEFORE:
                return Answer(503, {})
            case Fate.DROPPED_BEFORE:
                raise UnknownFateError("ServerDisconnectedError")
        if method != "chat.postMessage":
            return Answer(200, {"ok": True, "ts": asked["ts"]})
        post = Post(
            self.monotonic(), self.monotonic(), channel, "", asked.get("thread_ts"),
            asked["metadata"]["event_payload"]["part"], asked["text"],
        )  # fmt: skip
        if fate is Fate.LATE:
            self._late.append((self.monotonic() + LATENESS, post))
            raise UnknownFateError("ServerDisconnectedError")
        ts = self._take(post, self.monotonic())
        if fate is Fate.ERROR_AFTER:
            return Answer(503, {})
        if fate is Fate.DROPPED_AFTER:
            raise UnknownFateError("ServerDisconnectedError")
        return Answer(200, {"ok": True, "ts": ts})

    def client(self, token: str | None = None) -> Any:
        """In place of ``Clients.client``."""
        return SimpleNamespace(
            conversations_history=self._history,
            conversations_replies=self._history,
            chat_getPermalink=self._permalink,
            chat_postMessage=self._tell,
        )

    def _take(self, post: Post, at: datetime) -> str:
        self._count += 1
        ts = f"{int(at.timestamp())}.{self._count:06d}"
        taken = Post(post.left, at, post.channel, ts, post.thread, post.uid, post.text)
        self.posts.append(taken)
        return ts

    async def _history(self, *, channel: str, ts: str | None = None, **asked: Any) -> Any:
        self.reads.append((self.monotonic(), channel))
        if self.reading_fails:
            raise SlackApiError(
                "no", SimpleNamespace(data={"error": "fatal_error"}, status_code=500, headers={})
            )  # type: ignore[no-untyped-call]
        oldest = float(asked["oldest"])
        messages = [
            {
                "ts": post.ts,
                "metadata": {"event_type": "haru_part", "event_payload": {"part": post.uid}},
            }
            for post in reversed(self.posts)
            if post.channel == channel and post.thread == ts and float(post.ts) >= oldest
        ]
        told = _Told({"messages": messages, "response_metadata": {"next_cursor": ""}})
        told.headers = {"Date": format_datetime(self.monotonic(), usegmt=True)}
        return told

    async def _permalink(self, *, channel: str, message_ts: str) -> Any:
        return _Told({"permalink": f"https://slack.test/archives/{channel}/p{message_ts}"})

    async def _tell(self, **_: Any) -> Any:
        return _Told({})


class _Told(dict[str, Any]):
    """An answer of the SDK, as far as Haru looks at it."""

    headers: dict[str, str] = {}  # noqa: RUF012 - nobody writes to it
    status_code = 200
