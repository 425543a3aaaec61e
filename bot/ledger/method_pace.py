"""The pace of Web API methods that Slack has answered with 429."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from bot.ledger import tables
from bot.ledger.dialect import insert_into
from bot.ledger.ledger_clock import LedgerClock
from digests.model import Workspace
from digests.store.database import Database

_pace = tables.pace.c


class MethodPace:
    """Spaces out calls of a Web API method in a workspace where Slack has answered it with 429.

    Knows nothing of messages: lanes pace those.
    """

    def __init__(self, database: Database, clock: LedgerClock) -> None:
        self._database = database
        self._clock = clock

    async def take_turn(self, workspace: Workspace, method: str) -> bool:
        """Whether the method may be called now. If so, the next call has to wait its interval."""
        async with self._database.write() as connection:
            now = await self._clock.now(connection)
            own = (_pace.workspace == workspace.key, _pace.what == method)
            row = (
                await connection.execute(select(_pace.until, _pace.every).where(*own).with_for_update())
            ).one_or_none()
            if row is None:
                return True
            if row.until > now:
                return False
            until = now + timedelta(seconds=row.every)
            await connection.execute(update(tables.pace).where(*own).values(until=until))
            return True

    async def slow_down(self, workspace: Workspace, method: str, *, wait: float, every: int = 0) -> None:
        """After a 429: no call for ``wait`` seconds, then one every ``every`` seconds."""
        async with self._database.write() as connection:
            until = await self._clock.now(connection) + timedelta(seconds=wait)
            row = {"workspace": workspace.key, "what": method, "until": until, "every": every}
            await connection.execute(
                insert_into(connection.dialect.name, tables.pace)
                .values(row)
                .on_conflict_do_update(
                    index_elements=["workspace", "what"], set_={"until": until, "every": every}
                )
            )
