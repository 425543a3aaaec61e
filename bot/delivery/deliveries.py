"""The use cases of delivery: the daily tick, a manual post, the next post, what came last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.channels.channel_store import Channels
from bot.channels.due_channels import DueChannels
from bot.channels.preferences import Channel
from bot.delivery import calendar, plan
from bot.delivery.calendar import Due
from bot.delivery.planner import Planner, Rendering, Renderings, Waiting
from bot.delivery.schedules import Schedules
from bot.ledger.delivery import Delivery
from bot.ledger.ledger import Ledger
from bot.ledger.openings import Opening
from bot.ledger.past import Past
from bot.messages.edition import Edition
from bot.messages.message import Message
from bot.workspaces.clients import Clients
from bot.workspaces.installations import Installations
from digests.archive import Archive

log = structlog.stdlib.get_logger(__name__)

_LOOK_AGAIN = timedelta(seconds=30)
"""How often channels that wait for a late digest are looked at again."""

GROUP = 500
"""Channels opened in one commit: what a commit asks besides is spread over them, and takes some 50 ms."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a tick did for one channel: ``status`` is posting, waiting or skipped."""

    channel: Channel
    day: date
    status: str
    reason: str | None = None
    digest_ids: tuple[int, ...] = ()
    delivery_id: int | None = None


