"""Builds the Bolt app: it checks that Haru is installed in a workspace, and runs the listeners."""

from __future__ import annotations

import logging

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncCallableAuthorize
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.web.async_client import AsyncWebClient

from bot import listeners
from bot.listeners.instant_ack import return_acks_instantly
from bot.listeners.services import Services
from bot.workspaces.installations import Installations
from digests.model import Workspace

log = structlog.stdlib.get_logger(__name__)


def slack_app(
    services: Services,
    *,
    client: AsyncWebClient,
    signing_secret: str = "",
    oauth_settings: AsyncOAuthSettings | None = None,
) -> AsyncApp:
    """The Bolt app with every listener.

    Without a signing secret it verifies no requests, which only suits Socket Mode. With ``oauth_settings`` it
    has install pages.
    """
    app = AsyncApp(
        signing_secret=signing_secret,
        request_verification_enabled=bool(signing_secret),
        client=client,
        # Bolt refuses a plain function beside ``oauth_settings``, but accepts this type.
        authorize=_authorize(services.installations),  # type: ignore[arg-type]
        oauth_settings=oauth_settings,
    )
    listeners.register(app, services)
    return_acks_instantly(app)
    return app


def _authorize(installations: Installations) -> AsyncCallableAuthorize:
    """Finds the bot token of the workspace that sent a request."""

    # Not a method: Bolt passes arguments by their names, and ``self`` would be one of them.
    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        workspace = Workspace(enterprise_id or "", team_id or "")
        installation = await installations.recent(workspace)
        if installation is None:
            log.warning("not_installed", workspace=workspace.key)
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=installation.bot_user_id,
            bot_id=installation.bot_id,
            bot_token=installation.bot_token,
        )

    return AsyncCallableAuthorize(
        logger=logging.getLogger("slack_bolt"),
        func=authorize,  # type: ignore[arg-type]  # Bolt's type forgets None, for a workspace without Haru
    )
