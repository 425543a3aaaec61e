"""The language that each user chose for what Haru says to them alone."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert, select

from bot.channels import tables
from digests.model import Workspace
from digests.store.database import Database


class UserLanguages:
    """Reads and writes the languages that users chose. Does not decide the language of a reply."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, workspace: Workspace, user_id: str) -> str | None:
        """The language a user chose, or None."""
        async with self._database.read_autocommit() as connection:
            language: str | None = await connection.scalar(
                _LANGUAGE, {"of_workspace": workspace.key, "of_user": user_id}
            )
        return language

    async def get_with_channel(
        self, workspace: Workspace, user_id: str, channel_id: str
    ) -> tuple[str | None, str | None]:
        """The language a user chose and that of a channel, in one query. None for what is not set."""
        values = {"of_workspace": workspace.key, "of_user": user_id, "of_channel": channel_id}
        async with self._database.read_autocommit() as connection:
            (row,) = (await connection.execute(_LANGUAGES, values)).all()
        user_language, channel_language = row
        return user_language, channel_language

    async def set(self, workspace: Workspace, user_id: str, language: str | None) -> None:
        """Store the language a user chose; None removes it."""
        reader = tables.reader.c
        async with self._database.write() as connection:
            await connection.execute(
                delete(tables.reader).where(reader.workspace == workspace.key, reader.user_id == user_id)
            )
            if language is not None:
                await connection.execute(
                    insert(tables.reader).values(workspace=workspace.key, user_id=user_id, language=language)
                )


# Built once: each answer runs one of them, and building it takes longer than running it.
_LANGUAGE = select(tables.reader.c.language).where(
    tables.reader.c.workspace == bindparam("of_workspace"), tables.reader.c.user_id == bindparam("of_user")
)
_LANGUAGES = select(
    _LANGUAGE.scalar_subquery(),
    select(tables.channel.c.language)
    .where(
        tables.channel.c.workspace == bindparam("of_workspace"),
        tables.channel.c.channel_id == bindparam("of_channel"),
    )
    .scalar_subquery(),
)
