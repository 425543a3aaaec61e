"""The rows of sources: read, added, claimed for a poll, and updated with the outcome of a poll."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.model import SHARED, Cursor, NewSource, Source, SourceKind
from digests.store import tables

_source = tables.source
_is_shared = _source.c.workspace == SHARED
"""Leaves out the source of each workspace's uploads, which no operator looks after."""

_columns_without_cursor = tuple(column for column in _source.c if column is not _source.c.cursor)
"""Only a poll needs the cursor, which has a line for each file of a folder."""


async def all_sources(connection: AsyncConnection) -> list[Source]:
    """Every shared source, by name, without cursors."""
    rows = await connection.execute(
        select(*_columns_without_cursor).where(_is_shared).order_by(_source.c.name)
    )
    return [_source_of(row) for row in rows]


async def source_by_name(connection: AsyncConnection, name: str) -> Source | None:
    """The shared source of this name, without its cursor; or None."""
    rows = await connection.execute(
        select(*_columns_without_cursor).where(_is_shared, _source.c.name == name)
    )
    row = rows.one_or_none()
    return _source_of(row) if row else None


async def insert_source(
    connection: AsyncConnection, new: NewSource, *, name: str, kind: SourceKind, now: datetime
) -> Source:
    """Add a source, due at once. ``name`` must be free; it and ``kind`` replace those of ``new``."""
    rows = await connection.execute(
        insert(_source)
        .values(
            workspace=SHARED,
            name=name,
            kind=kind.value,
            location=new.location,
            posts=new.posts,
            zone=new.zone,
            delay_days=new.delay_days,
            poll_interval_seconds=int(new.poll_interval.total_seconds()) if new.poll_interval else None,
            enabled=True,
            next_poll_at=now,
        )
        .returning(_source)
    )
    return _source_of(rows.one())


async def set_enabled(connection: AsyncConnection, source_id: int, *, enabled: bool, now: datetime) -> None:
    """Switch a source on or off. A source that is switched on is due at once, with no failures."""
    values: dict[str, Any] = {"enabled": enabled}
    if enabled:
        values |= {"next_poll_at": now, "failures": 0, "last_error": None}
    await connection.execute(update(_source).where(_source.c.id == source_id).values(values))


async def delete_unused(connection: AsyncConnection, source_id: int) -> bool:
    """Delete a source without documents; False, and nothing is deleted, when it has some."""
    document = tables.document.c
    if await connection.scalar(select(func.count()).where(document.source_id == source_id)):
        return False
    await connection.execute(delete(_source).where(_source.c.id == source_id))
    return True


async def sources_all_refused(connection: AsyncConnection) -> dict[str, int]:
    """The shared sources that have documents and none without a refusal, by name, with their number."""
    document = tables.document.c
    rows = await connection.execute(
        select(_source.c.name, func.count())
        .join_from(tables.document, _source)
        .where(_is_shared, document.removed_at.is_(None))
        .group_by(_source.c.name)
        .having(func.count(document.reason) == func.count())
    )
    return {row[0]: row[1] for row in rows}


async def is_any_due(connection: AsyncConnection, *, now: datetime) -> bool:
    """Whether ``claim_due`` would claim anything. Checked first, since a claim is a write."""
    due = select(_source.c.id).where(_source.c.next_poll_at <= now, _is_claimable(now)).limit(1)
    return await connection.scalar(due) is not None


async def claim_due(
    connection: AsyncConnection, *, now: datetime, lease: timedelta, limit: int
) -> list[Source]:
    """Claim up to ``limit`` sources that are due, the longest due first."""
    return await _claim(connection, _source.c.next_poll_at <= now, now=now, lease=lease, limit=limit)


async def claim(connection: AsyncConnection, name: str, *, now: datetime, lease: timedelta) -> Source | None:
    """Claim one source, due or not; None when it cannot be claimed."""
    claimed = await _claim(connection, _source.c.name == name, now=now, lease=lease, limit=1)
    return claimed[0] if claimed else None


async def _claim(
    connection: AsyncConnection,
    condition: ColumnElement[bool],
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
) -> list[Source]:
    claimable = (
        select(_source.c.id)
        .where(condition, _is_claimable(now))
        .order_by(_source.c.next_poll_at, _source.c.id)
        .limit(limit)
        # On PostgreSQL replicas take different rows instead of waiting for each other. SQLite has one writer.
        .with_for_update(skip_locked=True)
    )
    rows = await connection.execute(
        update(_source)
        .where(_source.c.id.in_((await connection.scalars(claimable)).all()))
        .values(leased_until=now + lease)
        .returning(_source)
    )
    sources = [_source_of(row) for row in rows]
    return sorted(sources, key=lambda source: (source.next_poll_at or now, source.id))


