"""The fixed ids and names of the local workspace, of the app installed in it, and of the app's bot user."""

from __future__ import annotations

from digests.errors import HaruError

TEAM_ID = "T0LOCAL"
TEAM_NAME = "Haru Local"
TEAM_DOMAIN = "haru-local"
APP_ID = "A0HARU"
BOT_ID = "B0HARU"
BOT_USER_ID = "U0HARU"
BOT_NAME = "haru"


class WrongDatabaseError(HaruError):
    """The local workspace would share a database with a real workspace."""


def is_local(token: str) -> bool:
    """Whether a bot token belongs to the local workspace."""
    return token.startswith("xoxb-local-")