class Deliveries:
    """Opens deliveries and tells of them. Sends nothing itself: the courier does."""

    def __init__(
        self,
        *,
        archive: Archive,
        channels: Channels,
        due_channels: DueChannels,
        ledger: Ledger,
        past: Past,
        installations: Installations,
        clients: Clients,
        render: Rendering,
        grace: timedelta,
    ) -> None:
        self._channels = channels
        self._due_channels = due_channels
        self._ledger = ledger
        self._past = past
        self._installations = installations
        self._clients = clients
        self._render = render
        self._grace = grace
        self._schedules = Schedules(channels, due_channels, ledger, grace=grace)
        self._planner = Planner(archive, past, installations, grace=grace, link=self.link)
        self._waiting: dict[int, Waiting] = {}
        self._looked_until: datetime | None = None
        self._look_at_all = datetime.min.replace(tzinfo=UTC)

    async def tick(self, now: datetime, *, patient: bool = True) -> list[Opened]:
        """Open what is due by ``now``. ``patient=False`` looks at waiting channels at once.

        Between two looks at all that is due only what has become due since is asked for:
        ten thousand channels that wait for a late digest cost nothing meanwhile.
        """
        after: tuple[datetime, int] | None = None
        # A clock put back has new hours before it, and old ones behind.
        turned_back = self._looked_until is not None and now < self._looked_until
        if not patient or turned_back or now >= self._look_at_all:
            self._look_at_all = now + _LOOK_AGAIN
            if not patient:
                self._waiting.clear()
        elif self._looked_until is not None:
            after = (self._looked_until, 0)
        opened: list[Opened] = []
        renderings = Renderings(self._render)
        while channels := await self._due_channels.due(now, after=after, limit=GROUP):
            # What is opened is due no more, what waits is passed over: each page lies behind the last.
            after = (channels[-1].next_due_at or now, channels[-1].id)
            opened += await self._open(channels, renderings, now)
        self._looked_until = now
        return opened

    async def reschedule(self, channel: Channel, *, now: datetime, enabling: bool = False) -> Due | None:
        """Work out the next post after a change of settings, and write it down.

        Switching on starts at the next hour. An hour moved while today's post is unsent
        and within grace still brings today's. What is on its way is left alone: ``stop`` calls
        it off, where that is meant.
        """
        self._waiting.pop(channel.id, None)
        self._look_at_all = now
        return await self._schedules.work_out(channel, now=now, enabling=enabling)

    async def review(self, now: datetime) -> int:
        """Work out anew the schedules that are not as settings and time zones have them; how many.

        The rules of a zone, or a country's holidays, come anew with an upgrade; and a process may have died
        between a change of settings and the schedule that follows from it.
        """
        wrong = 0
        async for channel in self._schedules.wrong(now):
            wrong += 1
            await self.reschedule(channel, now=now)
        if wrong:
            log.info("schedules_reviewed", changed=wrong)
        return wrong

    async def rehearse(self, now: datetime) -> list[Opened]:
        """Open, as of an instant at which channels were not on yet, what they would have been due, so that
        it can be seen what goes out. Their schedules stay as they are; what was decided for that
        date stays decided.
        """
        as_if: list[Channel] = []
        schedules: dict[int, Channel] = {}
        for channel in await self._channels.all():
            if not channel.is_on or channel.enabled_at is None or channel.enabled_at <= now:
                continue
            preferences = channel.preferences
            today = calendar.local_day(now, preferences.zone)
            at = calendar.due_at(today, preferences.hour, preferences.zone)
            if at is None or not at <= now <= at + self._grace or not calendar.is_chosen(preferences, today):
                continue
            if await self._past.is_free(channel.id, today):
                as_if.append(replace(channel, next_date=today, next_due_at=at))
                schedules[channel.id] = channel
        opened: list[Opened] = []
        renderings = Renderings(self._render)
        for start in range(0, len(as_if), GROUP):
            group = as_if[start : start + GROUP]
            opened += await self._open(group, renderings, now, schedules=schedules)
        return opened

    async def stop(self, channel: Channel, reason: str) -> None:
        """Send a channel nothing more of what it was to get; what may have arrived is still looked for."""
        await self._ledger.call_off(channel.id, reason)

    async def stop_uninstalled(self) -> None:
        """The same for all channels of workspaces that Haru was removed from."""
        await self._ledger.call_off_uninstalled(plan.Skip.UNINSTALLED.value)

    async def follow(self, channel: Channel, old_id: str) -> None:
        """A channel's id in Slack changed: what is under way goes to where it is now."""
        await self._ledger.follow(channel.workspace, old_id, channel.channel_id)

    async def last(self, channel: Channel) -> Delivery | None:
        """The newest delivery, or None. A date that brought nothing, since somebody had posted its papers by
        hand, is told by that post.
        """
        found = await self._past.deliveries(channel.id, limit=2)
        if len(found) > 1 and found[0].reason == plan.Skip.ALREADY_HAD and found[1].schedule_date is None:
            return found[1]
        return found[0] if found else None

    async def history(self, channel: Channel, *, limit: int = 10) -> list[Delivery]:
        """The newest deliveries, newest first."""
        return await self._past.deliveries(channel.id, limit=limit)

    async def newest_had(self, channel: Channel, *, now: datetime) -> date | None:
        """The date of the newest digest a channel has had."""
        return await self._past.newest_had(channel.id)

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
            reason = (plan.Skip.ALREADY_HAD if anything else plan.Skip.NO_NEW_DIGEST).value
            ids = anything.digest_ids if anything else ()
            return Opened(channel, day, "skipped", reason, ids)
        preferences = channel.preferences
        opening = Opening(
            channel,
            None,
            now,
            now + self._grace,
            edition=made,
            messages=self._render(made, language=preferences.language, layout=preferences.layout),
            digest_ids=made.digest_ids,
            again=again,
        )
        delivery_id = (await self._ledger.open_group([opening], now=now)).get(channel.id)
        if delivery_id is None:
            # Somebody else was a moment earlier with the same.
            return Opened(channel, day, "skipped", plan.Skip.ALREADY_HAD.value, made.digest_ids)
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
        channels: Sequence[Channel],
        renderings: Renderings,
        now: datetime,
        *,
        schedules: Mapping[int, Channel] | None = None,
    ) -> list[Opened]:
        """Open what these channels are due. ``schedules``: what is to stand in the registry all the same."""
        planned = await self._planner.decide(channels, renderings, now=now)
        opened = []
        for one in planned:
            if isinstance(one, Waiting):
                before = self._waiting.get(one.channel.id)
                self._waiting[one.channel.id] = one
                if before is None or before.digest_ids != one.digest_ids:
                    day = one.channel.next_date or calendar.local_day(now, one.channel.preferences.zone)
                    opened.append(Opened(one.channel, day, "waiting", plan.Skip.NO_NEW_DIGEST.value))
        openings = [one for one in planned if isinstance(one, Opening)]
        if schedules is not None:
            openings = [_beside(one, schedules[one.channel.id]) for one in openings]
        if not openings:
            return opened
        made = await self._ledger.open_group(openings, now=now)
        if any(one.next_due is not None and one.next_due.at <= now for one in openings):
            # After downtime a channel's next date may lie behind what this look has passed already.
            self._look_at_all = now
        for opening in openings:
            self._waiting.pop(opening.channel.id, None)
            if opening.channel.id not in made or opening.day is None:
                # Changed or served by somebody else since it was read: the next look tells.
                self._look_at_all = now
                continue
            status = "posting" if opening.messages else "skipped"
            reason = opening.skip.value if opening.skip else None
            opened.append(
                Opened(
                    opening.channel, opening.day, status, reason, opening.digest_ids,
                    made[opening.channel.id] if opening.messages else None,
                )
            )  # fmt: skip
            log.info(
                "channel_due", channel=opening.channel.id, date=str(opening.day), status=status, reason=reason
            )
        return opened

    async def _edition(
        self, channel: Channel, *, now: datetime, digest_ids: Sequence[int] | None, again: bool
    ) -> Edition | None:
        day = calendar.local_day(now, channel.preferences.zone)
        wanted = tuple(digest_ids or ())
        history = (await self._past.histories([channel.id], day=day, also=wanted))[channel.id]
        if digest_ids is not None:
            found = await self._planner.chosen(channel.workspace, wanted, day, now=now)
            chosen = tuple(digest for digest in found if again or digest.id not in history.digest_ids)
        else:
            found = await self._planner.digests(channel.workspace, day, now=now)
            chosen = plan.unread(found, history, day)
            if not chosen and again:
                chosen = plan.unread(found, plan.History(), day)
        if not chosen:
            return None
        made = plan.edition(day, chosen, tags=channel.preferences.tags, posts={})
        return made if made.entries else None


def _beside(opening: Opening, channel: Channel) -> Opening:
    """The same opening, after which the channel goes on as it was going to."""
    kept = None
    if channel.next_date is not None and channel.next_due_at is not None:
        kept = Due(channel.next_date, channel.next_due_at)
    return replace(opening, channel=channel, next_due=kept)
