"""What a channel gets on a schedule date: post, wait, or skip with a reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.channels.tag_filter import TagFilter
from bot.delivery.calendar import Due
from bot.messages.edition import Edition, EditionEntry
from digests.model import ArchivedDigest, ArchivedEntry
from digests.reading.identity import identity, is_address_identity, normal_title

CATCH_UP = timedelta(days=7)
"""How far back a post reaches for digests the channel missed."""

MOST_ENTRIES = 25
"""Entries of one delivery; older ones are named in a closing line."""

LAST_LOOK = timedelta(hours=1)
"""How long after the grace a wait for a late digest may still end in a post of what there is."""

SEEN_FOR = timedelta(days=14)
"""A paper the channel had so lately is one line that links to that post."""


class Skip(StrEnum):
    """Why a schedule date brought nothing. Shown in `/digest` and `haru channels`."""

    NO_NEW_DIGEST = "no_new_digest"
    ALREADY_HAD = "already_had"
    NOTHING_LEFT = "nothing_left"
    TOO_LATE = "too_late"
    NO_SUCH_DATE = "no_such_date"
    UNINSTALLED = "uninstalled"


@dataclass(frozen=True, slots=True)
class Wait:
    """No digest of the day is there yet: look again until this instant."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Skipped:
    """Nothing goes out. ``digest_ids`` count as had all the same: the filter left nothing of them."""

    reason: Skip
    digest_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """What a channel had: digests, and the date of the newest."""

    digest_ids: frozenset[int] = frozenset()
    newest: date | None = None


Decision = Edition | Wait | Skipped


def decide(
    due: Due,
    *,
    now: datetime,
    grace: timedelta,
    digests: Sequence[ArchivedDigest],
    history: History,
    tags: TagFilter,
) -> Decision:
    """What becomes of a schedule date, with the deliverable digests up to it, oldest first."""
    new = unread(digests, history, due.date)
    # Without the day's own digest the end of the grace is the end of a wait, not of an outage. One that the
    # channel has had by hand is there.
    there = [digest for digest in digests if digest.date is not None and digest.date <= due.date]
    is_late = not any(_is_for(digest, due.date) for digest in there)
    if now > due.at + grace + (LAST_LOOK if is_late else timedelta(0)):
        return Skipped(Skip.TOO_LATE)
    if is_late and now < due.at + grace:
        return Wait(due.at + grace)
    if not new:
        return Skipped(Skip.NO_NEW_DIGEST if is_late else Skip.ALREADY_HAD)
    made = edition(due.date, new, tags=tags, posts={})
    if not made.entries:
        return Skipped(Skip.NOTHING_LEFT, made.digest_ids)
    return made


def _is_for(digest: ArchivedDigest, day: date) -> bool:
    """Whether a digest is what a day's post waits for: its own, or the one that usually comes by then."""
    return digest.date is not None and digest.date + timedelta(days=digest.delay_days) >= day


def unread(digests: Sequence[ArchivedDigest], history: History, day: date) -> tuple[ArchivedDigest, ...]:
    """The digests a channel has not had, oldest first; for one that had nothing yet, the newest day's."""
    dated = [digest for digest in digests if digest.date is not None and digest.date <= day]
    if history.newest is None:
        last = max((digest.date for digest in dated if digest.date), default=None)
        return tuple(digest for digest in dated if digest.date == last)
    return tuple(
        digest
        for digest in dated
        if digest.id not in history.digest_ids
        and digest.date is not None
        and digest.date >= max(history.newest, day - CATCH_UP)
    )


def edition(
    day: date, digests: Sequence[ArchivedDigest], *, tags: TagFilter, posts: Mapping[int, str]
) -> Edition:
    """The entries of these digests that a channel wants: each paper once, at most ``MOST_ENTRIES``."""
    entries = _each_once(
        [
            (digest, entry)
            for digest in digests
            for entry in digest.entries
            if tags.accepts(frozenset(tag.name for tag in entry.entry.tags))
        ]
    )
    kept = entries[-MOST_ENTRIES:]
    left_out = entries[: len(entries) - len(kept)]
    return Edition(
        date=day,
        digest_ids=tuple(digest.id for digest in digests),
        entries=tuple(EditionEntry(entry, posts.get(entry.paper_id)) for entry in kept),
        left_out=len(left_out),
        left_out_from=min((entry.date for entry in left_out if entry.date), default=None),
    )


def _each_once(mentions: Sequence[tuple[ArchivedDigest, ArchivedEntry]]) -> list[ArchivedEntry]:
    """Each paper once, where it came first. A private digest has paper rows of its own, so a paper is
    known by its identity, as intake knows it: one without an address is the one of its title that has one.

    Of several mentions the workspace's own is shown, for its people wrote it for these readers; among
    equals the last one. One without a word about the paper gives way to one that has some.
    """
    keys = [identity(entry.paper) for _, entry in mentions]
    titles = [normal_title(entry.paper.title) for _, entry in mentions]
    by_title = {title: key for title, key in zip(titles, keys, strict=True) if is_address_identity(key)}
    chosen: dict[str, ArchivedEntry] = {}
    merits: dict[str, tuple[bool, bool]] = {}
    for (digest, entry), key, title in zip(mentions, keys, titles, strict=True):
        known = key if is_address_identity(key) else by_title.get(title, key)
        merit = (bool(entry.entry.commentaries), digest.workspace is not None)
        if merit >= merits.get(known, merit):
            chosen[known], merits[known] = entry, merit
    return list(chosen.values())
