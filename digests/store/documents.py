"""The rows of documents: which ones a source has, what they hold, and why one could not be read.

Decides nothing: ``digests.import_rules`` says what changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.errors import RefusalReason
from digests.import_rules import DocumentChanges, KnownEntry
from digests.model import SHARED, Digest, Paper, SourceKind, Workspace
from digests.store import tables
from digests.store.bulk import among, new_ids


@dataclass(frozen=True, slots=True)
class SourceRow:
    """The source that documents are imported into. ``workspace`` is a key, "" for a shared source.

    ``backlog`` is True for an import whose digests are never posted.
    """

    id: int
    workspace: str
    zone: str
    backlog: bool


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document that could be read: its path, its hash and its digest."""

    path: str
    sha256: str
    digest: Digest


@dataclass(frozen=True, slots=True)
class RefusedDocument:
    """A document that could not be read, with the reason that the operator sees."""

    path: str
    sha256: str
    reason: RefusalReason
    line: int | None


async def find_or_create_source(
    connection: AsyncConnection, name: str, *, workspace: Workspace | None, zone: str, backlog: bool
) -> SourceRow:
    """The source of this name, created with the given time zone when it does not exist.

    An existing source keeps its own time zone.
    """
    key = workspace.key if workspace else SHARED
    source = tables.source
    row = (
        await connection.execute(
            select(source.c.id, source.c.zone).where(source.c.workspace == key, source.c.name == name)
        )
    ).one_or_none()
    if row is None:
        created = await connection.execute(
            insert(source)
            .values(workspace=key, name=name, kind=SourceKind.FILE.value, posts=True, zone=zone, enabled=True)
            .returning(source.c.id, source.c.zone)
        )
        row = created.one()
    return SourceRow(row.id, key, row.zone, backlog)


async def known_documents(
    connection: AsyncConnection, source: SourceRow, paths: Sequence[str]
) -> dict[str, Any]:
    """The rows of a source's documents by path, each with its digest's ``date`` and ``backlog``."""
    rows = await connection.execute(
        select(tables.document, tables.digest.c.date, tables.digest.c.backlog)
        .outerjoin(tables.digest, tables.digest.c.id == tables.document.c.digest_id)
        .where(
            tables.document.c.source_id == source.id,
            among(connection, tables.document.c.path, paths),
        )
    )
    return {row.path: row for row in rows}


async def known_hashes(
    connection: AsyncConnection, name: str, paths: Sequence[str], *, workspace: Workspace | None
) -> dict[str, str]:
    """The hashes of a source's documents by path, without those that were refused."""
    document, source = tables.document.c, tables.source.c
    rows = await connection.execute(
        select(document.path, document.sha256)
        .join(tables.source)
        .where(
            source.workspace == (workspace.key if workspace else SHARED),
            source.name == name,
            among(connection, document.path, paths),
            document.reason.is_(None),
        )
    )
    return dict(rows.all())


async def known_entries(
    connection: AsyncConnection, document_ids: Sequence[int]
) -> dict[int, list[KnownEntry]]:
    """The entries of documents that are not withdrawn, in their order, by document id."""
    entry = tables.entry.c
    rows = await connection.execute(
        select(
            entry.id, entry.document_id, entry.title, entry.url, entry.arxiv_id, entry.sha256, entry.position
        )
        .where(among(connection, entry.document_id, document_ids), entry.withdrawn_at.is_(None))
        .order_by(entry.position)
    )
    known: dict[int, list[KnownEntry]] = defaultdict(list)
    for row in rows:
        paper = Paper(row.title, url=row.url, arxiv_id=row.arxiv_id)
        known[row.document_id].append(KnownEntry(row.id, paper, row.sha256, row.position))
    return known


async def write_document_rows(
    connection: AsyncConnection,
    source: SourceRow,
    documents: Sequence[tuple[ReadDocument, DocumentChanges]],
    known: Mapping[str, Any],
    digest_ids: Mapping[str, int],
    *,
    now: datetime,
) -> dict[str, int]:
    """Insert or update the rows of documents that were read; their ids by path.

    ``known`` holds the existing rows and ``digest_ids`` the digests, both by path.
    """
    ids = {document.path: known[document.path].id for document, _ in documents if document.path in known}
    added = [document for document, _ in documents if document.path not in known]
    replaced = [document for document, _ in documents if document.path in known]
    added_ids = await new_ids(connection, tables.document, len(added))
    ids |= {document.path: id_ for document, id_ in zip(added, added_ids, strict=True)}
    rows = [
        {
            "id": ids[document.path],
            "source_id": source.id,
            "path": document.path,
            "sha256": document.sha256,
            "digest_id": digest_ids[document.path],
            "imported_at": now,
        }
        for document in added
    ]
    if rows:
        await connection.execute(insert(tables.document), rows)
    if replaced:
        await _keep_versions(connection, [ids[document.path] for document in replaced])
    for document in replaced:
        await connection.execute(
            update(tables.document)
            .where(tables.document.c.id == ids[document.path])
            .values(
                sha256=document.sha256,
                digest_id=digest_ids[document.path],
                reason=None,
                line=None,
                imported_at=now,
                removed_at=None,
            )
        )
    return ids


async def _keep_versions(connection: AsyncConnection, document_ids: Sequence[int]) -> None:
    """Record the current versions of documents that are about to be replaced."""
    old, version = tables.document.c, tables.document_version.c
    # Two imports at the same instant (a test's clock) would break the key; the first version is kept.
    is_kept = exists().where(version.document_id == old.id, version.imported_at == old.imported_at)
    await connection.execute(
        insert(tables.document_version).from_select(
            ["document_id", "imported_at", "sha256"],
            select(old.id, old.imported_at, old.sha256).where(
                among(connection, old.id, document_ids), old.sha256 != "", ~is_kept
            ),
        )
    )


async def record_refusals(
    connection: AsyncConnection, source: SourceRow, refused: Sequence[RefusedDocument], *, now: datetime
) -> None:
    """Record documents that could not be read. The entries of their previous versions stay."""
    if not refused:
        return
    known = await known_documents(connection, source, [document.path for document in refused])
    for document in refused:
        values = {
            "sha256": document.sha256,
            "reason": str(document.reason),
            "line": document.line,
            "imported_at": now,
            "removed_at": None,
        }
        if document.path in known:
            await connection.execute(
                update(tables.document).where(tables.document.c.id == known[document.path].id).values(values)
            )
        else:
            await connection.execute(
                insert(tables.document).values(source_id=source.id, path=document.path, **values)
            )
