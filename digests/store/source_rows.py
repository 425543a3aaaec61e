"""The rows of sources: found, claimed for a poll, what came of it, switched on and off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.model import SHARED, Cursor, Source, SourceKind
from digests.store import tables

_source = tables.source
_shared = _source.c.workspace == SHARED
"""What an admin gave from Slack is that workspace's own, and no source an operator looks after."""


_told = tuple(column for column in _source.c if column is not _source.c.cursor)
"""All of a source but its cursor, which holds a line a file and only the poll needs."""


async def all_sources(connection: AsyncConnection) -> list[Source]:
    """Every shared source, by name; their cursors are left out."""
    rows = await connection.execute(select(*_told).where(_shared).order_by(_source.c.name))
    return [_made(row) for row in rows]


async def by_name(connection: AsyncConnection, name: str) -> Source | None:
    """The shared source of this name without its cursor, or None."""
    row = (await connection.execute(select(*_told).where(_shared, _source.c.name == name))).one_or_none()
    return _made(row) if row else None


async def add(
    connection: AsyncConnection,
    *,
    name: str,
    kind: SourceKind,
    location: str,
    posts: bool,
    zone: str,
    lag: int,
    every: timedelta | None,
    now: datetime,
) -> Source:
    """A new source, due at once. The name must be free."""
    made = await connection.execute(
        insert(_source)
        .values(
            workspace=SHARED,
            name=name,
            kind=kind.value,
            location=location,
            posts=posts,
            zone=zone,
            lag=lag,
            poll_every=int(every.total_seconds()) if every else None,
            enabled=True,
            next_poll_at=now,
        )
        .returning(_source)
    )
    return _made(made.one())


async def switch(connection: AsyncConnection, source_id: int, *, on: bool, now: datetime) -> None:
    """Switch a source on, due at once, or off."""
    values: dict[str, Any] = {"enabled": on}
    if on:
        values |= {"next_poll_at": now, "failures": 0, "last_error": None}
    await connection.execute(update(_source).where(_source.c.id == source_id).values(values))


async def remove_unused(connection: AsyncConnection, source_id: int) -> bool:
    """Delete a source that never brought a document; False when it did, and nothing is deleted."""
    document = tables.document.c
    if await connection.scalar(select(func.count()).where(document.source_id == source_id)):
        return False
    await connection.execute(delete(_source).where(_source.c.id == source_id))
    return True


async def is_any_due(connection: AsyncConnection, *, now: datetime) -> bool:
    """Whether there is anything to claim: asked first, since a claim is a write."""
    due = select(_source.c.id).where(_source.c.next_poll_at <= now, _free(now)).limit(1)
    return await connection.scalar(due) is not None


async def claim_due(
    connection: AsyncConnection, *, now: datetime, lease: timedelta, limit: int
) -> list[Source]:
    """Claim sources that are due for this process, the longest due first."""
    return await _claim(connection, _source.c.next_poll_at <= now, now=now, lease=lease, limit=limit)


async def claim(connection: AsyncConnection, name: str, *, now: datetime, lease: timedelta) -> Source | None:
    """Claim one source, due or not; None when another process is at it."""
    found = await _claim(connection, _source.c.name == name, now=now, lease=lease, limit=1)
    return found[0] if found else None


async def _claim(
    connection: AsyncConnection,
    condition: ColumnElement[bool],
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
) -> list[Source]:
    free = (
        select(_source.c.id)
        .where(condition, _free(now))
        .order_by(_source.c.next_poll_at, _source.c.id)
        .limit(limit)
        # On PostgreSQL replicas take different rows instead of waiting for one; SQLite has one writer.
        .with_for_update(skip_locked=True)
    )
    rows = await connection.execute(
        update(_source)
        .where(_source.c.id.in_((await connection.scalars(free)).all()))
        .values(leased_until=now + lease)
        .returning(_source)
    )
    return sorted((_made(row) for row in rows), key=lambda one: (one.next_poll_at or now, one.id))


