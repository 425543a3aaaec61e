"""When a source is looked at again, and when its silence is news."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.sources.poll_schedule import missed_day, poll_delay

EVERY = timedelta(minutes=15)
TUESDAY = date(2025, 2, 25)


def _came(*weeks: int, at: int = 22) -> dict[date, datetime | None]:
    """Digests of Tuesdays so many weeks ago, come at this hour of UTC the evening before."""
    days = [TUESDAY - timedelta(weeks=week) for week in weeks]
    return {
        day: datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=24 - at) for day in days
    }


def test_a_good_poll_is_followed_by_the_usual_one() -> None:
    """Without failures a source is polled at its own interval."""
    assert poll_delay(interval=EVERY, failures=0, jitter=0.9) == EVERY


def test_failures_double_the_wait_up_to_an_hour() -> None:
    """Each failure doubles the wait, from a minute to an hour and no further."""
    waits = [poll_delay(interval=EVERY, failures=n, jitter=1) for n in range(1, 10)]
    assert [wait / timedelta(minutes=1) for wait in waits] == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_source_polled_daily_is_retried_daily_at_the_latest() -> None:
    """The longest wait is never shorter than the source's own interval."""
    assert poll_delay(interval=timedelta(days=1), failures=99, jitter=1) == timedelta(days=1)


def test_a_servers_wish_is_obeyed_for_a_day_at_most() -> None:
    """Retry-After stretches the wait; a server that says next year is asked again tomorrow."""
    wish = timedelta(hours=2)
    assert poll_delay(interval=EVERY, failures=1, jitter=0, retry_after=wish) == wish
    assert poll_delay(interval=EVERY, failures=1, jitter=0, retry_after=wish * 5000) == timedelta(days=1)


@given(
    failures=st.integers(0, 10**6),
    jitter=st.floats(0, 1, exclude_max=True),
    every=st.timedeltas(timedelta(minutes=1), timedelta(days=7)),
)
def test_a_wait_is_bounded(failures: int, jitter: float, every: timedelta) -> None:
    """However often it failed, a source is asked again, not at once and not never."""
    wait = poll_delay(interval=every, failures=failures, jitter=jitter)
    assert timedelta(seconds=30) <= wait <= max(every, timedelta(hours=1))


# In Seoul Tuesday begins at 15:00 UTC on Monday, and 22:00 UTC is 07:00.
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2025, 2, 24, 22, 30, tzinfo=UTC), None),  # 07:30: it may still come
        (datetime(2025, 2, 24, 23, 0, tzinfo=UTC), TUESDAY),  # 08:00: an hour later than ever
        (datetime(2025, 2, 25, 9, 0, tzinfo=UTC), TUESDAY),
        (datetime(2025, 2, 25, 23, 0, tzinfo=UTC), None),  # Wednesday, when nothing is usual
    ],
)
def test_a_quiet_morning(now: datetime, expected: date | None) -> None:
    """A source that came by seven on four Tuesdays is missed at eight on the fifth, and not before."""
    assert missed_day(_came(1, 2, 3, 4), now=now, zone="Asia/Seoul") == expected


def test_what_came_is_not_missed() -> None:
    """With the day's digest there, all is as usual."""
    noon = datetime(2025, 2, 25, 3, tzinfo=UTC)
    assert missed_day(_came(0, 1, 2, 3, 4), now=noon, zone="Asia/Seoul") is None


@pytest.mark.parametrize(("weeks", "is_usual"), [((1, 2, 4), True), ((1, 3), False), ((), False)])
def test_usual_is_all_but_one_of_four(weeks: tuple[int, ...], is_usual: bool) -> None:
    """A holiday among the last four weeks is forgiven; two empty weeks are no habit."""
    noon = datetime(2025, 2, 25, 3, tzinfo=UTC)
    assert (missed_day(_came(*weeks), now=noon, zone="Asia/Seoul") == TUESDAY) is is_usual


def test_a_backlog_tells_the_weekday_and_not_the_hour() -> None:
    """Where only the first fetch is known, a day is missed an hour past noon."""
    brought: dict[date, datetime | None] = dict.fromkeys(_came(1, 2, 3, 4))
    assert missed_day(brought, now=datetime(2025, 2, 25, 12, 59, tzinfo=UTC), zone="UTC") is None
    assert missed_day(brought, now=datetime(2025, 2, 25, 13, 0, tzinfo=UTC), zone="UTC") == TUESDAY


def test_notes_are_missed_the_next_morning() -> None:
    """With a lag of a day, Tuesday's notes are missed on Wednesday morning, not at midnight."""
    brought = _came(1, 2, 3, 4, at=46)  # the evening of the day itself
    night, morning = (datetime(2025, 2, 26, hour, tzinfo=UTC) for hour in (1, 8))
    assert missed_day(brought, now=night, zone="UTC", delay_days=1) is None
    assert missed_day(brought, now=morning, zone="UTC", delay_days=1) == TUESDAY


def test_one_late_morning_does_not_silence_the_alarm() -> None:
    """A digest that once came three days late leaves the others missed on their own day."""
    brought = _came(1, 2, 3) | _came(4, at=100)
    assert missed_day(brought, now=datetime(2025, 2, 25, 22, tzinfo=UTC), zone="UTC") == TUESDAY
