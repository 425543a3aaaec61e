"""Installs Haru over the web (OAuth): Bolt's flow with Haru's states, pages and first direct message.

https://docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

import structlog
from slack_bolt.oauth.async_callback_options import (
    AsyncCallbackOptions,
    AsyncFailureArgs,
    AsyncSuccessArgs,
)
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation as SlackInstallation

from bot import install_pages
from bot.language.catalogue import catalogue_for
from bot.messages.mrkdwn import escape
from bot.workspaces.clients import Clients
from bot.workspaces.oauth import OAuthStore
from bot.workspaces.oauth_states import OAuthStates
from bot.workspaces.slack_errors import SlackCallError, call

log = structlog.stdlib.get_logger(__name__)


def oauth_settings(
    client_id: str,
    client_secret: str,
    scopes: list[str],
    *,
    store: OAuthStore,
    states: OAuthStates,
    clients: Clients,
    contact: str | None,
) -> AsyncOAuthSettings:
    """What Bolt needs for ``/slack/install`` and what follows it. ``contact`` stands on the pages."""
    ends = _Ends(clients, contact)
    return AsyncOAuthSettings(
        client_id=client_id,
        client_secret=client_secret,
        scopes=scopes,
        installation_store=store,
        state_store=states,
        # Slack's Marketplace wants the install address to lead straight to Slack.
        install_page_rendering_enabled=False,
        callback_options=AsyncCallbackOptions(success=ends.succeeded, failure=ends.failed),
    )


class _Ends:
    """The two ends of an installation."""

    def __init__(self, clients: Clients, contact: str | None) -> None:
        self._clients = clients
        self._contact = contact

    async def succeeded(self, args: AsyncSuccessArgs) -> BoltResponse:
        """Greet the person who installed Haru, and show what to do next."""
        installation, language = args.installation, _language(args.request)
        await self._greet(installation, language)
        team = installation.team_name or installation.enterprise_name
        url = f"https://app.slack.com/client/{installation.team_id}" if installation.team_id else None
        page = install_pages.installed(team, language=language, contact=self._contact, open_url=url)
        return _html(200, page)

    async def failed(self, args: AsyncFailureArgs) -> BoltResponse:
        """Say why Haru was not installed."""
        log.info("installation_failed", reason=args.reason)
        page = install_pages.failed(args.reason, language=_language(args.request), contact=self._contact)
        return _html(args.suggested_status_code, page)

    async def _greet(self, installation: SlackInstallation, language: str) -> None:
        catalogue = catalogue_for(language)
        text = escape(
            catalogue.gettext(
                "Thanks for installing me! Invite me into a channel and write `/digest on` there, and it "
                "gets each day's papers. Here you can look any paper up: write me a word of its title."
            )
        )
        client = self._clients.client(installation.bot_token)
        try:
            await call(client.chat_postMessage(channel=installation.user_id, text=text))
        except SlackCallError as error:
            # The installation stands without it, and the page says the same.
            log.info("installer_not_greeted", code=error.code)


def _language(request: AsyncBoltRequest) -> str:
    return install_pages.preferred_language((request.headers.get("accept-language") or [""])[0])


def _html(status: int, page: str) -> BoltResponse:
    return BoltResponse(status=status, body=page, headers={"Content-Type": "text/html; charset=utf-8"})