def _free(now: datetime) -> ColumnElement[bool]:
    """A source that is polled, and by nobody just now."""
    return and_(
        _shared,
        _source.c.enabled.is_(True),
        _source.c.kind != SourceKind.FILE.value,
        or_(_source.c.leased_until.is_(None), _source.c.leased_until <= now),
    )


async def succeeded(
    connection: AsyncConnection,
    claimed: Source,
    *,
    cursor: Cursor,
    brought: bool,
    next_poll_at: datetime,
    now: datetime,
) -> bool:
    """Write down a good fetch and give the claim back; False when the claim had run out meanwhile."""
    values: dict[str, Any] = {
        "failures": 0,
        "last_error": None,
        "last_good_at": now,
        "first_fetch_done": True,
        "next_poll_at": next_poll_at,
        "leased_until": None,
    }
    if cursor != claimed.cursor:
        values["cursor"] = dict(cursor)
    if brought:
        values["last_new_at"] = now
    return await _give_back(connection, claimed, values)


async def failed(connection: AsyncConnection, claimed: Source, *, error: str, next_poll_at: datetime) -> bool:
    """Write down a fetch that failed and give the claim back; the cursor stays where it was."""
    values = {
        "failures": claimed.failures + 1,
        "last_error": error,
        "next_poll_at": next_poll_at,
        "leased_until": None,
    }
    return await _give_back(connection, claimed, values)


async def released(connection: AsyncConnection, claimed: Source) -> bool:
    """Give a claim back as if it had not been: the process stops."""
    return await _give_back(connection, claimed, {"leased_until": None})


async def _give_back(connection: AsyncConnection, claimed: Source, values: Mapping[str, Any]) -> bool:
    # Only by who still holds it: a process that slept past its lease must not undo another's poll.
    done = await connection.execute(
        update(_source)
        .where(_source.c.id == claimed.id, _source.c.leased_until == claimed.leased_until)
        .values(values)
    )
    return bool(done.rowcount)


async def days_brought(
    connection: AsyncConnection, source_id: int, *, since: date
) -> dict[date, datetime | None]:
    """The days of a source's digests, each with when it came; None for what came with the first fetch."""
    digest = tables.digest.c
    rows = await connection.execute(
        select(digest.date, digest.taken_in_at, digest.backlog)
        .where(digest.source_id == source_id, digest.date >= since)
        # Of the day of the first fetch there may be two: what came later that day counts.
        .order_by(digest.backlog.desc(), digest.id)
    )
    return {row.date: None if row.backlog else row.taken_in_at for row in rows}


async def tell_quiet_day(connection: AsyncConnection, source_id: int, day: date) -> bool:
    """Whether this caller is the one to tell of a quiet day: once, among however many processes."""
    done = await connection.execute(
        update(_source)
        .where(
            _source.c.id == source_id,
            or_(_source.c.quiet_day.is_(None), _source.c.quiet_day < day),
        )
        .values(quiet_day=day)
    )
    return bool(done.rowcount)


async def documents_of(connection: AsyncConnection, source_ids: Sequence[int]) -> dict[int, int]:
    """How many documents each source has."""
    document = tables.document.c
    rows = await connection.execute(
        select(document.source_id, func.count())
        .where(document.source_id.in_(source_ids), document.gone_at.is_(None))
        .group_by(document.source_id)
    )
    return {row[0]: row[1] for row in rows}


def _made(row: Row[Any]) -> Source:
    return Source(
        id=row.id,
        name=row.name,
        kind=SourceKind(row.kind),
        location=row.location,
        posts=row.posts,
        enabled=row.enabled,
        zone=row.zone,
        lag=row.lag,
        every=timedelta(seconds=row.poll_every) if row.poll_every else None,
        cursor=row._mapping.get("cursor"),
        first_fetch_done=row.first_fetch_done,
        failures=row.failures,
        last_error=row.last_error,
        last_good_at=row.last_good_at,
        last_new_at=row.last_new_at,
        next_poll_at=row.next_poll_at,
        leased_until=row.leased_until,
    )
