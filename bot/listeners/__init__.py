"""What people do in Slack: ack, one call, one answer."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.listeners import actions, adding_papers, commands, events, settings_modal, unhandled
from bot.listeners.services import Services


def register(app: AsyncApp, services: Services) -> None:
    """Attach every listener to the app."""
    for part in (commands, actions, settings_modal, adding_papers, events, unhandled):
        part.register(app, services)
