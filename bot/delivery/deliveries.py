"""The use cases of delivery: the daily tick, a manual post, the next post, what came last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.channels.preferences import Channel, Language, Layout
from bot.channels.registry import Channels
from bot.delivery import calendar, plan
from bot.delivery.calendar import Due
from bot.delivery.delivery import Delivery
from bot.delivery.edition import Edition
from bot.delivery.ledger import Ledger
from bot.messages.message import Message
from bot.workspaces.clients import Clients
from bot.workspaces.installations import Installations
from digests.archive import Archive
from digests.model import ArchivedDigest

log = structlog.stdlib.get_logger(__name__)

Render = Callable[[Edition, Language, Layout], tuple[Message, ...]]

_LOOK_AGAIN = timedelta(seconds=30)
"""How often a channel that waits for a late digest is looked at again."""

_FORGET = timedelta(days=8)
"""Schedule dates further back than what a post reaches for are not gone through one by one."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a tick did for one channel: ``status`` is posting, waiting or skipped."""

    channel: Channel
    day: date
    status: str
    reason: str | None = None
    digest_ids: tuple[int, ...] = ()
    delivery_id: int | None = None


class Rendering(Protocol):
    """Renders an edition; the same edition, language and layout give the same messages."""

    def __call__(self, edition: Edition, *, language: Language, layout: Layout) -> tuple[Message, ...]: ...


