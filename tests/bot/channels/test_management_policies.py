"""Who may manage the channels of a workspace, on SQLite and PostgreSQL."""

from __future__ import annotations

from bot.channels.management_policies import ManagementPolicies
from digests.model import Workspace
from digests.store.database import Database


async def test_each_workspace_has_its_own_policy(database: Database) -> None:
    """A workspace of an organisation can be opened and closed again; the others stay closed."""
    policies = ManagementPolicies(database)
    opened, other = Workspace("E1", "T1"), Workspace("E1", "T2")
    for _ in range(2):
        await policies.set_open(opened, is_open=True, user_id="U1")
    assert await policies.is_open(opened)
    assert not await policies.is_open(other)
    await policies.set_open(opened, is_open=False, user_id="U1")
    assert not await policies.is_open(opened)
