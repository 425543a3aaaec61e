"""The use cases of the archive: import documents, read digests and entries, search. Knows no SQL.

What imports and searches need is loaded when they are first used: it takes as long to load as all the rest,
and a process that has just started has a post to send.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from digests.model import (
    ArchivedDigest,
    ArchivedEntry,
    Document,
    ImportedDocument,
    ImportStatus,
    Results,
    TagCount,
    Workspace,
)
from digests.store import digests_by_day
from digests.store.database import Database
from digests.store.documents import find_or_create_source, known_hashes
from digests.store.entry_export import export_entries
from digests.store.entry_reader import document_paths, load_entries, load_posted_entries

if TYPE_CHECKING:
    from digests.preprocessing import PreprocessedBatch
    from digests.preprocessing_worker import PreprocessingWorker
    from digests.search.explanation import Explanation
    from digests.search.meaning import Encoder
    from digests.store.indexes import Indexes

MAX_BATCH_DOCUMENTS = 300
"""Documents written in one transaction. A crash loses at most these; the next import writes them."""

MAX_BATCH_BYTES = 1024 * 1024
"""Bytes of documents in one transaction, which limits the memory an import takes."""


LONG_QUESTION = 200
"""Characters of a question above which it is worked on beside the event loop."""


class Archive:
    """The archive of all workspaces.

    ``workspace`` says whose archive a method reads: shared digests and that workspace's own. None reads
    only shared ones. Does not fetch documents (``digests.sources`` does), and does not know what was
    posted where.
    """

    def __init__(self, database: Database, *, encoder: Encoder | None = None) -> None:
        self._database = database
        self._encoder = encoder

    @cached_property
    def _long_questions(self) -> asyncio.Semaphore:
        """Held while a long question is worked on beside the event loop: one at a time, so that others are
        answered meanwhile, however many people ask long ones."""
        return asyncio.Semaphore(1)

    @cached_property
    def _indexes(self) -> Indexes:
        from digests.store.indexes import Indexes

        return Indexes(self._database, self._encoder)

    async def import_documents(
        self,
        documents: Iterable[Document],
        *,
        now: datetime,
        workspace: Workspace | None = None,
        backlog: bool = False,
        zone: str = "UTC",
        dry_run: bool = False,
    ) -> AsyncIterator[ImportedDocument]:
        """Import documents, and yield what was done with each. A document in error stops no other.

        A document whose bytes have not changed changes nothing. With ``workspace`` the documents belong
        to it and leave shared papers as they are. ``backlog`` imports digests that are never posted.
        ``zone`` is the time zone of a source that is new.

        ``documents`` is read lazily, and written in batches: a batch is written as a whole or not at all.
        While one is written, the next is preprocessed.
        """
        from digests.preprocessing_worker import PreprocessingWorker
        from digests.store.batch_import import import_batch

        written = 0
        batches = _batches(documents)
        batch = next(batches, None)
        worker = PreprocessingWorker()
        preprocessing = self._preprocess(worker, batch, workspace)
        try:
            while batch:
                preprocessed = await preprocessing
                next_batch = next(batches, None)
                preprocessing = self._preprocess(worker, next_batch, workspace)
                database = self._database
                async with database.dry_run_archive() if dry_run else database.write_archive() as connection:
                    source = await find_or_create_source(
                        connection, batch[0].source, workspace=workspace, zone=zone, backlog=backlog
                    )
                    results = await import_batch(connection, source, batch, preprocessed, now=now)
                written += sum(
                    result.status in (ImportStatus.NEW, ImportStatus.CHANGED) for result in results
                )
                for result in results:
                    yield result
                batch = next_batch
        finally:
            preprocessing.cancel()
            worker.stop()
        if written >= MAX_BATCH_DOCUMENTS and not dry_run:
            await self._database.analyse()

    def _preprocess(
        self, worker: PreprocessingWorker, batch: Sequence[Document] | None, workspace: Workspace | None
    ) -> asyncio.Task[PreprocessedBatch]:
        """Start preprocessing a batch's new and changed documents, in the background."""

        async def preprocess() -> PreprocessedBatch:
            if not batch:
                return {}
            paths = [document.path for document in batch]
            async with self._database.read() as connection:
                known = await known_hashes(connection, batch[0].source, paths, workspace=workspace)
            return await worker.preprocess(batch, known)

        return asyncio.create_task(preprocess())

    async def entry(
        self, entry_id: int, *, workspace: Workspace | None, until: date | None = None
    ) -> ArchivedEntry | None:
        """The entry of this id, or None when the workspace has none.

        ``until`` leaves out entries dated later.
        """
        async with self._database.read() as connection:
            found = await load_entries(connection, [entry_id], workspace=workspace, until=until)
        return found[0] if found else None

    async def entries(
        self, entry_ids: Sequence[int], *, workspace: Workspace | None, until: date | None = None
    ) -> list[ArchivedEntry]:
        """The entries of these ids that the workspace has, in the order of the ids."""
        async with self._database.read() as connection:
            return await load_entries(connection, entry_ids, workspace=workspace, until=until)

    async def export(
        self, *, workspace: Workspace | None
    ) -> AsyncIterator[tuple[ArchivedEntry, tuple[str, ...]]]:
        """Every entry the workspace has, by date, with the paths of the documents that mention its paper."""
        async with self._database.read() as connection:
            async for exported in export_entries(connection, workspace=workspace):
                yield exported

    async def posted_entries(self, entry_ids: Sequence[int]) -> list[ArchivedEntry]:
        """The entries of these ids in the order of the ids, withdrawn and retracted ones included."""
        async with self._database.read() as connection:
            return await load_posted_entries(connection, entry_ids)

    async def digest(self, digest_id: int, *, workspace: Workspace | None) -> ArchivedDigest | None:
        """The digest of this id, or None when the workspace has none."""
        async with self._database.read() as connection:
            return await digests_by_day.load_digest(connection, digest_id, workspace=workspace)

    async def digests_of_day(self, day: date, *, workspace: Workspace | None) -> tuple[ArchivedDigest, ...]:
        """Every digest dated that day."""
        async with self._database.read() as connection:
            return await digests_by_day.digests_of_day(connection, day, workspace=workspace)

    async def deliverable_digests(
        self, *, workspace: Workspace | None, after: date | None, until: date, now: datetime
    ) -> tuple[ArchivedDigest, ...]:
        """The digests that may be delivered at ``now``, dated after ``after`` and up to ``until``.

        Oldest first.
        """
        async with self._database.read() as connection:
            return await digests_by_day.deliverable_digests(
                connection, workspace=workspace, after=after, until=until, now=now
            )

    async def workspaces_with_digests(self, *, after: date, until: date) -> frozenset[Workspace]:
        """The workspaces with digests of their own, dated after ``after`` and up to ``until``."""
        async with self._database.read() as connection:
            return await digests_by_day.workspaces_with_digests(connection, after=after, until=until)

    async def newest_digest(
        self, *, workspace: Workspace | None, until: date, now: datetime
    ) -> ArchivedDigest | None:
        """The newest digest that may be delivered at ``now``, dated up to ``until``; or None."""
        async with self._database.read() as connection:
            return await digests_by_day.newest_deliverable_digest(
                connection, workspace=workspace, until=until, now=now
            )

    async def latest_day(self, *, workspace: Workspace | None, until: date | None) -> date | None:
        """The latest date of any digest, up to ``until``; None when there is none."""
        async with self._database.read() as connection:
            return await digests_by_day.latest_day(connection, workspace=workspace, until=until)

    async def retract_day(self, day: date, *, now: datetime, workspace: Workspace | None = None) -> int:
        """Retract every digest of a day, and return their number.

        A retracted digest is not found by searches and never delivered again.
        """
        from digests.store.index_rows import index_papers

        async with self._database.write_archive() as connection:
            digest_ids, paper_ids = await digests_by_day.retract_day(
                connection, day, workspace=workspace, now=now
            )
            await index_papers(connection, paper_ids)
        return len(digest_ids)

    async def document_paths(self, results: Results) -> dict[int, tuple[str, ...]]:
        """For each paper found, by its id, the paths of the documents that mention it, sorted."""
        async with self._database.read() as connection:
            return await document_paths(connection, [hit.entry.paper_id for hit in results.hits])

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
        within: Collection[int] | None = None,
    ) -> Results:
        """What ``/paper text`` finds, best first. Nothing typed is an error.

        ``now`` is the day it is for whoever asks; without one last year is two words like others. ``within``
        keeps only these papers, by their ids.
        """
        from digests.search import engine
        from digests.store import lookup

        library, meanings = await self._indexes.library(workspace, until)
        if meanings is None and len(text) <= LONG_QUESTION:
            answer = engine.answer(library, text, today=today, now=now)
        else:
            # To encode a question takes as long as all the rest of many answers, to read a long one too.
            async with self._long_questions:
                answer = await asyncio.to_thread(
                    engine.answer, library, text, today=today, now=now, meanings=meanings
                )
        async with self._database.read() as connection:
            eyes = lookup.Eyes(connection, library, workspace, until)
            return await lookup.shown(eyes, text, answer, limit=limit, offset=offset, within=within)

    async def explain(
        self, text: str, *, workspace: Workspace | None, until: date | None, now: date | None
    ) -> Explanation:
        """How a question is read, and why its first papers stand where they stand."""
        from digests.search import engine
        from digests.search.explanation import explanation

        library, meanings = await self._indexes.library(workspace, until)
        answer, question, parts = await asyncio.to_thread(
            engine.explain, library, text, today=None, now=now, meanings=meanings
        )
        return explanation(library, question, answer, parts)

    async def prepare(self) -> bool:
        """Load what the questions of all workspaces share, so that nobody who asks waits for it; False when
        nothing has changed since it was loaded."""
        return await self._indexes.follow()

    async def encode(self, *, most: int = 64) -> int:
        """Encode the meaning of papers that wait for it; how many there were, 0 without an encoder.

        Taking documents in leaves this for later: it takes several times as long as all the rest.
        """
        from digests.search import meaning
        from digests.store import vectors

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
        from digests.store import lookup

        library, _ = await self._indexes.library(workspace, until)
        tag, answer = lookup.tagged(library, text)
        async with self._database.read() as connection:
            eyes = lookup.Eyes(connection, library, workspace, until)
            return await lookup.shown(eyes, tag, answer, limit=limit, offset=offset)

    async def tags(
        self, *, workspace: Workspace | None, until: date | None, limit: int = 30
    ) -> tuple[TagCount, ...]:
        """The most used tags, each in its commonest spelling."""
        from digests.store import lookup

        library, _ = await self._indexes.library(workspace, until)
        return lookup.tags(library, limit)

    async def related(
        self, entry_id: int, *, workspace: Workspace | None, until: date | None, limit: int = 5
    ) -> tuple[ArchivedEntry, ...]:
        """Papers near this one: by notes' links, shared tags and text."""
        from digests.store import lookup

        library, _ = await self._indexes.library(workspace, until)
        async with self._database.read() as connection:
            eyes = lookup.Eyes(connection, library, workspace, until)
            return await lookup.related(eyes, entry_id, limit=limit)


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Group documents, in their order, into batches of one source in which no path occurs twice."""
    batch: dict[str, Document] = {}
    size, source = 0, None
    for document in documents:
        is_full = len(batch) == MAX_BATCH_DOCUMENTS or size > MAX_BATCH_BYTES
        if batch and (is_full or document.source != source or document.path in batch):
            yield list(batch.values())
            batch, size = {}, 0
        source = document.source
        size += len(document.content)
        batch[document.path] = document
    if batch:
        yield list(batch.values())
