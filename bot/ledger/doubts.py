"""Doubts: parts nobody knows the fate of, until somebody has looked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import lanes, results, tables
from bot.ledger.claims import Lease
from bot.ledger.dialect import among, insert_into
from bot.ledger.part import Part
from bot.workspaces.rate_limits import CHANNEL_INTERVAL
from digests.store.database import IDLE_TRANSACTION_TIMEOUT

UNDER_WAY = timedelta(seconds=IDLE_TRANSACTION_TIMEOUT)
"""How far a look may be behind what it finds: on PostgreSQL others claim between its look at the clock and
its look at the parts, and no transaction lasts longer.
"""

_part = tables.part.c
_BUSY: ColumnElement[bool] = literal_column(tables.BUSY)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What looking for a part brought: found (``ts``), surely not there, ``unknown`` for good, its
    thread gone (``gone``), or nothing, and it is looked for again after a while.
    """

    ts: str | None = None
    unknown: str | None = None
    gone: bool = False
    again_after: timedelta | None = None


async def expire(
    connection: AsyncConnection, *, now: datetime, lease: timedelta, mine: Collection[int]
) -> int:
    """Turn parts whose lease ran out into doubt; how many.

    A lease that ends much later than one made now would was made before the clock was set back:
    it is no lease either. One that ends a little later was made while this look was under way.
    What this process still holds (``mine``) is not touched, whatever the clock says; nor is what
    another is just writing, perhaps stopped in the middle of it.
    """
    ended = or_(_part.lease_until < now, _part.lease_until > now + lease + UNDER_WAY)
    # Nothing was doubted in the future: the clock was set back since.
    doubted_ahead = and_(_part.state == "doubt", _part.doubted_at > now)
    is_held = and_(_part.state.in_(("sending", "checking")), ended, _part.id.not_in(sorted(mine)))
    rows = await connection.execute(
        select(_part.id, _part.state)
        .where(_BUSY, or_(is_held, doubted_ahead))
        .order_by(_part.id)
        .with_for_update(skip_locked=True)
    )
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        found[row.state].append(row.id)
    changes: dict[str, dict[str, Any]] = {
        "sending": {"state": "doubt", "reason": "lease_expired", "doubted_at": now, "not_before": now},
        "checking": {"state": "doubt"},
        "doubt": {"doubted_at": now},
    }
    for state, ids in found.items():
        await connection.execute(update(tables.part).where(among(_part.id, ids)).values(changes[state]))
    return len(found["sending"])


async def recover(connection: AsyncConnection, *, now: datetime) -> int:
    """Start alone on a database: whatever an earlier process held is in doubt; how many that is.

    Waits it had noted still hold, so that no pace is broken by dying.
    """
    done = await connection.execute(
        update(tables.part)
        .where(_BUSY, _part.state == "sending")
        .values(state="doubt", reason="lease_expired", doubted_at=now, not_before=now)
        .returning(_part.id)
    )
    count = len(done.all())
    await connection.execute(
        update(tables.part)
        .where(_BUSY, _part.state.in_(("doubt", "checking")))
        .values(state="doubt", not_before=now)
    )
    await connection.execute(update(tables.part).where(_BUSY, _part.doubted_at > now).values(doubted_at=now))
    return count


async def check(
    connection: AsyncConnection, lease: Lease, *, settle: timedelta, limit: int
) -> list[Row[Any]]:
    """Take doubts that had time to settle, the oldest first: they are ``checking``, with a lease."""
    chosen = (
        select(_part.id)
        .where(
            _BUSY,
            _part.state == "doubt",
            _part.doubted_at <= lease.now - settle,
            _part.not_before <= lease.now,
        )
        .order_by(_part.doubted_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(await connection.scalars(chosen))
    if not ids:
        return []
    await connection.execute(
        update(tables.part)
        .where(_part.id.in_(ids))
        .values(state="checking", owner=lease.owner, lease_until=lease.until)
    )
    delivery = tables.delivery.c
    rows = await connection.execute(
        lanes.with_token(
            select(tables.part, delivery.thread_ts, delivery.schedule_date, lanes.TOKEN)
            .join_from(tables.part, tables.delivery, delivery.id == _part.delivery_id)
            .join(tables.lane, tables.lane.c.workspace == _part.workspace)
        )
        .where(_part.id.in_(ids))
        .order_by(_part.doubted_at)
    )
    return list(rows)


async def settle(
    connection: AsyncConnection, verdicts: Sequence[tuple[Part, Verdict]], *, now: datetime
) -> list[tuple[Part, Verdict]]:
    """End doubts, each only while it is this process's to check; those that counted."""
    await results.lock(connection, {held.delivery_id for held, _ in verdicts})
    rows = await connection.execute(
        select(_part.id, _part.owner, _part.attempt, _part.called_off).where(
            _part.id.in_([held.id for held, _ in verdicts]), _part.state == "checking"
        )
    )
    checking = {(row.id, row.owner, row.attempt): row.called_off for row in rows}
    ours = [(held, one) for held, one in verdicts if (held.id, held.owner, held.attempt) in checking]
    for held, verdict in sorted(ours, key=lambda pair: pair[0].id):
        called_off = checking[held.id, held.owner, held.attempt]
        change = _after(verdict, now, called_off=called_off)
        await connection.execute(update(tables.part).where(_part.id == held.id).values(change))
    found = [held for held, verdict in ours if verdict.ts is not None]
    await results.hold(
        connection, {(one.workspace.key, one.slack_channel): now + CHANNEL_INTERVAL for one in found}
    )
    await results.finish(connection, {held.delivery_id for held, _ in ours}, now=now)
    await lanes.touch(connection, {held.workspace.key: now for held, _ in ours})
    return ours


async def turn(connection: AsyncConnection, workspace: str, what: str, *, now: datetime) -> bool:
    """Whether this method may be called for the workspace now; the turn is then taken."""
    pace = tables.pace.c
    row = (
        await connection.execute(
            select(pace.until, pace.every)
            .where(pace.workspace == workspace, pace.what == what)
            .with_for_update()
        )
    ).one_or_none()
    if row is None:
        return True
    if row.until > now:
        return False
    await connection.execute(
        update(tables.pace)
        .where(pace.workspace == workspace, pace.what == what)
        .values(until=now + timedelta(seconds=row.every))
    )
    return True


async def slow_down(
    connection: AsyncConnection, workspace: str, what: str, *, until: datetime, every: int
) -> None:
    """Slack holds this method down: nothing before ``until``, then one call in ``every`` seconds."""
    statement = insert_into(connection.dialect.name, tables.pace).values(
        workspace=workspace, what=what, until=until, every=every
    )
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace", "what"], set_={"until": until, "every": every}
        )
    )


def _after(verdict: Verdict, now: datetime, *, called_off: str | None) -> dict[str, Any]:
    if verdict.ts is not None:
        return {"state": "sent", "ts": verdict.ts, "reason": None, "owner": None, "lease_until": None}
    if verdict.unknown is not None:
        return {"state": "unknown", "reason": verdict.unknown}
    if verdict.gone:
        return {"state": "failed", "reason": "parent_gone"}
    if verdict.again_after is not None:
        return {"state": "doubt", "not_before": now + verdict.again_after}
    if called_off is not None:
        return {"state": "failed", "reason": called_off}
    return {"state": "pending", "reason": "not_in_history", "not_before": now, **results.AS_WANTED}
