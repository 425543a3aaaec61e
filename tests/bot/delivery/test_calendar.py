"""Due instants: never early, twice or skipped, in every time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.channels.preferences import EVERY_DAY, Language, Preferences
from bot.delivery.calendar import due_at, is_chosen, next_due

ZONES = sorted(zone for zone in available_timezones() if "/" in zone)
HOURS = [time(hour, minute) for hour in (0, 1, 2, 3, 9, 23) for minute in (0, 15, 30, 45)]


def _transition_days(zone: str, year: int) -> list[date]:
    tz = ZoneInfo(zone)
    days = [date(year, 1, 1) + timedelta(days=offset) for offset in range(365)]

    def offset(day: date) -> timedelta | None:
        return datetime.combine(day, time(), tzinfo=tz).utcoffset()

    return [day for day in days if offset(day) != offset(day + timedelta(days=1))]


@pytest.mark.parametrize("year", [2025, 2026])
def test_every_transition_of_every_zone_has_one_due_instant(year: int) -> None:
    """On each day the clocks change, each quarter hour is due once, in order, and not before its local
    hour.
    """
    looked_at = 0
    for zone in ZONES:
        tz = ZoneInfo(zone)
        for day in _transition_days(zone, year):
            instants = [due_at(day, hour, zone) for hour in HOURS]
            assert None not in instants, (zone, day)
            known = [instant for instant in instants if instant is not None]
            assert known == sorted(known), (zone, day)
            for hour, instant in zip(HOURS, known, strict=True):
                local = instant.astimezone(tz)
                assert local.replace(tzinfo=None) >= datetime.combine(day, hour), (zone, day, hour)
            looked_at += 1
    assert looked_at > 300


def test_an_hour_the_clock_skips_is_due_at_the_transition() -> None:
    """02:30 on the night clocks go forward in New York is due at the transition, at 03:00."""
    assert due_at(date(2025, 3, 9), time(2, 30), "America/New_York") == datetime(2025, 3, 9, 7, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_due_the_first_time() -> None:
    """01:30 on the night clocks go back in New York is due in daylight saving time."""
    expected = datetime(2025, 11, 2, 5, 30, tzinfo=UTC)
    assert due_at(date(2025, 11, 2), time(1, 30), "America/New_York") == expected


def test_a_day_that_never_was_has_no_instant() -> None:
    """Apia skipped 30 December 2011: nothing is due on that day."""
    assert due_at(date(2011, 12, 30), time(9), "Pacific/Apia") is None
    assert due_at(date(2011, 12, 31), time(9), "Pacific/Apia") == datetime(2011, 12, 30, 19, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/New_York", "Europe/London", "Australia/Lord_Howe"])
def test_going_from_one_due_instant_to_the_next_visits_each_day_once(zone: str) -> None:
    """Over two years each chosen date is due exactly once, in order, across all clock changes."""
    preferences = Preferences(Language.EN, hour=time(2, 30), zone=zone, days=EVERY_DAY)
    after = datetime(2025, 1, 1, tzinfo=UTC)
    dates = []
    for _ in range(730):
        due = next_due(preferences, after)
        assert due is not None
        assert due.at > after
        dates.append(due.date)
        after = due.at
    first = dates[0]
    assert dates == [first + timedelta(days=offset) for offset in range(730)]


def test_weekdays_and_public_holidays_are_left_out() -> None:
    """A channel that leaves out Korean holidays gets no post on the substitute holiday of Independence
    Movement Day.
    """
    preferences = Preferences(Language.KO, zone="Asia/Seoul", holidays="KR")
    assert not is_chosen(preferences, date(2025, 3, 3))
    assert is_chosen(preferences, date(2025, 3, 4))
    assert not is_chosen(preferences, date(2025, 3, 8))


def test_no_weekday_is_never_due() -> None:
    """A channel without any weekday has no next post."""
    preferences = Preferences(Language.KO, days=frozenset())
    assert next_due(preferences, datetime(2025, 1, 1, tzinfo=UTC)) is None


def test_an_unknown_country_has_no_holidays() -> None:
    """A channel whose country the library does not know still has its next post."""
    preferences = Preferences(Language.KO, holidays="ZZ")
    assert is_chosen(preferences, date(2025, 1, 1))
