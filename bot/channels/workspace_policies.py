"""What a workspace decided for all its channels."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from bot.channels import tables
from digests.model import Workspace
from digests.store.database import Database


class Policies:
    """Whether a workspace opened its channels' settings to everyone. Does not ask who may decide that."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_to_everyone(self, workspace: Workspace) -> bool:
        """Whether every member but guests may change any channel's settings."""
        async with self._database.read() as connection:
            found = await connection.scalar(
                select(tables.open_workspace.c.workspace).where(
                    tables.open_workspace.c.workspace == workspace.key
                )
            )
        return found is not None

    async def decide(self, workspace: Workspace, *, everyone: bool, user_id: str) -> None:
        """Open the settings to everyone, or to those named in each channel; who decided is kept."""
        async with self._database.write() as connection:
            await connection.execute(
                delete(tables.open_workspace).where(tables.open_workspace.c.workspace == workspace.key)
            )
            if everyone:
                await connection.execute(
                    insert(tables.open_workspace).values(workspace=workspace.key, user_id=user_id)
                )
