"""When a source is looked at again, and when its silence is news. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)
"""A source that fails is asked at least this often, or as often as it is polled when that is longer."""

LONGEST_OBEYED = timedelta(days=1)
"""A server may ask to be left alone for so long at most."""

WEEKS = 4
"""Same weekdays a habit is told by: who brought something on all but one of them usually does."""

SLACK = timedelta(hours=1)
"""How much later than ever before on that weekday a digest may come before its absence is news."""

MORNING = timedelta(hours=8)
"""Nobody is told earlier in the day."""

_NOON = timedelta(hours=12)


def next_poll(
    *, every: timedelta, failures: int, jitter: float, retry_after: timedelta | None = None
) -> timedelta:
    """How long to wait after a poll. ``failures`` in a row, this one included; ``jitter`` in [0, 1).

    Doubles with each failure from a minute up to an hour, half of it spread by the
    jitter, so that sources which failed together do not come back together.
    """
    if not failures:
        return every
    longest = max(every, LONGEST_RETRY)
    # The exponent is bounded, since two to the power of a year of failures overflows.
    wait: timedelta = min(longest, FIRST_RETRY * 2 ** min(failures - 1, 20))
    wait *= (1 + jitter) / 2
    return max(wait, min(retry_after or timedelta(0), LONGEST_OBEYED))


def quiet_day(
    brought: Mapping[date, datetime | None], *, now: datetime, zone: str, lag: int = 0
) -> date | None:
    """The day whose digest should have come by now and did not; None when all is as usual.

    ``brought`` are the days a source had digests of, with the instant each came (None for
    what came with the first fetch). It usually brings something on a weekday when it did
    on at least all but one of the last four; it is late when it is an hour later than it
    ever came on those, or past noon where that is not known.
    """
    place = ZoneInfo(zone)
    day = now.astimezone(place).date() - timedelta(days=lag)
    same_weekdays = [day - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
    known = [one for one in same_weekdays if one in brought]
    if day in brought or len(known) < WEEKS - 1:
        return None
    arrivals = [at - _midnight(one, place) for one in known if (at := brought[one]) is not None]
    # One that came days late once must not silence the alarm for good.
    latest = timedelta(days=lag + 1) - 3 * SLACK
    usual = min(max(arrivals), latest) if arrivals else timedelta(days=lag) + _NOON
    awaited = max(
        _midnight(day, place) + usual + SLACK, _midnight(day + timedelta(days=lag), place) + MORNING
    )
    return day if now >= awaited else None


def _midnight(day: date, place: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=place).astimezone(ZoneInfo("UTC"))
