"""The planner: runs the plan for many due channels at once, and reads and renders what they share once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.channels.preferences import Channel, Due, Language, Layout
from bot.delivery import calendar, plan
from bot.delivery.permalinks import Permalinks
from bot.ledger.delivery_history import DeliveryHistory
from bot.ledger.openings import Opening
from bot.ledger.states import Reason
from bot.messages.edition import Edition
from bot.messages.message import Message
from bot.workspaces.installations import Installations
from bot.workspaces.rate_limits import PERMALINKS_AT_ONCE
from digests.archive import Archive
from digests.model import ArchivedDigest, Workspace

LONGEST_BACKLOG = timedelta(days=8)
"""Older schedule dates are not opened one by one: no post reaches back that far."""

_CACHED_EDITIONS = 8
"""Editions kept per language and layout. Most channels get one of the first few."""

Digests = tuple[ArchivedDigest, ...]
Links = Mapping[int, str]
"""Permalinks by paper."""


class Rendering(Protocol):
    """Renders an edition; the same edition, language and layout give the same messages."""

    def __call__(self, edition: Edition, *, language: Language, layout: Layout) -> tuple[Message, ...]: ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """A channel that waits until then for a late digest, while these digests are there."""

    channel: Channel
    until: datetime
    digest_ids: frozenset[int]


class RenderingCache:
    """Renders each edition once per language and layout, for all groups of channels in one tick."""

    def __init__(self, render: Rendering) -> None:
        self._render = render
        self._made: dict[tuple[Language, Layout], list[tuple[Edition, tuple[Message, ...]]]] = defaultdict(
            list
        )

    def messages(self, edition: Edition, *, language: Language, layout: Layout) -> tuple[Message, ...]:
        """The messages of an edition. Equal editions give the very same tuple, while it is cached."""
        made = self._made[language, layout]
        for known, messages in made:
            if known is edition or known == edition:
                return messages
        messages = self._render(edition, language=language, layout=layout)
        # Editions that differ by links to each channel's earlier posts may be thousands: do not keep them.
        if len(made) < _CACHED_EDITIONS:
            made.append((edition, messages))
        return messages


class Planner:
    """Decides for many channels at once. Writes nothing, and keeps nothing from one call to the next."""

    def __init__(
        self,
        archive: Archive,
        history: DeliveryHistory,
        installations: Installations,
        permalinks: Permalinks,
        *,
        grace: timedelta,
    ) -> None:
        self._archive = archive
        self._history = history
        self._installations = installations
        self._permalinks = permalinks
        self._grace = grace

    async def decide(
        self, channels: Sequence[Channel], renderings: RenderingCache, *, now: datetime
    ) -> list[Opening | Waiting]:
        """What each of these due channels gets, or that it waits. ValueError for one that is not due."""
        by_date: dict[date, list[Channel]] = defaultdict(list)
        for channel in channels:
            by_date[_due(channel).date].append(channel)
        planned: list[Opening | Waiting] = []
        for day, group in sorted(by_date.items()):
            planned += await self._decide_date(day, group, renderings, now=now)
        return planned

    async def digests(self, workspace: Workspace, day: date, *, now: datetime) -> Digests:
        """The digests of the days a post of ``day`` reaches back to, or else of the newest day before."""
        since = digests_had_since(day)
        found = await self._archive.deliverable_digests(workspace=workspace, after=since, until=day, now=now)
        if found:
            return found
        newest = await self._archive.newest_digest(workspace=workspace, until=day, now=now)
        if newest is None or newest.date is None:
            return ()
        return await self._archive.deliverable_digests(
            workspace=workspace, after=newest.date - timedelta(days=1), until=newest.date, now=now
        )

    async def chosen(
        self, workspace: Workspace, digest_ids: Sequence[int], day: date, *, now: datetime
    ) -> Digests:
        """Those of these digests that a workspace may get by ``day``, oldest first."""
        found: dict[int, ArchivedDigest] = {}
        for id_ in digest_ids:
            digest = await self._archive.digest(id_, workspace=workspace)
            if digest is None or digest.date is None or digest.date > day or id_ in found:
                continue
            of_day = await self._archive.deliverable_digests(
                workspace=workspace, after=digest.date - timedelta(days=1), until=digest.date, now=now
            )
            found |= {other.id: other for other in of_day if other.id in digest_ids}
        return tuple(sorted(found.values(), key=lambda digest: (digest.date or date.min, digest.id)))

    async def _decide_date(
        self, day: date, channels: Sequence[Channel], renderings: RenderingCache, *, now: datetime
    ) -> list[Opening | Waiting]:
        digests = await self._digests_by_workspace(day, channels, now=now)
        decisions = await self._decisions(day, channels, digests, now=now)
        links = await self._links(channels, decisions, now=now)
        next_due: dict[object, Due | None] = {}
        rendered: dict[object, tuple[Message, ...]] = {}
        planned: list[Opening | Waiting] = []
        for channel, decision in zip(channels, decisions, strict=True):
            if isinstance(decision, plan.Wait):
                ids = frozenset(digest.id for digest in digests[channel.workspace])
                planned.append(Waiting(channel, decision.until, ids))
                continue
            due, preferences = _due(channel), channel.preferences
            key = (due, preferences.hour, preferences.zone, preferences.days, preferences.holidays)
            if key not in next_due:
                next_due[key] = calendar.next_due(preferences, max(due.at, now - LONGEST_BACKLOG))
            opening = Opening(
                channel=channel,
                day=due.date,
                due_at=due.at,
                give_up_at=max(due.at + self._grace, now + plan.LAST_LOOK),
                next_due=next_due[key],
            )
            if isinstance(decision, plan.Skipped):
                planned.append(replace(opening, skip=decision.reason, digest_ids=decision.digest_ids))
                continue
            edition = _with_links(decision, links.get(channel.id, {}))
            # A shared edition by its identity: comparing all its entries for each channel would take long.
            shown = edition if edition is not decision else id(decision)
            look = (shown, preferences.language, preferences.layout)
            if look not in rendered:
                rendered[look] = renderings.messages(
                    edition, language=preferences.language, layout=preferences.layout
                )
            planned.append(
                replace(opening, edition=edition, messages=rendered[look], digest_ids=edition.digest_ids)
            )
        return planned

    async def _decisions(
        self,
        day: date,
        channels: Sequence[Channel],
        digests: Mapping[Workspace, Digests],
        *,
        now: datetime,
    ) -> list[plan.Decision]:
        """A decision for each channel. Channels with the same past and the same wishes share one object."""
        ids = [channel.id for channel in channels]
        had = await self._history.digests_had(ids, since=digests_had_since(day))
        restored_at = await self._history.restored_at()
        uninstalled = await self._installations.not_installed(set(digests))
        made: dict[object, plan.Decision] = {}
        decisions: list[plan.Decision] = []
        for channel in channels:
            if channel.workspace in uninstalled:
                decisions.append(plan.Skipped(Reason.UNINSTALLED))
                continue
            if not calendar.exists(day, channel.preferences.zone):
                decisions.append(plan.Skipped(Reason.NO_SUCH_DATE))
                continue
            zone = channel.preferences.zone
            restored = None if restored_at is None else calendar.local_day(restored_at, zone)
            due, own, tags = _due(channel), digests[channel.workspace], channel.preferences.tags
            key = (due, id(own), had[channel.id].digest_ids, had[channel.id].newest, tags, restored)
            if key not in made:
                made[key] = plan.decide(
                    due,
                    now=now,
                    grace=self._grace,
                    digests=own,
                    had=had[channel.id],
                    tags=tags,
                    restored=restored,
                )
            decisions.append(made[key])
        return decisions

    async def _digests_by_workspace(
        self, day: date, channels: Sequence[Channel], *, now: datetime
    ) -> dict[Workspace, Digests]:
        """The digests of each workspace. Workspaces without digests of their own share one tuple."""
        workspaces = dict.fromkeys(channel.workspace for channel in channels)
        owners = await self._archive.workspaces_with_digests(after=digests_had_since(day), until=day)
        shared: Digests | None = None
        found = {}
        for workspace in workspaces:
            if workspace in owners:
                found[workspace] = await self.digests(workspace, day, now=now)
                continue
            if shared is None:
                shared = await self.digests(workspace, day, now=now)
            found[workspace] = shared
        return found

    async def _links(
        self, channels: Sequence[Channel], decisions: Sequence[plan.Decision], *, now: datetime
    ) -> dict[int, Links]:
        """Permalinks to the recent posts of papers that are due again, by channel."""
        editions = {id(decision): decision for decision in decisions if isinstance(decision, Edition)}
        papers = {shown.entry.paper_id for edition in editions.values() for shown in edition.entries}
        posting = [
            (channel, {shown.entry.paper_id for shown in decision.entries})
            for channel, decision in zip(channels, decisions, strict=True)
            if isinstance(decision, Edition)
        ]
        ids = [channel.id for channel, _ in posting]
        posts = await self._history.posts_of_papers(ids, papers, since=now - plan.SEEN_FOR)
        wanted = [
            (channel, ts)
            for channel, shown in posting
            if channel.id in posts
            for ts in sorted({ts for paper, ts in posts[channel.id].items() if paper in shown})
        ]
        if not wanted:
            return {}
        slots = asyncio.Semaphore(PERMALINKS_AT_ONCE)

        async def ask(channel: Channel, ts: str) -> str | None:
            async with slots:
                return await self._permalinks.get(channel, ts)

        urls = await asyncio.gather(*(ask(channel, ts) for channel, ts in wanted))
        links = {(channel.id, ts): url for (channel, ts), url in zip(wanted, urls, strict=True) if url}
        return {
            channel.id: {
                paper_id: links[channel.id, ts]
                for paper_id, ts in posts[channel.id].items()
                if (channel.id, ts) in links
            }
            for channel, _ in wanted
        }


def digests_had_since(day: date) -> date:
    """The date after which a channel's digests matter for a post of ``day``."""
    return day - plan.CATCH_UP - timedelta(days=1)


def _due(channel: Channel) -> Due:
    if channel.next_due is None:
        raise ValueError("a due channel has a schedule date")
    return channel.next_due


def _with_links(edition: Edition, links: Links) -> Edition:
    """The edition with links to the channel's recent posts of its papers."""
    if not any(shown.entry.paper_id in links for shown in edition.entries):
        return edition
    return replace(
        edition,
        entries=tuple(replace(shown, seen_url=links.get(shown.entry.paper_id)) for shown in edition.entries),
    )
