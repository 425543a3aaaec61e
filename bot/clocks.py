"""The clocks of Haru, and what each is used for.

=====================  =====================================  ==============================================
clock                  measures                               reads
=====================  =====================================  ==============================================
``Clock``              due times, grace, "today"              the machine's wall clock; ``--now``, tests and
                                                              the local workspace supply another
``LedgerClock``        leases, settle times, waits, pacing    PostgreSQL's clock, which all processes share;
(``bot.ledger``)       and Retry-After, as stored in rows     on SQLite this process's ``monotonic_clock``
``monotonic_clock``    how long this process holds a part     the operating system's monotonic clock
``SlackClock``         which messages a history read covers   the ``Date`` header of Slack's answers
``time.monotonic()``   timeouts and ages in one process       the operating system's monotonic clock
=====================  =====================================  ==============================================

Only ``Clock`` may be moved: what it measures concerns mornings. Everything that concerns machines follows
the other clocks, so that nothing is sent twice when somebody sets the wall clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol


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


MonotonicClock = Callable[[], datetime]
"""Returns this instant. It never goes back, and it keeps running while the process is stopped."""


def monotonic_clock() -> MonotonicClock:
    """A clock that starts at the wall clock's time and never follows the wall clock afterwards.

    Two processes' monotonic clocks differ by whatever the wall clock was set in between, so their
    readings must not be compared.
    """
    started_at, started = datetime.now(UTC), _uptime()
    return lambda: started_at + timedelta(seconds=_uptime() - started)


def _uptime() -> float:
    # CLOCK_BOOTTIME also counts while the machine sleeps. Not every operating system has it.
    boot_time: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


class SlackClock:
    """Measures how far Slack's clock is from ours by the ``Date`` headers of its answers.

    Precise to the second, since the header is. Makes no requests itself.
    """

    def __init__(self, ours: MonotonicClock) -> None:
        self._ours = ours
        self._last_header = ""
        self.offset = timedelta(0)
        """Slack's time minus ours; zero until the first header."""

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
