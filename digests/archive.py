"""The archive's use cases: take documents in, look papers up, list tags. Knows no SQL and no Slack."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import date, datetime

from digests.draft_process import Drafting
from digests.drafts import Drafts
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
from digests.search import engine, meaning
from digests.search.meaning import Encoder
from digests.store import digests_by_day, lookup, vectors
from digests.store.batch_intake import take_in_batch
from digests.store.database import Database
from digests.store.documents import find_source, known_hashes
from digests.store.entry_export import export_entries
from digests.store.entry_reader import documents_of, load_entries, posted_entries
from digests.store.index_rows import index_papers
from digests.store.indexes import Indexes

BATCH = 300
"""Documents in one transaction: a crash loses at most these, whole, and the next run takes them in."""

BATCH_BYTES = 1024 * 1024
"""Of their bytes; so memory stays what it is, however large the documents are."""


class Archive:
    """Everything loaded. ``workspace`` in any method is whose eyes look: None sees what is shared.

    Does not fetch (``digests.sources`` does), and does not know what was posted where.
    """

    def __init__(self, database: Database, *, encoder: Encoder | None = None) -> None:
        self._database = database
        self._encoder = encoder
        self._indexes = Indexes(database, encoder)

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
                return {}
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
            await index_papers(connection, paper_ids)
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
        library, meanings = await self._indexes.library(workspace, until)
        if meanings is None:
            answer = engine.answer(library, text, today=today, now=now)
        else:
            # Encoding a question takes as long as all the rest of many answers.
            answer = await asyncio.to_thread(
                engine.answer, library, text, today=today, now=now, meanings=meanings
            )
        async with self._database.read() as connection:
            eyes = lookup.Eyes(connection, library, workspace, until)
            return await lookup.shown(eyes, text, answer, limit=limit, offset=offset)

    async def prepare(self) -> bool:
        """Load what the questions of all workspaces share, so that nobody who asks waits for it; False when
        nothing has changed since it was loaded."""
        return await self._indexes.follow()

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
        library, _ = await self._indexes.library(workspace, until)
        tag, answer = lookup.tagged(library, text)
        async with self._database.read() as connection:
            eyes = lookup.Eyes(connection, library, workspace, until)
            return await lookup.shown(eyes, tag, answer, limit=limit, offset=offset)

    async def tags(
        self, *, workspace: Workspace | None, until: date | None, limit: int = 30
    ) -> tuple[TagCount, ...]:
        """The most used tags, each in its commonest spelling."""
        library, _ = await self._indexes.library(workspace, until)
        return lookup.tags(library, limit)

    async def related(
        self, entry_id: int, *, workspace: Workspace | None, until: date | None, limit: int = 5
    ) -> tuple[ArchivedEntry, ...]:
        """Papers near this one: by notes' links, shared tags and text."""
        library, _ = await self._indexes.library(workspace, until)
        async with self._database.read() as connection:
            eyes = lookup.Eyes(connection, library, workspace, until)
            return await lookup.related(eyes, entry_id, limit=limit)


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
