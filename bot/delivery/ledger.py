"""The ledger: deliveries and their parts, from intent to result. All of its SQL is here.

A part's states: ``pending → sending → sent | failed | doubt`` and
``doubt → sent | pending | unknown``. ``sending`` is committed before the request
leaves and carries owner, attempt and lease; a result counts only while all three are as
they were. Does not talk to Slack and decides nothing about what is posted.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.preferences import Channel
from bot.delivery import tables
from bot.delivery.delivery import Delivery, State
from bot.delivery.edition import Edition
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.plan import SEEN_FOR, History, Skip
from bot.messages.message import Message
from digests.model import Workspace
from digests.store.sessions import Database
from digests.store.tables import digest as digest_table

PER_CHANNEL = timedelta(seconds=1)
"""Slack takes about one message a second a channel: https://docs.slack.dev/apis/web-api/rate-limits"""

PER_WORKSPACE = 3
"""Parts of one workspace claimed at a time; a drain runs about once a second."""

UNREADABLE = timedelta(hours=24)
"""After so long without a readable history a doubted part is ``unknown``, for good."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part this process holds: its request may leave until ``lease_until``."""

    id: int
    delivery_id: int
    workspace: Workspace
    slack_channel: str
    uid: str
    body: dict[str, Any]
    thread_ts: str | None
    attempt: int
    owner: str
    lease_until: datetime
    plain: bool
    first_attempt_at: datetime
    in_thread: bool


def metadata_of(uid: str) -> dict[str, Any]:
    """What a posted message carries so that it can be found again: an opaque id, nothing else."""
    return {"event_type": "haru_part", "event_payload": {"part": uid}}


