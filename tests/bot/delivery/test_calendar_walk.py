"""Due instants, checked against a second implementation that walks each transition day by quarter hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.channels.preferences import EVERY_DAY, Language, Preferences
from bot.delivery.calendar import due_at, exists, next_due

QUARTER = timedelta(minutes=15)
HOURS = [time(hour, minute) for hour in range(24) for minute in (0, 15, 30, 45)]


def _transition_days(zone: str, year: int) -> list[date]:
    tz = ZoneInfo(zone)
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(366)]
    offsets = [datetime.combine(day, time(), tzinfo=tz).utcoffset() for day in days]
    return [day for day, (before, after) in zip(days, pairwise(offsets), strict=False) if before != after]


def _walk(day: date, zone: str) -> list[datetime]:
    """The first instant at which the zone's clock shows each quarter hour of a day, or a later time."""
    tz = ZoneInfo(zone)
    start = datetime.combine(day, time(), UTC) - timedelta(hours=16)
    shown = [
        (instant, instant.astimezone(tz).replace(tzinfo=None))
        for instant in (start + QUARTER * number for number in range(4 * 56))
    ]
    found = []
    place = 0
    for hour in HOURS:
        wanted = datetime.combine(day, hour)
        while shown[place][1] < wanted:
            place += 1
        found.append(shown[place][0])
    return found


@pytest.mark.parametrize("year", [2025, 2026])
def test_every_quarter_hour_of_every_transition_day_is_due_as_the_clock_first_shows_it(year: int) -> None:
    """In every IANA zone, on each day the clocks change, no hour is due early, late, twice or never."""
    looked_at = 0
    for zone in sorted(available_timezones()):
        for day in _transition_days(zone, year):
            assert [due_at(day, hour, zone) for hour in HOURS] == _walk(day, zone), (zone, day)
            looked_at += 1
    assert looked_at > 300


@pytest.mark.parametrize("year", [2025, 2026])
def test_no_date_is_skipped_or_repeated_around_a_transition(year: int) -> None:
    """In every zone with a transition, the due dates around it are consecutive days."""
    for zone in sorted(available_timezones()):
        for day in _transition_days(zone, year):
            for hour in (time(0, 30), time(2, 15)):
                preferences = Preferences(Language.EN, hour=hour, zone=zone, days=EVERY_DAY)
                due = next_due(preferences, datetime.combine(day, time(), UTC) - timedelta(days=2))
                dates = []
                while due is not None and due.date <= day + timedelta(days=2):
                    dates.append(due.date)
                    due = next_due(preferences, due.at)
                expected = [dates[0] + timedelta(days=number) for number in range(len(dates))]
                assert dates == expected, (zone, day, hour)
                assert dates[-1] == day + timedelta(days=2), (zone, day, hour)


@pytest.mark.parametrize("hour", [time(0), time(9), time(23, 45)])
def test_a_day_that_never_was_takes_its_turn_as_it_is_passed_over(hour: time) -> None:
    """Apia skipped 30 December 2011: that date's turn is the last second of the 29th."""
    preferences = Preferences(Language.EN, hour=hour, zone="Pacific/Apia", days=EVERY_DAY)
    due = next_due(preferences, datetime(2011, 12, 28, 9, 50, tzinfo=UTC))
    found = []
    for _ in range(5):
        assert due is not None
        found.append(due)
        due = next_due(preferences, due.at)
    assert [one.date.day for one in found] == [28, 29, 30, 31, 1]
    assert [one.date.day for one in found if not exists(one.date, "Pacific/Apia")] == [30]
    assert found[2].at == datetime(2011, 12, 30, 9, 59, 59, tzinfo=UTC)