class Deliveries:
    """Opens deliveries and tells of them. Sends nothing itself: the courier does."""

    def __init__(
        self,
        *,
        archive: Archive,
        channels: Channels,
        ledger: Ledger,
        installations: Installations,
        clients: Clients,
        render: Rendering,
        grace: timedelta,
    ) -> None:
        self._archive = archive
        self._channels = channels
        self._ledger = ledger
        self._installations = installations
        self._clients = clients
        self._render = render
        self._grace = grace
        self._waiting: dict[int, datetime] = {}

    async def tick(self, now: datetime, *, patient: bool = True) -> list[Opened]:
        """Open what is due by ``now``. ``patient=False`` looks at waiting channels at once."""
        if not patient:
            self._waiting.clear()
        opened: list[Opened] = []
        rendered: dict[object, tuple[Message, ...]] = {}
        digests: dict[tuple[object, date], tuple[ArchivedDigest, ...]] = {}
        while channels := await self._channels.due(now):
            fresh = [one for one in channels if self._waiting.get(one.id, now) <= now]
            if not fresh:
                break
            opened += [await self._open(channel, now, rendered, digests) for channel in fresh]
        return opened

    async def reschedule(self, channel: Channel, *, now: datetime, enabling: bool = False) -> Due | None:
        """Work out the next post after a change of settings, and write it down.

        Switching on starts at the next hour. An hour moved while today's post is unsent
        and within grace still brings today's.
        """
        self._waiting.pop(channel.id, None)
        preferences = channel.preferences
        if not preferences.enabled or channel.paused_reason:
            await self._channels.schedule(channel, None, None)
            await self._ledger.cancel_pending(channel.id, "off")
            return None
        due = calendar.next_due(preferences, now)
        today = calendar.local_day(now, preferences.zone)
        at = calendar.due_at(today, preferences.hour, preferences.zone)
        moved_past = not enabling and at is not None and at <= now <= at + self._grace
        if moved_past and at is not None and calendar.is_chosen(preferences, today):
            has_been_on = channel.enabled_at is not None and channel.enabled_at < at
            if has_been_on and await self._ledger.reopen(channel.id, today):
                due = Due(today, at)
        if due is not None and not await self._is_free(channel, due.date):
            due = calendar.next_due(preferences, due.at)
        await self._channels.schedule(channel, due.date if due else None, due.at if due else None)
        return due

    async def stop(self, channel: Channel, reason: str) -> None:
        """Give up what was not yet sent to a channel."""
        await self._ledger.cancel_pending(channel.id, reason)

    async def last(self, channel: Channel) -> Delivery | None:
        """The newest delivery, or None."""
        found = await self._ledger.deliveries(channel.id, limit=1)
        return found[0] if found else None

    async def history(self, channel: Channel, *, limit: int = 10) -> list[Delivery]:
        """The newest deliveries, newest first."""
        return await self._ledger.deliveries(channel.id, limit=limit)

    async def newest_had(self, channel: Channel, *, now: datetime) -> date | None:
        """The date of the newest digest a channel has had."""
        return (await self._ledger.history(channel.id, now=now)).newest

    async def preview(self, channel: Channel, *, now: datetime) -> tuple[Message, ...]:
        """The messages of the next post as things stand; of the newest digest when nothing is new."""
        made = await self._edition(channel, now=now, digest_ids=None, again=True)
        if made is None:
            return ()
        preferences = channel.preferences
        return self._render(made, language=preferences.language, layout=preferences.layout)

    async def post_now(
        self,
        channel: Channel,
        *,
        now: datetime,
        digest_ids: Sequence[int] | None = None,
        again: bool = False,
    ) -> Opened:
        """Open a manual delivery, outside the schedule: of what is unread, else (``again``) the newest.

        ``status`` is skipped with reason ``already_had`` when the channel has had it and
        ``again`` is not said, or with ``no_new_digest`` when there is nothing at all.
        """
        day = calendar.local_day(now, channel.preferences.zone)
        made = await self._edition(channel, now=now, digest_ids=digest_ids, again=again)
        if made is None:
            anything = await self._edition(channel, now=now, digest_ids=digest_ids, again=True)
            reason = "already_had" if anything else plan.Skip.NO_NEW_DIGEST.value
            ids = anything.digest_ids if anything else ()
            return Opened(channel, day, "skipped", reason, ids)
        messages = self._render(
            made, language=channel.preferences.language, layout=channel.preferences.layout
        )
        delivery_id = await self._ledger.open_delivery(
            channel,
            day=None,
            due_at=now,
            edition=made,
            messages=messages,
            give_up_at=now + self._grace,
            now=now,
            again=again,
        )
        if delivery_id is None:
            # Somebody else was a moment earlier with the same.
            return Opened(channel, day, "skipped", "already_had", made.digest_ids)
        return Opened(channel, day, "posting", digest_ids=made.digest_ids, delivery_id=delivery_id)

    async def link(self, channel: Channel, ts: str) -> str | None:
        """A permalink to a message, or None when Slack gives none."""
        installation = await self._installations.get(channel.workspace)
        if installation is None:
            return None
        client = self._clients.client(installation.bot_token)
        try:
            answer = await client.chat_getPermalink(channel=channel.channel_id, message_ts=ts)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.info("no_permalink", channel=channel.channel_id, error=type(error).__name__)
            return None
        found = answer.get("permalink")
        return found if isinstance(found, str) else None

    async def _open(
        self,
        channel: Channel,
        now: datetime,
        rendered: dict[object, tuple[Message, ...]],
        digests: dict[tuple[object, date], tuple[ArchivedDigest, ...]],
    ) -> Opened:
        if channel.next_date is None or channel.next_due_at is None:
            raise ValueError("a due channel has a schedule date")
        due = Due(channel.next_date, channel.next_due_at)
        if due.at < now - _FORGET:
            await self._next(channel, now - _FORGET)
            await self._ledger.skip(channel, day=due.date, due_at=due.at, reason=plan.Skip.TOO_LATE, now=now)
            return Opened(channel, due.date, "skipped", plan.Skip.TOO_LATE.value)
        key = (channel.workspace, due.date)
        if key not in digests:
            digests[key] = await self._archive.digests(
                workspace=channel.workspace, after=None, until=due.date, now=now
            )
        history = await self._ledger.history(channel.id, now=now)
        decision = plan.decide(
            due,
            now=now,
            grace=self._grace,
            digests=digests[key],
            history=replace(history, posts={}),
            tags=channel.preferences.tags,
        )
        opened: Opened
        match decision:
            case plan.Wait(until):
                self._waiting[channel.id] = min(now + _LOOK_AGAIN, until)
                return Opened(channel, due.date, "waiting", plan.Skip.NO_NEW_DIGEST.value)
            case plan.Skipped(reason, digest_ids):
                await self._ledger.skip(
                    channel, day=due.date, due_at=due.at, reason=reason, digest_ids=digest_ids, now=now
                )
                opened = Opened(channel, due.date, "skipped", reason.value, digest_ids)
            case made:
                edition = await self._linked(channel, made, history)
                look = (channel.preferences.language, channel.preferences.layout)
                if (edition, *look) not in rendered:
                    rendered[edition, *look] = self._render(edition, language=look[0], layout=look[1])
                delivery_id = await self._ledger.open_delivery(
                    channel,
                    day=due.date,
                    due_at=due.at,
                    edition=edition,
                    messages=rendered[edition, *look],
                    give_up_at=max(due.at + self._grace, now + plan.LAST_LOOK),
                    now=now,
                )
                opened = Opened(channel, due.date, "posting", None, edition.digest_ids, delivery_id)
        self._waiting.pop(channel.id, None)
        await self._next(channel, due.at)
        log.info(
            "channel_due", channel=channel.id, date=str(due.date), status=opened.status, reason=opened.reason
        )
        return opened

    async def _linked(self, channel: Channel, edition: Edition, history: plan.History) -> Edition:
        """The edition with links to the posts in which the channel had some of its papers lately."""
        posts = history.posts or {}
        links: dict[str, str | None] = {}
        entries = []
        for one in edition.entries:
            ts = posts.get(one.entry.paper_id)
            if ts is None:
                entries.append(one)
                continue
            if ts not in links:
                links[ts] = await self.link(channel, ts)
            entries.append(replace(one, seen_url=links[ts]))
        return replace(edition, entries=tuple(entries))

    async def _edition(
        self, channel: Channel, *, now: datetime, digest_ids: Sequence[int] | None, again: bool
    ) -> Edition | None:
        day = calendar.local_day(now, channel.preferences.zone)
        history = await self._ledger.history(channel.id, now=now)
        found = await self._archive.digests(workspace=channel.workspace, after=None, until=day, now=now)
        if digest_ids is not None:
            chosen = tuple(digest for digest in found if digest.id in digest_ids)
            if not again:
                chosen = tuple(digest for digest in chosen if digest.id not in history.digest_ids)
        else:
            chosen = plan.unread(found, history, day)
            if not chosen and again:
                chosen = plan.unread(found, plan.History(), day)
        if not chosen:
            return None
        made = plan.edition(day, chosen, tags=channel.preferences.tags, posts={})
        return made if made.entries else None

    async def _next(self, channel: Channel, after: datetime) -> None:
        due = calendar.next_due(channel.preferences, after)
        await self._channels.schedule(channel, due.date if due else None, due.at if due else None)

    async def _is_free(self, channel: Channel, day: date) -> bool:
        return all(one.schedule_date != day for one in await self._ledger.deliveries(channel.id, limit=14))
