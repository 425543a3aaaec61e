"""An event loop that never waits: instead of sleeping it moves its clock ahead."""

from __future__ import annotations

import asyncio
import selectors
from typing import Any


class LeapLoop(asyncio.SelectorEventLoop):
    """Timers fire in order and at once. Its time starts at zero and is no other clock's."""

    def __init__(self) -> None:
        self._selector_that_leaps = _Leap()
        super().__init__(self._selector_that_leaps)

    def time(self) -> float:
        return self._selector_that_leaps.elapsed


class _Leap(selectors.SelectSelector):
    elapsed = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            # No timer is set: the event comes from another thread.
            return super().select(None)
        self.elapsed += max(timeout, 0.0)
        return super().select(0)
