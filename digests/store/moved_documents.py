"""What a source moved to another path, and what it no longer holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.errors import RefusalReason
from digests.model import SHARED
from digests.store import documents, tables
from digests.store.document_writer import withdraw_entries
from digests.store.documents import RefusedDocument, Shelf
from digests.store.index_rows import index_papers
from digests.store.paper_facts import merge_facts

_AT_ONCE = 500

UNREAD = ""
"""The hash of a document that must be read again: it moved, or it is gone and may come back."""


async def known(connection: AsyncConnection, source_id: int) -> dict[str, bool]:
    """The paths of a source's documents, each with whether the source still holds it."""
    document = tables.document.c
    rows = await connection.execute(
        select(document.path, document.gone_at).where(document.source_id == source_id)
    )
    return {row.path: row.gone_at is None for row in rows}


async def move(connection: AsyncConnection, source_id: int, renamed: Mapping[str, str]) -> None:
    """Documents have new paths (new to old). Their entries stay, and a newsletter's digest goes along.

    They are read again, since a note's name may be its title.
    """
    if not renamed:
        return
    moves = [{"old": old, "new": new} for new, old in renamed.items()]
    for table, column, values in (
        (tables.document, tables.document.c.path, {"sha256": UNREAD}),
        (tables.digest, tables.digest.c.name, {}),
    ):
        await connection.execute(
            update(table)
            .where(table.c.source_id == source_id, column == bindparam("old"))
            .values({column.name: bindparam("new"), **values}),
            moves,
        )


async def refuse(
    connection: AsyncConnection, source_id: int, reasons: Mapping[str, RefusalReason], *, now: datetime
) -> None:
    """Documents are there and cannot be read: remembered, so that the operator sees why."""
    shelf = Shelf(source_id, SHARED, "UTC", backlog=False)
    refused = [RefusedDocument(path, UNREAD, reason, None) for path, reason in reasons.items()]
    await documents.refuse(connection, shelf, refused, now=now)


async def withdraw(
    connection: AsyncConnection, source_id: int, paths: Iterable[str], *, now: datetime
) -> None:
    """Documents are gone: what they said is found no more. One that comes back is read again."""
    document, entry = tables.document.c, tables.entry.c
    for some in _chunks(sorted(paths)):
        ids = (
            await connection.scalars(
                update(tables.document)
                .where(document.source_id == source_id, document.path.in_(some))
                .values(sha256=UNREAD, reason=None, line=None, gone_at=now)
                .returning(document.id)
            )
        ).all()
        entries = await connection.scalars(
            select(entry.id).where(entry.document_id.in_(ids), entry.withdrawn_at.is_(None))
        )
        touched = await withdraw_entries(connection, entries.all(), now=now)
        await merge_facts(connection, touched)
        await index_papers(connection, sorted(touched))


def _chunks(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    return (paths[start : start + _AT_ONCE] for start in range(0, len(paths), _AT_ONCE))
