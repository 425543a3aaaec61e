"""When a channel's post is due, by its hour, time zone, weekdays and public holidays. Pure.

A post belongs to a schedule date, a local calendar day, and is due at the channel's hour on that day.
Daylight saving time may skip that hour: then the post is due at the transition. It may repeat the hour: then
the first one counts. A day that the time zone skips (Apia, 2011-12-30) has no due instant: its turn comes
just before the skip, so that the skip is stored.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.channels.preferences import Channel, Due, Preferences

_HORIZON = 400
"""Days to look ahead. Even one weekday without holidays comes far sooner."""

_SECOND = timedelta(seconds=1)
_NOON = time(12)


def due_at(day: date, hour: time, zone: str) -> datetime | None:
    """The instant, in UTC, of a local hour on a day; None when the zone skips the whole day."""
    tz = ZoneInfo(zone)
    local = datetime.combine(day, hour, tzinfo=tz)
    instant = local.astimezone(UTC)
    if instant.astimezone(tz).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    transition = _transition(instant, tz)
    around = (transition - _SECOND, transition)
    if all(moment.astimezone(tz).date() != day for moment in around):
        return None
    return transition


@lru_cache(maxsize=4096)
def exists(day: date, zone: str) -> bool:
    """Whether a zone has this day."""
    return due_at(day, _NOON, zone) is not None


def is_chosen(preferences: Preferences, day: date) -> bool:
    """Whether a channel gets a post on a day: one of its weekdays, no holiday it leaves out, and no pause."""
    if day.weekday() not in preferences.days or (preferences.pause and preferences.pause.covers(day)):
        return False
    return preferences.holidays is None or day not in _holidays(preferences.holidays, day.year)


def next_due(preferences: Preferences, after: datetime) -> Due | None:
    """The first chosen date that is due after ``after``; None when no weekday is chosen.

    Includes a date that the zone skips, so that the skip is stored with its reason.
    """
    day = after.astimezone(ZoneInfo(preferences.zone)).date() - timedelta(days=1)
    for _ in range(_HORIZON):
        if is_chosen(preferences, day):
            at = due_at(day, preferences.hour, preferences.zone) or _last_before(day, preferences.zone)
            if at > after:
                return Due(day, at)
        day += timedelta(days=1)
    return None


def is_right(channel: Channel, *, now: datetime) -> bool:
    """Whether a channel's stored schedule fits its settings and its zone's rules.

    A date that is already due counts as right: the planner is handling it, and its successor cannot be
    computed until that is done.
    """
    if not channel.is_on:
        return channel.next_due_at is None
    stored = channel.next_due
    if stored is None:
        return next_due(channel.preferences, now) is None
    return stored.at <= now or next_due(channel.preferences, now) == stored


def next_post(channel: Channel, now: datetime) -> datetime | None:
    """When a channel's next post after ``now`` is due; None when there is none.

    A day that the zone skips brings none. A post that is due already and still on its way is not the next.
    """
    due = channel.next_due
    while due is not None and (due.at <= now or not exists(due.date, channel.preferences.zone)):
        due = next_due(channel.preferences, due.at)
    return due.at if due is not None else None


def local_day(instant: datetime, zone: str) -> date:
    """The calendar day of an instant in a zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def _last_before(day: date, zone: str) -> datetime:
    """The last second before a zone skips a whole day."""
    tz = ZoneInfo(zone)
    return _transition(datetime.combine(day, _NOON, tzinfo=tz).astimezone(UTC), tz) - _SECOND


def _transition(instant: datetime, tz: ZoneInfo) -> datetime:
    """The first second after clocks were put forward; ``instant`` is within a day of it."""
    early, late = instant - timedelta(days=1, hours=1), instant + timedelta(days=1, hours=1)
    before = early.astimezone(tz).utcoffset()
    while late - early > _SECOND:
        middle = early + (late - early) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(tz).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[date]:
    # Imported on first use: the module takes four megabytes, and few channels leave out holidays.
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        # A country that this version of the library does not know has no holidays.
        return frozenset()
