"""Imports the documents of one transaction: compares each with its previous version and writes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from digests.errors import DigestError
from digests.import_rules import DocumentChanges, compare_entries
from digests.model import Digest, Document, ImportedDocument, ImportedEntry, ImportStatus
from digests.preprocessing import PreprocessedBatch, content_hash, preprocess
from digests.store.document_writer import write_documents
from digests.store.documents import (
    ReadDocument,
    RefusedDocument,
    SourceRow,
    known_documents,
    known_entries,
    record_refusals,
)
from digests.store.index_rows import index_papers


async def import_batch(
    connection: AsyncConnection,
    source: SourceRow,
    documents: Sequence[Document],
    preprocessed: PreprocessedBatch,
    *,
    now: datetime,
) -> list[ImportedDocument]:
    """Import a batch of documents; what was done with each, in order. A document in error stops no other.

    A document that is missing in ``preprocessed``, or changed since, is preprocessed here.
    """
    known = await known_documents(connection, source, [document.path for document in documents])
    entries = await known_entries(connection, [row.id for row in known.values()])
    results: dict[str, ImportedDocument] = {}
    changed: list[tuple[ReadDocument, DocumentChanges]] = []
    refused: list[RefusedDocument] = []
    for document in documents:
        path = document.path
        old = known.get(path)
        sha256 = content_hash(document)
        before = entries.get(old.id, []) if old is not None else []
        if old is not None and old.sha256 == sha256 and old.reason is None:
            results[path] = _unchanged(path, old.date, [entry.paper.title for entry in before])
            continue
        read = preprocessed.get(path)
        if read is None or read.sha256 != sha256:
            read = preprocess(document)
        digest = read.digest
        if isinstance(digest, DigestError):
            refused.append(RefusedDocument(path, sha256, digest.reason, digest.line))
            results[path] = ImportedDocument(
                path, ImportStatus.REFUSED, reason=digest.reason, line=digest.line
            )
            continue
        changes = compare_entries(digest.entries, before)
        changed.append((ReadDocument(path, sha256, digest), changes))
        # A document that was refused until now is new, although it has a row.
        status = ImportStatus.CHANGED if old is not None and old.digest_id is not None else ImportStatus.NEW
        withdrawn = tuple(entry.paper.title for entry in before if entry.id in changes.withdrawn)
        results[path] = _imported(path, status, digest, changes, withdrawn)
    await record_refusals(connection, source, refused, now=now)
    if changed:
        paper_ids = await write_documents(connection, source, changed, known, now=now)
        ready = {fields: terms for read in preprocessed.values() for fields, terms in read.terms.items()}
        await index_papers(connection, paper_ids, ready=ready)
    return [results[document.path] for document in documents]


def _unchanged(path: str, day: date | None, titles: Sequence[str]) -> ImportedDocument:
    entries = tuple(ImportedEntry(ImportStatus.SAME, title) for title in titles)
    return ImportedDocument(path, ImportStatus.SAME, day, entries)


def _imported(
    path: str, status: ImportStatus, digest: Digest, changes: DocumentChanges, withdrawn: tuple[str, ...]
) -> ImportedDocument:
    entries = [
        ImportedEntry(change.status, change.entry.paper.title, change.entry, line=change.entry.line)
        for change in changes.entries
    ]
    refusals = [
        ImportedEntry(ImportStatus.REFUSED, refusal.title, None, refusal.reason, refusal.line)
        for refusal in digest.refusals
    ]
    return ImportedDocument(path, status, digest.date, (*entries, *refusals), withdrawn)
