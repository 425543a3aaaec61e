"""The send queue: a courier takes the parts that are due, and gives the results back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.ledger import claims, correction_claims, lanes, results
from bot.ledger.lease import LeaseHolder
from bot.ledger.outcome import Outcome
from bot.ledger.part import Method, Part
from bot.ledger.payloads import PayloadCache
from bot.ledger.results import Result
from digests.store.database import Database


class SendQueue:
    """Hands parts out under leases and stores results. Sends nothing, and settles no doubts.

    ``settle`` is how long a channel waits after a doubt, since its message may still show up.
    """

    def __init__(
        self, database: Database, holder: LeaseHolder, payloads: PayloadCache, *, settle: timedelta
    ) -> None:
        self._database = database
        self._holder = holder
        self._clock = holder.clock
        self._payloads = payloads
        self._settle_time = settle

    async def exchange(
        self, answers: Sequence[tuple[Part, Outcome]], limit: int
    ) -> tuple[list[Result], list[Part]]:
        """Store results and take up to ``limit`` due parts, in one commit, which costs more than a message.

        Returns the results that counted, and the parts. They are committed as being sent, with this process
        as owner and a lease, before any of their requests leaves.
        """
        if not answers and not await self._any_due():
            return [], []
        held_until = self._holder.held_until()
        async with self._database.write() as connection:
            now = await self._clock.now(connection)
            posts = [answer for answer in answers if answer[0].method is Method.POST]
            updates = [answer for answer in answers if answer[0].method is Method.UPDATE]
            counted = [*updates]
            if posts:
                counted += await results.record(connection, posts, now=now)
            if updates:
                await correction_claims.record(connection, updates, now=now)
            lease = self._holder.lease(now, held_until=held_until)
            taken = []
            if limit > 0:
                taken = await claims.claim(connection, lease, limit=limit, settle=self._settle_time)
            bodies = await self._payloads.load(connection, {row.payload for row, _ in taken})
        parts = [
            self._holder.part(row, bodies[row.payload], lease, attempt=row.attempt + 1, token=token)
            for row, token in taken
        ]
        self._holder.release(part for part, _ in answers)
        self._holder.take(parts)
        return counted, parts

    async def claim_corrections(self, limit: int) -> list[Part]:
        """Take up to ``limit`` due corrections, of workspaces in which no post is due."""
        async with self._database.read_autocommit() as connection:
            if not await correction_claims.any_due(connection, now=await self._clock.known_now(connection)):
                return []
        held_until = self._holder.held_until()
        async with self._database.write() as connection:
            now = await self._clock.now(connection)
            lease = self._holder.lease(now, held_until=held_until)
            rows = await correction_claims.claim(connection, lease, limit=limit)
            bodies = await self._payloads.load(connection, {row.desired for row in rows})
        return [
            replace(
                self._holder.part(row, bodies[row.desired], lease, attempt=row.attempt, token=row.token),
                method=Method.UPDATE,
                payload=row.desired,
            )
            for row in rows
        ]

    async def _any_due(self) -> bool:
        async with self._database.read_autocommit() as connection:
            return await lanes.anything_due(connection, now=await self._clock.known_now(connection))
