"""Installations: the workspaces that installed Haru, with their bot tokens."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, insert, select, type_coerce, update

from bot.workspaces import team_access
from bot.workspaces.tables import BOT_TOKEN, installation
from digests.model import Workspace
from digests.store.bulk import among
from digests.store.database import Database
from digests.store.schema import EncryptedText

OPERATOR = "operator"
"""The reason of a pause that an operator made with ``haru pause``."""

CACHED_FOR = 5.0
"""How many seconds ``recent`` may return an installation that another process has changed meanwhile."""


_OPERATORS_PAUSE = case((installation.c.paused_reason == OPERATOR, OPERATOR), else_=None)
"""Ends a pause, unless an operator made it."""


@dataclass(frozen=True, slots=True)
class Installation:
    """A workspace, or an Enterprise organisation (with an empty team id), that installed Haru."""

    workspace: Workspace
    bot_token: str
    bot_user_id: str
    bot_id: str | None = None
    app_id: str | None = None
    name: str | None = None
    scopes: tuple[str, ...] = ()
    from_environment: bool = False
    paused_reason: str | None = None
    installed_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Installation({self.workspace.key!r})"  # never the token


class Installations:
    """Reads and writes installations. Does not talk to Slack.

    A workspace of an organisation that installed Haru as a whole has no row of its own: the organisation's
    row serves it. It gets one if the organisation revokes Haru's access to it (see ``team_access``).
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cache: dict[Workspace, tuple[float, Installation]] = {}

    async def save(self, new: Installation, *, now: datetime) -> None:
        """Add or renew an installation. Ends an uninstall and a pause, except a pause by an operator."""
        values = {
            "name": new.name,
            "bot_token": type_coerce(new.bot_token, EncryptedText),
            "bot_user_id": new.bot_user_id,
            "bot_id": new.bot_id,
            "app_id": new.app_id,
            "scopes": list(new.scopes),
            "from_environment": new.from_environment,
            "installed_at": now,
            "paused_reason": None,
            "uninstalled_at": None,
            "delete_after": None,
        }
        key = new.workspace.key
        async with self._database.write() as connection:
            await team_access.grant_all(connection, new.workspace)
            known = await connection.execute(
                update(installation)
                .where(installation.c.workspace == key)
                .values({**values, "paused_reason": _OPERATORS_PAUSE})
                .returning(installation.c.workspace)
            )
            if not known.all():
                await connection.execute(insert(installation).values(workspace=key, **values))
        self._cache.clear()

    async def get(self, workspace: Workspace) -> Installation | None:
        """The installation that serves a workspace: its own or its organisation's. None if there is none."""
        keys = _serving_keys(workspace)
        async with self._database.read() as connection:
            rows = (
                await connection.execute(
                    select(installation, BOT_TOKEN).where(
                        installation.c.workspace.in_(keys), installation.c.uninstalled_at.is_(None)
                    )
                )
            ).all()
        found = {row.workspace: row for row in rows}
        row = next((found[key] for key in keys if key in found), None)
        return None if row is None else _installation(row)

    async def recent(self, workspace: Workspace) -> Installation | None:
        """Like ``get``, but cached for ``CACHED_FOR`` seconds, because every answer begins with it.

        Changes made by this process are visible at once.
        """
        now = time.monotonic()
        cached = self._cache.get(workspace)
        if cached is not None and now - cached[0] < CACHED_FOR:
            return cached[1]
        found = await self.get(workspace)
        if found is not None:
            self._cache[workspace] = (now, found)
        return found

    async def all(self) -> list[Installation]:
        """Every installation that is not uninstalled, by workspace."""
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(installation, BOT_TOKEN)
                .where(installation.c.uninstalled_at.is_(None))
                .order_by(installation.c.workspace)
            )
            return [_installation(row) for row in rows]

    async def not_installed(self, workspaces: Collection[Workspace]) -> set[Workspace]:
        """The workspaces that no installation serves, neither their own nor their organisation's."""
        keys = {workspace: _serving_keys(workspace) for workspace in workspaces}
        async with self._database.read() as connection:
            installed = set(
                await connection.scalars(
                    select(installation.c.workspace).where(
                        among(connection, installation.c.workspace, set().union(*keys.values())),
                        installation.c.uninstalled_at.is_(None),
                    )
                )
            )
        return {workspace for workspace, serving in keys.items() if installed.isdisjoint(serving)}

    async def with_id(self, id_: str) -> list[Workspace]:
        """The workspaces and organisations with this team or enterprise id, even if Haru was uninstalled."""
        async with self._database.read() as connection:
            keys = await connection.scalars(
                select(installation.c.workspace).order_by(installation.c.workspace)
            )
            known = [Workspace.from_key(key) for key in keys]
        return [workspace for workspace in known if id_ == (workspace.team_id or workspace.enterprise_id)]

    async def pause(self, workspace: Workspace, reason: str) -> None:
        """Stop posting in a workspace until it is resumed or Haru is installed again.

        Pauses all workspaces of the organisation if its installation serves this one, except for the reasons
        in ``team_access.REASONS``.
        """
        if reason in team_access.REASONS:
            await self.revoke_access(workspace, reason)
        else:
            # An operator's pause stays one: what ends another pause must not end it.
            by_operator = installation.c.paused_reason == OPERATOR
            await self._set(workspace, paused_reason=case((by_operator, OPERATOR), else_=reason))

    async def revoke_access(
        self, workspace: Workspace, reason: str, *, delete_after: datetime | None = None
    ) -> None:
        """Stop posting in one workspace whose organisation revoked Haru's access to it.

        ``delete_after`` is the end of the retention of its data, if it has one.
        """
        async with self._database.write() as connection:
            await team_access.revoke(connection, workspace, reason, delete_after=delete_after)
        self._cache.clear()

    async def resume(self, workspace: Workspace) -> None:
        """Post in a workspace again."""
        async with self._database.write() as connection:
            granted = await team_access.grant(connection, workspace)
        self._cache.clear()
        if not granted:
            await self._set(workspace, paused_reason=None, delete_after=None)

    async def uninstall(self, workspace: Workspace, *, now: datetime, delete_after: datetime) -> None:
        """Stop posting in a workspace and forget its token. Its data is kept until ``delete_after``."""
        served_by = await self._set(workspace, uninstalled_at=now, delete_after=delete_after, bot_token="")
        async with self._database.write() as connection:
            await team_access.grant_all(connection, served_by)

    async def _set(self, workspace: Workspace, **values: object) -> Workspace:
        """Change the installation that serves a workspace; returns the workspace it belongs to."""
        installed = await self.get(workspace)
        if installed is not None and installed.paused_reason in team_access.REASONS:
            installed = await self.get(Workspace(workspace.enterprise_id, "")) or installed
        workspace = installed.workspace if installed else workspace
        async with self._database.write() as connection:
            await connection.execute(
                update(installation).where(installation.c.workspace == workspace.key).values(values)
            )
        self._cache.clear()
        return workspace


def _serving_keys(workspace: Workspace) -> list[str]:
    """The keys of the installations that may serve a workspace; its own comes first."""
    organisation = [Workspace(workspace.enterprise_id, "").key] if workspace.enterprise_id else []
    return [workspace.key, *organisation]


def _installation(row: Any) -> Installation:
    return Installation(
        workspace=Workspace.from_key(row.workspace),
        bot_token=row.token,
        bot_user_id=row.bot_user_id,
        bot_id=row.bot_id,
        app_id=row.app_id,
        name=row.name,
        scopes=tuple(row.scopes),
        from_environment=row.from_environment,
        paused_reason=row.paused_reason,
        installed_at=row.installed_at,
    )
