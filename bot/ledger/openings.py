"""Openings: deliveries stored with all their parts, many channels in one transaction."""

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

from bot.channels.preferences import Channel, Due
from bot.channels.tables import channel as channel_table
from bot.ledger import catch_up, editions, lanes, payloads, tables
from bot.ledger.delivery_history import is_free
from bot.ledger.dialect import execute_with_rows, in_list, insert_into, rows_parameter
from bot.ledger.ledger_clock import LedgerClock
from bot.ledger.states import DeliveryTransition, PartTransition, Reason
from bot.messages.edition import Edition
from bot.messages.message import Message
from bot.workspaces.rate_limits import LATE_DELIVERIES_PER_SECOND
from digests.store.database import Database
from digests.store.schema import Instant
from digests.store.tables import digest as digest_table


@dataclass(frozen=True, slots=True)
class Opening:
    """What one channel gets on one date, or why it gets nothing.

    ``day`` is the schedule date, None for a manual post. ``next_due`` is the channel's next schedule date;
    a manual post leaves the schedule alone. ``again``: repeat on purpose what the channel has had.
    """

    channel: Channel
    day: date | None
    due_at: datetime
    give_up_at: datetime
    edition: Edition | None = None
    messages: tuple[Message, ...] = ()
    skip: Reason | None = None
    digest_ids: tuple[int, ...] = ()
    next_due: Due | None = None
    again: bool = False


class Openings:
    """Opens deliveries. Decides nothing about what goes out: the planner does.

    ``late_per_second`` is how many late deliveries start per second, over all workspaces and replicas.
    """

    def __init__(
        self, database: Database, clock: LedgerClock, *, late_per_second: int = LATE_DELIVERIES_PER_SECOND
    ) -> None:
        self._database = database
        self._clock = clock
        self._late_per_second = late_per_second

    async def open(self, group: Sequence[Opening], *, now: datetime) -> dict[int, int]:
        """Store deliveries and skips in one commit. Returns the delivery ids by channel row.

        ``now`` is on the clock that due times follow. Deliveries that are late already start one after
        another.

        Leaves out, without advancing its schedule, a channel whose schedule changed meanwhile, that another
        process is opening, that has had one of the digests since, or whose digest was retracted. The next
        tick looks at it again.
        """
        async with self._database.write() as connection:
            ledger_now = await self._clock.now(connection)
            return await self._open(connection, group, now=now, ledger_now=ledger_now)

    async def reopen(self, channel_id: int, day: date) -> bool:
        """Delete a skip, so that its date may be tried again; whether the date has no delivery now."""
        delivery = tables.delivery.c
        async with self._database.write() as connection:
            await connection.execute(
                tables.delivery.delete().where(
                    delivery.channel_id == channel_id,
                    delivery.schedule_date == day,
                    delivery.state.in_(DeliveryTransition.REOPEN.sources),
                    delivery.id.not_in(select(tables.part.c.delivery_id)),
                )
            )
            return await is_free(connection, channel_id, day)

    async def _open(
        self, connection: AsyncConnection, group: Sequence[Opening], *, now: datetime, ledger_now: datetime
    ) -> dict[int, int]:
        wanted = await _still_wanted(connection, group)
        edition_ids = await editions.store(
            connection, [opening.edition for opening in wanted if opening.edition]
        )
        made = await _store_deliveries(connection, wanted, edition_ids, now=now)
        # Without a row a scheduled date was opened by another process: its schedule still has to go on.
        wanted = [opening for opening in wanted if opening.channel.id in made or opening.day is not None]
        repeats = await _store_digests_had(
            connection, [opening for opening in wanted if opening.channel.id in made], made
        )
        if repeats:
            ids = [made[channel_id] for channel_id in repeats]
            await connection.execute(tables.delivery.delete().where(tables.delivery.c.id.in_(ids)))
            made = {channel_id: id_ for channel_id, id_ in made.items() if channel_id not in repeats}
            wanted = [opening for opening in wanted if opening.channel.id not in repeats]
        posting = [opening for opening in wanted if opening.channel.id in made and opening.messages]
        starts = await self._starts(connection, posting, now=now, ledger_now=ledger_now)
        await _store_parts(connection, posting, made, starts, now=now)
        await _advance_schedules(connection, [opening for opening in wanted if opening.day is not None])
        due: dict[str, datetime] = {}
        for opening in posting:
            key, at = opening.channel.workspace.key, starts[opening.channel.id]
            due[key] = min(due.get(key, at), at)
        await lanes.touch(connection, due)
        return made

    async def _starts(
        self, connection: AsyncConnection, posting: Sequence[Opening], *, now: datetime, ledger_now: datetime
    ) -> dict[int, datetime]:
        """When each of these deliveries may start, on the ledger's clock, by the id of its channel."""
        late = [opening.channel.id for opening in posting if now - opening.due_at > catch_up.LATE]
        queued = await catch_up.queue(connection, len(late), per_second=self._late_per_second, now=ledger_now)
        starts = dict.fromkeys((opening.channel.id for opening in posting), ledger_now)
        return starts | dict(zip(late, queued, strict=True))


