"""Documents as kept: which a source has, what they hold, and why one could not be read.

Decides nothing by itself: ``digests.intake`` says what changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests import intake
from digests.errors import RefusalReason
from digests.model import SHARED, Digest, Paper, Workspace
from digests.store import tables
from digests.store.bulk import among, new_ids


@dataclass(frozen=True, slots=True)
class Shelf:
    """The source documents go under: its row, its workspace key, its zone."""

    source_id: int
    workspace: str
    zone: str
    backlog: bool


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document that was read: where it is from, its hash, what it says."""

    path: str
    sha256: str
    digest: Digest


@dataclass(frozen=True, slots=True)
class RefusedDocument:
    """A document that could not be read: remembered, so that the operator sees why."""

    path: str
    sha256: str
    reason: RefusalReason
    line: int | None


async def find_source(
    connection: AsyncConnection,
    name: str,
    *,
    workspace: Workspace | None,
    kind: str,
    posts: bool,
    zone: str,
    backlog: bool,
) -> Shelf:
    """The source of this name, made when there is none yet. An existing one keeps its own settings."""
    key = workspace.key if workspace else SHARED
    source = tables.source
    row = (
        await connection.execute(
            select(source.c.id, source.c.zone).where(source.c.workspace == key, source.c.name == name)
        )
    ).one_or_none()
    if row is None:
        made = await connection.execute(
            insert(source)
            .values(workspace=key, name=name, kind=kind, posts=posts, zone=zone, enabled=True)
            .returning(source.c.id, source.c.zone)
        )
        row = made.one()
    return Shelf(row.id, key, row.zone, backlog)


async def known_documents(connection: AsyncConnection, shelf: Shelf, paths: Sequence[str]) -> dict[str, Any]:
    """The documents of a source the archive has, by path: their row, and of their digest its date and whether
    it is backlog.
    """
    rows = await connection.execute(
        select(tables.document, tables.digest.c.date, tables.digest.c.backlog)
        .outerjoin(tables.digest, tables.digest.c.id == tables.document.c.digest_id)
        .where(
            tables.document.c.source_id == shelf.source_id,
            among(connection, tables.document.c.path, paths),
        )
    )
    return {row.path: row for row in rows}


async def known_hashes(
    connection: AsyncConnection, name: str, paths: Sequence[str], *, workspace: Workspace | None
) -> dict[str, str]:
    """The hashes of the documents of a source that were read as they are, by path."""
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
) -> dict[int, list[intake.KnownEntry]]:
    """The live entries of documents, by document id, in their order."""
    entry = tables.entry.c
    rows = await connection.execute(
        select(
            entry.id, entry.document_id, entry.title, entry.url, entry.arxiv_id, entry.sha256, entry.position
        )
        .where(among(connection, entry.document_id, document_ids), entry.withdrawn_at.is_(None))
        .order_by(entry.position)
    )
    known: dict[int, list[intake.KnownEntry]] = defaultdict(list)
    for row in rows:
        paper = Paper(row.title, url=row.url, arxiv_id=row.arxiv_id)
        known[row.document_id].append(intake.KnownEntry(row.id, paper, row.sha256, row.position))
    return known


async def known_titles(connection: AsyncConnection, document_ids: Sequence[int]) -> dict[int, list[str]]:
    """The titles of documents' live entries, by document id, in their order."""
    entry = tables.entry.c
    rows = await connection.execute(
        select(entry.document_id, entry.title)
        .where(among(connection, entry.document_id, document_ids), entry.withdrawn_at.is_(None))
        .order_by(entry.document_id, entry.position)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        found[row.document_id].append(row.title)
    return found


async def write_documents(
    connection: AsyncConnection,
    shelf: Shelf,
    documents: Sequence[tuple[ReadDocument, intake.Decision]],
    known: Mapping[str, Any],
    digest_ids: Mapping[str, int],
    *,
    now: datetime,
) -> dict[str, int]:
    """Write the rows of documents that were read, each in its digest; their ids. All by path."""
    written = {document.path: known[document.path].id for document, _ in documents if document.path in known}
    unknown = [document for document, _ in documents if document.path not in known]
    ids = await new_ids(connection, tables.document, len(unknown))
    written |= {document.path: id_ for document, id_ in zip(unknown, ids, strict=True)}
    fresh = [
        {
            "id": written[document.path],
            "source_id": shelf.source_id,
            "path": document.path,
            "sha256": document.sha256,
            "digest_id": digest_ids[document.path],
            "taken_in_at": now,
        }
        for document in unknown
    ]
    if fresh:
        await connection.execute(insert(tables.document), fresh)
    replaced = [known[document.path].id for document, _ in documents if document.path in known]
    if replaced:
        await _keep_versions(connection, replaced)
    for document, _ in documents:
        old = known.get(document.path)
        if old is None:
            continue
        await connection.execute(
            update(tables.document)
            .where(tables.document.c.id == old.id)
            .values(
                sha256=document.sha256,
                digest_id=digest_ids[document.path],
                reason=None,
                line=None,
                taken_in_at=now,
                gone_at=None,
            )
        )
    return written


async def _keep_versions(connection: AsyncConnection, document_ids: Sequence[int]) -> None:
    """Remember what these documents were, before they become something else."""
    was, version = tables.document.c, tables.document_version.c
    # A version that is replaced at the very instant it was taken in stood for no time, so one of
    # an instant is enough.
    is_kept = exists().where(version.document_id == was.id, version.taken_in_at == was.taken_in_at)
    await connection.execute(
        insert(tables.document_version).from_select(
            ["document_id", "taken_in_at", "sha256"],
            select(was.id, was.taken_in_at, was.sha256).where(
                among(connection, was.id, document_ids), was.sha256 != "", ~is_kept
            ),
        )
    )


async def refuse(
    connection: AsyncConnection, shelf: Shelf, refused: Iterable[RefusedDocument], *, now: datetime
) -> None:
    """Remember what could not be read. Entries an earlier version gave stay as they were."""
    refused = list(refused)
    if not refused:
        return
    known = await known_documents(connection, shelf, [one.path for one in refused])
    for one in refused:
        values = {
            "sha256": one.sha256,
            "reason": str(one.reason),
            "line": one.line,
            "taken_in_at": now,
            "gone_at": None,
        }
        if one.path in known:
            await connection.execute(
                update(tables.document).where(tables.document.c.id == known[one.path].id).values(values)
            )
        else:
            await connection.execute(
                insert(tables.document).values(source_id=shelf.source_id, path=one.path, **values)
            )
