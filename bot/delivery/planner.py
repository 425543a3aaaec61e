"""The planner: what a group of due channels gets, each thing read and rendered once for all of them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.channels.preferences import Channel, Language, Layout
from bot.delivery import calendar, plan
from bot.delivery.calendar import Due
from bot.ledger.openings import Opening
from bot.ledger.past import Past
from bot.messages.edition import Edition
from bot.messages.message import Message
from bot.workspaces.installations import Installations
from bot.workspaces.rate_limits import PERMALINKS_AT_ONCE
from digests.archive import Archive
from digests.model import ArchivedDigest, Workspace

FORGET = timedelta(days=8)
"""Schedule dates further back than what a post reaches for are not gone through one by one."""

_RENDERINGS = 8
"""Editions that are remembered a language and layout; the first ones are most channels' own."""

Link = Callable[[Channel, str], Awaitable[str | None]]


class Rendering(Protocol):
    """Renders an edition; the same edition, language and layout give the same messages."""

    def __call__(self, edition: Edition, *, language: Language, layout: Layout) -> tuple[Message, ...]: ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """A channel waits for a late digest until then, having seen these."""

    channel: Channel
    until: datetime
    digest_ids: frozenset[int]


class Renderings:
    """What was rendered in one look at all that is due: each edition once a language and layout, however many
    groups of channels it goes to.
    """

    def __init__(self, render: Rendering) -> None:
        self._render = render
        self._made: dict[tuple[Language, Layout], list[tuple[Edition, tuple[Message, ...]]]] = defaultdict(
            list
        )

    def of(self, edition: Edition, *, language: Language, layout: Layout) -> tuple[Message, ...]:
        """The messages of an edition."""
        alike = self._made[language, layout]
        for made, messages in alike:
            if made is edition or made == edition:
                return messages
        messages = self._render(edition, language=language, layout=layout)
        # Of editions that differ, by links to where each channel had a paper, there may be thousands.
        if len(alike) < _RENDERINGS:
            alike.append((edition, messages))
        return messages


