"""Corrections: what was posted and has changed since is rendered anew, and its messages updated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from bot.channels.preferences import Language, Layout
from bot.delivery.planner import Rendering
from bot.ledger.correction_rows import Outdated, Shown
from bot.ledger.ledger import Ledger
from bot.messages import daily
from bot.messages.edition import Edition, EditionEntry
from digests.archive import Archive
from digests.model import ArchivedEntry

log = structlog.stdlib.get_logger(__name__)

CORRECTED_FOR = timedelta(days=7)
"""How long after a post its entries are corrected. A retraction is told however old the post is."""

MERGED_FOR = timedelta(minutes=10)
"""How long a correction waits for others to the same post."""

EVERY = timedelta(seconds=30)
"""How often changed entries are looked for."""


class Corrections:
    """Says what messages should say instead. Sends nothing: the courier does, when no post waits."""

    def __init__(
        self, archive: Archive, ledger: Ledger, *, render: Rendering, merged_for: timedelta = MERGED_FOR
    ) -> None:
        self._archive = archive
        self._ledger = ledger
        self._render = render
        self._merged_for = merged_for

    async def look(self, now: datetime) -> int:
        """Find posts that no longer say what their entries do; how many deliveries there are."""
        changed = 0
        for one in await self._ledger.outdated(since=(now - CORRECTED_FOR).date() - timedelta(days=1)):
            changed += await self._correct(one, now)
        return changed

    async def _correct(self, outdated: Outdated, now: datetime) -> int:
        any_age = any(shown.is_retracted for shown in outdated.shown)
        deliveries = await self._ledger.posted(outdated.id, since=None if any_age else now - CORRECTED_FOR)
        if not deliveries:
            return 0
        entries = await self._archive.posted_entries([shown.entry_id for shown in outdated.shown])
        is_gone = all(shown.is_retracted for shown in outdated.shown)
        shrank = any(_is_newly_gone(shown) for shown in outdated.shown)
        looks: dict[tuple[Language, Layout, int | None, timedelta], list[int]] = defaultdict(list)
        for one in deliveries:
            # What waits may move up into a message that stands: that is part of the post.
            after = timedelta() if one.is_under_way and one.unposted_from is not None else self._merged_for
            unposted_from = one.unposted_from if shrank else None
            looks[one.language, one.layout, unposted_from, after].append(one.delivery_id)
        for (language, layout, unposted_from, after), ids in looks.items():
            edition = _edition(outdated, entries, unposted_from)
            if is_gone:
                message = daily.retraction_notice(outdated.day, language=language)
                await self._ledger.retract(ids, edition, message)
            else:
                await self._ledger.correct(
                    ids,
                    edition,
                    self._render(edition, language=language, layout=layout),
                    rest=daily.moved_notice(language=language),
                    after=after,
                )
            log.info("posts_corrected", edition=outdated.id, count=len(ids), retracted=is_gone)
        return len(deliveries)


def _is_newly_gone(shown: Shown) -> bool:
    return (shown.is_withdrawn or shown.is_retracted) and not shown.was_retracted


def _edition(outdated: Outdated, found: Sequence[ArchivedEntry], unposted_from: int | None) -> Edition:
    """The edition as it is now: the same entries in the same places. What was taken back since it was last
    written was not posted from ``unposted_from`` on; for what was before, that stays as it was then.
    """
    by_id = {one.id: one for one in found}
    entries = tuple(
        EditionEntry(
            by_id[shown.entry_id],
            shown.seen_url,
            retracted=shown.is_withdrawn or shown.is_retracted,
            unposted_from=unposted_from if _is_newly_gone(shown) else shown.unposted_from,
        )
        for shown in outdated.shown
        if shown.entry_id in by_id
    )
    return Edition(
        date=outdated.day,
        digest_ids=tuple(dict.fromkeys(one.entry.digest_id for one in entries)),
        entries=entries,
        left_out=outdated.left_out,
        left_out_from=outdated.left_out_from,
    )
