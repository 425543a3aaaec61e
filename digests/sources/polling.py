"""Polling one source: claimed, fetched, taken in, and what came of it written down."""

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
from digests.model import Fetch, Source, SourceKind, Status, Taken
from digests.sources.poll_schedule import next_poll
from digests.store import moved_documents, source_rows
from digests.store.database import Database

log = structlog.stdlib.get_logger(__name__)

LEASE = timedelta(minutes=12)
"""How long a source belongs to the process that polls it; longer than any fetch may take."""

_FEW = 10
"""Documents that may be gone all at once while others came: somebody renamed and rewrote them."""


class Fetcher(Protocol):
    """Reads one kind of source. Writes nothing to the archive."""

    async def fetch(self, source: Source) -> Fetch:
        """What changed since the source's cursor; SourceError when the source cannot be fetched."""
        ...


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll brought: how many documents were looked at, new or changed, or gone; or why it failed."""

    source: Source
    documents: int = 0
    fresh: int = 0
    gone: int = 0
    error: str | None = None


class Polling:
    """Polls sources, each in at most one process at a time. When to look, each source's row says."""

    def __init__(
        self,
        database: Database,
        archive: Archive,
        fetchers: Mapping[SourceKind, Fetcher],
        *,
        every: timedelta,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._archive = archive
        self._fetchers = fetchers
        self._every = every
        self._jitter = jitter

    async def claim_due(self, *, now: datetime, limit: int) -> list[Source]:
        """Claim up to so many sources whose time has come, the longest due first."""
        if limit < 1:
            return []
        async with self._database.read() as connection:
            if not await source_rows.is_any_due(connection, now=now):
                return []
        async with self._database.write() as connection:
            return await source_rows.claim_due(connection, now=now, lease=LEASE, limit=limit)

    async def claim(self, name: str, *, now: datetime) -> Source | None:
        """Claim one source, due or not; None when it is off, or another process is at it."""
        async with self._database.write() as connection:
            return await source_rows.claim(connection, name, now=now, lease=LEASE)

    async def poll(
        self,
        source: Source,
        *,
        now: datetime,
        as_of: datetime | None = None,
        each: Callable[[Taken], object] = bool,
    ) -> Polled:
        """Fetch a claimed source and take in what it gives; a failure is told, not raised.

        ``now`` is the machine's time, by which it is polled again; ``as_of`` the time of
        mornings, where that is another one. ``each`` is called with every document's fate.
        """
        try:
            fetch = await self._fetchers[source.kind].fetch(source)
            polled = await self._take_in(source, fetch, as_of or now, each)
        except SourceError as error:
            return await self._failed(source, str(error), now=now, retry_after=error.retry_after)
        except asyncio.CancelledError:
            await asyncio.shield(self.release(source))
            raise
        except Exception as error:
            # Whatever foreign bytes brought about is this source's trouble, and never another's.
            log.exception("source_crashed", source=source.name)
            reason = f"Haru failed at it ({type(error).__name__}); the log says where."
            return await self._failed(source, reason, now=now)
        async with self._database.write() as connection:
            await source_rows.succeeded(
                connection,
                source,
                cursor=fetch.cursor,
                brought=polled.fresh > 0,
                next_poll_at=now + next_poll(every=source.every or self._every, failures=0, jitter=0),
                now=now,
            )
        if polled.fresh or polled.gone:
            log.info("source_brought", source=source.name, documents=polled.fresh, gone=polled.gone)
        return polled

    async def release(self, source: Source) -> None:
        """Give a claim back as if it had not been; one that was given back already stays so."""
        async with self._database.write() as connection:
            await source_rows.released(connection, source)

    async def _take_in(
        self, source: Source, fetch: Fetch, now: datetime, each: Callable[[Taken], object]
    ) -> Polled:
        lost = await self._let_go(source, fetch, now)
        for path, why in fetch.unreadable.items():
            each(Taken(path, Status.REFUSED, reason=why))
        documents = fresh = 0
        async for one in self._archive.take_in(
            fetch.documents, now=now, backlog=not source.first_fetch_done, zone=source.zone
        ):
            documents += 1
            fresh += one.status in (Status.NEW, Status.CHANGED)
            each(one)
        return Polled(source, documents, fresh, lost)

    async def _let_go(self, source: Source, fetch: Fetch, now: datetime) -> int:
        """Follow what was renamed, withdraw what is gone, refuse what is unreadable; how many are gone."""
        if fetch.present is None:
            return 0
        async with self._database.read() as connection:
            known = await moved_documents.known(connection, source.id)
        gone = _gone(known, fetch)
        moved = {new: old for new, old in fetch.renamed.items() if old in gone and new not in known}
        lost = gone - set(moved.values())
        if lost or moved or fetch.unreadable:
            async with self._database.write_archive() as connection:
                await moved_documents.move(connection, source.id, moved)
                await moved_documents.withdraw(connection, source.id, lost, now=now)
                await moved_documents.refuse(connection, source.id, fetch.unreadable, now=now)
        return len(lost)

    async def _failed(
        self, source: Source, error: str, *, now: datetime, retry_after: timedelta | None = None
    ) -> Polled:
        wait = next_poll(
            every=source.every or self._every,
            failures=source.failures + 1,
            jitter=self._jitter(),
            retry_after=retry_after,
        )
        async with self._database.write() as connection:
            await source_rows.failed(connection, source, error=error, next_poll_at=now + wait)
        log.warning("source_failed", source=source.name, failures=source.failures + 1, error=error)
        return Polled(source, error=error)


def _gone(known: Mapping[str, bool], fetch: Fetch) -> frozenset[str]:
    """The live documents a source no longer holds; SourceError when that can hardly be meant."""
    live = frozenset(path for path, is_live in known.items() if is_live)
    present = fetch.present or frozenset()
    gone = live - present
    kept = present & live or gone & set(fetch.renamed.values())
    if live and not kept and (not present or len(live) > _FEW):
        raise SourceError(
            f"None of its {len(live):,} documents is there any more, so nothing was changed; is its disk"
            " mounted? If that is meant, `haru sources off` ends the asking."
        )
    return gone
