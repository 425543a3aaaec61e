"""The movable clock: it runs on with real time from where it was last put."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from bot.local.state import State


class MovableClock:
    """A ``bot.clocks.Clock`` kept in the state file: a second start goes on where the first stopped.

    Does not tell anyone that it was moved, and stamps no message: a message's ``ts`` is
    real time, as leases and signatures are.
    """

    def __init__(self, state: State, starts_at: datetime) -> None:
        if starts_at.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        self._state = state
        kept = state.fact("clock")
        self._base = datetime.fromisoformat(kept) if kept else starts_at.astimezone(UTC)
        self._since = time.monotonic()
        self.keep()

    def now(self) -> datetime:
        """This instant in the workspace, aware, in UTC."""
        return self._base + timedelta(seconds=time.monotonic() - self._since)

    def move(self, instant: datetime) -> None:
        """Put the clock to an instant, forward or back."""
        if instant.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        self._base = instant.astimezone(UTC)
        self._since = time.monotonic()
        self.keep()

    def keep(self) -> None:
        """Write down how late it is, for the next start."""
        self._state.remember("clock", self.now().isoformat())
