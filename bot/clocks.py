"""The clocks of Haru, and what each is used for.

=====================  =====================================  ==============================================
clock                  measures                               reads
=====================  =====================================  ==============================================
``Clock``              due times, grace, "today"              the machine's wall clock; ``--now``, tests and
                                                              the local workspace supply another
``LedgerClock``        leases, settle times, waits, pacing    PostgreSQL's clock, which all processes share;
(``bot.ledger``)       and Retry-After, as stored in rows     on SQLite the uptime since the machine's boot
``monotonic_clock``    how long this process holds a part     the machine's uptime
``SlackClock``         which messages a history read covers   the ``Date`` header of Slack's answers
``time.monotonic()``   timeouts, ages and the intervals of    the operating system's monotonic clock
                       jobs in one process
=====================  =====================================  ==============================================

Only ``Clock`` may be moved: what it measures concerns mornings. Everything that concerns machines follows
the other clocks, so that nothing is sent twice when somebody sets the wall clock. Processes compare only
readings of a clock that they share.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """Tells the time that due times, grace and "today" follow."""

    def now(self) -> datetime:
        """This instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's wall clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still, for `--now` and for tests. ValueError for an instant without a zone."""

    def __init__(self, instant: datetime) -> None:
        if instant.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        self._instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        return self._instant


@dataclass(frozen=True, slots=True)
class Machine:
    """The clocks of the machine that a process runs on."""

    wall: Callable[[], datetime]
    """The wall clock. Anybody may set it."""
    uptime: Callable[[], float]
    """Seconds since the boot. Nobody can set it; it also counts while the machine sleeps."""
    boot_id: str | None
    """Names this boot. Two processes may compare their uptimes if they have the same id; None: never."""


def this_machine() -> Machine:
    """The machine that this process runs on. Linux alone tells which boot it is."""
    boot_time: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    if boot_time is None:
        return Machine(_wall_clock, time.monotonic, None)
    clock_id = boot_time
    try:
        boot_id = _BOOT_ID.read_text("ascii").strip() or None
    except (OSError, ValueError):
        boot_id = None
    return Machine(_wall_clock, lambda: time.clock_gettime(clock_id), boot_id)


def _wall_clock() -> datetime:
    return datetime.now(UTC)


MonotonicClock = Callable[[], datetime]
"""Returns this instant. It never goes back, and it keeps running while the process is stopped."""


def monotonic_clock(machine: Machine | None = None) -> MonotonicClock:
    """A clock that starts at the wall clock's time and never follows the wall clock afterwards.

    Two processes' monotonic clocks differ by whatever the wall clock was set in between, so their
    readings must not be compared.
    """
    machine = machine or this_machine()
    started_at, started = machine.wall(), machine.uptime()
    return lambda: started_at + timedelta(seconds=machine.uptime() - started)


class SlackClock:
    """Measures how far Slack's clock is from ours by the ``Date`` headers of its answers.

    Precise to the second, since the header is. Makes no requests itself.
    """

    def __init__(self, ours: MonotonicClock) -> None:
        self._ours = ours
        self._last_header = ""
        self.offset = timedelta(0)
        """Slack's time minus ours; zero until the first header."""
        self.is_known = False
        """Whether a header was read."""

    def read_header(self, date: str | None) -> None:
        """Update the offset from a ``Date`` header. A missing or unreadable header changes nothing."""
        if not date or date == self._last_header:
            return
        self._last_header = date
        try:
            theirs = parsedate_to_datetime(date)
        except ValueError:
            return
        if theirs.tzinfo is None:
            theirs = theirs.replace(tzinfo=UTC)
        self.offset = theirs - self._ours()
        self.is_known = True
