"""What one person chose for themselves: their language, and the papers they keep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from bot.channels import tables
from digests.model import Workspace
from digests.store.database import Database


class Readers:
    """Readers in the database, each by their workspace and id. Does not know the papers themselves."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def language(self, workspace: Workspace, user_id: str) -> str | None:
        """The language a person chose for themselves, or None."""
        async with self._database.read_autocommit() as connection:
            found: str | None = await connection.scalar(
                _LANGUAGE, {"of_workspace": workspace.key, "of_user": user_id}
            )
        return found

    async def languages(
        self, workspace: Workspace, user_id: str, channel_id: str
    ) -> tuple[str | None, str | None]:
        """The language a person chose for themselves, and that of a channel; None where there is none."""
        given = {"of_workspace": workspace.key, "of_user": user_id, "named": channel_id}
        async with self._database.read_autocommit() as connection:
            (found,) = (await connection.execute(_LANGUAGES, given)).all()
        own, channel = found
        return own, channel

    async def choose_language(self, workspace: Workspace, user_id: str, language: str | None) -> None:
        """Remember a person's language; None forgets it."""
        reader = tables.reader.c
        mine = (reader.workspace == workspace.key) & (reader.user_id == user_id)
        async with self._database.write() as connection:
            await connection.execute(delete(tables.reader).where(mine))
            if language is not None:
                await connection.execute(
                    insert(tables.reader).values(workspace=workspace.key, user_id=user_id, language=language)
                )

    async def save(self, workspace: Workspace, user_id: str, entry_id: int, *, now: datetime) -> bool:
        """Keep an entry for somebody; False when they had it already."""
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

    async def unsave(self, workspace: Workspace, user_id: str, entry_id: int) -> None:
        """Keep an entry no longer."""
        saved = tables.saved_entry.c
        async with self._database.write() as connection:
            await connection.execute(
                delete(tables.saved_entry).where(
                    saved.workspace == workspace.key, saved.user_id == user_id, saved.entry_id == entry_id
                )
            )

    async def saved(self, workspace: Workspace, user_id: str, *, limit: int) -> tuple[Sequence[int], int]:
        """The entries somebody keeps, the last saved first, and how many there are in all."""
        saved = tables.saved_entry.c
        mine = (saved.workspace == workspace.key) & (saved.user_id == user_id)
        async with self._database.read() as connection:
            found = await connection.scalars(
                select(saved.entry_id)
                .where(mine)
                .order_by(saved.saved_at.desc(), saved.entry_id.desc())
                .limit(limit)
            )
            ids = list(found)
            count = await connection.scalar(select(func.count()).where(mine))
        return ids, int(count or 0)


# Made once: making it takes longer than what it asks, and every question asks it.
_LANGUAGE = select(tables.reader.c.language).where(
    tables.reader.c.workspace == bindparam("of_workspace"), tables.reader.c.user_id == bindparam("of_user")
)
_LANGUAGES = select(
    _LANGUAGE.scalar_subquery(),
    select(tables.channel.c.language)
    .where(
        tables.channel.c.workspace == bindparam("of_workspace"),
        tables.channel.c.channel_id == bindparam("named"),
    )
    .scalar_subquery(),
)
