"""Stores what Bolt's install pages produce as installations."""

from __future__ import annotations

from logging import Logger, getLogger

from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore

from bot.clocks import Clock
from bot.workspaces.installations import Installation, Installations
from digests.model import Workspace


class OAuthStore(AsyncInstallationStore):
    """Bolt's installation store over ``Installations``. Stores no user tokens, because Haru asks for none."""

    def __init__(self, installations: Installations, clock: Clock) -> None:
        self._installations = installations
        self._clock = clock
        self._logger = getLogger(__name__)

    @property
    def logger(self) -> Logger:
        return self._logger

    async def async_save(self, installation: SlackInstallation) -> None:
        """Store a new or renewed installation. ValueError if it has no bot token."""
        if not installation.bot_token or not installation.bot_user_id:
            raise ValueError("the installation carries no bot token")
        # An installation for a whole organisation belongs to no team.
        team = "" if installation.is_enterprise_install else installation.team_id or ""
        await self._installations.save(
            Installation(
                workspace=Workspace(installation.enterprise_id or "", team),
                bot_token=installation.bot_token,
                bot_user_id=installation.bot_user_id,
                bot_id=installation.bot_id,
                app_id=installation.app_id,
                name=installation.team_name or installation.enterprise_name,
                scopes=tuple(installation.bot_scopes or ()),
            ),
            now=self._clock.now(),
        )

    async def async_find_bot(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        """The bot of a workspace or organisation, or None if Haru is not installed there."""
        team = "" if is_enterprise_install else team_id or ""
        found = await self._installations.get(Workspace(enterprise_id or "", team))
        if found is None:
            return None
        return Bot(
            app_id=found.app_id,
            enterprise_id=found.workspace.enterprise_id or None,
            team_id=found.workspace.team_id or None,
            bot_token=found.bot_token,
            bot_id=found.bot_id or "",
            bot_user_id=found.bot_user_id,
            bot_scopes=list(found.scopes),
            is_enterprise_install=not found.workspace.team_id,
            installed_at=self._clock.now().timestamp(),
        )