class Planner:
    """Decides for many channels at once. Writes nothing, and keeps nothing from one tick to the next."""

    def __init__(
        self, archive: Archive, past: Past, installations: Installations, *, grace: timedelta, link: Link
    ) -> None:
        self._archive = archive
        self._past = past
        self._installations = installations
        self._grace = grace
        self._link = link

    async def decide(
        self, channels: Sequence[Channel], renderings: Renderings, *, now: datetime
    ) -> list[Opening | Waiting]:
        """What becomes of each of these due channels."""
        by_date: dict[date, list[Channel]] = defaultdict(list)
        for channel in channels:
            if channel.next_date is None or channel.next_due_at is None:
                raise ValueError("a due channel has a schedule date")
            by_date[channel.next_date].append(channel)
        planned: list[Opening | Waiting] = []
        for day, group in sorted(by_date.items()):
            planned += await self._plan_date(day, group, renderings, now=now)
        return planned

    async def digests(self, workspace: Workspace, day: date, *, now: datetime) -> tuple[ArchivedDigest, ...]:
        """What a workspace may be sent up to a day, as far back as a post reaches; else the newest day's."""
        since = day - plan.CATCH_UP - timedelta(days=1)
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
    ) -> tuple[ArchivedDigest, ...]:
        """Those of these digests that a workspace may be sent by a day, oldest first."""
        found: dict[int, ArchivedDigest] = {}
        for id_ in digest_ids:
            digest = await self._archive.digest(id_, workspace=workspace)
            if digest is None or digest.date is None or digest.date > day or id_ in found:
                continue
            of_day = await self._archive.deliverable_digests(
                workspace=workspace, after=digest.date - timedelta(days=1), until=digest.date, now=now
            )
            found |= {one.id: one for one in of_day if one.id in digest_ids}
        return tuple(sorted(found.values(), key=lambda one: (one.date or date.min, one.id)))

    async def _plan_date(
        self, day: date, channels: Sequence[Channel], renderings: Renderings, *, now: datetime
    ) -> list[Opening | Waiting]:
        of_workspace = await self._digests_of(day, channels, now=now)
        histories = await self._past.histories([channel.id for channel in channels], day=day)
        uninstalled = await self._installations.not_installed(set(of_workspace))
        made: dict[object, plan.Decision] = {}
        decisions: list[plan.Decision] = []
        for channel in channels:
            if channel.workspace in uninstalled:
                decisions.append(plan.Skipped(plan.Skip.UNINSTALLED))
                continue
            if not calendar.exists(day, channel.preferences.zone):
                decisions.append(plan.Skipped(plan.Skip.NO_SUCH_DATE))
                continue
            history = histories[channel.id]
            digests = of_workspace[channel.workspace]
            due = _due(channel)
            # Channels that have had the same and want the same get the very same edition.
            key = (due, id(digests), history.digest_ids, history.newest, channel.preferences.tags)
            if key not in made:
                made[key] = plan.decide(
                    due,
                    now=now,
                    grace=self._grace,
                    digests=digests,
                    history=history,
                    tags=channel.preferences.tags,
                )
            decisions.append(made[key])
        linked = await self._links(channels, decisions, now=now)
        rendered: dict[object, tuple[Message, ...]] = {}
        next_: dict[object, Due | None] = {}
        planned: list[Opening | Waiting] = []
        for channel, decision in zip(channels, decisions, strict=True):
            if isinstance(decision, plan.Wait):
                digests = of_workspace[channel.workspace]
                planned.append(Waiting(channel, decision.until, frozenset(one.id for one in digests)))
                continue
            due = _due(channel)
            kept = channel.preferences
            when = (due, kept.hour, kept.zone, kept.days, kept.holidays)
            if when not in next_:
                next_[when] = calendar.next_due(kept, max(due.at, now - FORGET))
            opening = Opening(
                channel,
                due.date,
                due.at,
                max(due.at + self._grace, now + plan.LAST_LOOK),
                next_due=next_[when],
            )
            if isinstance(decision, plan.Skipped):
                planned.append(replace(opening, skip=decision.reason, digest_ids=decision.digest_ids))
                continue
            edition = _linked(decision, linked.get(channel.id, {}))
            look = (edition if edition is not decision else id(decision), channel.preferences.language)
            full = (*look, channel.preferences.layout)
            if full not in rendered:
                rendered[full] = renderings.of(
                    edition, language=channel.preferences.language, layout=channel.preferences.layout
                )
            planned.append(
                replace(opening, edition=edition, messages=rendered[full], digest_ids=edition.digest_ids)
            )
        return planned

    async def _digests_of(
        self, day: date, channels: Sequence[Channel], *, now: datetime
    ) -> dict[Workspace, tuple[ArchivedDigest, ...]]:
        """The digests of each workspace; what all share is read once for all that have none of their own."""
        since = day - plan.CATCH_UP - timedelta(days=1)
        workspaces = dict.fromkeys(channel.workspace for channel in channels)
        own = await self._archive.workspaces_with_digests(after=since, until=day)
        shared: tuple[ArchivedDigest, ...] | None = None
        found = {}
        for workspace in workspaces:
            if workspace in own:
                found[workspace] = await self.digests(workspace, day, now=now)
                continue
            if shared is None:
                shared = await self.digests(workspace, day, now=now)
            found[workspace] = shared
        return found

    async def _links(
        self, channels: Sequence[Channel], decisions: Sequence[plan.Decision], *, now: datetime
    ) -> dict[int, dict[int, str]]:
        """Permalinks to the posts in which channels had some of the papers lately, by channel and paper."""
        editions = {id(one): one for one in decisions if isinstance(one, Edition)}
        papers = {shown.entry.paper_id for one in editions.values() for shown in one.entries}
        posting = [
            (channel, {shown.entry.paper_id for shown in decision.entries})
            for channel, decision in zip(channels, decisions, strict=True)
            if isinstance(decision, Edition)
        ]
        posts = await self._past.posts([channel.id for channel, _ in posting], papers, now=now)
        wanted = [
            (channel, ts)
            for channel, shown in posting
            if channel.id in posts
            for ts in sorted({ts for paper, ts in posts[channel.id].items() if paper in shown})
        ]
        if not wanted:
            return {}
        room = asyncio.Semaphore(PERMALINKS_AT_ONCE)

        async def ask(channel: Channel, ts: str) -> str | None:
            async with room:
                return await self._link(channel, ts)

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


def _due(channel: Channel) -> Due:
    if channel.next_date is None or channel.next_due_at is None:
        raise ValueError("a due channel has a schedule date")
    return Due(channel.next_date, channel.next_due_at)


def _linked(edition: Edition, links: dict[int, str]) -> Edition:
    """The edition with links to where the channel had some of its papers lately."""
    if not any(one.entry.paper_id in links for one in edition.entries):
        return edition
    return replace(
        edition,
        entries=tuple(replace(one, seen_url=links.get(one.entry.paper_id)) for one in edition.entries),
    )
