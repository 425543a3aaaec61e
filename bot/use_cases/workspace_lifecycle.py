"""Follows what happens to Haru's installation in a workspace: uninstalled, revoked, granted again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.clocks import Clock
from bot.ledger.open_parts import OpenParts
from bot.workspace_deletion import RETENTION
from bot.workspaces import team_access
from bot.workspaces.installations import Installations
from digests.model import Workspace

log = structlog.stdlib.get_logger(__name__)

TOKEN_REVOKED = "token_revoked"  # noqa: S105  # a reason, no secret
"""The pause of a workspace whose bot token was revoked, by Slack's error code."""


class WorkspaceLifecycle:
    """Pauses workspaces and marks them for deletion. Deletes nothing itself: bot.workspace_deletion does."""

    def __init__(self, *, installations: Installations, open_parts: OpenParts, clock: Clock) -> None:
        self._installations = installations
        self._open_parts = open_parts
        self._clock = clock

    async def uninstall(self, workspace: Workspace, *, happened_at: datetime | None = None) -> None:
        """Call off everything on its way to a workspace that uninstalled Haru, and delete its data after
        ``RETENTION``. Does nothing if Haru was installed again since ``happened_at``.
        """
        if await self._installed_since(workspace, happened_at):
            return
        now = self._clock.now()
        log.warning("uninstalled", workspace=workspace.key)
        await self._installations.uninstall(workspace, now=now, delete_after=now + RETENTION)
        await self._open_parts.call_off_uninstalled()

    async def revoke_token(self, workspace: Workspace, *, happened_at: datetime | None = None) -> None:
        """Stop posting in a workspace whose bot token was revoked, until Haru is installed again.

        Does nothing if Haru was installed again since ``happened_at``.
        """
        if await self._installed_since(workspace, happened_at):
            return
        await self._installations.pause(workspace, TOKEN_REVOKED)

    async def _installed_since(self, workspace: Workspace, happened_at: datetime | None) -> bool:
        """Whether Haru was installed after an event, which Slack then delivered late.

        Slack tells the time of an event in whole seconds.
        """
        installation = await self._installations.get(workspace)
        if happened_at is None or installation is None or installation.installed_at is None:
            return False
        if happened_at >= installation.installed_at.replace(microsecond=0):
            return False
        log.warning("event_before_installation", workspace=workspace.key)
        return True

    async def revoke_access(self, workspaces: Sequence[Workspace]) -> None:
        """Stop posting in workspaces that their organisation took Haru away from, and delete their data after
        ``RETENTION``. The organisation's other workspaces keep Haru.
        """
        for workspace in workspaces:
            log.warning("withdrawn", workspace=workspace.key)
            await self._installations.revoke_access(
                workspace, team_access.REVOKED, delete_after=self._clock.now() + RETENTION
            )

    async def grant_access(self, workspaces: Sequence[Workspace]) -> None:
        """Post again in workspaces that their organisation gave Haru back to."""
        for workspace in workspaces:
            await self._installations.resume(workspace)
