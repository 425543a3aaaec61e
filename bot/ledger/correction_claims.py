"""Corrections of sent messages: which are due, taking them under a lease, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import editions, lanes, pace, rewrites, tables
from bot.ledger.dialect import KnownOrNow
from bot.ledger.lease import Lease
from bot.ledger.outcome import Kind, Outcome
from bot.ledger.part import Method, Part
from bot.ledger.states import PartState, Reason
from bot.workspaces.rate_limits import CHANNEL_INTERVAL, MESSAGES_PER_SECOND
from digests.store.schema import Instant

RETRY_AFTER = timedelta(minutes=1)
"""How long after a failed correction it is tried again. Sending the same text twice does no harm."""

TOO_LONG_RETRY = timedelta(hours=1)
"""How long after Slack took a correction for too long it is tried again: it is not dropped for that."""

_TOO_LONG = ("msg_too_long", "msg_blocks_too_long")
_part, _delivery, _lane = tables.part.c, tables.delivery.c, tables.lane.c
_NO_LEASE = {"owner": None, "lease_until": None}
_NO_CORRECTION = {"desired": None, "correct_at": None}
_ANY_DUE = (
    select(_part.id)
    .where(
        tables.NEEDS_CORRECTION,
        _part.correct_at <= KnownOrNow(bindparam("now", type_=Instant())),
        _part.state == PartState.SENT,
    )
    .limit(1)
)


async def any_due(connection: AsyncConnection, *, now: datetime | None) -> bool:
    """Whether a correction is due (``now`` None: by the database's clock)."""
    return await connection.scalar(_ANY_DUE, {"now": now}) is not None


async def claim(connection: AsyncConnection, lease: Lease, *, limit: int) -> list[Row[Any]]:
    """Take due corrections under a lease: the rows of their parts, with their workspace's ``token``.

    Takes none of a workspace in which a post is due, and none that shows a digest as it was before its
    retraction: those are rewritten first.
    """
    rows = await _due(connection, now=lease.now, limit=limit * MESSAGES_PER_SECOND)
    not_rewritten = await editions.outdated_by_retraction(
        connection, {row.edition_id for row in rows} - {None}
    )
    taken: dict[tuple[str, str], Row[Any]] = {}
    per_workspace: Counter[str] = Counter()
    for row in rows:
        if row.edition_id in not_rewritten:
            continue
        if len(taken) == limit:
            break
        channel = (row.workspace, row.slack_channel)
        if per_workspace[row.workspace] < MESSAGES_PER_SECOND and channel not in taken:
            taken[channel] = row
            per_workspace[row.workspace] += 1
    if taken:
        await connection.execute(
            update(tables.part)
            .where(_part.id.in_([row.id for row in taken.values()]))
            .values(owner=lease.owner, lease_until=lease.until)
        )
    for key, count in sorted(per_workspace.items()):
        free_at = lease.now + timedelta(seconds=count / MESSAGES_PER_SECOND)
        await connection.execute(update(tables.lane).where(_lane.workspace == key).values(free_at=free_at))
    return list(taken.values())


async def _due(connection: AsyncConnection, *, now: datetime, limit: int) -> list[Row[Any]]:
    """Parts whose correction may be sent now, the oldest first, with their lanes locked."""
    rests = tables.pace.alias("rests")
    is_resting = (
        select(rests.c.what)
        .where(
            rests.c.workspace == _part.workspace,
            rests.c.what.in_((_part.slack_channel, Method.UPDATE.value)),
            rests.c.until > now,
        )
        .exists()
    )
    rows = await connection.execute(
        lanes.with_installation(
            select(
                tables.part, _delivery.thread_ts, _delivery.schedule_date, _delivery.edition_id, lanes.TOKEN
            )
            .join_from(tables.part, tables.delivery, _delivery.id == _part.delivery_id)
            .join(tables.lane, _lane.workspace == _part.workspace)
        )
        .where(
            tables.NEEDS_CORRECTION,
            _part.state == PartState.SENT,
            _part.correct_at <= now,
            or_(_part.lease_until.is_(None), _part.lease_until < now, _part.owner.is_(None)),
            _lane.free_at <= now,
            or_(_lane.next_at.is_(None), _lane.next_at > now),
            lanes.PAUSED_REASON.is_(None),
            ~is_resting,
        )
        .order_by(_part.correct_at, _part.id)
        .limit(limit)
        .with_for_update(of=[tables.part, tables.lane], skip_locked=True)
    )
    return list(rows)


async def record(
    connection: AsyncConnection, results: Iterable[tuple[Part, Outcome]], *, now: datetime
) -> None:
    """Store what became of corrections: shown, to be tried again, or dropped with the reason."""
    rests: dict[tuple[str, str], datetime] = {}
    refused: set[int] = set()
    for part, outcome in sorted(results, key=lambda result: result[0].id):
        own = update(tables.part).where(and_(_part.id == part.id, _part.owner == part.owner))
        match outcome.kind:
            case Kind.SENT:
                await connection.execute(own.values(payload=part.payload, **_NO_LEASE))
                # A newer text may be wanted by now: it stays wanted.
                await connection.execute(
                    update(tables.part)
                    .where(_part.id == part.id, _part.desired == part.payload)
                    .values(_NO_CORRECTION)
                )
                rests[part.workspace.key, part.slack_channel] = now + CHANNEL_INTERVAL
            case Kind.RETRY | Kind.BLOCKED | Kind.DOUBT | Kind.WORKSPACE:
                wait = timedelta(seconds=outcome.wait)
                correct_at = now + max(wait, RETRY_AFTER)
                await connection.execute(own.values(correct_at=correct_at, **_NO_LEASE))
                if outcome.code == Reason.RATELIMITED:
                    rests[part.workspace.key, Method.UPDATE.value] = now + wait
            case Kind.MESSAGE if not part.plain:
                # As with a post that Slack does not accept: once more, as text alone.
                await connection.execute(own.values(plain=True, reason=outcome.code, **_NO_LEASE))
                refused.add(part.delivery_id)
            case Kind.MESSAGE if outcome.code in _TOO_LONG:
                await connection.execute(own.values(correct_at=now + TOO_LONG_RETRY, **_NO_LEASE))
            case _:
                await connection.execute(own.values(reason=outcome.code, **_NO_CORRECTION, **_NO_LEASE))
    for delivery_id in sorted(refused):
        await rewrites.show_as_text(connection, delivery_id, now=now)
    await pace.hold(connection, rests)
