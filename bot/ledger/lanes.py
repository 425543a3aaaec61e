"""Lanes: a row per workspace that says when its next message may be sent, for all replicas alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    true,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger import tables
from bot.ledger.dialect import KnownOrNow, execute_with_rows, in_list, insert_into, rows_parameter
from bot.workspaces.tables import installation
from digests.store.schema import EncryptedText, Instant

FALLBACK_LOOK = timedelta(seconds=30)
"""When to look at a lane again whose parts all wait for an event. The event itself touches the lane too."""

_lane = tables.lane.c
_own, _wide = installation.alias("own"), installation.alias("wide")
_IS_OWN = _own.c.workspace.is_not(None)
PAUSED_REASON = case((_IS_OWN, _own.c.paused_reason), else_=_wide.c.paused_reason)
"""For queries made with ``with_installation``: why the workspace is paused, or NULL."""

IS_UNINSTALLED = and_(_own.c.workspace.is_(None), _wide.c.workspace.is_(None))
"""For queries made with ``with_installation``: neither the workspace nor its organisation has Haru."""

TOKEN = type_coerce(case((_IS_OWN, _own.c.bot_token), else_=_wide.c.bot_token), EncryptedText).label("token")
"""For queries made with ``with_installation``: the workspace's bot token, or NULL."""


def with_installation(query: Select[Any]) -> Select[Any]:
    """Join a query that has ``lane`` with the workspace's installation and its organisation's."""
    return query.outerjoin(
        _own, and_(_own.c.workspace == _lane.workspace, _own.c.uninstalled_at.is_(None))
    ).outerjoin(_wide, and_(_wide.c.workspace == _lane.organisation, _wide.c.uninstalled_at.is_(None)))


async def touch(
    connection: AsyncConnection,
    due: Mapping[str, datetime],
    *,
    if_waiting: Mapping[str, datetime] | None = None,
) -> None:
    """Have these workspaces' lanes looked at by these instants, though never before they are free.

    A lane of ``if_waiting`` is touched only if it is to be looked at anyway: what it waits for may have come.
    """
    instants = {
        **{key: (None, at) for key, at in (if_waiting or {}).items()},
        **{key: (at, at) for key, at in due.items()},
    }
    if instants:
        # Every process locks lanes in this order, so that no two wait for each other.
        rows = [
            {"workspace": key, "organisation": organisation_of(key), "at": at, "by": by}
            for key, (at, by) in sorted(instants.items())
        ]
        await execute_with_rows(connection, _touch(connection.dialect.name), rows)


async def rest(
    connection: AsyncConnection, until: Mapping[str, datetime], *, beside: Collection[str]
) -> None:
    """Post nothing in these workspaces until then, since Slack asked for it.

    ``beside``: lanes that this transaction touches afterwards. All are locked here, in the common order.
    """
    if until:
        keys = sorted({*until, *beside})
        await connection.execute(_LOCK, {"keys": keys})
    for key, at in sorted(until.items()):
        await connection.execute(
            update(tables.lane)
            .where(_lane.workspace == key, _lane.free_at < at)
            .values(free_at=at, next_at=at)
        )


async def due(connection: AsyncConnection, *, now: datetime, limit: int) -> dict[str, str | None]:
    """The lanes whose turn it is, with their tokens, the longest waiting first. Leaves paused ones out.

    Locks them: other replicas pass over them until this transaction ends.
    """
    rows = await connection.execute(_DUE, {"now": now, "limit": limit})
    return {row.workspace: row.token for row in rows}


async def leave(
    connection: AsyncConnection, keys: Collection[str], *, now: datetime, free_at: Mapping[str, datetime]
) -> None:
    """Set when to look at these lanes next: when they are free, when a part may be sent, or never."""
    rows = await connection.execute(_WAITS, {"keys": sorted(keys), "now": now})
    next_at: dict[str, datetime] = {}
    for row in rows:
        instants = [at for at in (row.waits, row.held) if at is not None]
        next_at[row.workspace] = free_at.get(row.workspace) or min([*instants, now + FALLBACK_LOOK])
    alike: dict[tuple[datetime, datetime | None], list[str]] = defaultdict(list)
    for key in sorted(keys):
        alike[free_at.get(key, now), next_at.get(key)].append(key)
    for (free, at), same in alike.items():
        await connection.execute(_LEAVE, {"keys": same, "free": free, "at": at})


