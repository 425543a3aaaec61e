"""The past: what channels have had, and how their deliveries ended, as the ledger has it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from bot.delivery.plan import History
from bot.ledger import history
from bot.ledger.delivery import Delivery
from digests.store.database import Database


class Past:
    """Answers questions about deliveries. Writes nothing: the ledger does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def histories(
        self,
        channel_ids: Sequence[int],
        *,
        day: date,
        also: Collection[int] = (),
    ) -> dict[int, History]:
        """What each of these channels has had, as far as a post of ``day`` asks."""
        async with self._database.read() as connection:
            return await history.histories(connection, channel_ids, day=day, also=also)

    async def posts(
        self, channel_ids: Sequence[int], paper_ids: Collection[int], *, now: datetime
    ) -> dict[int, dict[int, str]]:
        """Where these papers were posted in these channels lately: ``ts`` by channel and paper."""
        if not channel_ids or not paper_ids:
            return {}
        async with self._database.read() as connection:
            return await history.posts(connection, channel_ids, paper_ids, now=now)

    async def newest_had(self, channel_id: int) -> date | None:
        """The date of the newest digest a channel has had."""
        async with self._database.read() as connection:
            return await history.newest_had(connection, channel_id)

    async def deliveries(self, channel_id: int, *, limit: int) -> list[Delivery]:
        """A channel's deliveries, newest first."""
        async with self._database.read() as connection:
            return await history.deliveries(connection, channel_id, limit=limit)

    async def deliveries_of(self, ids: Sequence[int]) -> dict[int, Delivery]:
        """These deliveries, by id."""
        async with self._database.read() as connection:
            return await history.deliveries_of(connection, ids)

    async def is_free(self, channel_id: int, day: date) -> bool:
        """Whether a schedule date has brought a channel nothing yet, not even a skip."""
        async with self._database.read() as connection:
            return await history.is_free(connection, channel_id, day)
