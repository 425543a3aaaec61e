"""Opening: deliveries written down with all their parts, many channels in one transaction."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    FromClause,
    Integer,
    String,
    Table,
    bindparam,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.preferences import Channel
from bot.channels.tables import channel as channel_table
from bot.delivery.calendar import Due
from bot.delivery.plan import Skip
from bot.ledger import catch_up, editions, lanes, payloads, tables
from bot.ledger.delivery import State
from bot.ledger.dialect import among, execute_with, given, insert_into
from bot.messages.edition import Edition
from bot.messages.message import Message
from bot.workspaces.rate_limits import LATE_DELIVERIES_PER_SECOND
from digests.store.schema import Instant
from digests.store.tables import digest as digest_table


@dataclass(frozen=True, slots=True)
class Opening:
    """What one channel gets on one date (``day`` None: by hand), or why it gets nothing.

    ``next_due`` is what the channel's schedule goes on with; it is left alone for a post
    by hand. ``again``: repeat on purpose what the channel has had.
    """

    channel: Channel
    day: date | None
    due_at: datetime
    give_up_at: datetime
    edition: Edition | None = None
    messages: tuple[Message, ...] = ()
    skip: Skip | None = None
    digest_ids: tuple[int, ...] = ()
    next_due: Due | None = None
    again: bool = False


async def open_group(
    connection: AsyncConnection,
    group: Sequence[Opening],
    *,
    now: datetime,
    real_now: datetime,
    late_a_second: int = LATE_DELIVERIES_PER_SECOND,
) -> dict[int, int]:
    """Write these down; gives the delivery ids by channel row.

    Those that are late already begin one after another, ``late_a_second``.

    Left out, and not moved on either: a channel whose schedule changed meanwhile, that
    another process is just opening, or that has had one of the digests since; and a digest
    that was taken back. The next look finds them as they are then.
    """
    wanted = await _still_wanted(connection, group)
    edition_ids = await editions.keep(connection, [one.edition for one in wanted if one.edition])
    made = await _deliveries(connection, wanted, edition_ids, now=now)
    wanted = [one for one in wanted if one.channel.id in made or one.day is not None]
    doubled = await _count_as_had(connection, [one for one in wanted if one.channel.id in made], made)
    if doubled:
        await connection.execute(
            tables.delivery.delete().where(tables.delivery.c.id.in_([made[id_] for id_ in doubled]))
        )
        made = {id_: delivery_id for id_, delivery_id in made.items() if id_ not in doubled}
        wanted = [one for one in wanted if one.channel.id not in doubled]
    posting = [one for one in wanted if one.channel.id in made and one.messages]
    late = [one.channel.id for one in posting if now - one.due_at > catch_up.LATE]
    slots = await catch_up.begins(connection, len(late), a_second=late_a_second, now=real_now)
    begins = dict.fromkeys((one.channel.id for one in posting), real_now) | dict(
        zip(late, slots, strict=True)
    )
    await _parts(connection, posting, made, begins, now=now, real_now=real_now)
    await _move_on(connection, [one for one in wanted if one.day is not None])
    due: dict[str, datetime] = {}
    for one in posting:
        key, at = one.channel.workspace.key, begins[one.channel.id]
        due[key] = min(due.get(key, at), at)
    await lanes.touch(connection, due)
    return made


def new_uid() -> str:
    """The opaque id by which a message is found again in its channel."""
    return secrets.token_hex(12)


async def _still_wanted(connection: AsyncConnection, group: Sequence[Opening]) -> list[Opening]:
    row = channel_table.c
    by_clock = all(one.day is not None for one in group)
    rows = await connection.execute(
        select(row.id, row.next_date, row.next_due_at)
        .where(among(row.id, [one.channel.id for one in group]))
        .order_by(row.id)
        # By the clock another process may be at it just now, which is as well; a person waits.
        .with_for_update(skip_locked=by_clock)
    )
    found = {row.id: (row.next_date, row.next_due_at) for row in rows}
    ids = {id_ for one in group if one.messages for id_ in one.digest_ids}
    gone = set(
        await connection.scalars(
            select(digest_table.c.id).where(
                digest_table.c.id.in_(sorted(ids)), digest_table.c.retracted_at.is_not(None)
            )
        )
    )

    def is_wanted(one: Opening) -> bool:
        if one.channel.id not in found or (one.messages and not gone.isdisjoint(one.digest_ids)):
            return False
        planned = (one.channel.next_date, one.channel.next_due_at)
        return one.day is None or found[one.channel.id] == planned

    return [one for one in group if is_wanted(one)]


async def _deliveries(
    connection: AsyncConnection, group: Sequence[Opening], edition_ids: dict[int, int], *, now: datetime
) -> dict[int, int]:
    if not group:
        return {}
    rows = await execute_with(
        connection,
        _make(connection.dialect.name),
        [
            {
                "workspace": one.channel.workspace.key,
                "channel_id": one.channel.id,
                "schedule_date": one.day,
                "state": (State.POSTING if one.messages else State.SKIPPED).value,
                "reason": one.skip.value if one.skip else None,
                "due_at": one.due_at,
                "edition_id": edition_ids[id(one.edition)] if one.edition else None,
                "language": one.channel.preferences.language.value if one.edition else None,
                "layout": one.channel.preferences.layout.value if one.edition else None,
            }
            for one in group
        ],
        now=now,
    )
    return {row.channel_id: row.id for row in rows}


async def _count_as_had(
    connection: AsyncConnection, group: Sequence[Opening], made: dict[int, int]
) -> set[int]:
    """Count digests as had; the channels that had one of theirs already and do not want it again."""
    pairs = [
        {"channel_id": one.channel.id, "digest_id": digest_id, "delivery_id": made[one.channel.id]}
        for one in group
        for digest_id in one.digest_ids
    ]
    if not pairs:
        return set()
    rows = await execute_with(connection, _had(connection.dialect.name), pairs)
    new = {(row.channel_id, row.digest_id) for row in rows}
    strict = {one.channel.id for one in group if one.messages and not one.again}
    return {
        pair["channel_id"]
        for pair in pairs
        if pair["channel_id"] in strict and (pair["channel_id"], pair["digest_id"]) not in new
    }


async def _move_on(connection: AsyncConnection, group: Sequence[Opening]) -> None:
    """Each schedule goes on with its next date."""
    alike: dict[Due | None, list[int]] = defaultdict(list)
    for one in group:
        alike[one.next_due].append(one.channel.id)
    for due, ids in alike.items():
        await connection.execute(
            update(channel_table)
            .where(among(channel_table.c.id, ids))
            .values(next_date=due.date if due else None, next_due_at=due.at if due else None)
        )


async def _parts(
    connection: AsyncConnection,
    group: Sequence[Opening],
    made: dict[int, int],
    begins: dict[int, datetime],
    *,
    now: datetime,
    real_now: datetime,
) -> None:
    kept: dict[int, list[tuple[str, str]]] = {}
    rows: list[dict[str, Any]] = []
    for one in group:
        if id(one.messages) not in kept:
            kept[id(one.messages)] = payloads.encode(one.messages)
        rows += [
            {
                "delivery_id": made[one.channel.id],
                "workspace": one.channel.workspace.key,
                "slack_channel": one.channel.channel_id,
                "position": position,
                "in_thread": message.thread,
                "uid": new_uid(),
                "payload": key,
                "not_before": begins[one.channel.id],
                # Grace is counted on the channel's clock; the courier's is the real one. The time for which
                # others go first is not counted.
                "give_up_at": begins[one.channel.id] + (one.give_up_at - now),
            }
            for position, (message, (key, _)) in enumerate(
                zip(one.messages, kept[id(one.messages)], strict=True)
            )
        ]
    await payloads.store(connection, dict(pair for pairs in kept.values() for pair in pairs))
    if rows:
        await execute_with(connection, _add(connection.dialect.name), rows)


@lru_cache(maxsize=2)
def _make(dialect: str) -> Any:
    rows = given(
        dialect, workspace=String(64), channel_id=BigInteger(), schedule_date=Date(), state=String(16),
        reason=String(64), due_at=Instant(), edition_id=BigInteger(), language=String(8), layout=String(16),
    )  # fmt: skip
    return (
        _from(
            dialect,
            tables.delivery,
            rows,
            created_at=bindparam("now", type_=Instant()),
            # A date that has a delivery keeps it: two replicas cannot both make one.
        )
        .on_conflict_do_nothing(index_elements=["channel_id", "schedule_date"])
        .returning(tables.delivery.c.id, tables.delivery.c.channel_id)
    )


@lru_cache(maxsize=2)
def _had(dialect: str) -> Any:
    rows = given(dialect, channel_id=BigInteger(), digest_id=BigInteger(), delivery_id=BigInteger())
    had = tables.delivery_digest
    return _from(dialect, had, rows).on_conflict_do_nothing().returning(had.c.channel_id, had.c.digest_id)


@lru_cache(maxsize=2)
def _add(dialect: str) -> Any:
    rows = given(
        dialect, delivery_id=BigInteger(), workspace=String(64), slack_channel=String(32),
        position=Integer(), in_thread=Boolean(), uid=String(32), payload=String(64), not_before=Instant(),
        give_up_at=Instant(),
    )  # fmt: skip
    return _from(dialect, tables.part, rows, state=literal("pending"))


def _from(dialect: str, table: Table, rows: FromClause, **more: Any) -> Any:
    """An insert of the given rows, each with these columns besides."""
    names = [*rows.c.keys(), *more]
    wanted = select(*rows.c, *(value.label(name) for name, value in more.items())).where(true())
    return insert_into(dialect, table).from_select(names, wanted)
