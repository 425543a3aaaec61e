"""Lanes: whose turn it is. A workspace's pace holds across replicas, since its lane is a row."""

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
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery import tables
from bot.delivery.store.dialect import KnownOrNow, among, execute_with, given, insert_into
from bot.workspaces.tables import installation
from digests.store.schema import Instant

LOOK_AGAIN = timedelta(seconds=30)
"""When a lane is looked at again whose parts all wait for something that will touch it anyway."""

PENDING: ColumnElement[bool] = literal_column(f"part.{tables.PENDING}")

_lane = tables.lane.c
_own, _wide = installation.alias("own"), installation.alias("wide")
_IS_OWN = _own.c.workspace.is_not(None)
PAUSED = case((_IS_OWN, _own.c.paused_reason), else_=_wide.c.paused_reason)

IS_UNINSTALLED = and_(_own.c.workspace.is_(None), _wide.c.workspace.is_(None))
"""On a query that ``with_token`` widened: nobody has Haru there any more."""

TOKEN = case((_IS_OWN, _own.c.bot_token), else_=_wide.c.bot_token).label("token")
"""On a query that ``with_token`` widened: the bot token of the lane's workspace, or NULL."""


def with_token(query: Select[Any]) -> Select[Any]:
    """Join a query that has ``lane`` with the workspace's installation, and its organisation's."""
    return query.outerjoin(
        _own, and_(_own.c.workspace == _lane.workspace, _own.c.uninstalled_at.is_(None))
    ).outerjoin(_wide, and_(_wide.c.workspace == _lane.organisation, _wide.c.uninstalled_at.is_(None)))


async def touch(connection: AsyncConnection, due: Mapping[str, datetime]) -> None:
    """Have these workspaces' lanes looked at by these instants, though never before they are free."""
    if due:
        # In one order everywhere: two processes that wait for each other's rows would wait for good.
        rows = [
            {"workspace": key, "organisation": organisation_of(key), "at": at}
            for key, at in sorted(due.items())
        ]
        await execute_with(connection, _touch(connection.dialect.name), rows)


async def nudge(connection: AsyncConnection, keys: Collection[str], at: datetime) -> None:
    """Have lanes that wait for something looked at by then: it may have come."""
    if keys:
        await connection.execute(_NUDGE, {"keys": sorted(keys), "at": at})


async def rest(connection: AsyncConnection, until: Mapping[str, datetime]) -> None:
    """Slack asked for a rest: nothing is posted in these workspaces until then."""
    for key, at in sorted(until.items()):
        await connection.execute(
            update(tables.lane)
            .where(_lane.workspace == key, _lane.free_at < at)
            .values(free_at=at, next_at=at)
        )


async def due(connection: AsyncConnection, *, now: datetime, limit: int) -> dict[str, str | None]:
    """The lanes whose turn it is, the longest waiting first, with their tokens; paused ones are not.

    They are this transaction's: another replica passes over them.
    """
    rows = await connection.execute(_DUE, {"now": now, "most": limit})
    return {row.workspace: row.token for row in rows}


async def leave(
    connection: AsyncConnection, keys: Collection[str], *, now: datetime, free_at: Mapping[str, datetime]
) -> None:
    """Say when these lanes are to be looked at next: when they are free, or their parts may go, or never."""
    rows = await connection.execute(_WAITS, {"keys": sorted(keys), "now": now})
    next_at: dict[str, datetime] = {}
    for row in rows:
        instants = [at for at in (row.waits, row.held) if at is not None]
        next_at[row.workspace] = free_at.get(row.workspace) or min([*instants, now + LOOK_AGAIN])
    alike: dict[tuple[datetime, datetime | None], list[str]] = defaultdict(list)
    for key in sorted(keys):
        alike[free_at.get(key, now), next_at.get(key)].append(key)
    for (free, at), some in alike.items():
        await connection.execute(_LEAVE, {"keys": some, "free": free, "at": at})


async def anything_due(connection: AsyncConnection, *, now: datetime | None) -> bool:
    """Whether any lane is to be looked at by now (None: by the database's clock): a cheap question,
    asked before a transaction is opened.
    """
    return bool(await connection.scalar(_ANYTHING, {"now": now}))


def organisation_of(key: str) -> str:
    """The key of the organisation a workspace belongs to; empty outside Enterprise Grid."""
    enterprise = key.partition(":")[0]
    return f"{enterprise}:" if enterprise else ""


@lru_cache(maxsize=2)
def _touch(dialect: str) -> Any:
    rows = given(dialect, workspace=String(64), organisation=String(64), at=Instant())
    columns = [_lane.workspace, _lane.organisation, _lane.free_at, _lane.next_at]
    wanted = select(rows.c.workspace, rows.c.organisation, rows.c["at"], rows.c["at"]).where(true())
    statement = insert_into(dialect, tables.lane).from_select(columns, wanted)
    asked = statement.excluded.next_at
    sooner = case((_lane.next_at < asked, _lane.next_at), else_=asked)
    return statement.on_conflict_do_update(
        index_elements=[_lane.workspace],
        set_={"next_at": case((_lane.free_at > sooner, _lane.free_at), else_=sooner)},
    )


_NOW = bindparam("now", type_=Instant())
_AT = bindparam("at", type_=Instant())
_NUDGE = (
    update(tables.lane)
    .where(among(_lane.workspace, "keys"), _lane.next_at > _AT)
    .values(next_at=case((_lane.free_at > _AT, _lane.free_at), else_=_AT))
)
_DUE = (
    # What an outer join may miss cannot be locked, and need not be.
    with_token(select(_lane.workspace, TOKEN).select_from(tables.lane))
    .where(_lane.next_at <= _NOW, PAUSED.is_(None))
    .order_by(_lane.next_at)
    .limit(bindparam("most"))
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
    .where(PENDING, among(_part.workspace, "keys"))
    .group_by(_part.workspace)
)
_LEAVE = (
    update(tables.lane)
    .where(among(_lane.workspace, "keys"))
    .values(free_at=bindparam("free", type_=Instant()), next_at=_AT)
)
_ANYTHING = select(
    or_(
        exists().where(_lane.next_at <= KnownOrNow(_NOW)),
        exists().where(literal_column("part.desired IS NOT NULL"), _part.correct_at <= KnownOrNow(_NOW)),
    )
)
