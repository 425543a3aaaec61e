"""Times, time zones, days and pauses as people type them, in English and Korean."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, time, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.day_parser import OWN, Days, UnknownCountryError, parse_country, parse_days
from bot.channels.pause_parser import parse_pause
from bot.channels.preferences import EVERY_DAY, WEEKDAYS, Pause
from bot.channels.time_and_zone import TimeAndZone, parse_time_and_zone
from bot.channels.time_parser import parse_time
from bot.channels.zone_names import country_of, find_zones
from bot.language.catalogue import catalogue_for
from bot.messages.setting_names import days_text

TODAY = date(2026, 12, 1)
"""A Tuesday."""


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("09:00", time(9)),
        ("9", time(9)),
        ("0900", time(9)),
        ("900", time(9)),
        ("1830", time(18, 30)),
        ("9：00", time(9)),
        ("９시", time(9)),
        ("9.30", time(9, 30)),
        ("9h30", time(9, 30)),
        ("18h", time(18)),
        ("9am", time(9)),
        ("8 a.m.", time(8)),
        ("8:30 PM", time(20, 30)),
        ("12am", time(0)),
        ("12 pm", time(12)),
        ("noon", time(12)),
        ("midnight", time(0)),
        ("half past nine", time(9, 30)),
        ("quarter to 9", time(8, 45)),
        ("nine", time(9)),
        ("7 o'clock", time(7)),
        ("at 9", time(9)),
        ("9 in the morning", time(9)),
        ("7 in the evening", time(19)),
        ("오전 9시", time(9)),
        ("오후 6시 30분", time(18, 30)),
        ("9시 반", time(9, 30)),
        ("9시반", time(9, 30)),
        ("아침 9시", time(9)),
        ("아침 아홉 시 반", time(9, 30)),
        ("저녁 7시 반", time(19, 30)),
        ("새벽 5시", time(5)),
        ("밤 10시", time(22)),
        ("밤 12시", time(0)),
        ("낮 12시", time(12)),
        ("낮 1시", time(13)),
        ("오후 18시", time(18)),
        ("정오", time(12)),
        ("자정", time(0)),
        ("정오에", time(12)),
        ("9시에", time(9)),
        ("열두 시", time(12)),
        ("9時", time(9)),
        ("24:00", None),
        ("2400", None),
        ("13pm", None),
        ("0am", None),
        ("9:60", None),
        ("noon-ish", None),
        ("half past 13", None),
        ("am 9 pm", None),
        ("아침", None),
        ("", None),
    ],
)
def test_times(typed: str, expected: time | None) -> None:
    """A time may be written in many ways; a time that does not exist is not understood."""
    assert parse_time(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Asia/Seoul", "Asia/Seoul"),
        ("asia/seoul", "Asia/Seoul"),
        ("seoul", "Asia/Seoul"),
        ("KST", "Asia/Seoul"),
        ("korea", "Asia/Seoul"),
        ("한국 시간", "Asia/Seoul"),
        ("대한민국", "Asia/Seoul"),
        ("서울 기준", "Asia/Seoul"),
        ("부산", "Asia/Seoul"),
        ("japan", "Asia/Tokyo"),
        ("일본", "Asia/Tokyo"),
        ("東京", "Asia/Tokyo"),
        ("베를린", "Europe/Berlin"),
        ("Berlin time", "Europe/Berlin"),
        ("germany", "Europe/Berlin"),
        ("Zürich", "Europe/Zurich"),
        ("são paulo", "America/Sao_Paulo"),
        ("New York", "America/New_York"),
        ("뉴욕", "America/New_York"),
        ("San Francisco", "America/Los_Angeles"),
        ("California", "America/Los_Angeles"),
        ("PST", "America/Los_Angeles"),
        ("PT", "America/Los_Angeles"),
        ("pacific time", "America/Los_Angeles"),
        ("EST", "America/New_York"),
        ("ET", "America/New_York"),
        ("eastern time", "America/New_York"),
        ("MST", "America/Denver"),
        ("HKT", "Asia/Hong_Kong"),
        ("SGT", "Asia/Singapore"),
        ("India", "Asia/Kolkata"),
        ("UTC", "UTC"),
        ("GMT", "UTC"),
        ("UTC+0", "UTC"),
        ("UTC+9", "Etc/GMT-9"),
        ("GMT+9", "Etc/GMT-9"),
        ("gmt-5", "Etc/GMT+5"),
        ("+09:00", "Etc/GMT-9"),
        ("UTC+5:30", "Asia/Kolkata"),
        ("utc +9", "Etc/GMT-9"),
        ("UTC−3", "Etc/GMT+3"),
    ],
)
def test_zones(typed: str, expected: str) -> None:
    """A time zone is known by its name, its city, its country, its abbreviation, or its offset from UTC."""
    assert find_zones(typed) == (expected,)


@pytest.mark.parametrize(
    "typed", ["kor", "xyz", "UTC+25", "Narnia", "UTC+9:99", "", "time", "Gotham City", "a" * 5000]
)
def test_no_zone_is_guessed(typed: str) -> None:
    """Words that name no zone find none, however much they resemble one."""
    assert find_zones(typed) == ()


@pytest.mark.parametrize(
    ("typed", "among"),
    [
        ("CET", {"Europe/Berlin", "Europe/Paris"}),
        ("CST", {"America/Chicago", "Asia/Shanghai"}),
        ("IST", {"Asia/Kolkata", "Asia/Jerusalem"}),
        ("BST", {"Europe/London", "Asia/Dhaka"}),
        ("미국", {"America/New_York", "America/Los_Angeles"}),
        ("AEST", {"Australia/Sydney", "Australia/Brisbane"}),
    ],
)
def test_a_name_of_several_zones_finds_them(typed: str, among: set[str]) -> None:
    """A name that people in several zones use finds up to five of them, to choose from."""
    zones = find_zones(typed)
    assert among <= set(zones)
    assert len(zones) <= 5


def test_an_offset_is_shown_as_it_was_typed() -> None:
    """A fixed offset is shown as people write it, and not by its IANA name, which has the opposite sign."""
    for language in ("en", "ko"):
        assert catalogue_for(language).zone_name("Etc/GMT-9") == "UTC+9"
        assert catalogue_for(language).zone_name("Etc/GMT+5") == "UTC-5"


@pytest.mark.parametrize(
    ("typed", "hour", "zone"),
    [
        ("09:00 Asia/Seoul", time(9), "Asia/Seoul"),
        ("오전 9시 서울", time(9), "Asia/Seoul"),
        ("9 am new york", time(9), "America/New_York"),
        ("9:00 베를린", time(9), "Europe/Berlin"),
        ("8:00 GMT+9", time(8), "Etc/GMT-9"),
        ("8am berlin time", time(8), "Europe/Berlin"),
        ("서울 시간 9시 반", time(9, 30), "Asia/Seoul"),
        ("9:00, Seoul", time(9), "Asia/Seoul"),
        ("09:00KST", time(9), "Asia/Seoul"),
        ("9:00 (Seoul)", time(9), "Asia/Seoul"),
        ("noon in Paris", time(12), "Europe/Paris"),
        ("KST", None, "Asia/Seoul"),
        ("18:30", time(18, 30), None),
    ],
)
def test_a_time_and_a_zone(typed: str, hour: time | None, zone: str | None) -> None:
    """A time and a zone are understood together in either order, and each alone."""
    assert parse_time_and_zone(typed) == TimeAndZone(hour, (zone,) if zone else ())


def test_words_that_are_no_zone_are_reported() -> None:
    """A time with words that are no zone keeps those words, so that nothing is ignored."""
    assert parse_time_and_zone("9:00 narnia please") == TimeAndZone(time(9), rest="narnia please")


@pytest.mark.parametrize(
    ("typed", "days", "country"),
    [
        ("weekdays", WEEKDAYS, None),
        ("매일", EVERY_DAY, None),
        ("평일", WEEKDAYS, None),
        ("every day", EVERY_DAY, None),
        ("mon,wed", {0, 2}, None),
        ("월,수", {0, 2}, None),
        ("월수금", {0, 2, 4}, None),
        ("MWF", {0, 2, 4}, None),
        ("mon-thu", {0, 1, 2, 3}, None),
        ("mon – thu", {0, 1, 2, 3}, None),
        ("fri-mon", {4, 5, 6, 0}, None),
        ("monday to friday", WEEKDAYS, None),
        ("월-금", WEEKDAYS, None),
        ("월~금", WEEKDAYS, None),
        ("월요일부터 금요일까지", WEEKDAYS, None),
        ("월-목, 토", {0, 1, 2, 3, 5}, None),
        ("mondays and thursdays", {0, 3}, None),
        ("every day except sunday", EVERY_DAY - {6}, None),
        ("매일 일요일 빼고", EVERY_DAY - {6}, None),
        ("weekdays, sat", WEEKDAYS | {5}, None),
        ("weekdays except holidays KR", WEEKDAYS, "KR"),
        ("weekdays except holidays in Germany", WEEKDAYS, "DE"),
        ("weekdays except US holidays", WEEKDAYS, "US"),
        ("평일 일본 공휴일 빼고", WEEKDAYS, "JP"),
        ("독일 공휴일을 뺀 월·수", {0, 2}, "DE"),
        ("weekdays without holidays in South Korea", WEEKDAYS, "KR"),
        ("평일 (공휴일 제외)", WEEKDAYS, OWN),
        ("mon, wed no holidays", {0, 2}, OWN),
        ("평일 공휴일 제외", WEEKDAYS, OWN),
    ],
)
def test_days(typed: str, days: set[int], country: str | None) -> None:
    """Days are groups, lists or ranges, with days or the holidays of a country left out."""
    assert parse_days(typed) == Days(frozenset(days), country)


@pytest.mark.parametrize(
    "typed", ["someday", "", "mon-foo", "tue-", "monday and never", "sunday except sunday"]
)
def test_days_that_are_none(typed: str) -> None:
    """Words of which one is no day are not understood, and neither are no days at all."""
    assert parse_days(typed) is None


def test_a_country_that_is_none_is_named() -> None:
    """Holidays of a country that does not exist are refused with its name."""
    with pytest.raises(UnknownCountryError, match="narnia"):
        parse_days("weekdays except holidays in Narnia")
    assert parse_country("대한민국") == parse_country("kr") == "KR"
    assert country_of("Europe/Berlin") == "DE"
    assert country_of("UTC") is None


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("country", [None, "KR", "DE", "US", "GB"])
def test_what_haru_prints_can_be_typed(language: str, country: str | None) -> None:
    """Every choice of days that Haru prints is understood when it is typed back."""
    for number in range(1, 8):
        for days in combinations(range(7), number):
            printed = days_text(frozenset(days), country, catalogue_for(language))
            assert parse_days(printed) == Days(frozenset(days), country), printed


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("until monday", date(2026, 12, 1), date(2026, 12, 6)),
        ("till dec 7", date(2026, 12, 1), date(2026, 12, 6)),
        ("until 2026-12-24", date(2026, 12, 1), date(2026, 12, 23)),
        ("금요일까지", date(2026, 12, 1), date(2026, 12, 4)),
        ("through friday", date(2026, 12, 1), date(2026, 12, 4)),
        ("tomorrow", date(2026, 12, 2), date(2026, 12, 2)),
        ("내일", date(2026, 12, 2), date(2026, 12, 2)),
        ("today", date(2026, 12, 1), date(2026, 12, 1)),
        ("friday", date(2026, 12, 4), date(2026, 12, 4)),
        ("3 days", date(2026, 12, 1), date(2026, 12, 3)),
        ("for a week", date(2026, 12, 1), date(2026, 12, 7)),
        ("일주일", date(2026, 12, 1), date(2026, 12, 7)),
        ("3일 동안", date(2026, 12, 1), date(2026, 12, 3)),
        ("next week", date(2026, 12, 7), date(2026, 12, 13)),
        ("12월 24일", date(2026, 12, 24), date(2026, 12, 24)),
        ("1월 4일까지", date(2026, 12, 1), date(2027, 1, 4)),
    ],
)
def test_pauses(typed: str, first: date, last: date) -> None:
    """A pause is a day, a length, or a time until a day, counted from today."""
    assert parse_pause(typed, today=TODAY) == Pause(first, last + timedelta(days=1))


@pytest.mark.parametrize(
    "typed", ["", "forever", "until 2020-01-01", "until feb 30", "9999 days", "until never"]
)
def test_pauses_that_are_none(typed: str) -> None:
    """Words that name no time ahead, or more than a year, are not understood."""
    assert parse_pause(typed, today=TODAY) is None


@given(st.text(max_size=60))
def test_no_text_raises_an_error(typed: str) -> None:
    """Any text gives a value, None, or the refusal of a country."""
    parse_time_and_zone(typed)
    parse_pause(typed, today=TODAY)
    with suppress(UnknownCountryError):
        parse_days(typed)