async def anything_due(connection: AsyncConnection, *, now: datetime | None) -> bool:
    """Whether any lane or correction is due (``now`` None: by the database's clock).

    A cheap query to ask before a transaction is opened.
    """
    return bool(await connection.scalar(_ANYTHING, {"now": now}))


def organisation_of(key: str) -> str:
    """The key of the organisation a workspace belongs to; empty outside Slack Enterprise."""
    enterprise = key.partition(":")[0]
    return f"{enterprise}:" if enterprise else ""


@lru_cache(maxsize=2)
def _touch(dialect: str) -> Any:
    rows = rows_parameter(dialect, workspace=String(64), organisation=String(64), at=Instant(), by=Instant())
    columns = [_lane.workspace, _lane.organisation, _lane.free_at, _lane.next_at]
    wanted = select(rows.c.workspace, rows.c.organisation, rows.c.by, rows.c["at"]).where(true())
    statement = insert_into(dialect, tables.lane).from_select(columns, wanted)
    # A new lane is free by the instant it is asked for. For lanes of ``if_waiting`` ``at`` is NULL.
    at, by = statement.excluded.next_at, statement.excluded.free_at
    sooner = case((_lane.next_at < by, _lane.next_at), else_=by)
    looked_at = case((_lane.free_at > sooner, _lane.free_at), else_=sooner)
    has_none = and_(at.is_(None), _lane.next_at.is_(None))
    return statement.on_conflict_do_update(
        index_elements=[_lane.workspace], set_={"next_at": case((has_none, None), else_=looked_at)}
    )


_NOW = bindparam("now", type_=Instant())
_AT = bindparam("at", type_=Instant())
_LOCK = (
    select(_lane.workspace)
    .where(in_list(_lane.workspace, "keys"))
    .order_by(_lane.workspace)
    .with_for_update()
)
_installed = installation.alias("installed")


def _of(column: ColumnElement[Any], key: ColumnElement[str]) -> ColumnElement[Any]:
    """A column of the installation with this key, looked up for each lane.

    A join would go through all lanes that are due, thousands on a morning, to return the first hundred.
    """
    return (
        select(column)
        .where(_installed.c.workspace == key, _installed.c.uninstalled_at.is_(None))
        .scalar_subquery()
    )


_DUE = (
    select(
        _lane.workspace,
        type_coerce(
            func.coalesce(
                _of(_installed.c.bot_token, _lane.workspace), _of(_installed.c.bot_token, _lane.organisation)
            ),
            EncryptedText,
        ).label("token"),
    )
    .where(
        _lane.next_at <= _NOW,
        # PostgreSQL expects a CASE of booleans to hold for half of the lanes, so it follows the index until
        # it has enough. It expects IS NULL to hold for almost none, and would read all lanes.
        case(
            (
                _of(_installed.c.workspace, _lane.workspace).is_not(None),
                _of(_installed.c.paused_reason, _lane.workspace).is_(None),
            ),
            else_=_of(_installed.c.paused_reason, _lane.organisation).is_(None),
        ),
    )
    .order_by(_lane.next_at)
    .limit(bindparam("limit"))
    .with_for_update(of=tables.lane, skip_locked=True)
)
_part, _channel = tables.part.c, tables.pace.alias("channel")
_WAITS = (
    select(
        _part.workspace,
        func.min(case((_part.not_before > _NOW, _part.not_before))).label("waits"),
        func.min(case((_channel.c.until > _NOW, _channel.c.until))).label("held"),
    )
    .outerjoin_from(
        tables.part,
        _channel,
        and_(_channel.c.workspace == _part.workspace, _channel.c.what == _part.slack_channel),
    )
    .where(tables.IS_PENDING, in_list(_part.workspace, "keys"))
    .group_by(_part.workspace)
)
_LEAVE = (
    update(tables.lane)
    .where(in_list(_lane.workspace, "keys"))
    .values(free_at=bindparam("free", type_=Instant()), next_at=_AT)
)
_ANYTHING = select(
    or_(
        exists().where(_lane.next_at <= KnownOrNow(_NOW)),
        exists().where(tables.NEEDS_CORRECTION, _part.correct_at <= KnownOrNow(_NOW)),
    )
)