class Ledger:
    """Reads and writes deliveries and parts. ``owner`` names this process among the replicas."""

    def __init__(self, database: Database, *, lease: timedelta, owner: str | None = None) -> None:
        self._database = database
        self._lease = lease
        self.owner = owner or secrets.token_hex(8)

    async def open_delivery(
        self,
        channel: Channel,
        *,
        day: date | None,
        due_at: datetime,
        edition: Edition,
        messages: Sequence[Message],
        give_up_at: datetime,
        now: datetime,
        again: bool = False,
    ) -> int | None:
        """Write down a delivery with all its parts.

        None when this date has one already, or when the channel has had one of its digests
        meanwhile, unless it is posted ``again`` on purpose.
        """
        bodies = [json.dumps(message.payload(), ensure_ascii=False, sort_keys=True) for message in messages]
        hashes = [hashlib.sha256(body.encode()).hexdigest() for body in bodies]
        try:
            async with self._database.write() as connection:
                real_now = await self._real_now(connection)
                delivery_id = await self._insert_delivery(
                    connection, channel, day=day, due_at=due_at, state=State.POSTING, reason=None, now=now
                )
                had = self._insert_new if again else insert
                await self._count_as_had(connection, channel, edition.digest_ids, delivery_id, how=had)
                await connection.execute(
                    insert(tables.delivery_entry),
                    [
                        {
                            "delivery_id": delivery_id,
                            "entry_id": one.entry.id,
                            "paper_id": one.entry.paper_id,
                            "revision": one.entry.revision,
                        }
                        for one in edition.entries
                    ],
                )
                await connection.execute(
                    self._insert_new(tables.payload),
                    [{"sha256": key, "body": body} for key, body in zip(hashes, bodies, strict=True)],
                )
                await connection.execute(
                    insert(tables.part),
                    [
                        {
                            "delivery_id": delivery_id,
                            "workspace": channel.workspace.key,
                            "slack_channel": channel.channel_id,
                            "position": position,
                            "in_thread": message.thread,
                            "uid": secrets.token_hex(12),
                            "payload": key,
                            "state": "pending",
                            "not_before": real_now,
                            # Grace is counted on the channel's clock; the courier's is the real one.
                            "give_up_at": real_now + (give_up_at - now),
                        }
                        for position, (message, key) in enumerate(zip(messages, hashes, strict=True))
                    ],
                )
        except IntegrityError:
            return None
        return delivery_id

    async def skip(
        self,
        channel: Channel,
        *,
        day: date,
        due_at: datetime,
        reason: Skip,
        digest_ids: Sequence[int] = (),
        now: datetime,
    ) -> None:
        """Write down that a date brought nothing, and why. A date that has a delivery keeps it."""
        try:
            async with self._database.write() as connection:
                delivery_id = await self._insert_delivery(
                    connection, channel, day=day, due_at=due_at, state=State.SKIPPED, reason=reason, now=now
                )
                await self._count_as_had(connection, channel, digest_ids, delivery_id, how=self._insert_new)
        except IntegrityError:
            return

    async def reopen(self, channel_id: int, day: date) -> bool:
        """Forget a skip without parts, so that the date may be tried again; whether the date is free."""
        delivery = tables.delivery.c
        async with self._database.write() as connection:
            await connection.execute(
                tables.delivery.delete().where(
                    delivery.channel_id == channel_id,
                    delivery.schedule_date == day,
                    delivery.state == State.SKIPPED,
                    delivery.id.not_in(select(tables.part.c.delivery_id)),
                )
            )
            left = await connection.scalar(
                select(func.count())
                .select_from(tables.delivery)
                .where(delivery.channel_id == channel_id, delivery.schedule_date == day)
            )
        return not left

    async def history(self, channel_id: int, *, now: datetime) -> History:
        """What a channel has had."""
        had = tables.delivery_digest.c
        async with self._database.read() as connection:
            rows = (
                await connection.execute(
                    select(had.digest_id, digest_table.c.date)
                    .join_from(tables.delivery_digest, digest_table)
                    .where(had.channel_id == channel_id)
                )
            ).all()
            entry, delivery = tables.delivery_entry.c, tables.delivery.c
            posts = await connection.execute(
                select(entry.paper_id, delivery.thread_ts)
                .join_from(tables.delivery_entry, tables.delivery)
                .where(
                    delivery.channel_id == channel_id,
                    delivery.thread_ts.is_not(None),
                    delivery.created_at >= now - SEEN_FOR,
                )
                .order_by(delivery.id)
            )
        return History(
            frozenset(row.digest_id for row in rows),
            max((row.date for row in rows if row.date), default=None),
            {row.paper_id: row.thread_ts for row in posts},
        )

    async def deliveries(self, channel_id: int, *, limit: int) -> list[Delivery]:
        """A channel's deliveries, newest first."""
        delivery = tables.delivery.c
        async with self._database.read() as connection:
            rows = (
                await connection.execute(
                    select(tables.delivery)
                    .where(delivery.channel_id == channel_id)
                    .order_by(delivery.created_at.desc(), delivery.id.desc())
                    .limit(limit)
                )
            ).all()
            digests = await connection.execute(
                select(tables.delivery_digest.c.delivery_id, tables.delivery_digest.c.digest_id).where(
                    tables.delivery_digest.c.delivery_id.in_([row.id for row in rows])
                )
            )
            of: dict[int, list[int]] = {}
            for row in digests:
                of.setdefault(row.delivery_id, []).append(row.digest_id)
        return [
            Delivery(
                row.id,
                row.channel_id,
                row.schedule_date,
                State(row.state),
                row.reason,
                row.due_at,
                row.thread_ts,
                row.created_at,
                tuple(sorted(of.get(row.id, []))),
            )
            for row in rows
        ]

    async def claim(self, limit: int, *, unless: Sequence[str] = ()) -> list[Part]:
        """Take due parts: ``sending`` is committed, with this owner and a lease, before they are given.

        Part n+1 of a delivery waits until part n is sent. At most ``PER_WORKSPACE`` parts
        a workspace and one a channel, first messages before replies; workspaces in
        ``unless`` are left out.
        """
        async with self._database.write() as connection:
            real_now = await self._real_now(connection)
            part, earlier = tables.part, tables.part.alias("earlier")
            waits_for = select(earlier.c.id).where(
                earlier.c.delivery_id == part.c.delivery_id,
                earlier.c.position < part.c.position,
                earlier.c.state != "sent",
            )
            rank = func.row_number().over(
                partition_by=part.c.workspace, order_by=(part.c.position, part.c.id)
            )
            in_room = func.row_number().over(
                partition_by=(part.c.workspace, part.c.slack_channel), order_by=(part.c.position, part.c.id)
            )
            ready = (
                select(part.c.id, part.c.position, rank.label("rank"), in_room.label("in_room"))
                .where(
                    part.c.state == "pending",
                    part.c.not_before <= real_now,
                    part.c.workspace.not_in(list(unless)),
                    # A key without a team is a whole organisation's.
                    *(~part.c.workspace.startswith(key) for key in unless if key.endswith(":")),
                    ~waits_for.exists(),
                )
                .subquery("ready")
            )
            chosen = (
                select(ready.c.id)
                .where(ready.c.rank <= PER_WORKSPACE, ready.c.in_room == 1)
                .order_by(ready.c.position > 0, ready.c.rank, ready.c.id)
                .limit(limit)
            )
            if not self._database.is_sqlite:
                # Window functions cannot be locked: the rows are, by id, and looked at once more.
                locked = (
                    select(part.c.id)
                    .where(part.c.id.in_(chosen), part.c.state == "pending")
                    .with_for_update(skip_locked=True)
                    .cte("picked")
                    .prefix_with("MATERIALIZED")
                )
                chosen = select(locked.c.id)
            taken = await connection.execute(
                update(part)
                .where(part.c.id.in_(chosen))
                .values(
                    state="sending",
                    owner=self.owner,
                    attempt=part.c.attempt + 1,
                    lease_until=real_now + self._lease,
                    first_attempt_at=func.coalesce(part.c.first_attempt_at, real_now),
                )
                .returning(part.c.id)
            )
            return await self._held(connection, list(taken.scalars()))

    async def record(self, results: Sequence[tuple[Part, Outcome]]) -> None:
        """Write results down, in one commit. One whose lease another process took over is dropped."""
        if not results:
            return
        async with self._database.write() as connection:
            real_now = await self._real_now(connection)
            for held, outcome in results:
                await self._record(connection, held, outcome, real_now)
            await self._finish(connection, sorted({held.delivery_id for held, _ in results}))

    async def give_up(self) -> int:
        """Fail deliveries whose grace ended before their first message could be sent; how many."""
        part = tables.part.c
        async with self._database.write() as connection:
            real_now = await self._real_now(connection)
            late = await connection.execute(
                update(tables.part)
                .where(
                    part.state == "pending",
                    part.position == 0,
                    part.doubted_at.is_(None),
                    part.give_up_at < real_now,
                )
                .values(state="failed", reason=Skip.TOO_LATE.value)
                .returning(part.delivery_id)
            )
            ids = list(late.scalars())
            await self._finish(connection, ids)
        return len(ids)

    async def doubt_expired(self, *, own_only: bool = False) -> int:
        """Turn parts whose lease ran out into doubt; with ``own_only``, all still ``sending`` on SQLite.

        ``own_only`` is for start-up on SQLite, where no other process can hold one.
        """
        part = tables.part.c
        async with self._database.write() as connection:
            real_now = await self._real_now(connection)
            stale = part.state == "sending"
            if not own_only:
                stale = and_(stale, part.lease_until < real_now)
            done = await connection.execute(
                update(tables.part)
                .where(stale)
                .values(state="doubt", reason="lease_expired", doubted_at=real_now)
                .returning(part.id)
            )
            return len(done.all())

    async def doubted(self, *, settle: timedelta, limit: int = 100) -> list[Part]:
        """Parts in doubt that had time to settle, oldest first."""
        part = tables.part.c
        async with self._database.read() as connection:
            real_now = await self._real_now(connection)
            ids = await connection.scalars(
                select(part.id)
                .where(
                    part.state == "doubt", part.doubted_at <= real_now - settle, part.not_before <= real_now
                )
                .order_by(part.doubted_at)
                .limit(limit)
            )
            return await self._held(connection, list(ids))

    async def settle(
        self,
        held: Part,
        *,
        found_ts: str | None,
        unknown: str | None = None,
        again_at: timedelta | None = None,
    ) -> None:
        """End a doubt: found (sent), surely not there (pending), unknown for good, or look again later."""
        part = tables.part.c
        async with self._database.write() as connection:
            real_now = await self._real_now(connection)
            values: dict[str, Any]
            if found_ts is not None:
                values = {"state": "sent", "ts": found_ts, "reason": None}
            elif unknown is not None:
                values = {"state": "unknown", "reason": unknown}
            elif again_at is not None:
                values = {"not_before": real_now + again_at}
            else:
                values = {"state": "pending", "reason": "not_in_history", "not_before": real_now}
            changed = await connection.execute(
                update(tables.part)
                .where(part.id == held.id, part.state == "doubt", part.attempt == held.attempt)
                .values(values)
                .returning(part.id)
            )
            if changed.all() and found_ts is not None:
                await self._arrived(connection, held, found_ts, real_now)
            await self._finish(connection, [held.delivery_id])

    async def open_parts(self) -> int:
        """How many parts are not at their end."""
        async with self._database.read() as connection:
            count = await connection.scalar(
                select(func.count())
                .select_from(tables.part)
                .where(tables.part.c.state.in_(("pending", "sending", "doubt")))
            )
        return int(count or 0)

    async def sendable_parts(self) -> int:
        """How many parts can still be sent without anybody settling a doubt first."""
        part, earlier = tables.part, tables.part.alias("earlier")
        blocked = select(earlier.c.id).where(
            earlier.c.delivery_id == part.c.delivery_id,
            earlier.c.position < part.c.position,
            earlier.c.state.in_(("doubt", "failed", "unknown")),
        )
        async with self._database.read() as connection:
            count = await connection.scalar(
                select(func.count()).select_from(part).where(part.c.state == "pending", ~blocked.exists())
            )
        return int(count or 0)

    async def cancel_pending(self, channel_id: int, reason: str) -> None:
        """Give up what was not yet sent to a channel: it was switched off, or Haru was removed."""
        async with self._database.write() as connection:
            deliveries = select(tables.delivery.c.id).where(
                tables.delivery.c.channel_id == channel_id, tables.delivery.c.state == State.POSTING
            )
            await connection.execute(
                update(tables.part)
                .where(tables.part.c.delivery_id.in_(deliveries), tables.part.c.state == "pending")
                .values(state="failed", reason=reason)
            )
            ids = await connection.scalars(deliveries)
            await self._finish(connection, list(ids))

    async def _record(
        self, connection: AsyncConnection, held: Part, outcome: Outcome, real_now: datetime
    ) -> None:
        part = tables.part.c
        mine = and_(
            part.id == held.id,
            part.state == "sending",
            part.owner == held.owner,
            part.attempt == held.attempt,
        )
        changed = await connection.execute(
            update(tables.part).where(mine).values(self._after(held, outcome, real_now)).returning(part.id)
        )
        if changed.all() and outcome.kind is Kind.SENT and outcome.ts is not None:
            await self._arrived(connection, held, outcome.ts, real_now)

    @staticmethod
    def _after(held: Part, outcome: Outcome, real_now: datetime) -> dict[str, Any]:
        match outcome.kind:
            case Kind.SENT:
                return {"state": "sent", "ts": outcome.ts, "reason": None}
            case Kind.AGAIN | Kind.LATER:
                later = real_now + timedelta(seconds=outcome.wait)
                return {"state": "pending", "reason": outcome.code, "not_before": later}
            case Kind.MESSAGE if not held.plain:
                return {"state": "pending", "reason": outcome.code, "plain": True, "not_before": real_now}
            case Kind.DOUBT:
                return {"state": "doubt", "reason": outcome.code, "doubted_at": real_now}
            case _:
                return {"state": "failed", "reason": outcome.code}

    @staticmethod
    async def _arrived(connection: AsyncConnection, held: Part, ts: str, real_now: datetime) -> None:
        """A part is in the channel: the thread hangs on the first, and the next waits its second."""
        await connection.execute(
            update(tables.delivery)
            .where(tables.delivery.c.id == held.delivery_id, tables.delivery.c.thread_ts.is_(None))
            .values(thread_ts=ts)
        )
        await connection.execute(
            update(tables.part)
            .where(
                tables.part.c.slack_channel == held.slack_channel,
                tables.part.c.workspace == held.workspace.key,
                tables.part.c.state == "pending",
                tables.part.c.not_before < real_now + PER_CHANNEL,
            )
            .values(not_before=real_now + PER_CHANNEL)
        )

    @staticmethod
    async def _finish(connection: AsyncConnection, delivery_ids: Sequence[int]) -> None:
        """Close deliveries: a part that ended badly ends those after it, and then the delivery."""
        part = tables.part.c
        for delivery_id in delivery_ids:
            rows = (
                await connection.execute(
                    select(part.id, part.state, part.reason)
                    .where(part.delivery_id == delivery_id)
                    .order_by(part.position)
                )
            ).all()
            bad = next((row for row in rows if row.state in ("failed", "unknown")), None)
            if bad is not None:
                await connection.execute(
                    update(tables.part)
                    .where(part.delivery_id == delivery_id, part.state == "pending", part.id > bad.id)
                    .values(state="failed", reason=bad.reason)
                )
            elif any(row.state != "sent" for row in rows):
                continue
            if bad is not None and not any(row.state in ("sent", "unknown", "doubt") for row in rows):
                # Nothing of it came: the next date may bring it.
                had = tables.delivery_digest
                await connection.execute(had.delete().where(had.c.delivery_id == delivery_id))
            await connection.execute(
                update(tables.delivery)
                .where(tables.delivery.c.id == delivery_id)
                .values(
                    state=bad.state if bad is not None else State.SENT,
                    reason=bad.reason if bad is not None else None,
                    finished_at=datetime.now(UTC),
                )
            )

    async def _held(self, connection: AsyncConnection, ids: Sequence[int]) -> list[Part]:
        part = tables.part.c
        rows = await connection.execute(
            select(tables.part, tables.payload.c.body, tables.delivery.c.thread_ts)
            .join_from(tables.part, tables.payload)
            .join(tables.delivery, tables.delivery.c.id == part.delivery_id)
            .where(part.id.in_(ids))
            .order_by(part.position, part.id)
        )
        return [
            Part(
                id=row.id,
                delivery_id=row.delivery_id,
                workspace=Workspace.from_key(row.workspace),
                slack_channel=row.slack_channel,
                uid=row.uid,
                body=json.loads(row.body),
                thread_ts=row.thread_ts if row.in_thread else None,
                attempt=row.attempt,
                owner=row.owner or "",
                lease_until=row.lease_until,
                plain=row.plain,
                first_attempt_at=row.first_attempt_at,
                in_thread=row.in_thread,
            )
            for row in rows
        ]

    async def _insert_delivery(
        self,
        connection: AsyncConnection,
        channel: Channel,
        *,
        day: date | None,
        due_at: datetime,
        state: State,
        reason: str | None,
        now: datetime,
    ) -> int:
        made = await connection.execute(
            insert(tables.delivery)
            .values(
                workspace=channel.workspace.key,
                channel_id=channel.id,
                schedule_date=day,
                state=state,
                reason=reason,
                due_at=due_at,
                created_at=now,
            )
            .returning(tables.delivery.c.id)
        )
        return int(made.scalar_one())

    @staticmethod
    async def _count_as_had(
        connection: AsyncConnection,
        channel: Channel,
        digest_ids: Sequence[int],
        delivery_id: int,
        *,
        how: Callable[[Any], Any],
    ) -> None:
        if digest_ids:
            await connection.execute(
                how(tables.delivery_digest),
                [
                    {"channel_id": channel.id, "digest_id": digest_id, "delivery_id": delivery_id}
                    for digest_id in digest_ids
                ],
            )

    def _insert_new(self, table: Any) -> Any:
        dialect = sqlite if self._database.is_sqlite else postgresql
        return dialect.insert(table).on_conflict_do_nothing()

    async def _real_now(self, connection: AsyncConnection) -> datetime:
        """Leases follow the database's clock, where replicas share one."""
        if self._database.is_sqlite:
            return datetime.now(UTC)
        now: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
        return now
