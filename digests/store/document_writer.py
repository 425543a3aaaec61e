"""Writes documents into the archive: their digests, their entries, and the entries' texts and tags.

Decides nothing: ``digests.import_rules`` says what changes. Works on a batch of documents within the
caller's transaction, so that 10,000 notes cost a few hundred statements instead of 100,000.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests import import_rules
from digests.import_rules import DocumentChanges, EntryChange
from digests.model import Entry, ImportStatus
from digests.store import tables
from digests.store.bulk import among, insert_rows, new_ids
from digests.store.documents import ReadDocument, SourceRow, write_document_rows
from digests.store.paper_facts import merge_facts
from digests.store.paper_matching import find_or_create_papers


async def write_documents(
    connection: AsyncConnection,
    source: SourceRow,
    documents: Sequence[tuple[ReadDocument, DocumentChanges]],
    known: Mapping[str, Any],
    *,
    now: datetime,
) -> list[int]:
    """Write new and changed documents; the ids of the papers whose texts or facts may have changed.

    ``known`` holds the rows, by path, of the documents that the archive has.
    """
    digest_ids = await _digest_ids(
        connection, source, [document for document, _ in documents], known, now=now
    )
    document_ids = await write_document_rows(connection, source, documents, known, digest_ids, now=now)
    withdrawn = [entry_id for _, changes in documents for entry_id in changes.withdrawn]
    paper_ids = await withdraw_entries(connection, withdrawn, now=now)
    changes = [
        (document.path, change)
        for document, document_changes in documents
        for change in document_changes.entries
        if change.status is not ImportStatus.SAME
    ]
    papers = await find_or_create_papers(
        connection, source.workspace, [change.entry for _, change in changes]
    )
    rows = [
        {
            "digest_id": digest_ids[path],
            "document_id": document_ids[path],
            "paper_id": paper_id,
            "position": change.position,
            **_entry_values(change),
        }
        for (path, change), paper_id in zip(changes, papers, strict=True)
    ]
    paper_ids |= await _write_entries(connection, rows, [change for _, change in changes])
    return await merge_facts(connection, paper_ids | set(papers))


async def withdraw_entries(
    connection: AsyncConnection, entry_ids: Sequence[int], *, now: datetime
) -> set[int]:
    """Mark entries as withdrawn; the ids of their papers."""
    if not entry_ids:
        return set()
    rows = await connection.execute(
        update(tables.entry)
        .where(among(connection, tables.entry.c.id, entry_ids))
        .values(withdrawn_at=now, revision=tables.entry.c.revision + 1)
        .returning(tables.entry.c.paper_id)
    )
    return set(rows.scalars())


async def _digest_ids(
    connection: AsyncConnection,
    source: SourceRow,
    documents: Sequence[ReadDocument],
    known: Mapping[str, Any],
    *,
    now: datetime,
) -> dict[str, int]:
    """The ids of the documents' digests, by path. Creates missing digests, and updates changed dates."""
    names = {
        document.path: import_rules.digest_name(document.path, document.digest) for document in documents
    }
    found = await _find_digests(connection, source, set(names.values()))
    for path, name in names.items():
        was_backlog = path in known and known[path].backlog
        if not source.backlog and not was_backlog and name in found and _is_unfinished_backlog(found[name]):
            names[path] = import_rules.rest_of_day_name(name)
    wanted = {names[document.path]: document.digest for document in documents}
    found |= await _find_digests(connection, source, wanted.keys() - found.keys())
    for name, digest in wanted.items():
        if name in found and found[name].date != digest.date:
            # The digest keeps its id, so that a channel that has had it does not get it again.
            deliverable_from = import_rules.deliverable_from(digest, source.zone)
            await connection.execute(
                update(tables.digest)
                .where(tables.digest.c.id == found[name].id)
                .values(date=digest.date, deliverable_from=deliverable_from)
            )
    missing = [
        {
            "workspace": source.workspace,
            "source_id": source.id,
            "name": name,
            "date": digest.date,
            "backlog": source.backlog,
            "deliverable_from": import_rules.deliverable_from(digest, source.zone),
            "imported_at": now,
        }
        for name, digest in wanted.items()
        if name not in found
    ]
    if missing:
        await connection.execute(insert(tables.digest), missing)
        found |= await _find_digests(connection, source, wanted.keys() - found.keys())
    return {path: found[name].id for path, name in names.items()}