def new_uid() -> str:
    """A new id for a message's metadata, by which it is found in its channel's history."""
    return secrets.token_hex(12)


async def _still_wanted(connection: AsyncConnection, group: Sequence[Opening]) -> list[Opening]:
    """The openings whose channel still has the schedule they were planned for, and no retracted digest."""
    row = channel_table.c
    is_scheduled = all(opening.day is not None for opening in group)
    rows = await connection.execute(
        select(row.id, row.next_date, row.next_due_at)
        .where(in_list(row.id, [opening.channel.id for opening in group]))
        .order_by(row.id)
        # Another process may open a scheduled date just now, which is as good. A person's post waits for it.
        .with_for_update(skip_locked=is_scheduled)
    )
    schedules = {row.id: (row.next_date, row.next_due_at) for row in rows}
    ids = {id_ for opening in group if opening.messages for id_ in opening.digest_ids}
    retracted = set(
        await connection.scalars(
            select(digest_table.c.id).where(
                digest_table.c.id.in_(sorted(ids)), digest_table.c.retracted_at.is_not(None)
            )
        )
    )

    def is_wanted(opening: Opening) -> bool:
        channel = opening.channel
        if channel.id not in schedules:
            return False
        if opening.messages and not retracted.isdisjoint(opening.digest_ids):
            return False
        planned = (channel.next_date, channel.next_due_at)
        return opening.day is None or schedules[channel.id] == planned

    return [opening for opening in group if is_wanted(opening)]


async def _store_deliveries(
    connection: AsyncConnection, group: Sequence[Opening], edition_ids: dict[int, int], *, now: datetime
) -> dict[int, int]:
    """Store the deliveries. Returns their ids by channel row, without those whose date has one already."""
    if not group:
        return {}
    rows = await execute_with_rows(
        connection,
        _insert_deliveries(connection.dialect.name),
        [
            {
                "workspace": opening.channel.workspace.key,
                "channel_id": opening.channel.id,
                "schedule_date": opening.day,
                "state": _transition(opening).target.value,
                "reason": opening.skip.value if opening.skip else None,
                "due_at": opening.due_at,
                "edition_id": edition_ids[id(opening.edition)] if opening.edition else None,
                "language": opening.channel.preferences.language.value if opening.edition else None,
                "layout": opening.channel.preferences.layout.value if opening.edition else None,
            }
            for opening in group
        ],
        now=now,
    )
    return {row.channel_id: row.id for row in rows}


def _transition(opening: Opening) -> DeliveryTransition:
    return DeliveryTransition.OPEN if opening.messages else DeliveryTransition.SKIP


async def _store_digests_had(
    connection: AsyncConnection, group: Sequence[Opening], made: dict[int, int]
) -> set[int]:
    """Store which digests the channels have now had.

    Returns the channels that had one of theirs already, and do not want it again.
    """
    pairs = [
        {"channel_id": opening.channel.id, "digest_id": id_, "delivery_id": made[opening.channel.id]}
        for opening in group
        for id_ in opening.digest_ids
    ]
    if not pairs:
        return set()
    rows = await execute_with_rows(connection, _insert_digests_had(connection.dialect.name), pairs)
    new = {(row.channel_id, row.digest_id) for row in rows}
    once = {opening.channel.id for opening in group if opening.messages and not opening.again}
    return {
        pair["channel_id"]
        for pair in pairs
        if pair["channel_id"] in once and (pair["channel_id"], pair["digest_id"]) not in new
    }


