"""Writing documents into the archive: their digests, their entries, what these say. Decides nothing
by itself: ``digests.intake`` says what changes.

Works on a batch of documents at a time, within the caller's transaction, so that ten
thousand notes cost a few hundred statements and not a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests import intake
from digests.model import Entry, Status
from digests.store import tables
from digests.store.bulk import among, insert_rows, new_ids
from digests.store.documents import ReadDocument, Shelf, write_documents
from digests.store.paper_facts import merge_facts
from digests.store.paper_matching import recognise


async def shelve(
    connection: AsyncConnection,
    shelf: Shelf,
    documents: Sequence[tuple[ReadDocument, intake.Decision]],
    known: Mapping[str, Any],
    *,
    now: datetime,
) -> tuple[int, ...]:
    """Write new and changed documents; gives the ids of papers whose text or facts may have changed.

    ``known`` are the rows of those documents that the archive has, by path.
    """
    digest_ids = await _digests(connection, shelf, [document for document, _ in documents], known, now=now)
    document_ids = await write_documents(connection, shelf, documents, known, digest_ids, now=now)
    touched = await withdraw_entries(
        connection, [id_ for _, decision in documents for id_ in decision.withdrawn], now=now
    )

    changes = [
        (document, change)
        for document, decision in documents
        for change in decision.changes
        if change.id is None or change.status is not Status.SAME
    ]
    paper_ids = await recognise(connection, shelf.workspace, [change.entry for _, change in changes])
    rows = [
        {
            "digest_id": digest_ids[document.path],
            "document_id": document_ids[document.path],
            "paper_id": paper_id,
            "position": change.position,
            **_entry_values(change),
        }
        for (document, change), paper_id in zip(changes, paper_ids, strict=True)
    ]
    fresh = [(row, change) for row, (_, change) in zip(rows, changes, strict=True) if change.id is None]
    changed = [(row, change) for row, (_, change) in zip(rows, changes, strict=True) if change.id is not None]
    texts: list[tuple[int, Entry]] = []
    if changed:
        ids = [change.id for _, change in changed if change.id is not None]
        touched |= set(
            await connection.scalars(
                select(tables.entry.c.paper_id).where(among(connection, tables.entry.c.id, ids))
            )
        )
        await connection.execute(
            update(tables.entry)
            .where(tables.entry.c.id == bindparam("entry"))
            .values(revision=tables.entry.c.revision + 1),
            [{"entry": change.id, **row} for row, change in changed],
        )
        for table in (tables.commentary, tables.entry_tag):
            await connection.execute(delete(table).where(among(connection, table.c.entry_id, ids)))
        texts += [(change.id, change.entry) for _, change in changed if change.id is not None]
    if fresh:
        ids_of = await new_ids(connection, tables.entry, len(fresh))
        made = [{"id": id_, **row} for id_, (row, _) in zip(ids_of, fresh, strict=True)]
        await connection.execute(insert(tables.entry), made)
        texts += [(id_, change.entry) for id_, (_, change) in zip(ids_of, fresh, strict=True)]
    await _texts(connection, texts)
    touched |= set(paper_ids)
    return tuple(await merge_facts(connection, touched))


async def withdraw_entries(
    connection: AsyncConnection, entry_ids: Sequence[int], *, now: datetime
) -> set[int]:
    """Mark entries that are no longer said; the ids of the papers they were of."""
    if not entry_ids:
        return set()
    rows = await connection.execute(
        update(tables.entry)
        .where(among(connection, tables.entry.c.id, entry_ids))
        .values(withdrawn_at=now, revision=tables.entry.c.revision + 1)
        .returning(tables.entry.c.paper_id)
    )
    return set(rows.scalars())


async def _digests(
    connection: AsyncConnection,
    shelf: Shelf,
    documents: Sequence[ReadDocument],
    known: Mapping[str, Any],
    *,
    now: datetime,
) -> dict[str, int]:
    """The digest row of each of these documents, by path; made where there are none."""
    names = {document.path: intake.digest_name(document.path, document.digest) for document in documents}
    found = await _found(connection, shelf, set(names.values()))
    for path, name in names.items():
        was_backlog = path in known and known[path].backlog
        if not shelf.backlog and not was_backlog and name in found and _was_under_way(found[name]):
            names[path] = intake.rest_of_day(name)
    wanted = {names[document.path]: document.digest for document in documents}
    found |= await _found(connection, shelf, wanted.keys() - found.keys())
    for name, document in wanted.items():
        if name in found and found[name].date != document.date:
            # A corrected date moves the digest; what a channel has had stays had, by the digest's id.
            sealed = intake.sealed_at(document, shelf.zone)
            await connection.execute(
                update(tables.digest)
                .where(tables.digest.c.id == found[name].id)
                .values(date=document.date, sealed_at=sealed)
            )
    missing = [
        {
            "workspace": shelf.workspace,
            "source_id": shelf.source_id,
            "name": name,
            "date": document.date,
            "backlog": shelf.backlog,
            "sealed_at": intake.sealed_at(document, shelf.zone),
            "taken_in_at": now,
        }
        for name, document in wanted.items()
        if name not in found
    ]
    if missing:
        await connection.execute(insert(tables.digest), missing)
        found |= await _found(connection, shelf, wanted.keys() - found.keys())
    return {path: found[name].id for path, name in names.items()}


async def _found(connection: AsyncConnection, shelf: Shelf, names: Collection[str]) -> dict[str, Any]:
    """The digests of a source that have these names, by name."""
    if not names:
        return {}
    digest = tables.digest.c
    rows = await connection.execute(
        select(
            digest.name,
            digest.id,
            digest.date,
            digest.backlog,
            digest.sealed_at,
            digest.retracted_at,
            digest.taken_in_at,
        ).where(digest.source_id == shelf.source_id, among(connection, digest.name, names))
    )
    return {row.name: row for row in rows}


def _was_under_way(digest: Any) -> bool:
    """Whether a source's first fetch brought a part of a day that went on."""
    return (
        digest.backlog
        and digest.retracted_at is None
        and digest.sealed_at is not None
        and digest.sealed_at > digest.taken_in_at
    )


def _entry_values(change: intake.Change) -> dict[str, Any]:
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


async def _texts(connection: AsyncConnection, texts: Sequence[tuple[int, Entry]]) -> None:
    said = [
        (id_, commentary.language, commentary.text)
        for id_, entry in texts
        for commentary in entry.commentaries
    ]
    tagged = [
        (id_, position, tag.name, tag.spelling)
        for id_, entry in texts
        for position, tag in enumerate(entry.tags)
    ]
    await insert_rows(connection, tables.commentary, ("entry_id", "language", "text"), said)
    await insert_rows(connection, tables.entry_tag, ("entry_id", "position", "name", "spelling"), tagged)
