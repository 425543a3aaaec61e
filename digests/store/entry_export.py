"""Every entry of the archive with the documents that mention its paper, a page at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.model import ArchivedEntry, Workspace
from digests.store import tables
from digests.store.entry_reader import document_paths, load_entries, visible

PAGE = 500
"""Entries read at once, so that an archive of any size is exported in little memory."""


async def export_entries(
    connection: AsyncConnection, *, workspace: Workspace | None
) -> AsyncIterator[tuple[ArchivedEntry, tuple[str, ...]]]:
    """Every entry that the workspace may see, by date, then in the order of its digest.

    Undated entries come last. Each comes with the paths of the documents that mention its paper.
    """
    digest, entry, document = tables.digest.c, tables.entry.c, tables.document.c
    found = await connection.scalars(
        select(entry.id)
        .join_from(tables.entry, tables.digest)
        .join(tables.document, document.id == entry.document_id)
        .where(visible(workspace, None))
        .order_by(digest.date.is_(None), digest.date, digest.id, document.path, entry.position)
    )
    ids = list(found)
    for start in range(0, len(ids), PAGE):
        page = await load_entries(connection, ids[start : start + PAGE], workspace=workspace)
        paths = await document_paths(connection, [one.paper_id for one in page])
        for one in page:
            yield one, paths[one.paper_id]
