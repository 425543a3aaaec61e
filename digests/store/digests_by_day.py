"""Digests by day: what may be delivered, what a day held, what is taken back."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.model import SHARED, ArchivedDigest, Workspace
from digests.store import entry_reader, tables

_digest = tables.digest.c


async def digest(
    connection: AsyncConnection, digest_id: int, *, workspace: Workspace | None
) -> ArchivedDigest | None:
    """One digest that may be seen, or None."""
    found = await entry_reader.load_digests(connection, [_digest.id == digest_id], workspace=workspace)
    return found[0] if found else None


async def of_day(
    connection: AsyncConnection, day: date, *, workspace: Workspace | None
) -> tuple[ArchivedDigest, ...]:
    """Every digest dated that day."""
    return await entry_reader.load_digests(connection, [_digest.date == day], workspace=workspace)


async def deliverable(
    connection: AsyncConnection,
    *,
    workspace: Workspace | None,
    after: date | None,
    until: date,
    now: datetime,
) -> tuple[ArchivedDigest, ...]:
    """What may be delivered, dated after ``after`` and up to ``until``; oldest first."""
    conditions: list[ColumnElement[bool]] = [entry_reader.deliverable(now), _digest.date <= until]
    if after is not None:
        conditions.append(_digest.date > after)
    return await entry_reader.load_digests(connection, conditions, workspace=workspace)


async def owners(connection: AsyncConnection, *, after: date, until: date) -> frozenset[Workspace]:
    """The workspaces that have digests of their own, dated after ``after`` and up to ``until``."""
    keys = await connection.scalars(
        select(_digest.workspace)
        .where(_digest.workspace != SHARED, _digest.date > after, _digest.date <= until)
        .distinct()
    )
    return frozenset(map(Workspace.from_key, keys))


async def newest(
    connection: AsyncConnection, *, workspace: Workspace | None, until: date, now: datetime
) -> ArchivedDigest | None:
    """The newest digest that may be delivered, or None."""
    found = await entry_reader.load_digests(
        connection,
        [entry_reader.deliverable(now), _digest.date <= until],
        workspace=workspace,
        newest_first=True,
        limit=1,
    )
    return found[0] if found else None


async def latest_day(
    connection: AsyncConnection, *, workspace: Workspace | None, until: date | None
) -> date | None:
    """The newest day that has papers, or None."""
    found: date | None = await connection.scalar(
        select(func.max(_digest.date)).where(
            _digest.workspace.in_(entry_reader.visible_workspaces(workspace)),
            _digest.retracted_at.is_(None),
            true() if until is None else _digest.date <= until,
        )
    )
    return found


async def retract(
    connection: AsyncConnection, day: date, *, workspace: Workspace | None, now: datetime
) -> tuple[list[int], list[int]]:
    """Mark every digest of a day as taken back; their ids, and the ids of the papers in them."""
    key = workspace.key if workspace else SHARED
    rows = await connection.execute(
        update(tables.digest)
        .where(_digest.date == day, _digest.workspace == key, _digest.retracted_at.is_(None))
        .values(retracted_at=now)
        .returning(_digest.id)
    )
    digest_ids = list(rows.scalars())
    papers_of = await connection.scalars(
        select(tables.entry.c.paper_id).where(tables.entry.c.digest_id.in_(digest_ids)).distinct()
    )
    return digest_ids, list(papers_of)
