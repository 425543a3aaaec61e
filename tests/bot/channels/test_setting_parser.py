"""Setting values as people type them, in English and Korean."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import setting_parser, subcommands
from bot.channels.preferences import EVERY_DAY, WEEKDAYS, Language


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("ko", Language.KO),
        ("한국어", Language.KO),
        ("Korean", Language.KO),
        ("영어", Language.EN),
        ("ENGLISH", Language.EN),
        ("둘 다", Language.BOTH),
        ("both", Language.BOTH),
        ("klingon", None),
    ],
)
def test_languages(typed: str, expected: Language | None) -> None:
    """A language is given by its code or by its name in Korean or English."""
    assert setting_parser.parse_language(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("09:00", time(9)),
        ("9", time(9)),
        ("9am", time(9)),
        ("12am", time(0)),
        ("12 pm", time(12)),
        ("오전 9시", time(9)),
        ("오후 6시 30분", time(18, 30)),
        ("24:00", None),
        ("13pm", None),
        ("9:60", None),
        ("noon-ish", None),
    ],
)
def test_times(typed: str, expected: time | None) -> None:
    """A time may be written in many ways; a time that does not exist is not understood."""
    assert setting_parser.parse_time(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("09:00 Asia/Seoul", (time(9), "Asia/Seoul", "")),
        ("오전 9시 서울", (time(9), "Asia/Seoul", "")),
        ("9 am new york", (time(9), "America/New_York", "")),
        ("KST", (None, "Asia/Seoul", "")),
        ("18:30", (time(18, 30), None, "")),
    ],
)
def test_a_time_and_a_zone(typed: str, expected: tuple[time | None, str | None, str]) -> None:
    """A time and a zone are understood together, and each alone."""
    assert setting_parser.parse_time_and_zone(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("weekdays", (WEEKDAYS, None)),
        ("매일", (EVERY_DAY, None)),
        ("평일", (WEEKDAYS, None)),
        ("mon,wed", (frozenset({0, 2}), None)),
        ("월,수", (frozenset({0, 2}), None)),
        ("월수금", (frozenset({0, 2, 4}), None)),
        ("weekdays except holidays KR", (WEEKDAYS, "KR")),
        ("평일 공휴일 제외", (WEEKDAYS, "KR")),
        ("평일 일본 공휴일 빼고", (WEEKDAYS, "JP")),
        ("daily except us holidays", (EVERY_DAY, "US")),
        ("mon, wed no holidays", (frozenset({0, 2}), "KR")),
        ("someday", None),
        ("", None),
    ],
)
def test_days(typed: str, expected: tuple[frozenset[int], str | None] | None) -> None:
    """Days are ranges or lists, with or without holidays, in both languages."""
    assert setting_parser.parse_days(typed) == expected


@given(st.text(max_size=40), st.sampled_from([*subcommands.SUBCOMMANDS]))
def test_no_text_raises_an_error(typed: str, command: str) -> None:
    """Any text gives a value or None."""
    setting_parser.parse_language(typed)
    setting_parser.parse_layout(typed)
    setting_parser.parse_time_and_zone(typed)
    setting_parser.parse_days(typed)
    subcommands.find_subcommand(typed)
    setting_parser.value_words(command)


def test_countries_with_known_holidays() -> None:
    """A code that is not a country has no known holidays."""
    assert setting_parser.has_known_holidays("KR")
    assert not setting_parser.has_known_holidays("ZZ")