async def _find_digests(
    connection: AsyncConnection, source: SourceRow, names: Collection[str]
) -> dict[str, Any]:
    """The rows of a source's digests with these names, by name."""
    if not names:
        return {}
    digest = tables.digest.c
    rows = await connection.execute(
        select(
            digest.name,
            digest.id,
            digest.date,
            digest.backlog,
            digest.deliverable_from,
            digest.retracted_at,
            digest.imported_at,
        ).where(digest.source_id == source.id, among(connection, digest.name, names))
    )
    return {row.name: row for row in rows}


def _is_unfinished_backlog(digest: Any) -> bool:
    """Whether the source's first fetch brought this digest before its day had ended."""
    return (
        digest.backlog
        and digest.retracted_at is None
        and digest.deliverable_from is not None
        and digest.deliverable_from > digest.imported_at
    )


def _entry_values(change: EntryChange) -> dict[str, Any]:
    entry = change.entry
    return {
        "line": entry.line,
        "title": entry.paper.title,
        "authors": list(entry.paper.authors),
        "url": entry.paper.url,
        "arxiv_id": entry.paper.arxiv_id,
        "abstract": entry.paper.abstract,
        "cites": list(entry.cites),
        "links": list(entry.links),
        "sha256": change.sha256,
    }


async def _write_entries(
    connection: AsyncConnection, rows: Sequence[Mapping[str, Any]], changes: Sequence[EntryChange]
) -> set[int]:
    """Insert new entries and update changed ones; the ids of the papers that changed ones belonged to."""
    inserts = [(row, change.entry) for row, change in zip(rows, changes, strict=True) if change.id is None]
    updates = [
        (change.id, row, change.entry)
        for row, change in zip(rows, changes, strict=True)
        if change.id is not None
    ]
    previous_papers = await _update_entries(connection, updates)
    ids = await new_ids(connection, tables.entry, len(inserts))
    if inserts:
        values = [{"id": entry_id, **row} for entry_id, (row, _) in zip(ids, inserts, strict=True)]
        await connection.execute(insert(tables.entry), values)
    texts = [(entry_id, entry) for entry_id, _, entry in updates]
    texts += [(entry_id, entry) for entry_id, (_, entry) in zip(ids, inserts, strict=True)]
    await _write_texts(connection, texts)
    return previous_papers


async def _update_entries(
    connection: AsyncConnection, updates: Sequence[tuple[int, Mapping[str, Any], Entry]]
) -> set[int]:
    """Update entries and delete their texts; the ids of the papers that they belonged to."""
    if not updates:
        return set()
    ids = [entry_id for entry_id, _, _ in updates]
    previous_papers = await connection.scalars(
        select(tables.entry.c.paper_id).where(among(connection, tables.entry.c.id, ids))
    )
    await connection.execute(
        update(tables.entry)
        .where(tables.entry.c.id == bindparam("entry"))
        .values(revision=tables.entry.c.revision + 1),
        [{"entry": entry_id, **row} for entry_id, row, _ in updates],
    )
    for table in (tables.commentary, tables.entry_tag):
        await connection.execute(delete(table).where(among(connection, table.c.entry_id, ids)))
    return set(previous_papers)


async def _write_texts(connection: AsyncConnection, entries: Sequence[tuple[int, Entry]]) -> None:
    """Insert the commentaries and tags of entries, given with their ids."""
    commentaries = [
        (entry_id, commentary.language, commentary.text)
        for entry_id, entry in entries
        for commentary in entry.commentaries
    ]
    tags = [
        (entry_id, position, tag.name, tag.spelling)
        for entry_id, entry in entries
        for position, tag in enumerate(entry.tags)
    ]
    await insert_rows(connection, tables.commentary, ("entry_id", "language", "text"), commentaries)
    await insert_rows(connection, tables.entry_tag, ("entry_id", "position", "name", "spelling"), tags)
