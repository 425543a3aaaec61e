"""Short-lived rights that Slack hands out with a payload: trigger ids and response URLs."""

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
    """The pass is not good; the message is Slack's code for why."""


@dataclass
class _Trigger:
    person: str
    channel: str | None
    view: str | None
    expires: float
    used: bool = False


class Triggers:
    """Trigger ids: good for 3 seconds and one view. Lost with the process, as they are so brief."""

    def __init__(self) -> None:
        self._issued: dict[str, _Trigger] = {}

    def issue(self, person: str, *, channel: str | None = None, view: str | None = None) -> str:
        now = time.monotonic()
        self._issued = {key: one for key, one in self._issued.items() if one.expires > now - 60}
        key = f"{int(time.time() * 1000)}.{TEAM_ID}.{secrets.token_hex(16)}"
        self._issued[key] = _Trigger(person, channel, view, now + TRIGGER_SECONDS)
        return key

    def spend(self, key: object) -> tuple[str, str | None]:
        """Whose trigger it was and which view it came from; TokenError when it is no good."""
        trigger = self._issued.get(str(key))
        if trigger is None:
            raise TokenError("invalid_trigger_id")
        if trigger.used:
            raise TokenError("exchanged_trigger_id")
        if trigger.expires < time.monotonic():
            raise TokenError("expired_trigger_id")
        trigger.used = True
        return trigger.person, trigger.view


class ResponseUrls:
    """Response URLs: 5 uses within 30 minutes.

    https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
    """

    def __init__(self, state: State) -> None:
        self._state = state

    def issue(
        self, person: str, channel: str, *, message: str | None = None, thread: str | None = None
    ) -> str:
        """The secret end of a new URL. ``message`` is the one that replace_original replaces."""
        token = secrets.token_urlsafe(18)
        body: Json = {"person": person, "channel": channel, "message": message, "thread": thread}
        self._state.write(
            "INSERT INTO response_url VALUES (?, ?, 0, ?)", token, time.time() + RESPONSE_SECONDS, dump(body)
        )
        return token

    def spend(self, token: str) -> Json:
        """Use it once; TokenError when it does not exist, is too old or used up."""
        row = self._state.row("SELECT * FROM response_url WHERE token = ?", token)
        if row is None:
            raise TokenError("no_such_url")
        if row["expires"] < time.time():
            raise TokenError("expired_url")
        if row["uses"] >= RESPONSE_USES:
            raise TokenError("used_url")
        self._state.write("UPDATE response_url SET uses = uses + 1 WHERE token = ?", token)
        return load(row["body"])

    def about(self, token: str) -> Json:
        """What a URL belongs to, without using it; KeyError for none."""
        row = self._state.row("SELECT body FROM response_url WHERE token = ?", token)
        if row is None:
            raise KeyError(token)
        return load(row["body"])

    def age(self, seconds: float) -> None:
        """Make every URL older, to try what happens when they expire."""
        self._state.write("UPDATE response_url SET expires = expires - ?", seconds)
