"""Installations: which workspaces Haru may speak in, with which token."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, insert, select, update

from bot.workspaces import withdrawals
from bot.workspaces.tables import installation
from digests.model import Workspace
from digests.store.bulk import among
from digests.store.database import Database

OPERATOR = "operator"
"""Why a workspace is paused that whoever runs Haru has paused."""

REMEMBERED = 5.0
"""Seconds for which a process answers with a token that another process has replaced."""


_KEPT_PAUSE = case((installation.c.paused_reason == OPERATOR, OPERATOR), else_=None)


@dataclass(frozen=True, slots=True)
class Installation:
    """A workspace (or, with an empty team id, an Enterprise organisation) that installed Haru."""

    workspace: Workspace
    bot_token: str
    bot_user_id: str
    bot_id: str | None = None
    app_id: str | None = None
    name: str | None = None
    scopes: tuple[str, ...] = ()
    from_environment: bool = False
    paused_reason: str | None = None

    def __repr__(self) -> str:
        return f"Installation({self.workspace.key!r})"  # never the token


class Installations:
    """The installations in the database. Talks to no one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._recent: dict[Workspace, tuple[float, Installation]] = {}

    async def save(self, made: Installation, *, now: datetime) -> None:
        """Add or renew an installation; an uninstall is over by that, and so is a pause, unless whoever runs
        Haru made it: that is theirs to end.
        """
        values = {
            "name": made.name,
            "bot_token": made.bot_token,
            "bot_user_id": made.bot_user_id,
            "bot_id": made.bot_id,
            "app_id": made.app_id,
            "scopes": list(made.scopes),
            "from_environment": made.from_environment,
            "installed_at": now,
            "paused_reason": None,
            "uninstalled_at": None,
            "delete_after": None,
        }
        key = made.workspace.key
        async with self._database.write() as connection:
            await withdrawals.end_all(connection, made.workspace)
            known = await connection.execute(
                update(installation)
                .where(installation.c.workspace == key)
                .values({**values, "paused_reason": _KEPT_PAUSE})
                .returning(installation.c.workspace)
            )
            if not known.all():
                await connection.execute(insert(installation).values(workspace=key, **values))
        self._recent.clear()

    async def get(self, workspace: Workspace) -> Installation | None:
        """A workspace's installation, or its organisation's; None when Haru is not installed there."""
        keys = [workspace.key]
        if workspace.enterprise_id:
            keys.append(Workspace(workspace.enterprise_id, "").key)
        async with self._database.read() as connection:
            rows = (
                await connection.execute(
                    select(installation).where(
                        installation.c.workspace.in_(keys), installation.c.uninstalled_at.is_(None)
                    )
                )
            ).all()
        found = {row.workspace: row for row in rows}
        row = next((found[key] for key in keys if key in found), None)
        return None if row is None else _installation(row)

    async def recent(self, workspace: Workspace) -> Installation | None:
        """Like ``get``, as it was some seconds ago at most: for answers, of which each begins with it.

        What this process changes holds at once.
        """
        now = time.monotonic()
        known = self._recent.get(workspace)
        if known is not None and now - known[0] < REMEMBERED:
            return known[1]
        found = await self.get(workspace)
        if found is not None:
            self._recent[workspace] = (now, found)
        return found

    async def all(self) -> list[Installation]:
        """Every installation that is not uninstalled, by workspace."""
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(installation)
                .where(installation.c.uninstalled_at.is_(None))
                .order_by(installation.c.workspace)
            )
            return [_installation(row) for row in rows]

    async def without(self, workspaces: Collection[Workspace]) -> set[Workspace]:
        """Those of these workspaces in which Haru is not installed, neither by itself nor with their
        organisation.
        """
        wanted = {
            one: {one.key, *([Workspace(one.enterprise_id, "").key] if one.enterprise_id else [])}
            for one in workspaces
        }
        async with self._database.read() as connection:
            among_them = among(connection, installation.c.workspace, set().union(*wanted.values()))
            found = set(
                await connection.scalars(
                    select(installation.c.workspace).where(
                        among_them, installation.c.uninstalled_at.is_(None)
                    )
                )
            )
        return {one for one, keys in wanted.items() if found.isdisjoint(keys)}

    async def kept(self, id_: str) -> list[Workspace]:
        """The workspaces something may be kept of, installed or not any more, that have this id: a team's,
        or that of an organisation that installed Haru as a whole.
        """
        async with self._database.read() as connection:
            keys = await connection.scalars(
                select(installation.c.workspace).order_by(installation.c.workspace)
            )
            known = [Workspace.from_key(key) for key in keys]
        return [one for one in known if (one.team_id or one.enterprise_id) == id_]

    async def pause(self, workspace: Workspace, reason: str) -> None:
        """Stop posting in a workspace until it is resumed or installed again.

        An organisation's installation is paused with all its workspaces, except where the reason is that
        it took Haru away from this one.
        """
        if reason in withdrawals.REASONS:
            await self.withdraw(workspace, reason)
        else:
            # A brake that was pulled before is not let go by whatever ends this pause.
            is_pulled = installation.c.paused_reason == OPERATOR
            await self._set(workspace, paused_reason=case((is_pulled, OPERATOR), else_=reason))

    async def withdraw(
        self, workspace: Workspace, reason: str, *, delete_after: datetime | None = None
    ) -> None:
        """Stop posting in a workspace that its organisation took Haru away from, and nowhere else."""
        async with self._database.write() as connection:
            await withdrawals.withdraw(connection, workspace, reason, delete_after=delete_after)
        self._recent.clear()

    async def resume(self, workspace: Workspace) -> None:
        """Post in a workspace again."""
        async with self._database.write() as connection:
            is_back = await withdrawals.give_back(connection, workspace)
        self._recent.clear()
        if not is_back:
            await self._set(workspace, paused_reason=None, delete_after=None)

    async def uninstall(self, workspace: Workspace, *, now: datetime, delete_after: datetime) -> None:
        """Haru was removed from a workspace: nothing is sent any more, its data goes after a while."""
        gone = await self._set(workspace, uninstalled_at=now, delete_after=delete_after, bot_token="")
        async with self._database.write() as connection:
            await withdrawals.end_all(connection, gone)

    async def _set(self, workspace: Workspace, **values: object) -> Workspace:
        """Change the installation that serves a workspace; whose it is."""
        # A team of an organisation that installed Haru as a whole has no row of its own, unless it was taken
        # away from it.
        installed = await self.get(workspace)
        if installed is not None and installed.paused_reason in withdrawals.REASONS:
            installed = await self.get(Workspace(workspace.enterprise_id, "")) or installed
        workspace = installed.workspace if installed else workspace
        async with self._database.write() as connection:
            await connection.execute(
                update(installation).where(installation.c.workspace == workspace.key).values(values)
            )
        self._recent.clear()
        return workspace


def _installation(row: Any) -> Installation:
    return Installation(
        workspace=Workspace.from_key(row.workspace),
        bot_token=row.bot_token,
        bot_user_id=row.bot_user_id,
        bot_id=row.bot_id,
        app_id=row.app_id,
        name=row.name,
        scopes=tuple(row.scopes),
        from_environment=row.from_environment,
        paused_reason=row.paused_reason,
    )
