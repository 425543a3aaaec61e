"""Access to single workspaces of an organisation that installed Haru as a whole.

The organisation can revoke Haru's access to one of them, and grant it again. While access is revoked, the
workspace has a paused installation row of its own, so that the organisation's other workspaces are not
affected. See https://docs.slack.dev/reference/events/team_access_revoked
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, literal, null, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.workspaces.tables import installation
from digests.model import Workspace

REVOKED = "team_access_revoked"
"""The event with which Slack says that access was revoked."""

REASONS = frozenset({REVOKED, "team_access_not_granted"})
"""The reasons of such a pause: Slack's event, or the error with which Slack answers a message."""

_row = installation.c
_IS_REVOKED: ColumnElement[bool] = _row.paused_reason.in_(sorted(REASONS))


async def revoke(
    connection: AsyncConnection, workspace: Workspace, reason: str, *, delete_after: datetime | None = None
) -> None:
    """Pause a workspace until access is granted again. Does nothing if Haru is not installed.

    ``delete_after`` is the end of the retention of its data, if it has one.
    """
    values = {"paused_reason": reason, "delete_after": delete_after}
    known = await connection.scalars(
        update(installation)
        .where(_row.workspace == workspace.key, _row.uninstalled_at.is_(None))
        .values(values if delete_after else {"paused_reason": reason})
        .returning(_row.workspace)
    )
    if known.all() or not workspace.enterprise_id or not workspace.team_id:
        return
    kept = [column for column in _row if column.name not in ("workspace", *values)]
    until = null() if delete_after is None else literal(delete_after, _row.delete_after.type)
    copied = select(literal(workspace.key), literal(reason), until, *kept).where(
        _row.workspace == _organisation(workspace), _row.uninstalled_at.is_(None)
    )
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(installation)
    columns = ["workspace", *values, *(column.name for column in kept)]
    statement = insert.from_select(columns, copied)
    # The row may exist: from an old uninstall of this workspace, or made by another process just now.
    excluded = {name: statement.excluded[name] for name in columns[1:]}
    await connection.execute(statement.on_conflict_do_update(index_elements=["workspace"], set_=excluded))


async def grant(connection: AsyncConnection, workspace: Workspace) -> bool:
    """Let the organisation's installation serve a workspace again.

    Returns False, and does nothing, if access was not revoked or the organisation has uninstalled Haru.
    """
    organisations = installation.alias("organisations")
    granted = await connection.scalars(
        delete(installation)
        .where(
            _row.workspace == workspace.key,
            _IS_REVOKED,
            exists().where(
                organisations.c.workspace == _organisation(workspace),
                organisations.c.uninstalled_at.is_(None),
            ),
        )
        .returning(_row.workspace)
    )
    return bool(granted.all())


async def grant_all(connection: AsyncConnection, organisation: Workspace) -> None:
    """Delete every revocation in an organisation, when it installs Haru again or uninstalls it as a whole."""
    if organisation.enterprise_id and not organisation.team_id:
        await connection.execute(
            delete(installation).where(
                _row.workspace.startswith(organisation.key, autoescape=True),
                _row.workspace != organisation.key,
                _IS_REVOKED,
            )
        )


def _organisation(workspace: Workspace) -> str:
    """The key of a workspace's organisation, or an empty string if it belongs to none."""
    return Workspace(workspace.enterprise_id, "").key if workspace.enterprise_id else ""
