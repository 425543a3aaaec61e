"""Whether every member of a workspace may manage its channels, or only those named in each channel."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from bot.channels import tables
from digests.model import Workspace
from digests.store.database import Database


class ManagementPolicies:
    """Reads and writes the policy of each workspace. Does not check who may change it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_open(self, workspace: Workspace) -> bool:
        """Whether every member but guests may change any channel's settings."""
        policy = tables.open_workspace.c
        async with self._database.read() as connection:
            row = await connection.scalar(select(policy.workspace).where(policy.workspace == workspace.key))
        return row is not None

    async def set_open(self, workspace: Workspace, *, is_open: bool, user_id: str) -> None:
        """Let everyone change channels' settings, or only those named; keeps who decided it."""
        policy = tables.open_workspace
        async with self._database.write() as connection:
            await connection.execute(delete(policy).where(policy.c.workspace == workspace.key))
            if is_open:
                await connection.execute(insert(policy).values(workspace=workspace.key, user_id=user_id))
