"""Corrections: posts whose entries have changed are rendered again, and their messages rewritten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from bot.channels.preferences import Language, Layout
from bot.delivery.planner import Rendering
from bot.ledger.posted_editions import OutdatedEdition, PostedEditions, ShownEntry
from bot.ledger.rewrites import Rewrites
from bot.messages import daily
from bot.messages.edition import Edition, EditionEntry
from digests.archive import Archive
from digests.model import ArchivedEntry

log = structlog.stdlib.get_logger(__name__)

CORRECTED_FOR = timedelta(days=7)
"""How long after a post its entries are corrected. A retraction is shown however old the post is."""

MERGED_FOR = timedelta(minutes=10)
"""How long a correction waits for others to the same post."""

INTERVAL = timedelta(seconds=30)
"""How often to look for changed entries."""


class Corrections:
    """Decides what posted messages should say instead. Sends nothing: the courier does, after posts."""

    def __init__(
        self,
        archive: Archive,
        editions: PostedEditions,
        rewrites: Rewrites,
        *,
        render: Rendering,
        merged_for: timedelta = MERGED_FOR,
    ) -> None:
        self._archive = archive
        self._editions = editions
        self._rewrites = rewrites
        self._render = render
        self._merged_for = merged_for

    async def look(self, now: datetime) -> int:
        """Rewrite the posts that no longer say what their entries do; returns how many deliveries."""
        changed = 0
        for outdated in await self._editions.outdated(since=(now - CORRECTED_FOR).date() - timedelta(days=1)):
            changed += await self._correct(outdated, now)
        return changed

    async def _correct(self, outdated: OutdatedEdition, now: datetime) -> int:
        any_age = any(shown.is_retracted for shown in outdated.shown)
        since = None if any_age else now - CORRECTED_FOR
        deliveries = await self._editions.deliveries(outdated.id, since=since)
        if not deliveries:
            return 0
        entries = await self._archive.posted_entries([shown.entry_id for shown in outdated.shown])
        all_retracted = all(shown.is_retracted for shown in outdated.shown)
        any_withdrawn = any(_is_newly_withdrawn(shown) for shown in outdated.shown)
        looks: dict[tuple[Language, Layout, int | None, timedelta], list[int]] = defaultdict(list)
        for delivery in deliveries:
            # An unsent entry may move up into a message that is sent already: that is part of the post, so
            # it must not wait as long as a correction.
            is_unfinished = delivery.is_posting and delivery.unposted_from is not None
            after = timedelta() if is_unfinished else self._merged_for
            unposted_from = delivery.unposted_from if any_withdrawn else None
            looks[delivery.language, delivery.layout, unposted_from, after].append(delivery.delivery_id)
        for (language, layout, unposted_from, after), ids in looks.items():
            edition = _edition(outdated, entries, unposted_from)
            if all_retracted:
                message = daily.retraction_notice(outdated.day, language=language)
                await self._rewrites.retract(ids, edition, message)
            else:
                messages = self._render(edition, language=language, layout=layout)
                filler = daily.moved_notice(language=language)
                await self._rewrites.rewrite(ids, edition, messages, filler=filler, after=after)
            log.info("posts_corrected", edition=outdated.id, count=len(ids), retracted=all_retracted)
        return len(deliveries)


def _is_newly_withdrawn(shown: ShownEntry) -> bool:
    return (shown.is_withdrawn or shown.is_retracted) and not shown.was_retracted


def _edition(outdated: OutdatedEdition, found: Sequence[ArchivedEntry], unposted_from: int | None) -> Edition:
    """The edition as it is now: the same entries in the same places.

    Messages from ``unposted_from`` on, which are not sent yet, leave out entries that were withdrawn since
    the edition was last stored. An entry that was withdrawn before keeps its own ``unposted_from``.
    """
    by_id = {entry.id: entry for entry in found}
    entries = tuple(
        EditionEntry(
            by_id[shown.entry_id],
            shown.seen_url,
            retracted=shown.is_withdrawn or shown.is_retracted,
            unposted_from=unposted_from if _is_newly_withdrawn(shown) else shown.unposted_from,
        )
        for shown in outdated.shown
        if shown.entry_id in by_id
    )
    return Edition(
        date=outdated.day,
        digest_ids=tuple(dict.fromkeys(entry.entry.digest_id for entry in entries)),
        entries=entries,
        left_out=outdated.left_out,
        left_out_from=outdated.left_out_from,
    )
