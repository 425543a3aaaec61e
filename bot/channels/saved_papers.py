"""The papers that each user saved, as ids of archive entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from bot.channels import tables
from digests.model import Workspace
from digests.store.database import Database


class SavedPapers:
    """Reads and writes which entries users saved. Does not read the papers themselves."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, workspace: Workspace, user_id: str, entry_id: int, *, now: datetime) -> bool:
        """Save an entry for a user. Returns False if it was already saved."""
        async with self._database.write() as connection:
            try:
                async with connection.begin_nested():
                    await connection.execute(
                        insert(tables.saved_entry).values(
                            workspace=workspace.key, user_id=user_id, entry_id=entry_id, saved_at=now
                        )
                    )
            except IntegrityError:
                return False
        return True

    async def remove(self, workspace: Workspace, user_id: str, entry_id: int) -> None:
        """Remove an entry from those a user saved."""
        saved = tables.saved_entry.c
        async with self._database.write() as connection:
            await connection.execute(
                delete(tables.saved_entry).where(
                    saved.workspace == workspace.key, saved.user_id == user_id, saved.entry_id == entry_id
                )
            )

    async def newest(self, workspace: Workspace, user_id: str, *, limit: int) -> tuple[Sequence[int], int]:
        """The ids of the entries a user saved last, newest first, and how many the user saved in all."""
        saved = tables.saved_entry.c
        of_user = (saved.workspace == workspace.key) & (saved.user_id == user_id)
        async with self._database.read() as connection:
            ids = list(
                await connection.scalars(
                    select(saved.entry_id)
                    .where(of_user)
                    .order_by(saved.saved_at.desc(), saved.entry_id.desc())
                    .limit(limit)
                )
            )
            total = await connection.scalar(select(func.count()).where(of_user))
        return ids, int(total or 0)