async def _store_parts(
    connection: AsyncConnection,
    group: Sequence[Opening],
    made: dict[int, int],
    starts: dict[int, datetime],
    *,
    now: datetime,
) -> None:
    """Store the parts of these deliveries and their rendered messages."""
    encoded: dict[int, list[tuple[str, str]]] = {}
    rows: list[dict[str, Any]] = []
    for opening in group:
        if id(opening.messages) not in encoded:
            encoded[id(opening.messages)] = payloads.encode(opening.messages)
        start = starts[opening.channel.id]
        rows += [
            {
                "delivery_id": made[opening.channel.id],
                "workspace": opening.channel.workspace.key,
                "slack_channel": opening.channel.channel_id,
                "position": position,
                "in_thread": message.thread,
                "uid": new_uid(),
                "payload": key,
                "not_before": start,
                # The grace is measured on the channel's clock, and moved to the ledger's. The time for which
                # deliveries on time go first does not count.
                "give_up_at": start + (opening.give_up_at - now),
            }
            for position, (message, (key, _)) in enumerate(
                zip(opening.messages, encoded[id(opening.messages)], strict=True)
            )
        ]
    await payloads.store(connection, dict(pair for pairs in encoded.values() for pair in pairs))
    if rows:
        await execute_with_rows(connection, _insert_parts(connection.dialect.name), rows)


async def _advance_schedules(connection: AsyncConnection, group: Sequence[Opening]) -> None:
    """Give each channel its next schedule date."""
    by_due: dict[Due | None, list[int]] = defaultdict(list)
    for opening in group:
        by_due[opening.next_due].append(opening.channel.id)
    for due, ids in by_due.items():
        await connection.execute(
            update(channel_table)
            .where(in_list(channel_table.c.id, ids))
            .values(next_date=due.date if due else None, next_due_at=due.at if due else None)
        )


@lru_cache(maxsize=2)
def _insert_deliveries(dialect: str) -> Any:
    rows = rows_parameter(
        dialect, workspace=String(64), channel_id=BigInteger(), schedule_date=Date(), state=String(16),
        reason=String(64), due_at=Instant(), edition_id=BigInteger(), language=String(8), layout=String(16),
    )  # fmt: skip
    now = bindparam("now", type_=Instant())
    return (
        _insert_rows(dialect, tables.delivery, rows, created_at=now)
        # A date that has a delivery keeps it, so that two replicas cannot both open one.
        .on_conflict_do_nothing(index_elements=["channel_id", "schedule_date"])
        .returning(tables.delivery.c.id, tables.delivery.c.channel_id)
    )


@lru_cache(maxsize=2)
def _insert_digests_had(dialect: str) -> Any:
    rows = rows_parameter(dialect, channel_id=BigInteger(), digest_id=BigInteger(), delivery_id=BigInteger())
    had = tables.delivery_digest
    return (
        _insert_rows(dialect, had, rows).on_conflict_do_nothing().returning(had.c.channel_id, had.c.digest_id)
    )


@lru_cache(maxsize=2)
def _insert_parts(dialect: str) -> Any:
    rows = rows_parameter(
        dialect, delivery_id=BigInteger(), workspace=String(64), slack_channel=String(32),
        position=Integer(), in_thread=Boolean(), uid=String(32), payload=String(64), not_before=Instant(),
        give_up_at=Instant(),
    )  # fmt: skip
    return _insert_rows(dialect, tables.part, rows, state=literal(PartTransition.OPEN.target.value))


def _insert_rows(dialect: str, table: Table, rows: FromClause, **more: Any) -> Any:
    """An INSERT of all rows of a parameter, each with these columns besides."""
    names = [*rows.c.keys(), *more]
    wanted = select(*rows.c, *(value.label(name) for name, value in more.items())).where(true())
    return insert_into(dialect, table).from_select(names, wanted)
