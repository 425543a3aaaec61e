"""The ledger: deliveries and their parts, from intent to result. Its SQL is in ``bot.ledger``.

A part's states: ``pending → sending → sent | failed | doubt`` and
``doubt → checking → sent | pending | unknown | failed``. ``sending`` is committed before the
request leaves and carries owner, attempt and lease; a result counts only while its attempt is
the part's last. What is called off while it is under way or in doubt bears the reason: it is
sent, if it was, and ``failed`` otherwise, never ``pending`` again. Does not talk to Slack and
decides nothing about what is posted.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clocks import MonotonicClock, monotonic_clock
from bot.ledger import (
    claims,
    correction_rows,
    doubts,
    history,
    lanes,
    open_parts,
    openings,
    results,
    rewriting,
    timekeeping,
)
from bot.ledger.correction_rows import Outdated, Posted
from bot.ledger.doubts import Verdict
from bot.ledger.openings import Opening
from bot.ledger.outcome import Outcome
from bot.ledger.part import Deed, Part
from bot.ledger.payloads import PayloadCache
from bot.messages.edition import Edition
from bot.messages.message import Message
from bot.workspaces.rate_limits import LATE_DELIVERIES_PER_SECOND
from digests.model import Workspace
from digests.store.database import Database

UNREADABLE = timedelta(hours=24)
"""After so long without a readable history a doubted part is ``unknown``, for good."""

_CLOCK = select(func.clock_timestamp())


class Ledger:
    """Reads and writes deliveries and parts. ``owner`` names this process among the replicas.

    ``late_a_second`` is how many late deliveries begin in a second, over all workspaces and replicas.
    Time is the database's on PostgreSQL, which replicas share, and a clock that never goes
    back on SQLite; ``clock`` takes the place of either, for a simulation. ``offset`` tells how far Slack's
    is from this process's, as far as was heard.
    """

    def __init__(
        self,
        database: Database,
        *,
        lease: timedelta,
        settle: timedelta,
        late_a_second: int = LATE_DELIVERIES_PER_SECOND,
        owner: str | None = None,
        clock: MonotonicClock | None = None,
        offset: Callable[[], timedelta] = timedelta,
    ) -> None:
        self._database = database
        self._lease = lease
        self._settle = settle
        self._late_a_second = late_a_second
        self._clock = clock
        self._offset = offset
        self.steady = clock or monotonic_clock()
        self.owner = owner or secrets.token_hex(8)
        self._holds: dict[int, datetime] = {}
        self._payloads = PayloadCache()
        self.offset_before: timedelta | None = None
        """Slack's time less that of the process before this one, by whose clock old attempts were noted; None
        where it is not known, and on PostgreSQL, whose clock they all share.
        """

    async def open_group(self, group: Sequence[Opening], *, now: datetime) -> dict[int, int]:
        """Write deliveries and skips down, in one commit; the delivery ids by channel row.

        A channel that is not in the answer was changed or served by somebody else meanwhile.
        """
        async with self._database.write() as connection:
            real_now = await self._real_now(connection)
            return await openings.open_group(
                connection, group, now=now, real_now=real_now, late_a_second=self._late_a_second
            )

    async def reopen(self, channel_id: int, day: date) -> bool:
        """Forget a skip without parts, so that the date may be tried again; whether the date is free."""
        async with self._database.write() as connection:
            return await history.reopen(connection, channel_id, day)

    async def claim(self, limit: int) -> list[Part]:
        """Take due parts: ``sending`` is committed, with this owner and a lease, before they are given.

        DESIGN.md section 5: the pace of each channel and workspace holds across replicas.
        """
        _, parts = await self.exchange((), limit)
        return parts

    async def record(self, answers: Sequence[tuple[Part, Outcome]]) -> list[tuple[Part, Outcome]]:
        """Write results down, in one commit; those that counted."""
        counted, _ = await self.exchange(answers, 0)
        return counted

    async def exchange(
        self, answers: Sequence[tuple[Part, Outcome]], limit: int
    ) -> tuple[list[tuple[Part, Outcome]], list[Part]]:
        """Give results, take up to ``limit`` due parts, in one commit: a commit costs more than a message."""
        if not answers and not await self._anything_due():
            return [], []
        # Before the transaction: what it waits for shortens the lease, never lengthens it.
        held_until = self.steady() + self._lease
        async with self._database.write() as connection:
            real_now = await self._real_now(connection)
            posts = [pair for pair in answers if pair[0].deed is Deed.POST]
            told = [pair for pair in answers if pair[0].deed is Deed.CORRECT]
            counted = [*told]
            if posts:
                counted += await results.record(connection, posts, now=real_now)
            if told:
                await correction_rows.record(connection, told, now=real_now)
            lease = claims.Lease(self.owner, real_now, real_now + self._lease)
            taken = (
                await claims.claim(connection, lease, limit=limit, settle=self._settle) if limit > 0 else []
            )
            bodies = await self._payloads.load(connection, {row.payload for row, _ in taken})
        parts = [
            self._part(
                row, token, bodies[row.payload], attempt=row.attempt + 1, until=held_until, now=real_now
            )
            for row, token in taken
        ]
        for held, _ in answers:
            self._holds.pop(held.id, None)
        self._holds |= {part.id: held_until for part in parts}
        return counted, parts

    async def claim_corrections(self, limit: int) -> list[Part]:
        """Take due corrections, of workspaces in which no post waits."""
        async with self._database.read_autocommit() as connection:
            if not await correction_rows.due(connection, now=self._known_now()):
                return []
        held_until = self.steady() + self._lease
        async with self._database.write() as connection:
            real_now = await self._real_now(connection)
            lease = claims.Lease(self.owner, real_now, real_now + self._lease)
            taken = await correction_rows.claim(connection, lease, limit=limit)
            bodies = await self._payloads.load(connection, {row.desired for row, _ in taken})
        return [
            replace(
                self._part(
                    row, token, bodies[row.desired], attempt=row.attempt, until=held_until, now=real_now
                ),
                deed=Deed.CORRECT,
                payload=row.desired,
            )
            for row, token in taken
        ]

    async def outdated(self, *, since: date) -> list[Outdated]:
        """Editions that were posted since, some of whose entries have changed."""
        async with self._database.read() as connection:
            return await correction_rows.outdated(connection, since=since)

    async def posted(self, edition_id: int, *, since: datetime | None) -> list[Posted]:
        """The deliveries of an edition, since an instant or at all."""
        async with self._database.read() as connection:
            return await correction_rows.posted(connection, edition_id, since=since)

    async def correct(
        self,
        delivery_ids: Sequence[int],
        edition: Edition,
        messages: Sequence[Message],
        *,
        rest: Message,
        after: timedelta,
    ) -> None:
        """Have deliveries show an edition instead, by these messages, after a while."""
        async with self._database.write() as connection:
            now = await self._real_now(connection)
            await rewriting.replace_edition(connection, delivery_ids, edition)
            await rewriting.desire(connection, delivery_ids, messages, rest=rest, at=now + after, now=now)

    async def retract(self, delivery_ids: Sequence[int], edition: Edition, message: Message) -> None:
        """Call off what of deliveries was not sent, and have the rest say one line, at once."""
        async with self._database.write() as connection:
            now = await self._real_now(connection)
            await rewriting.replace_edition(connection, delivery_ids, edition)
            await rewriting.retract(connection, delivery_ids, message, now=now)

    async def give_up(self) -> int:
        """Fail what could not be sent within its grace; how many parts."""
        async with self._database.write() as connection:
            return await open_parts.give_up(connection, now=await self._real_now(connection))

    async def recover(self) -> int:
        """Start-up where no other process delivers: what an earlier one held is in doubt; how many parts."""
        async with self._database.write() as connection:
            now = await self._real_now(connection)
            await self._keep_time(connection, now)
            return await doubts.recover(connection, now=now)

    async def doubt_expired(self) -> int:
        """Turn parts whose lease ran out into doubt; how many."""
        mine = [id_ for id_, held_until in self._holds.items() if held_until > self.steady()]
        async with self._database.write() as connection:
            real_now = await self._real_now(connection)
            await self._keep_time(connection, real_now)
            return await doubts.expire(connection, now=real_now, lease=self._lease, mine=mine)

    async def check(self, limit: int = 100) -> list[Part]:
        """Take doubts that had time to settle: they are this process's to look for, for a while."""
        held_until = self.steady() + self._lease
        async with self._database.write() as connection:
            real_now = await self._real_now(connection)
            lease = claims.Lease(self.owner, real_now, real_now + self._lease)
            rows = await doubts.check(connection, lease, settle=self._settle, limit=limit)
            bodies = await self._payloads.load(connection, {row.payload for row in rows})
        return [
            self._part(
                row, row.token, bodies[row.payload], attempt=row.attempt, until=held_until, now=real_now
            )
            for row in rows
        ]

    async def settle(self, verdicts: Sequence[tuple[Part, Verdict]]) -> list[tuple[Part, Verdict]]:
        """End doubts, or put them back, while they are this process's to look for; those that counted."""
        async with self._database.write() as connection:
            return await doubts.settle(connection, verdicts, now=await self._real_now(connection))

    async def turn(self, workspace: Workspace, method: str) -> bool:
        """Whether a method may be called for a workspace now; the turn is then taken."""
        async with self._database.write() as connection:
            return await doubts.turn(connection, workspace.key, method, now=await self._real_now(connection))

    async def slow_down(self, workspace: Workspace, method: str, *, wait: float, every: int = 0) -> None:
        """Slack held a method down: rest for ``wait`` seconds, then one call in ``every``."""
        async with self._database.write() as connection:
            until = await self._real_now(connection) + timedelta(seconds=wait)
            await doubts.slow_down(connection, workspace.key, method, until=until, every=every)

    async def open_parts(self) -> int:
        """How many parts are not at their end."""
        async with self._database.read() as connection:
            return await open_parts.count(connection)

    async def sendable_parts(self) -> int:
        """How many parts can still be sent without anybody settling a doubt first."""
        async with self._database.read() as connection:
            return await open_parts.sendable(connection)

    async def oldest_due(self) -> timedelta | None:
        """How long the longest waiting first message could have been sent; None when none waits."""
        async with self._database.read() as connection:
            now = await self._real_now(connection)
            since = await open_parts.oldest_due(connection, now=now)
        return None if since is None else now - since

    async def call_off(self, channel_id: int, reason: str) -> None:
        """Send a channel nothing more: it was switched off, or Haru was removed. What may have arrived is
        still looked for, and given up only where it did not.
        """
        async with self._database.write() as connection:
            await open_parts.call_off(connection, channel_id, reason, now=await self._real_now(connection))

    async def call_off_uninstalled(self, reason: str) -> None:
        """The same for every workspace that Haru was removed from."""
        async with self._database.write() as connection:
            await open_parts.call_off_uninstalled(connection, reason, now=await self._real_now(connection))

    async def follow(self, workspace: Workspace, old_id: str, new_id: str) -> None:
        """A channel's id changed: what is still to be sent or corrected there goes to the new one."""
        async with self._database.write() as connection:
            await open_parts.follow(connection, workspace, old_id, new_id)

    async def _anything_due(self) -> bool:
        async with self._database.read_autocommit() as connection:
            return await lanes.anything_due(connection, now=self._known_now())

    def _part(
        self, row: Row[Any], token: str | None, body: str, *, attempt: int, until: datetime, now: datetime
    ) -> Part:
        return Part(
            id=row.id,
            delivery_id=row.delivery_id,
            workspace=Workspace.from_key(row.workspace),
            slack_channel=row.slack_channel,
            uid=row.uid,
            body=body,
            payload=row.payload,
            thread_ts=row.thread_ts if row.in_thread else None,
            attempt=attempt,
            owner=self.owner,
            held_until=until,
            plain=row.plain,
            # On this process's own clock, which its offset to Slack's is known of.
            first_attempt_at=self.steady() - (now - (row.first_attempt_at or now)),
            in_thread=row.in_thread,
            position=row.position,
            scheduled=row.schedule_date is not None,
            ts=row.ts,
            token=token,
        )

    async def _keep_time(self, connection: AsyncConnection, now: datetime) -> None:
        is_shared = not self._database.is_sqlite
        before = await timekeeping.keep(connection, now=now, offset=self._offset(), is_shared=is_shared)
        if self.offset_before is None and not is_shared:
            self.offset_before = self._offset() if before is None else before

    async def _real_now(self, connection: AsyncConnection) -> datetime:
        now = self._known_now()
        if now is None:
            now = (await connection.execute(_CLOCK)).scalar_one()
        return now

    def _known_now(self) -> datetime | None:
        """This instant, unless only the database knows it."""
        return None if self._clock is None and not self._database.is_sqlite else self.steady()
