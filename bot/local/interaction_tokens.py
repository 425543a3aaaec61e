"""Short-lived tokens that Slack sends with a command or an interaction: trigger ids and response URLs."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from bot.local.state import Json, State, dump, load
from bot.local.workspace_identity import TEAM_ID

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60
RESPONSE_USES = 5


class TokenError(Exception):
    """A token is unknown, expired or used up. The message is Slack's error code."""


@dataclass
class _Trigger:
    user_id: str
    view_id: str | None
    expires_at: float
    used: bool = False


class Triggers:
    """Trigger ids: each opens one view within 3 seconds. Held in memory; a restart forgets them.

    https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses
    """

    def __init__(self) -> None:
        self._issued: dict[str, _Trigger] = {}

    def issue(self, user_id: str, *, view_id: str | None = None) -> str:
        """A new trigger id. ``view_id`` is the view the user acted in, if they acted in one."""
        now = time.monotonic()
        # Expired ones stay for a minute, so that a late use gets expired_trigger_id as its error.
        self._issued = {
            key: trigger for key, trigger in self._issued.items() if trigger.expires_at > now - 60
        }
        key = f"{int(time.time() * 1000)}.{TEAM_ID}.{secrets.token_hex(16)}"
        self._issued[key] = _Trigger(user_id, view_id, now + TRIGGER_SECONDS)
        return key

    def use(self, key: object) -> tuple[str, str | None]:
        """Use up a trigger id and return its user and view. TokenError if it is not valid any more."""
        trigger = self._issued.get(str(key))
        if trigger is None:
            raise TokenError("invalid_trigger_id")
        if trigger.used:
            raise TokenError("exchanged_trigger_id")
        if trigger.expires_at < time.monotonic():
            raise TokenError("expired_trigger_id")
        trigger.used = True
        return trigger.user_id, trigger.view_id


class ResponseUrls:
    """Response URLs: each may be used 5 times within 30 minutes. Does not post what is sent to them.

    https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
    """

    def __init__(self, state: State) -> None:
        self._state = state

    def issue(self, user_id: str, channel_id: str, *, message_ts: str | None = None) -> str:
        """The secret last part of a new URL. ``message_ts`` is the message that replace_original replaces."""
        token = secrets.token_urlsafe(18)
        origin: Json = {"user": user_id, "channel": channel_id, "message": message_ts}
        self._state.write(
            "INSERT INTO response_url VALUES (?, ?, 0, ?)",
            token,
            time.time() + RESPONSE_SECONDS,
            dump(origin),
        )
        return token

    def use(self, token: str) -> Json:
        """Count one use and return the URL's ``origin``. TokenError if unknown, expired or used up."""
        row = self._state.row("SELECT * FROM response_url WHERE token = ?", token)
        if row is None:
            raise TokenError("no_such_url")
        if row["expires_at"] < time.time():
            raise TokenError("expired_url")
        if row["uses"] >= RESPONSE_USES:
            raise TokenError("used_url")
        self._state.write("UPDATE response_url SET uses = uses + 1 WHERE token = ?", token)
        return load(row["body"])

    def origin(self, token: str) -> Json:
        """The user, channel and message a URL was issued for. Counts no use. KeyError if unknown."""
        row = self._state.row("SELECT body FROM response_url WHERE token = ?", token)
        if row is None:
            raise KeyError(token)
        return load(row["body"])
