"""Follows what a source did with its files: renamed, removed, or made them unreadable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.errors import RefusalReason
from digests.model import SHARED
from digests.store import tables
from digests.store.document_writer import withdraw_entries
from digests.store.documents import RefusedDocument, SourceRow, record_refusals
from digests.store.index_rows import index_papers
from digests.store.paper_facts import merge_facts

_PATHS_PER_STATEMENT = 500

READ_AGAIN = ""
"""The hash of a document that must be read again even if its content has not changed."""


async def known_paths(connection: AsyncConnection, source_id: int) -> dict[str, bool]:
    """Every path the source ever had, and whether it still has it."""
    document = tables.document.c
    rows = await connection.execute(
        select(document.path, document.removed_at).where(document.source_id == source_id)
    )
    return {row.path: row.removed_at is None for row in rows}


async def rename_documents(connection: AsyncConnection, source_id: int, renamed: Mapping[str, str]) -> None:
    """Give documents their new paths (``renamed`` maps new to old). Their entries stay.

    The digest of a newsletter is renamed with it. The documents are read again, since a note's file name
    may be its title.
    """
    if not renamed:
        return
    moves = [{"old": old, "new": new} for new, old in renamed.items()]
    for table, column, values in (
        (tables.document, tables.document.c.path, {"sha256": READ_AGAIN}),
        (tables.digest, tables.digest.c.name, {}),
    ):
        await connection.execute(
            update(table)
            .where(table.c.source_id == source_id, column == bindparam("old"))
            .values({column.name: bindparam("new"), **values}),
            moves,
        )


async def record_unreadable(
    connection: AsyncConnection, source_id: int, reasons: Mapping[str, RefusalReason], *, now: datetime
) -> None:
    """Record documents that the source could not read, with the reasons that the operator sees."""
    source = SourceRow(source_id, SHARED, "UTC", backlog=False)
    refused = [RefusedDocument(path, READ_AGAIN, reason, None) for path, reason in reasons.items()]
    await record_refusals(connection, source, refused, now=now)


async def withdraw_documents(
    connection: AsyncConnection, source_id: int, paths: Iterable[str], *, now: datetime
) -> None:
    """Withdraw the entries of removed documents. A document that comes back is read again."""
    document, entry = tables.document.c, tables.entry.c
    for chunk in _chunks(sorted(paths)):
        ids = (
            await connection.scalars(
                update(tables.document)
                .where(document.source_id == source_id, document.path.in_(chunk))
                .values(sha256=READ_AGAIN, reason=None, line=None, removed_at=now)
                .returning(document.id)
            )
        ).all()
        entries = await connection.scalars(
            select(entry.id).where(entry.document_id.in_(ids), entry.withdrawn_at.is_(None))
        )
        paper_ids = await withdraw_entries(connection, entries.all(), now=now)
        await merge_facts(connection, paper_ids)
        await index_papers(connection, sorted(paper_ids))


def _chunks(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    step = _PATHS_PER_STATEMENT
    return (paths[start : start + step] for start in range(0, len(paths), step))
