"""Which papers were shared in which channels lately, so that a channel is not flooded.

A paper comes once into a channel within ``ONCE_WITHIN``, however often and by whomever its button is
pressed, and one person shares at most ``MOST_AN_HOUR`` papers an hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.channels import tables
from digests.model import Workspace
from digests.store.database import Database

ONCE_WITHIN = timedelta(hours=1)
"""How long a paper that was shared is not shared again in the same channel."""

MOST_AN_HOUR = 10
"""Papers that one person may share within an hour, in all channels of a workspace."""


class Claim(Enum):
    """Whether a paper may be shared now."""

    GRANTED = auto()
    SHARED_ALREADY = auto()
    TOO_MANY = auto()


@dataclass(frozen=True, slots=True)
class Claimed:
    """The answer to a claim. ``ts`` is the message of the paper that was shared already, if it is known."""

    claim: Claim
    ts: str | None = None


class Shares:
    """Reads and writes what was shared. Sends nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(
        self, workspace: Workspace, channel_id: str, paper_id: int, user_id: str, *, now: datetime
    ) -> Claimed:
        """Claim the right to share a paper in a channel. Of several claims at once, one is granted."""
        share = tables.share
        async with self._database.write() as connection:
            insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(share)
            lately = await connection.scalar(
                select(func.count()).where(
                    share.c.workspace == workspace.key,
                    share.c.user_id == user_id,
                    share.c.shared_at > now - timedelta(hours=1),
                )
            )
            granted = None
            if (lately or 0) < MOST_AN_HOUR:
                values = {"user_id": user_id, "shared_at": now, "ts": None}
                granted = await connection.scalar(
                    insert.values(workspace=workspace.key, channel_id=channel_id, paper_id=paper_id, **values)
                    .on_conflict_do_update(
                        index_elements=[share.c.workspace, share.c.channel_id, share.c.paper_id],
                        set_=values,
                        where=share.c.shared_at <= now - ONCE_WITHIN,
                    )
                    .returning(share.c.paper_id)
                )
            if granted is not None:
                return Claimed(Claim.GRANTED)
            before = (
                await connection.execute(
                    select(share.c.ts).where(
                        _of(workspace, channel_id, paper_id), share.c.shared_at > now - ONCE_WITHIN
                    )
                )
            ).first()
        return Claimed(Claim.TOO_MANY) if before is None else Claimed(Claim.SHARED_ALREADY, before.ts)

    async def sent(self, workspace: Workspace, channel_id: str, paper_id: int, ts: str) -> None:
        """Remember the message in which a claimed paper was shared."""
        async with self._database.write() as connection:
            await connection.execute(
                update(tables.share).where(_of(workspace, channel_id, paper_id)).values(ts=ts)
            )

    async def release(self, workspace: Workspace, channel_id: str, paper_id: int) -> None:
        """Give a claim back: the message could not be sent."""
        async with self._database.write() as connection:
            await connection.execute(delete(tables.share).where(_of(workspace, channel_id, paper_id)))

    async def prune(self, *, now: datetime) -> None:
        """Forget shares that no longer count."""
        async with self._database.write() as connection:
            await connection.execute(delete(tables.share).where(tables.share.c.shared_at < now - ONCE_WITHIN))


def _of(workspace: Workspace, channel_id: str, paper_id: int) -> ColumnElement[bool]:
    share = tables.share.c
    return and_(share.workspace == workspace.key, share.channel_id == channel_id, share.paper_id == paper_id)
