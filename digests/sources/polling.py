"""Polls one source: claims it, fetches it, imports what changed, and records the outcome."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from digests.archive import Archive
from digests.errors import SourceError
from digests.model import Fetch, ImportedDocument, ImportStatus, Source, SourceKind
from digests.sources.poll_schedule import LONGEST_RETRY_AFTER, poll_delay
from digests.store import source_rows
from digests.store.database import Database

log = structlog.stdlib.get_logger(__name__)

LEASE = timedelta(minutes=12)
"""How long a claim lasts. Longer than any fetch may take."""

_MAX_REMOVED_AT_ONCE = 10
"""A source may lose up to this many documents, and keep none, while new ones appear: somebody renamed and
rewrote them all."""


class Fetcher(Protocol):
    """Reads one kind of source. Writes nothing to the archive."""

    async def fetch(self, source: Source) -> Fetch:
        """What changed since the source's cursor; SourceError when the source cannot be fetched."""
        ...


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one poll did: the number of documents imported, of those new or changed, and of those removed.

    ``error`` is the reason when the poll failed.
    """

    source: Source
    documents: int = 0
    changed: int = 0
    removed: int = 0
    error: str | None = None


class Poller:
    """Polls sources, each in one process at a time. Does not decide when: each source's row says that."""

    def __init__(
        self,
        database: Database,
        archive: Archive,
        fetchers: Mapping[SourceKind, Fetcher],
        *,
        interval: timedelta,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._archive = archive
        self._fetchers = fetchers
        self._interval = interval
        self._jitter = jitter

    async def claim_due(self, *, now: datetime, limit: int) -> list[Source]:
        """Claim up to ``limit`` sources that are due, the longest due first."""
        if limit < 1:
            return []
        async with self._database.read() as connection:
            if not await source_rows.is_any_due(connection, now=now):
                return []
        async with self._database.write() as connection:
            return await source_rows.claim_due(connection, now=now, lease=LEASE, limit=limit)

    async def follow_setback(self, back: timedelta, *, now: datetime) -> None:
        """Keep waits as long as they were, after the wall clock was set back under this process."""
        async with self._database.write() as connection:
            await source_rows.shorten_waits(connection, back, now=now)

    async def end_impossible_waits(self, *, now: datetime) -> None:
        """Poll now what waits longer than any wait lasts: the wall clock was set back between processes."""
        async with self._database.read() as connection:
            sources = await source_rows.all_sources(connection)
        ids = [source.id for source in sources if self._waits_too_long(source, now)]
        if ids:
            async with self._database.write() as connection:
                await source_rows.end_waits(connection, ids, now=now)

    def _waits_too_long(self, source: Source, now: datetime) -> bool:
        # After a failure the source's server may have asked for a wait of a day.
        longest = LONGEST_RETRY_AFTER if source.failures else self._interval_of(source)
        if source.leased_until is not None and source.leased_until - now > LEASE:
            return True
        return source.next_poll_at is not None and source.next_poll_at - now > longest

    async def claim(self, name: str, *, now: datetime) -> Source | None:
        """Claim one source, due or not; None when it is switched off or claimed by another process."""
        async with self._database.write() as connection:
            return await source_rows.claim(connection, name, now=now, lease=LEASE)

    async def poll(
        self,
        source: Source,
        *,
        now: datetime,
        as_of: datetime | None = None,
        on_document: Callable[[ImportedDocument], object] = bool,
    ) -> PollResult:
        """Fetch a claimed source and import what changed. A failure is recorded and returned, not raised.

        ``now`` is the real time, from which the next poll is scheduled. ``as_of`` is the time of the
        import where it differs (the local workspace's clock can be moved). ``on_document`` is called
        with the result for each document.
        """
        try:
            fetch = await self._fetchers[source.kind].fetch(source)
            result = await self._import(source, fetch, as_of or now, on_document)
        except SourceError as error:
            return await self._record_failure(source, str(error), now=now, retry_after=error.retry_after)
        except asyncio.CancelledError:
            await asyncio.shield(self.release(source))
            raise
        except Exception as error:
            # Documents come from outside, and a fault that one of them triggers must not stop other sources.
            log.exception("source_crashed", source=source.name)
            reason = f"Haru failed at it ({type(error).__name__}); the log says where."
            return await self._record_failure(source, reason, now=now)
        async with self._database.write() as connection:
            await source_rows.record_success(
                connection,
                source,
                cursor=fetch.cursor,
                has_news=result.changed > 0,
                next_poll_at=now + poll_delay(interval=self._interval_of(source), failures=0, jitter=0),
                now=now,
            )
        if result.changed or result.removed:
            log.info("source_brought", source=source.name, documents=result.changed, gone=result.removed)
        return result

    async def release(self, source: Source) -> None:
        """Release a claim without an outcome. Does nothing when it was released before."""
        async with self._database.write() as connection:
            await source_rows.release_claim(connection, source)

    def _interval_of(self, source: Source) -> timedelta:
        return source.poll_interval or self._interval

    async def _import(
        self, source: Source, fetch: Fetch, now: datetime, on_document: Callable[[ImportedDocument], object]
    ) -> PollResult:
        removed = await self._update_paths(source, fetch, now)
        for path, reason in fetch.unreadable.items():
            on_document(ImportedDocument(path, ImportStatus.REFUSED, reason=reason))
        documents = changed = 0
        async for document in self._archive.import_documents(
            fetch.documents, now=now, backlog=not source.first_fetch_done, zone=source.zone
        ):
            documents += 1
            changed += document.status in (ImportStatus.NEW, ImportStatus.CHANGED)
            on_document(document)
        return PollResult(source, documents, changed, removed)

    async def _update_paths(self, source: Source, fetch: Fetch, now: datetime) -> int:
        """Rename, withdraw and refuse documents as the fetch says; the number of those withdrawn."""
        if fetch.present is None:
            return 0
        # Loaded with the first poll of a folder: it needs what imports need, for which no post waits.
        from digests.store import renames_and_removals

        async with self._database.read() as connection:
            known = await renames_and_removals.known_paths(connection, source.id)
        missing = _missing_paths(known, fetch)
        renamed = {new: old for new, old in fetch.renamed.items() if old in missing and new not in known}
        removed = missing - set(renamed.values())
        if removed or renamed or fetch.unreadable:
            async with self._database.write_archive() as connection:
                await renames_and_removals.rename_documents(connection, source.id, renamed)
                await renames_and_removals.withdraw_documents(connection, source.id, removed, now=now)
                await renames_and_removals.record_unreadable(connection, source.id, fetch.unreadable, now=now)
        return len(removed)

    async def _record_failure(
        self, source: Source, error: str, *, now: datetime, retry_after: timedelta | None = None
    ) -> PollResult:
        failures = source.failures + 1
        delay = poll_delay(
            interval=self._interval_of(source),
            failures=failures,
            jitter=self._jitter(),
            retry_after=retry_after,
        )
        async with self._database.write() as connection:
            await source_rows.record_failure(connection, source, error=error, next_poll_at=now + delay)
        log.warning("source_failed", source=source.name, failures=failures, error=error)
        return PollResult(source, error=error)


def _missing_paths(known: Mapping[str, bool], fetch: Fetch) -> frozenset[str]:
    """The paths the source no longer has; SourceError when so many are missing that it looks like a fault."""
    live = frozenset(path for path, is_live in known.items() if is_live)
    present = fetch.present or frozenset()
    missing = live - present
    is_any_kept = present & live or missing & set(fetch.renamed.values())
    if live and not is_any_kept and (not present or len(live) > _MAX_REMOVED_AT_ONCE):
        raise SourceError(
            f"None of its {len(live):,} documents is there any more, so nothing was changed; is its disk"
            " mounted? If that is meant, `haru sources off` ends the asking."
        )
    return missing
