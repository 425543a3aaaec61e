"""What people do in Slack: each listener acknowledges, makes one call, and renders one answer."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.listeners import actions, commands, digest_upload, events, settings_form, unknown_requests
from bot.listeners.services import Services


def register(app: AsyncApp, services: Services) -> None:
    """Attach every listener to the app. The one for unknown requests comes last, since it accepts all."""
    for module in (commands, actions, settings_form, digest_upload, events, unknown_requests):
        module.register(app, services)
