"""Lanes: whose turn it is. A workspace's pace holds across replicas, since its lane is a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery import tables
from bot.delivery.store.dialect import insert_into
from bot.workspaces.tables import installation

LOOK_AGAIN = timedelta(seconds=30)
"""When a lane is looked at again whose parts all wait for something that will touch it anyway."""

_lane = tables.lane.c
PENDING: ColumnElement[bool] = literal_column(f"part.{tables.PENDING}")


_own, _wide = installation.alias("own"), installation.alias("wide")
_IS_OWN = _own.c.workspace.is_not(None)
_PAUSED = case((_IS_OWN, _own.c.paused_reason), else_=_wide.c.paused_reason)

TOKEN = case((_IS_OWN, _own.c.bot_token), else_=_wide.c.bot_token).label("token")
"""On a query that ``with_token`` widened: the bot token of the lane's workspace, or NULL."""


def with_token(query: Select[Any]) -> Select[Any]:
    """Join a query that has ``lane`` with the workspace's installation, and its organisation's."""
    return query.outerjoin(
        _own, and_(_own.c.workspace == _lane.workspace, _own.c.uninstalled_at.is_(None))
    ).outerjoin(_wide, and_(_wide.c.workspace == _lane.organisation, _wide.c.uninstalled_at.is_(None)))


async def touch(connection: AsyncConnection, due: Mapping[str, datetime]) -> None:
    """Have these workspaces' lanes looked at by these instants, though never before they are free."""
    if not due:
        return
    statement = insert_into(connection, tables.lane)
    wanted = statement.excluded.next_at
    sooner = case((_lane.next_at < wanted, _lane.next_at), else_=wanted)
    statement = statement.on_conflict_do_update(
        index_elements=[_lane.workspace],
        set_={"next_at": case((_lane.free_at > sooner, _lane.free_at), else_=sooner)},
    )
    # In one order everywhere: two processes that wait for each other's rows would wait for good.
    await connection.execute(
        statement,
        [
            {"workspace": key, "organisation": organisation_of(key), "free_at": at, "next_at": at}
            for key, at in sorted(due.items())
        ],
    )


async def rest(connection: AsyncConnection, until: Mapping[str, datetime]) -> None:
    """Slack asked for a rest: nothing is posted in these workspaces until then."""
    if until:
        await connection.execute(
            update(tables.lane).where(_lane.workspace == bindparam("key"), _lane.free_at < bindparam("at")),
            [{"key": key, "at": at, "free_at": at, "next_at": at} for key, at in sorted(until.items())],
        )


async def due(connection: AsyncConnection, *, now: datetime, limit: int) -> dict[str, str | None]:
    """The lanes whose turn it is, the longest waiting first, with their tokens; paused ones are not.

    They are this transaction's: another replica passes over them.
    """
    statement = (
        with_token(select(_lane.workspace, TOKEN).select_from(tables.lane))
        .where(_lane.next_at <= now, _PAUSED.is_(None))
        .order_by(_lane.next_at)
        .limit(limit)
        .with_for_update(of=tables.lane, skip_locked=True)
    )
    return {row.workspace: row.token for row in await connection.execute(statement)}


async def leave(
    connection: AsyncConnection,
    keys: Iterable[str],
    *,
    now: datetime,
    free_at: Mapping[str, datetime],
) -> None:
    """Say when these lanes are to be looked at next: when they are free, or their parts may go, or never."""
    part, channel = tables.part.c, tables.pace.alias("channel")
    keys = list(keys)
    waits = case((part.not_before > now, part.not_before))
    held = case((channel.c.until > now, channel.c.until))
    rows = await connection.execute(
        select(
            part.workspace,
            func.min(waits).label("waits"),
            func.min(held).label("held"),
        )
        .outerjoin_from(
            tables.part,
            channel,
            and_(channel.c.workspace == part.workspace, channel.c.what == part.slack_channel),
        )
        .where(PENDING, part.workspace.in_(keys))
        .group_by(part.workspace)
    )
    next_at: dict[str, datetime] = {}
    for row in rows:
        instants = [at for at in (row.waits, row.held) if at is not None]
        next_at[row.workspace] = min([*instants, now + LOOK_AGAIN])
    values = []
    for key in sorted(keys):
        free, at = free_at.get(key), next_at.get(key)
        if at is not None and free is not None:
            at = free
        values.append({"key": key, "next_at": at, "free_at": free or now})
    await connection.execute(
        update(tables.lane).where(_lane.workspace == bindparam("key")),
        values,
    )


async def anything_due(connection: AsyncConnection, *, now: datetime) -> bool:
    """Whether any lane is to be looked at: a cheap question, asked before a transaction is opened."""
    found = await connection.scalar(
        select(
            or_(
                exists().where(_lane.next_at <= now),
                exists().where(tables.part.c.correct_at <= now, literal_column("part.desired IS NOT NULL")),
            )
        )
    )
    return bool(found)


def organisation_of(key: str) -> str:
    """The key of the organisation a workspace belongs to; empty outside Enterprise Grid."""
    enterprise = key.partition(":")[0]
    return f"{enterprise}:" if enterprise else ""
