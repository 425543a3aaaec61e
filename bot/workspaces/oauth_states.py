"""The ``state`` of an installation: unique, signed, good for some minutes, and used once across all replicas.

Slack gives it back with the code, so that nobody can make an admin finish an installation that somebody else
began (https://www.rfc-editor.org/rfc/rfc6749#section-10.12). Bolt also binds it to a cookie of the browser.
Nothing is stored until it comes back: opening the install page many times fills no table.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from logging import Logger, getLogger
from typing import Any

from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.clocks import Clock
from bot.workspaces.handled_events import HandledEvents
from digests.model import Workspace

INSTALL_WITHIN = 300
"""Seconds somebody has to finish installing Haru after they began."""

_NOBODY = Workspace("", "")


class OAuthStates(AsyncOAuthStateStore):
    """Issues states and takes each back once."""

    def __init__(self, handled_events: HandledEvents, clock: Clock, *, secret: str) -> None:
        self._handled_events = handled_events
        self._clock = clock
        self._secret = secret.encode()
        self._logger = getLogger(__name__)

    @property
    def logger(self) -> Logger:
        """The log that the SDK asks for."""
        return self._logger

    async def async_issue(self, *_: Any, **__: Any) -> str:
        """A new state."""
        expires = int(self._clock.now().timestamp()) + INSTALL_WITHIN
        content = f"{secrets.token_urlsafe(16)}.{expires}"
        return f"{content}.{self._signature(content)}"

    async def async_consume(self, state: str) -> bool:
        """Whether a state was issued here, has not expired, and comes back for the first time."""
        content, _, signature = state.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(content).encode()):
            return False
        nonce, _, expires = content.partition(".")
        now = self._clock.now()
        if int(expires) < now.timestamp():
            return False
        return await self._handled_events.claim(_NOBODY, f"oauth:{nonce}", now=now)

    def _signature(self, content: str) -> str:
        return hmac.new(self._secret, content.encode(), sha256).hexdigest()