def _is_claimable(now: datetime) -> ColumnElement[bool]:
    """The condition that a source is polled at all, and not claimed by another process."""
    return and_(
        _is_shared,
        _source.c.enabled.is_(True),
        _source.c.kind != SourceKind.FILE.value,
        or_(_source.c.leased_until.is_(None), _source.c.leased_until <= now),
    )


async def shorten_waits(connection: AsyncConnection, back: timedelta, *, now: datetime) -> None:
    """Poll each source that waits earlier by this much, since the wall clock was set back."""
    waiting = select(_source.c.id, _source.c.next_poll_at).where(_source.c.next_poll_at > now)
    for row in (await connection.execute(waiting.order_by(_source.c.id).with_for_update())).all():
        earlier = row.next_poll_at - back
        await connection.execute(update(_source).where(_source.c.id == row.id).values(next_poll_at=earlier))


async def end_waits(connection: AsyncConnection, source_ids: Collection[int], *, now: datetime) -> None:
    """Have these sources polled now, and release them."""
    ended = {"next_poll_at": now, "leased_until": None}
    await connection.execute(update(_source).where(_source.c.id.in_(source_ids)).values(ended))


async def record_success(
    connection: AsyncConnection,
    claimed: Source,
    *,
    cursor: Cursor,
    has_news: bool,
    next_poll_at: datetime,
    now: datetime,
) -> bool:
    """Record a successful poll and release the claim; False when the claim had expired."""
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
    if has_news:
        values["last_new_at"] = now
    return await _update_claimed(connection, claimed, values)


async def record_failure(
    connection: AsyncConnection, claimed: Source, *, error: str, next_poll_at: datetime
) -> bool:
    """Record a failed poll and release the claim; False when the claim had expired. The cursor stays."""
    values = {
        "failures": claimed.failures + 1,
        "last_error": error,
        "next_poll_at": next_poll_at,
        "leased_until": None,
    }
    return await _update_claimed(connection, claimed, values)


async def release_claim(connection: AsyncConnection, claimed: Source) -> bool:
    """Release a claim without any outcome; False when the claim had expired."""
    return await _update_claimed(connection, claimed, {"leased_until": None})


async def _update_claimed(connection: AsyncConnection, claimed: Source, values: Mapping[str, Any]) -> bool:
    # The lease is compared, so that a process that slept past it does not undo another process's poll.
    updated = await connection.execute(
        update(_source)
        .where(_source.c.id == claimed.id, _source.c.leased_until == claimed.leased_until)
        .values(values)
    )
    return bool(updated.rowcount)


async def arrivals_by_day(
    connection: AsyncConnection, source_id: int, *, since: date
) -> dict[date, datetime | None]:
    """The days of a source's digests, each with the instant it arrived; None for the first fetch's."""
    digest = tables.digest.c
    rows = await connection.execute(
        select(digest.date, digest.imported_at, digest.backlog)
        .where(digest.source_id == source_id, digest.date >= since)
        # The day of the first fetch may have two digests; the one that came later counts.
        .order_by(digest.backlog.desc(), digest.id)
    )
    return {row.date: None if row.backlog else row.imported_at for row in rows}


async def mark_missed_day_reported(connection: AsyncConnection, source_id: int, day: date) -> bool:
    """Mark a missed day as reported; False when it already was, possibly by another process."""
    updated = await connection.execute(
        update(_source)
        .where(
            _source.c.id == source_id,
            or_(_source.c.reported_missed_day.is_(None), _source.c.reported_missed_day < day),
        )
        .values(reported_missed_day=day)
    )
    return bool(updated.rowcount)


async def document_counts(connection: AsyncConnection, source_ids: Sequence[int]) -> dict[int, int]:
    """The number of documents each source has now, by source id; a source without any is left out."""
    document = tables.document.c
    rows = await connection.execute(
        select(document.source_id, func.count())
        .where(document.source_id.in_(source_ids), document.removed_at.is_(None))
        .group_by(document.source_id)
    )
    return {row[0]: row[1] for row in rows}


def _source_of(row: Row[Any]) -> Source:
    seconds = row.poll_interval_seconds
    return Source(
        id=row.id,
        name=row.name,
        kind=SourceKind(row.kind),
        location=row.location,
        posts=row.posts,
        enabled=row.enabled,
        zone=row.zone,
        delay_days=row.delay_days,
        poll_interval=timedelta(seconds=seconds) if seconds else None,
        cursor=row._mapping.get("cursor"),
        first_fetch_done=row.first_fetch_done,
        failures=row.failures,
        last_error=row.last_error,
        last_good_at=row.last_good_at,
        last_new_at=row.last_new_at,
        next_poll_at=row.next_poll_at,
        leased_until=row.leased_until,
    )
