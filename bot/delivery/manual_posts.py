"""Manual posts, which people ask for with `/digest post`, and the preview of a channel's next post."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.channels.preferences import Channel
from bot.delivery import calendar, plan
from bot.delivery.opened import Opened, OpenedStatus
from bot.delivery.planner import Planner, Rendering, digests_had_since
from bot.ledger.delivery import DigestsHad
from bot.ledger.delivery_history import DeliveryHistory
from bot.ledger.openings import Opening, Openings
from bot.ledger.states import Reason
from bot.messages.edition import Edition
from bot.messages.message import Message


class ManualPosts:
    """Opens posts outside the schedule. Sends nothing itself: the courier does."""

    def __init__(
        self,
        planner: Planner,
        openings: Openings,
        history: DeliveryHistory,
        *,
        render: Rendering,
        grace: timedelta,
    ) -> None:
        self._planner = planner
        self._openings = openings
        self._history = history
        self._render = render
        self._grace = grace

    async def preview(self, channel: Channel, *, now: datetime) -> tuple[Message, ...]:
        """The messages of the next post as it would be now, or of the newest digest when nothing is new."""
        edition = await self._edition(channel, now=now, digest_ids=None, again=True)
        return () if edition is None else self._messages(channel, edition)

    async def open(
        self,
        channel: Channel,
        *,
        now: datetime,
        digest_ids: Sequence[int] | None = None,
        again: bool = False,
    ) -> Opened:
        """Open a manual post of these digests, or of what the channel has not had.

        ``again`` allows a repeat: of these digests, or of the newest one when nothing is new. Skipped with
        ALREADY_HAD when the channel has had them and ``again`` is not set, and with NO_NEW_DIGEST when
        there is nothing at all.
        """
        day = calendar.local_day(now, channel.preferences.zone)
        edition = await self._edition(channel, now=now, digest_ids=digest_ids, again=again)
        if edition is None:
            repeat = await self._edition(channel, now=now, digest_ids=digest_ids, again=True)
            reason = Reason.ALREADY_HAD if repeat else Reason.NO_NEW_DIGEST
            ids = repeat.digest_ids if repeat else ()
            return Opened(channel, day, OpenedStatus.SKIPPED, reason, ids)
        opening = Opening(
            channel=channel,
            day=None,
            due_at=now,
            give_up_at=now + self._grace,
            edition=edition,
            messages=self._messages(channel, edition),
            digest_ids=edition.digest_ids,
            again=again,
        )
        delivery_id = (await self._openings.open([opening], now=now)).get(channel.id)
        if delivery_id is None:
            # Another request opened the same a moment earlier.
            return Opened(channel, day, OpenedStatus.SKIPPED, Reason.ALREADY_HAD, edition.digest_ids)
        return Opened(
            channel, day, OpenedStatus.POSTING, digest_ids=edition.digest_ids, delivery_id=delivery_id
        )

    def _messages(self, channel: Channel, edition: Edition) -> tuple[Message, ...]:
        preferences = channel.preferences
        return self._render(edition, language=preferences.language, layout=preferences.layout)

    async def _edition(
        self, channel: Channel, *, now: datetime, digest_ids: Sequence[int] | None, again: bool
    ) -> Edition | None:
        """What a manual post would show; None when that is nothing."""
        day = calendar.local_day(now, channel.preferences.zone)
        asked = tuple(digest_ids or ())
        found_had = await self._history.digests_had([channel.id], since=digests_had_since(day), also=asked)
        had = found_had[channel.id]
        if digest_ids is not None:
            found = await self._planner.chosen(channel.workspace, asked, day, now=now)
            chosen = tuple(digest for digest in found if again or digest.id not in had.digest_ids)
        else:
            found = await self._planner.digests(channel.workspace, day, now=now)
            chosen = plan.unread(found, had, day)
            if not chosen and again:
                chosen = plan.unread(found, DigestsHad(), day)
        if not chosen:
            return None
        edition = plan.edition(day, chosen, tags=channel.preferences.tags, posts={})
        return edition if edition.entries else None
