"""Manual posts, outside the schedule, and the history of a channel's posts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum, auto

from bot.channels.preferences import Channel
from bot.clocks import Clock
from bot.delivery.calendar import local_day
from bot.delivery.manual_posts import ManualPosts
from bot.delivery.opened import OpenedStatus
from bot.delivery.permalinks import Permalinks
from bot.ledger.delivery import Delivery
from bot.ledger.delivery_history import DeliveryHistory
from bot.ledger.states import DeliveryState, Reason
from bot.messages.channel_card import LastPost, Outcome
from bot.messages.message import Message
from bot.workspaces.installations import Installations
from digests.archive import Archive
from digests.model import ArchivedDigest, Workspace

DOUBLE_CLICK = timedelta(seconds=30)
"""The same post asked for again within this time is a double click, and is not posted twice."""

_NO_WORKSPACE = Workspace("", "")
"""A workspace without digests of its own, which sees only the shared ones."""

_OUTCOMES = {
    DeliveryState.SENT: Outcome.SENT,
    DeliveryState.POSTING: Outcome.SENDING,
    DeliveryState.SKIPPED: Outcome.SKIPPED,
    DeliveryState.FAILED: Outcome.FAILED,
    DeliveryState.UNKNOWN: Outcome.UNKNOWN,
}


HISTORY_DAYS = 30
"""Days that a channel's history goes back."""

_MOST_LISTED = 60
"""Deliveries of a history: two a day. More are posts by hand, one after another."""


class PostStatus(Enum):
    """The outcome of a request for a manual post."""

    POSTING = auto()
    ALREADY_POSTED = auto()
    NOTHING_TO_POST = auto()
    WORKSPACE_PAUSED = auto()


@dataclass(frozen=True, slots=True)
class PostResult:
    """The outcome of a request for a manual post, with what explains it.

    With ALREADY_POSTED, ``digest_ids`` are the digests the channel has had, and ``url`` leads to their post.
    With WORKSPACE_PAUSED, ``reason`` is the code of the pause.
    """

    status: PostStatus
    digest_ids: tuple[int, ...] = ()
    url: str | None = None
    reason: str | None = None


class ChannelPosts:
    """Opens manual posts and reads past ones. Sends nothing itself: the courier does."""

    def __init__(
        self,
        *,
        archive: Archive,
        manual_posts: ManualPosts,
        history: DeliveryHistory,
        permalinks: Permalinks,
        installations: Installations,
        clock: Clock,
        wake: Callable[[], Awaitable[None]],
    ) -> None:
        self._archive = archive
        self._manual_posts = manual_posts
        self._history = history
        self._permalinks = permalinks
        self._installations = installations
        self._clock = clock
        self._wake = wake
        self._opening = asyncio.Lock()
        """Held while a post is opened, so that the second half of a double click sees the first."""

    async def preview(self, channel: Channel, *, shared_only: bool) -> Sequence[Message]:
        """The messages of the channel's next post as things are now; of the newest digest if none is unread.
        Empty if there is no digest at all. ``shared_only`` leaves out the workspace's own digests.
        """
        if shared_only:
            channel = replace(channel, workspace=_NO_WORKSPACE)
        return await self._manual_posts.preview(channel, now=self._clock.now())

    async def post(
        self, channel: Channel, *, digest_ids: tuple[int, ...] | None = None, again: bool = False
    ) -> PostResult:
        """Post what the channel has not had, or only these digests.

        ``again`` posts digests the channel has had, unless they were posted within ``DOUBLE_CLICK``.
        """
        installation = await self._installations.get(channel.workspace)
        if installation is not None and installation.paused_reason:
            # A post opened now would come after the pause, perhaps hours later, unexpectedly.
            return PostResult(PostStatus.WORKSPACE_PAUSED, reason=installation.paused_reason)
        async with self._opening:
            if again and await self._was_just_posted(channel, digest_ids or ()):
                return PostResult(PostStatus.POSTING)
            opened = await self._manual_posts.open(
                channel, now=self._clock.now(), digest_ids=digest_ids, again=again
            )
        if opened.status is OpenedStatus.POSTING:
            await self._wake()
            return PostResult(PostStatus.POSTING)
        if opened.reason != Reason.ALREADY_HAD:
            return PostResult(PostStatus.NOTHING_TO_POST)
        url = await self._url_of_post(channel, opened.digest_ids)
        return PostResult(PostStatus.ALREADY_POSTED, opened.digest_ids, url)

    async def digests_of_post(self, channel: Channel, delivery_id: int) -> tuple[int, ...]:
        """The digests of one of the channel's last deliveries; empty if it is not one of them."""
        deliveries = await self._history.of_channel(channel.id)
        return next((delivery.digest_ids for delivery in deliveries if delivery.id == delivery_id), ())

    async def last_post(self, channel: Channel) -> LastPost | None:
        """How the channel's newest post ended, or that one is due and waits; None if it has had none."""
        if channel.next_date and channel.next_due_at and channel.next_due_at <= self._clock.now():
            return LastPost(channel.next_date, Outcome.WAITING)
        last = await self._history.last(channel.id)
        if last is None:
            return None
        url = await self._permalinks.get(channel, last.ts) if last.ts else None
        return _past_post(channel, last, url=url)

    async def past_posts(self, channel: Channel) -> list[LastPost]:
        """The channel's deliveries of the last ``HISTORY_DAYS`` days, the newest first, without links."""
        since = self._clock.now() - timedelta(days=HISTORY_DAYS)
        deliveries = await self._history.of_channel(channel.id, limit=_MOST_LISTED, since=since)
        counts = await self._history.paper_counts([delivery.id for delivery in deliveries])
        return [_past_post(channel, one, papers=counts.get(one.id, 0)) for one in deliveries]

    async def newest_unposted(self, channel: Channel) -> ArchivedDigest | None:
        """The newest digest, if it is newer than all that the channel has had; else None."""
        now = self._clock.now()
        # The channel's own day: a digest dated tomorrow there cannot be posted there today.
        until = local_day(now, channel.preferences.zone)
        newest = await self._archive.newest_digest(workspace=channel.workspace, until=until, now=now)
        if newest is None:
            return None
        posted = await self.newest_posted_date(channel)
        return newest if posted is None or (newest.date and newest.date > posted) else None

    async def newest_posted_date(self, channel: Channel) -> date | None:
        """The date of the newest digest the channel has had, or None."""
        return await self._history.newest_had(channel.id)

    async def _url_of_post(self, channel: Channel, digest_ids: tuple[int, ...]) -> str | None:
        for delivery in await self._history.of_channel(channel.id):
            if set(delivery.digest_ids) & set(digest_ids):
                return await self._permalinks.get(channel, delivery.ts) if delivery.ts else None
        return None

    async def _was_just_posted(self, channel: Channel, digest_ids: tuple[int, ...]) -> bool:
        # A delivery that repeats a post has no digests of its own: they belong to the first delivery.
        since = self._clock.now() - DOUBLE_CLICK
        return any(
            delivery.created_at > since
            and delivery.schedule_date is None
            and (not delivery.digest_ids or set(delivery.digest_ids) == set(digest_ids))
            for delivery in await self._history.of_channel(channel.id, limit=3)
        )


def _past_post(channel: Channel, past: Delivery, *, url: str | None = None, papers: int = 0) -> LastPost:
    day = past.schedule_date or local_day(past.created_at, channel.preferences.zone)
    outcome = Outcome.DOUBT if past.in_doubt else _OUTCOMES[past.state]
    return LastPost(day, outcome, past.reason, url, past.id, papers)
