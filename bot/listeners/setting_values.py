"""Reads the values that people type after `/digest` into changes of preferences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, time

from bot.channels import setting_parser, tag_filter_parser
from bot.channels.day_parser import OWN, UnknownCountryError, parse_country, parse_days
from bot.channels.pause_parser import parse_pause
from bot.channels.preferences import Preferences
from bot.channels.tag_filter import ALL
from bot.channels.time_and_zone import parse_time_and_zone
from bot.channels.zone_names import country_of, find_zones
from bot.messages.refusals import Mistyped
from bot.use_cases.channel_settings import PreferencesChange


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """A name of several time zones: the person has to choose one. ``hour`` was typed with it."""

    hour: time | None
    zones: tuple[str, ...]


Value = PreferencesChange | Mistyped | ZoneChoice


def language(typed: str) -> Value:
    """The change to a language."""
    chosen = setting_parser.parse_language(typed)
    return Mistyped.LANGUAGE if chosen is None else lambda now: replace(now, language=chosen)


def layout(typed: str) -> Value:
    """The change to a layout."""
    chosen = setting_parser.parse_layout(typed)
    return Mistyped.LAYOUT if chosen is None else lambda now: replace(now, layout=chosen)


def time_and_zone(typed: str) -> Value:
    """The change to a time, a time zone or both."""
    found = parse_time_and_zone(typed)
    if found.rest or (found.hour is None and not found.zones):
        return Mistyped.ZONE if found.hour is not None else Mistyped.HOUR
    if len(found.zones) > 1:
        return ZoneChoice(found.hour, found.zones)
    zone = found.zones[0] if found.zones else None
    return lambda now: replace(
        now, hour=now.hour if found.hour is None else found.hour, zone=zone or now.zone
    )


def zone(typed: str) -> Value:
    """The change to a time zone."""
    zones = find_zones(typed)
    if len(zones) > 1:
        return ZoneChoice(None, zones)
    return (lambda now: replace(now, zone=zones[0])) if zones else Mistyped.ZONE


def days(typed: str) -> Value:
    """The change to weekdays, with or without the holidays of a country."""
    try:
        chosen = parse_days(typed)
    except UnknownCountryError:
        return Mistyped.HOLIDAYS
    if chosen is None:
        return Mistyped.DAYS
    if chosen.country and not setting_parser.has_known_holidays(chosen.country):
        return Mistyped.HOLIDAYS
    return lambda now: replace(now, days=chosen.weekdays, holidays=_country(chosen.country, now))


def holidays(typed: str) -> Value:
    """The change to the country whose holidays are left out; ``off`` posts on holidays too."""
    word = " ".join(typed.casefold().split())
    if word in ALL:
        return lambda now: replace(now, holidays=None)
    country = OWN if word in ("on", "켜기", "") else parse_country(word)
    if country is None or (country and not setting_parser.has_known_holidays(country)):
        return Mistyped.HOLIDAYS
    return lambda now: replace(now, holidays=_country(country, now))


def tags(typed: str) -> Value:
    """The change to a tag filter."""
    chosen = tag_filter_parser.parse(typed)
    return Mistyped.TAGS if chosen is None else lambda now: replace(now, tags=chosen)


def links(typed: str) -> Value:
    """The change to whether a paper is shown under a link to it."""
    is_on = setting_parser.parse_on_off(typed)
    return Mistyped.LINKS if is_on is None else lambda now: replace(now, links=is_on)


def pause(typed: str, *, today: date) -> Value:
    """The change to a pause that begins on or after ``today``, the day in the channel's zone."""
    chosen = parse_pause(typed, today=today)
    return Mistyped.PAUSE if chosen is None else lambda now: replace(now, pause=chosen)


def schedule(typed: str) -> Value:
    """The change that `/digest on` makes with words after it: a time with or without a zone, or days."""
    at = time_and_zone(typed)
    if not isinstance(at, Mistyped):
        return at
    on_days = days(typed)
    return Mistyped.EXTRA if isinstance(on_days, Mistyped) else on_days


PARSERS: dict[str, Callable[[str], Value]] = {
    "language": language,
    "layout": layout,
    "time": time_and_zone,
    "timezone": zone,
    "days": days,
    "holidays": holidays,
    "tags": tags,
    "links": links,
}
"""How the value of each subcommand is read."""


def _country(country: str | None, now: Preferences) -> str | None:
    """The country of the holidays; for ``OWN`` the one of the channel's zone, and Korea where it has none."""
    if country != OWN:
        return country
    own = country_of(now.zone)
    return own if own and setting_parser.has_known_holidays(own) else "KR"
