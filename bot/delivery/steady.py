"""A clock that only runs forward: leases and waits are counted on it, whatever the wall clock does."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Steady = Callable[[], datetime]
"""Gives this instant. It never goes back, and it runs on while the process is stopped."""


def steady_clock() -> Steady:
    """A clock put to the wall clock's time now, and never again."""
    began, since = datetime.now(UTC), _elapsed()
    return lambda: began + timedelta(seconds=_elapsed() - since)


def _elapsed() -> float:
    # CLOCK_BOOTTIME also counts while the machine sleeps; not every system has it.
    boot_time: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)
