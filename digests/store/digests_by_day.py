"""Reads digests by their day: those of a day, those that may be delivered. Retracts a day's digests."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.model import SHARED, ArchivedDigest, Workspace
from digests.store import entry_reader, tables

_digest = tables.digest.c


async def load_digest(
    connection: AsyncConnection, digest_id: int, *, workspace: Workspace | None
) -> ArchivedDigest | None:
    """The digest of this id, or None when the workspace has none."""
    found = await entry_reader.load_digests(connection, [_digest.id == digest_id], workspace=workspace)
    return found[0] if found else None


async def digests_of_day(
    connection: AsyncConnection, day: date, *, workspace: Workspace | None
) -> tuple[ArchivedDigest, ...]:
    """Every digest dated that day."""
    return await entry_reader.load_digests(connection, [_digest.date == day], workspace=workspace)


async def deliverable_digests(
    connection: AsyncConnection,
    *,
    workspace: Workspace | None,
    after: date | None,
    until: date,
    now: datetime,
) -> tuple[ArchivedDigest, ...]:
    """The digests that may be delivered, dated after ``after`` and up to ``until``; oldest first."""
    conditions: list[ColumnElement[bool]] = [entry_reader.is_deliverable(now), _digest.date <= until]
    if after is not None:
        conditions.append(_digest.date > after)
    return await entry_reader.load_digests(connection, conditions, workspace=workspace)


async def workspaces_with_digests(
    connection: AsyncConnection, *, after: date, until: date
) -> frozenset[Workspace]:
    """The workspaces with digests of their own, dated after ``after`` and up to ``until``."""
    keys = await connection.scalars(
        select(_digest.workspace)
        .where(_digest.workspace != SHARED, _digest.date > after, _digest.date <= until)
        .distinct()
    )
    return frozenset(map(Workspace.from_key, keys))


async def newest_deliverable_digest(
    connection: AsyncConnection, *, workspace: Workspace | None, until: date, now: datetime
) -> ArchivedDigest | None:
    """The newest digest that may be delivered, dated up to ``until``; or None."""
    found = await entry_reader.load_digests(
        connection,
        [entry_reader.is_deliverable(now), _digest.date <= until],
        workspace=workspace,
        newest_first=True,
        limit=1,
    )
    return found[0] if found else None


async def latest_day(
    connection: AsyncConnection, *, workspace: Workspace | None, until: date | None
) -> date | None:
    """The latest date of any digest, up to ``until``; None when there is none."""
    found: date | None = await connection.scalar(
        select(func.max(_digest.date)).where(
            _digest.workspace.in_(entry_reader.visible_workspaces(workspace)),
            _digest.retracted_at.is_(None),
            true() if until is None else _digest.date <= until,
        )
    )
    return found


async def retract_day(
    connection: AsyncConnection, day: date, *, workspace: Workspace | None, now: datetime
) -> tuple[list[int], list[int]]:
    """Mark every digest of a day as retracted; their ids, and the ids of the papers in them."""
    key = workspace.key if workspace else SHARED
    rows = await connection.execute(
        update(tables.digest)
        .where(_digest.date == day, _digest.workspace == key, _digest.retracted_at.is_(None))
        .values(retracted_at=now)
        .returning(_digest.id)
    )
    digest_ids = list(rows.scalars())
    paper_ids = await connection.scalars(
        select(tables.entry.c.paper_id).where(tables.entry.c.digest_id.in_(digest_ids)).distinct()
    )
    return digest_ids, list(paper_ids)
