"""When a channel's post is due. Pure: the time is an argument.

A post belongs to a schedule date, a local calendar day, and is due at the channel's
hour on it. Daylight saving can take that hour away (then it is due at the transition)
or give it twice (then the first counts); a day that does not exist at all
(Apia, 2011-12-30) has no due instant, and its turn comes just before it is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.channels.preferences import Channel, Preferences

_HORIZON = 400
"""Days looked ahead: the rarest choice, one weekday without holidays, comes far sooner."""


_SECOND = timedelta(seconds=1)
_NOON = time(12)


@dataclass(frozen=True, slots=True)
class Due:
    """A schedule date and its instant, in UTC."""

    date: date
    at: datetime


def due_at(day: date, hour: time, zone: str) -> datetime | None:
    """The instant, in UTC, of a local hour on a day; None when the zone skipped the whole day."""
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
    """Whether a zone has, or had, this day."""
    return due_at(day, _NOON, zone) is not None


def is_chosen(preferences: Preferences, day: date) -> bool:
    """Whether a channel wants posts on a day: its weekdays, less its country's public holidays."""
    if day.weekday() not in preferences.days:
        return False
    return preferences.holidays is None or day not in _holidays(preferences.holidays, day.year)


def next_due(preferences: Preferences, after: datetime) -> Due | None:
    """The first chosen date whose turn comes later than ``after``; None when no weekday is chosen.

    A date that its zone does not have takes its turn too, so that it is seen to be skipped, and why.
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
    """Whether a channel's schedule is as its settings and its zone's rules have it. What is due is being seen
    to; a date that has been brought already may stand in the way of one that is looked for here.
    """
    if not channel.is_on:
        return channel.next_due_at is None
    if channel.next_date is None or channel.next_due_at is None:
        return next_due(channel.preferences, now) is None
    return channel.next_due_at <= now or next_due(channel.preferences, now) == Due(
        channel.next_date, channel.next_due_at
    )


def next_post(channel: Channel) -> datetime | None:
    """When a channel's next post comes, as things stand: a date that its zone does not have brings none."""
    if channel.next_date is None or channel.next_due_at is None:
        return None
    due: Due | None = Due(channel.next_date, channel.next_due_at)
    while due is not None and not exists(due.date, channel.preferences.zone):
        due = next_due(channel.preferences, due.at)
    return due.at if due is not None else None


def local_day(instant: datetime, zone: str) -> date:
    """The calendar day it is somewhere."""
    return instant.astimezone(ZoneInfo(zone)).date()


def _last_before(day: date, zone: str) -> datetime:
    """The last second before a zone passes a whole day over."""
    tz = ZoneInfo(zone)
    return _transition(datetime.combine(day, _NOON, tzinfo=tz).astimezone(UTC), tz) - _SECOND


def _transition(instant: datetime, tz: ZoneInfo) -> datetime:
    """The first second after the clocks were put forward, within a day of an instant in the gap."""
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
    # Imported by who asks: its countries take four megabytes, and few channels name one.
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        # A country this version does not know keeps nobody from their papers, least of all other channels.
        return frozenset()
