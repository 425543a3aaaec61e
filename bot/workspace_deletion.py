"""Deletes everything that Haru stores about a workspace.

The tables are derived from the metadata, so that a new table cannot be forgotten: a table belongs to
workspaces when it has a ``workspace`` column, or a foreign key to a table that does. ``SHARED_TABLES``
names the others.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Column, ColumnElement, ForeignKey, Table, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.tables import channel, setting_change
from bot.clocks import Clock
from bot.tables import metadata
from bot.workspaces.tables import installation
from digests.errors import StoreError
from digests.model import Workspace
from digests.store.database import Database

log = structlog.stdlib.get_logger(__name__)

RETENTION = timedelta(days=30)
"""How long the data of a workspace that uninstalled Haru is kept: time to change one's mind."""

CHECK_EVERY = timedelta(hours=1)
"""How often to check which workspaces have passed their retention."""

SHARED_TABLES = {
    "edition": "One row per content of a post, found by its hash. Channels of many workspaces share it.",
    "payload": "One row per rendered message, found by its hash. Channels of many workspaces share it.",
}
"""Tables whose rows belong to no workspace, each with the reason.

A row is deleted with the last row that refers to it. A foreign key with ON DELETE CASCADE does not count:
it marks the referring row as a part of the shared one.
"""


async def delete_expired_workspaces(database: Database, clock: Clock) -> int:
    """Delete the data of each workspace that has passed its retention; returns the number of workspaces.

    A workspace whose deletion fails is logged, does not stop the others, and is tried again the next time.
    """
    now = clock.now()
    async with database.read() as connection:
        expired = list(await connection.scalars(select(installation.c.workspace).where(_is_expired(now))))
    deleted = 0
    for key in sorted(expired):
        try:
            is_deleted = await delete_workspace(database, Workspace.from_key(key), expired_at=now)
        except StoreError as error:
            log.error("workspace_not_deleted", workspace=key, error=str(error))
            continue
        if is_deleted:
            log.warning("workspace_deleted", workspace=key)
            deleted += 1
    return deleted


async def delete_workspace(
    database: Database, workspace: Workspace, *, expired_at: datetime | None = None
) -> bool:
    """Delete a workspace's installation, channels, deliveries and private digests in one transaction.

    For an organisation this includes all its workspaces, except those with an installation of their own.

    With ``expired_at``, the workspace is deleted only if its retention has ended by then. Returns False if
    it has not: somebody may have installed Haru again since the caller looked.
    """
    async with database.write() as connection:
        if expired_at is not None and not await _lock_expired(connection, workspace, expired_at):
            return False
        rows = rows_of_workspaces(_condition(workspace))
        for table, condition in reversed(rows.items()):
            await connection.execute(delete(table).where(condition))
        for name in sorted(SHARED_TABLES):
            await _delete_unused(connection, metadata.tables[name])
    if not await database.erase_deleted():
        log.warning("deleted_bytes_remain", workspace=workspace.key)
    return True


async def delete_person(database: Database, workspace: Workspace, user_id: str) -> int:
    """Delete what Haru stores about one person of a workspace; returns the number of rows.

    A table is about people when it belongs to workspaces and has a ``user_id`` column, so that a new table
    cannot be forgotten. The change log also names people as managers: those lines go as well. A workspace
    that the person opened to everyone stays open, and a channel to which they invited Haru or which they made
    stays, without the name.
    """
    async with database.write() as connection:
        count = 0
        for table, condition in reversed(rows_of_person(workspace, user_id).items()):
            if table.name in KEPT_WITHOUT_NAME:
                count += (
                    await connection.execute(update(table).where(condition).values(user_id=""))
                ).rowcount
                continue
            count += (await connection.execute(delete(table).where(condition))).rowcount
        for column in (channel.c.inviter_id, channel.c.creator_id):
            named = (channel.c.workspace == workspace.key) & (column == user_id)
            forgotten = update(channel).where(named).values({column: None})
            count += (await connection.execute(forgotten)).rowcount
    await database.erase_deleted()
    return count


def rows_of_person(workspace: Workspace, user_id: str) -> dict[Table, ColumnElement[bool]]:
    """Each table about people, with the condition that selects the rows of this person in this workspace."""
    found: dict[Table, ColumnElement[bool]] = {}
    for table, condition in rows_of_workspaces(lambda column: column == workspace.key).items():
        if "user_id" not in table.c:
            continue
        is_about = table.c.user_id == user_id
        if table is setting_change:
            # Managers are stored as ids with a space between them.
            named = [(" " + column + " ").contains(f" {user_id} ") for column in (table.c.old, table.c.new)]
            is_about = or_(is_about, *named)
        found[table] = condition & is_about
    return found


KEPT_WITHOUT_NAME = {"open_workspace"}
"""Tables about people whose rows stay when a person is deleted, with an empty ``user_id``."""


def rows_of_workspaces(
    condition: Callable[[Column[Any]], ColumnElement[bool]],
) -> dict[Table, ColumnElement[bool]]:
    """Each table that belongs to workspaces, with the condition that selects the rows to delete.

    ``condition`` takes a table's ``workspace`` column. A table comes after the tables that it refers to.
    """
    rows: dict[Table, ColumnElement[bool]] = {}
    for table in metadata.sorted_tables:
        conditions = [condition(table.c.workspace)] if "workspace" in table.c else []
        for key in _foreign_keys(table):
            parent = key.column.table
            if parent in rows:
                conditions.append(key.parent.in_(select(key.column).where(rows[parent])))
        if conditions:
            rows[table] = or_(*conditions)
    return rows


def _condition(workspace: Workspace) -> Callable[[Column[Any]], ColumnElement[bool]]:
    """Selects the rows of a workspace, or of an organisation's workspaces, by their ``workspace`` column."""
    key = workspace.key
    other = installation.alias("other")
    others = select(other.c.workspace).where(other.c.workspace != key, other.c.uninstalled_at.is_(None))

    def condition(column: Column[Any]) -> ColumnElement[bool]:
        if workspace.team_id:
            return column == key
        return column.startswith(key, autoescape=True) & column.not_in(others)

    return condition


def _is_expired(now: datetime) -> ColumnElement[bool]:
    # ``uninstalled_at`` says nothing here: it is empty where an organisation revoked access to one workspace.
    return installation.c.delete_after <= now


async def _lock_expired(connection: AsyncConnection, workspace: Workspace, now: datetime) -> bool:
    """Lock the installation's row until the transaction ends; returns whether its retention has ended."""
    expired = select(installation.c.workspace).where(
        installation.c.workspace == workspace.key, _is_expired(now)
    )
    return await connection.scalar(expired.with_for_update()) is not None


async def _delete_unused(connection: AsyncConnection, shared: Table) -> None:
    """Delete the shared rows that no row refers to, also those of earlier versions of a post.

    Looks at all rows, because nothing says any more whose a message was after its post was corrected.
    """
    (key,) = shared.primary_key.columns
    unused = [key.not_in(select(use.parent).where(use.parent.is_not(None))) for use in _uses(shared)]
    await connection.execute(delete(shared).where(*unused))


def _uses(shared: Table) -> list[ForeignKey]:
    """The foreign keys that keep a shared row from being deleted."""
    return [
        key
        for table in metadata.sorted_tables
        for key in _foreign_keys(table)
        if key.column.table is shared and key.ondelete != "CASCADE"
    ]


def _foreign_keys(table: Table) -> list[ForeignKey]:
    """A table's foreign keys, always in the same order."""
    return sorted(table.foreign_keys, key=lambda key: key.parent.name)
