"""The archive's use cases: take documents in, look papers up, list tags. Knows no SQL and no Slack."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import date, datetime

from digests.draft_process import Drafting
from digests.drafts import Drafts, drafts
from digests.model import (
    ArchivedDigest,
    ArchivedEntry,
    Document,
    Results,
    Status,
    TagCount,
    Taken,
    Workspace,
)
from digests.search import meaning
from digests.search.meaning import Encoder
from digests.store import digests_by_day, lookup, postings, tag_lookup, vectors
from digests.store.batch_intake import take_in_batch
from digests.store.database import Database
from digests.store.documents import find_source, known_hashes
from digests.store.entry_export import export_entries
from digests.store.entry_reader import documents_of, load_entries, posted_entries
from digests.store.preparation import prepare
from digests.store.vocabulary import Version

BATCH = 300
"""Documents in one transaction: a crash loses at most these, whole, and the next run takes them in."""

BATCH_BYTES = 1024 * 1024
"""Of their bytes; so memory stays what it is, however large the documents are."""

AT_ONCE = 4
"""Searches at the same time. Of fifty each would take fifty times as long; in turn, the first are answered
at once."""

_FIRST = "how do large language models learn to reason"
"""A question in one's own words: such a one asks for most of what a lookup may ask for."""


class Archive:
    """Everything loaded. ``workspace`` in any method is whose eyes look: None sees what is shared.

    Does not fetch (``digests.sources`` does), and does not know what was posted where.
    """

    def __init__(self, database: Database, *, encoder: Encoder | None = None) -> None:
        self._database = database
        self._encoder = encoder
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._prepared: Version | None = None

    async def take_in(
        self,
        documents: Iterable[Document],
        *,
        now: datetime,
        workspace: Workspace | None = None,
        kind: str = "file",
        posts: bool = True,
        backlog: bool = False,
        zone: str = "UTC",
        dry_run: bool = False,
    ) -> AsyncIterator[Taken]:
        """Take documents in and tell each one's fate; one bad document never stops the rest.

        A document whose bytes are as they were changes nothing. With ``workspace`` they
        are that workspace's own, and shared papers stay as they are. Documents are asked
        for as they are taken in, and written ``BATCH`` at a time, each batch whole or not
        at all.
        """
        written = 0
        batches = _batches(documents)
        batch = next(batches, None)
        drafting = Drafting()
        ahead = self._drafts(drafting, batch, workspace)
        try:
            while batch:
                ready = await ahead
                following = next(batches, None)
                ahead = self._drafts(drafting, following, workspace)
                database = self._database
                opened = database.dry_run_archive() if dry_run else database.write_archive()
                async with opened as connection:
                    shelf = await find_source(
                        connection,
                        batch[0].source,
                        workspace=workspace,
                        kind=kind,
                        posts=posts,
                        zone=zone,
                        backlog=backlog,
                    )
                    taken = await take_in_batch(connection, shelf, batch, ready, now=now)
                written += sum(one.status in (Status.NEW, Status.CHANGED) for one in taken)
                for one in taken:
                    yield one
                batch = following
        finally:
            ahead.cancel()
            drafting.end()
        if written >= BATCH and not dry_run:
            await self._database.analyse()

    def _drafts(
        self, drafting: Drafting, batch: Sequence[Document] | None, workspace: Workspace | None
    ) -> asyncio.Task[Drafts]:
        """The drafts of a batch's new and changed documents, made beside whatever else goes on."""

        async def make() -> Drafts:
            if not batch:
                return drafts([])
            async with self._database.read() as connection:
                known = await known_hashes(
                    connection, batch[0].source, [document.path for document in batch], workspace=workspace
                )
            return await drafting.drafts(batch, known)

        return asyncio.create_task(make())

    async def entry(
        self, entry_id: int, *, workspace: Workspace | None, until: date | None = None
    ) -> ArchivedEntry | None:
        """One entry, or None when there is none that this workspace may see."""
        async with self._database.read() as connection:
            found = await load_entries(connection, [entry_id], workspace=workspace, until=until)
        return found[0] if found else None

    async def entries(
        self, entry_ids: Sequence[int], *, workspace: Workspace | None, until: date | None = None
    ) -> list[ArchivedEntry]:
        """The entries of these ids that may be seen, in the order of the ids."""
        async with self._database.read() as connection:
            return await load_entries(connection, entry_ids, workspace=workspace, until=until)

    async def export(
        self, *, workspace: Workspace | None
    ) -> AsyncIterator[tuple[ArchivedEntry, tuple[str, ...]]]:
        """Every entry that may be seen, by date, with the documents that mention its paper."""
        async with self._database.read() as connection:
            async for exported in export_entries(connection, workspace=workspace):
                yield exported

    async def posted(self, entry_ids: Sequence[int]) -> list[ArchivedEntry]:
        """The entries of these ids, also where they were withdrawn or retracted after they were posted."""
        async with self._database.read() as connection:
            return await posted_entries(connection, entry_ids)

    async def digest(self, digest_id: int, *, workspace: Workspace | None) -> ArchivedDigest | None:
        """One digest, or None."""
        async with self._database.read() as connection:
            return await digests_by_day.digest(connection, digest_id, workspace=workspace)

    async def digest_of_day(self, day: date, *, workspace: Workspace | None) -> tuple[ArchivedDigest, ...]:
        """Every digest dated that day."""
        async with self._database.read() as connection:
            return await digests_by_day.of_day(connection, day, workspace=workspace)

    async def digests(
        self, *, workspace: Workspace | None, after: date | None, until: date, now: datetime
    ) -> tuple[ArchivedDigest, ...]:
        """What may be delivered: sealed by ``now``, dated after ``after`` up to ``until``; oldest first."""
        async with self._database.read() as connection:
            return await digests_by_day.deliverable(
                connection, workspace=workspace, after=after, until=until, now=now
            )

    async def owners(self, *, after: date, until: date) -> frozenset[Workspace]:
        """The workspaces that have digests of their own, dated after ``after`` up to ``until``."""
        async with self._database.read() as connection:
            return await digests_by_day.owners(connection, after=after, until=until)

    async def newest_digest(
        self, *, workspace: Workspace | None, until: date, now: datetime
    ) -> ArchivedDigest | None:
        """The newest digest that may be delivered, or None."""
        async with self._database.read() as connection:
            return await digests_by_day.newest(connection, workspace=workspace, until=until, now=now)

    async def latest_day(self, *, workspace: Workspace | None, until: date | None) -> date | None:
        """The newest day that has papers, or None while the archive is empty."""
        async with self._database.read() as connection:
            return await digests_by_day.latest_day(connection, workspace=workspace, until=until)

    async def retract(self, day: date, *, now: datetime, workspace: Workspace | None = None) -> int:
        """Take back every digest of a day: gone from lookup, never delivered again; how many there were."""
        async with self._database.write_archive() as connection:
            digest_ids, paper_ids = await digests_by_day.retract(
                connection, day, workspace=workspace, now=now
            )
            await postings.index_papers(connection, paper_ids)
        return len(digest_ids)

    async def search(
        self,
        text: str,
        *,
        workspace: Workspace | None,
        until: date | None,
        today: date | None,
        now: date | None = None,
        limit: int = 10,
        offset: int = 0,
    ) -> Results:
        """What ``/paper text`` finds, best first; DESIGN.md section 7. Nothing typed is an error.

        ``now`` is the day it is for whoever asks; without one last year is two words like others.
        """
        async with self._turns, self._database.read() as connection:
            return await lookup.search(
                connection,
                text,
                workspace=workspace,
                until=until,
                today=today,
                now=now,
                encoder=self._encoder,
                limit=limit,
                offset=offset,
            )

    async def prepare(self, *, until: date | None) -> bool:
        """Read what the questions of most workspaces share, so that nobody who asks waits for it; False when
        nothing has changed since it was read. A first question compiles the statements, too.

        Takes two seconds of a hundred thousand papers, most of it beside the event loop.
        """
        known = self._prepared
        async with self._database.read() as connection:
            self._prepared = await prepare(connection, until, known)
        if known is None:
            await self.search(_FIRST, workspace=None, until=until, today=None)
        return self._prepared != known

    async def documents(self, results: Results) -> dict[int, tuple[str, ...]]:
        """For each paper found, the paths of the documents that mention it, in a fixed order."""
        async with self._database.read() as connection:
            return await documents_of(connection, [hit.entry.paper_id for hit in results.hits])

    async def encode(self, *, most: int = 64) -> int:
        """Encode the meaning of papers that wait for it; how many there were, 0 without an encoder.

        Taking documents in leaves this for later: it takes several times as long as all the rest.
        """
        if self._encoder is None:
            return 0
        async with self._database.read() as connection:
            texts = await vectors.waiting(connection, self._encoder, most=most)
            if not texts:
                return 0
            words = await vectors.unknown_words(connection, self._encoder, texts)
        found = await asyncio.to_thread(meaning.of_papers, self._encoder, texts)
        meant = await asyncio.to_thread(meaning.of_words, self._encoder, words)
        async with self._database.write_archive() as connection:
            return await vectors.keep(connection, self._encoder, found, texts, meant)

    async def tagged(
        self,
        text: str,
        *,
        workspace: Workspace | None,
        until: date | None,
        limit: int = 10,
        offset: int = 0,
    ) -> Results:
        """The papers of a tag, newest first, however it is spelt."""
        async with self._database.read() as connection:
            return await tag_lookup.tagged(
                connection, text, workspace=workspace, until=until, limit=limit, offset=offset
            )

    async def tags(
        self, *, workspace: Workspace | None, until: date | None, limit: int = 30
    ) -> tuple[TagCount, ...]:
        """The most used tags, each in its commonest spelling."""
        async with self._database.read() as connection:
            return await tag_lookup.tags(connection, workspace=workspace, until=until, limit=limit)

    async def related(
        self, entry_id: int, *, workspace: Workspace | None, until: date | None, limit: int = 5
    ) -> tuple[ArchivedEntry, ...]:
        """Papers near this one: by notes' links, shared tags and text."""
        async with self._database.read() as connection:
            return await lookup.related(connection, entry_id, workspace=workspace, until=until, limit=limit)


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Documents as they come, within the bounds of a batch, of one source each and no path twice."""
    batch: dict[str, Document] = {}
    size, source = 0, None
    for document in documents:
        full = len(batch) == BATCH or size > BATCH_BYTES
        if batch and (full or document.source != source or document.path in batch):
            yield list(batch.values())
            batch, size = {}, 0
        source = document.source
        size += len(document.content)
        batch[document.path] = document
    if batch:
        yield list(batch.values())
