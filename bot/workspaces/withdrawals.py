"""Withdrawals: an organisation that installed Haru as a whole takes it away from one of its workspaces.

The workspace, which the organisation's installation serves otherwise, is given a row of its own that is
paused: the organisation's other workspaces go on. See
https://docs.slack.dev/reference/events/team_access_revoked
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, literal, null, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.workspaces.tables import installation
from digests.model import Workspace

REVOKED = "team_access_revoked"
REASONS = frozenset({REVOKED, "team_access_not_granted"})
"""Why such a workspace is paused: what an event or the answer to a message said."""

_row = installation.c
_IS_WITHDRAWN: ColumnElement[bool] = _row.paused_reason.in_(sorted(REASONS))


async def withdraw(
    connection: AsyncConnection, workspace: Workspace, reason: str, *, delete_after: datetime | None = None
) -> None:
    """Post nothing in this workspace until it is given back; with ``delete_after``, keep its data until then.

    Does nothing where Haru is not installed at all.
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
    make = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(installation)
    columns = ["workspace", *values, *(column.name for column in kept)]
    made = make.from_select(columns, copied)
    # A row that was uninstalled by itself long ago, or that another process has just made.
    again = {name: made.excluded[name] for name in columns[1:]}
    await connection.execute(made.on_conflict_do_update(index_elements=["workspace"], set_=again))


async def give_back(connection: AsyncConnection, workspace: Workspace) -> bool:
    """End a withdrawal: the organisation's installation serves it again. Whether there was one."""
    serving = installation.alias("serving")
    gone = await connection.scalars(
        delete(installation)
        .where(
            _row.workspace == workspace.key,
            _IS_WITHDRAWN,
            exists().where(
                serving.c.workspace == _organisation(workspace), serving.c.uninstalled_at.is_(None)
            ),
        )
        .returning(_row.workspace)
    )
    return bool(gone.all())


async def end_all(connection: AsyncConnection, organisation: Workspace) -> None:
    """Forget all withdrawals in an organisation: it installed Haru anew, or uninstalled it as a whole."""
    if organisation.enterprise_id and not organisation.team_id:
        await connection.execute(
            delete(installation).where(
                _row.workspace.startswith(organisation.key, autoescape=True),
                _row.workspace != organisation.key,
                _IS_WITHDRAWN,
            )
        )


def _organisation(workspace: Workspace) -> str:
    return Workspace(workspace.enterprise_id, "").key if workspace.enterprise_id else ""
