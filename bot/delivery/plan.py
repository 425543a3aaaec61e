"""Decides what a channel gets on a schedule date: the digests it has not had, a wait, or a skip. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.channels.preferences import Due
from bot.channels.tag_filter import TagFilter
from bot.ledger.delivery import DigestsHad
from bot.ledger.states import Reason
from bot.messages.edition import Edition, EditionEntry
from digests.model import ArchivedDigest, ArchivedEntry
from digests.reading.identity import identity, is_address_identity, is_one_work, normal_title

CATCH_UP = timedelta(days=7)
"""How far back a post reaches for digests the channel missed."""

MOST_ENTRIES = 25
"""Entries of one delivery. Older ones are named in a closing line."""

LAST_LOOK = timedelta(hours=1)
"""How long after the grace a wait for a late digest may still end in a post of what there is."""

SEEN_FOR = timedelta(days=14)
"""A paper that the channel had within this time is one line that links to that post."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The day's digest is not there yet: look again until this instant."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Skipped:
    """Nothing goes out. ``digest_ids`` count as had all the same: the tag filter left nothing of them."""

    reason: Reason
    digest_ids: tuple[int, ...] = ()


Decision = Edition | Wait | Skipped


def decide(
    due: Due,
    *,
    now: datetime,
    grace: timedelta,
    digests: Sequence[ArchivedDigest],
    had: DigestsHad,
    tags: TagFilter,
    restored: date | None = None,
) -> Decision:
    """What a channel gets on a schedule date. ``digests``: those it may get by then, oldest first.

    Digests up to the day ``restored``, on which the database was restored from a backup, may have been
    posted since the copy was made, so they are left out. A digest that the channel has had by a manual post
    counts as there, so nothing is waited for.
    """
    if restored is not None:
        if due.date <= restored:
            return Skipped(Reason.RESTORED)
        digests = [digest for digest in digests if digest.date is not None and digest.date > restored]
    new = unread(digests, had, due.date)
    there = [digest for digest in digests if digest.date is not None and digest.date <= due.date]
    is_late = not any(_is_for(digest, due.date) for digest in there)
    # Without the day's own digest the end of the grace ends a wait, and does not mean that Haru was down.
    if now > due.at + grace + (LAST_LOOK if is_late else timedelta(0)):
        return Skipped(Reason.TOO_LATE)
    if is_late and now < due.at + grace:
        return Wait(due.at + grace)
    if not new:
        return Skipped(Reason.NO_NEW_DIGEST if is_late else Reason.ALREADY_HAD)
    candidate = edition(due.date, new, tags=tags, posts={})
    if not candidate.entries:
        return Skipped(Reason.NOTHING_LEFT, candidate.digest_ids)
    return candidate


def _is_for(digest: ArchivedDigest, day: date) -> bool:
    """Whether this is the digest that a day's post waits for: dated that day, or ``delay_days`` before it."""
    return digest.date is not None and digest.date + timedelta(days=digest.delay_days) >= day


def unread(digests: Sequence[ArchivedDigest], had: DigestsHad, day: date) -> tuple[ArchivedDigest, ...]:
    """The digests a channel has not had, oldest first; for a channel that had none yet, the newest day's."""
    dated = [digest for digest in digests if digest.date is not None and digest.date <= day]
    if had.newest is None:
        last = max((digest.date for digest in dated if digest.date), default=None)
        return tuple(digest for digest in dated if digest.date == last)
    return tuple(
        digest
        for digest in dated
        if digest.id not in had.digest_ids
        and digest.date is not None
        and digest.date >= max(had.newest, day - CATCH_UP)
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
    """Each paper once, at its first place.

    A private digest has paper rows of its own, so papers are compared by identity, as intake does: a paper
    without an address equals one of the same title that has an address. Of several mentions, one with
    commentary is shown rather than one without, then the workspace's own, then the last.
    """
    keys = [identity(entry.paper) for _, entry in mentions]
    titles = [normal_title(entry.paper.title) for _, entry in mentions]
    by_title = {
        title: (key, entry.paper.authors)
        for (_, entry), title, key in zip(mentions, titles, keys, strict=True)
        if is_address_identity(key)
    }
    chosen: dict[str, ArchivedEntry] = {}
    merits: dict[str, tuple[bool, bool]] = {}
    for (digest, entry), key, title in zip(mentions, keys, titles, strict=True):
        known = key
        if title in by_title and not is_address_identity(key):
            address, authors = by_title[title]
            known = address if is_one_work(address, authors, key, entry.paper.authors) else key
        merit = (bool(entry.entry.commentaries), digest.workspace is not None)
        if merit >= merits.get(known, merit):
            chosen[known], merits[known] = entry, merit
    return list(chosen.values())
