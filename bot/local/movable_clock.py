"""A clock that can be set to any instant and runs on from there at normal speed."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from bot.local.state import State


class MovableClock:
    """The local workspace's ``bot.clocks.Clock``. Stored in the state file, so a restart resumes it.

    Tells nobody that it was moved. Does not provide the ``ts`` of messages: that is real
    time, as are leases and signatures.
    """

    def __init__(self, state: State, starts_at: datetime) -> None:
        """``starts_at`` is used only when the state file holds no earlier time."""
        if starts_at.tzinfo is None:
            raise ValueError("starts_at needs a time zone")
        self._state = state
        stored = state.fact("clock")
        self._set_to = datetime.fromisoformat(stored) if stored else starts_at.astimezone(UTC)
        self._set_at = time.monotonic()
        self.save()

    def now(self) -> datetime:
        """The current instant in the workspace, in UTC."""
        return self._set_to + timedelta(seconds=time.monotonic() - self._set_at)

    def move(self, instant: datetime) -> None:
        """Set the clock, forward or back. ValueError if the instant has no time zone."""
        if instant.tzinfo is None:
            raise ValueError("the instant needs a time zone")
        self._set_to = instant.astimezone(UTC)
        self._set_at = time.monotonic()
        self.save()

    def save(self) -> None:
        """Write the current time to the state file, from which the next start resumes."""
        self._state.remember("clock", self.now().isoformat())
