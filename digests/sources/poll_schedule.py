"""When a source is polled next, and when a missing digest is worth reporting. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FIRST_RETRY = timedelta(minutes=1)
"""The longest wait after the first failure. It doubles with each further one."""

LONGEST_RETRY = timedelta(hours=1)
"""The longest wait after a failure, unless the source is polled less often than that."""

LONGEST_RETRY_AFTER = timedelta(days=1)
"""The longest Retry-After of a server that Haru obeys."""

HABIT_WEEKS = 4
"""How many of the same weekdays are looked at. A source that had a digest on all but one of them is expected
to have one again."""

GRACE = timedelta(hours=1)
"""How much later than usual a digest may arrive before it counts as missed."""

EARLIEST_REPORT = timedelta(hours=8)
"""The time of day before which no missed digest is reported."""

_NOON = timedelta(hours=12)


def poll_delay(
    *, interval: timedelta, failures: int, jitter: float, retry_after: timedelta | None = None
) -> timedelta:
    """How long to wait until the next poll.

    ``failures`` is the number of failures in a row, the last poll included; ``jitter`` is in [0, 1). The
    wait doubles from one minute to one hour, and half of it depends on the jitter, so that sources that
    failed together are not polled together again.
    """
    if not failures:
        return interval
    longest = max(interval, LONGEST_RETRY)
    # The exponent is bounded, since a year of failures would overflow.
    wait: timedelta = min(longest, FIRST_RETRY * 2 ** min(failures - 1, 20))
    wait *= (1 + jitter) / 2
    return max(wait, min(retry_after or timedelta(0), LONGEST_RETRY_AFTER))


def missed_day(
    arrivals: Mapping[date, datetime | None], *, now: datetime, zone: str, delay_days: int = 0
) -> date | None:
    """The day whose digest should have arrived by now and has not; None when nothing is missing.

    ``arrivals`` are the days the source has digests of, with the instant each arrived (None for the first
    fetch's digests). A digest is expected on a weekday when there was one on all but one of the last
    ``HABIT_WEEKS``. It is missed an hour after the latest arrival on those days, or an hour after noon
    when no arrival is known.
    """
    place = ZoneInfo(zone)
    day = now.astimezone(place).date() - timedelta(days=delay_days)
    same_weekdays = [day - timedelta(weeks=week) for week in range(1, HABIT_WEEKS + 1)]
    with_digest = [earlier for earlier in same_weekdays if earlier in arrivals]
    if day in arrivals or len(with_digest) < HABIT_WEEKS - 1:
        return None
    delays = [
        arrived - _midnight(earlier, place)
        for earlier in with_digest
        if (arrived := arrivals[earlier]) is not None
    ]
    # The expected time stays within the day, even when a digest once arrived days late: otherwise a
    # missed day would not be reported for weeks.
    latest = timedelta(days=delay_days + 1) - 3 * GRACE
    usual = min(max(delays), latest) if delays else timedelta(days=delay_days) + _NOON
    overdue = _midnight(day, place) + usual + GRACE
    earliest_report = _midnight(day + timedelta(days=delay_days), place) + EARLIEST_REPORT
    return day if now >= max(overdue, earliest_report) else None


def _midnight(day: date, place: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=place).astimezone(ZoneInfo("UTC"))
