"""Times that depend on the day narrow a question."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.search import times
from digests.search.query import Query, parse

NOW = date(2024, 1, 10)  # a Wednesday


@pytest.mark.parametrize(
    ("typed", "words", "since", "until"),
    [
        ("작년 강화학습", ("강화학습",), date(2023, 1, 1), date(2023, 12, 31)),
        ("지난해에 나온 강화학습", ("강화학습",), date(2023, 1, 1), date(2023, 12, 31)),
        ("올해 moe", ("moe",), date(2024, 1, 1), date(2024, 12, 31)),
        ("재작년 gan", ("gan",), date(2022, 1, 1), date(2022, 12, 31)),
        ("지난달 디퓨전", ("디퓨전",), date(2023, 12, 1), date(2023, 12, 31)),
        ("지난 달 디퓨전", ("디퓨전",), date(2023, 12, 1), date(2023, 12, 31)),
        ("이번달의 moe", ("moe",), date(2024, 1, 1), date(2024, 1, 31)),
        ("지난주 moe", ("moe",), date(2024, 1, 1), date(2024, 1, 7)),
        ("이번 주 moe", ("moe",), date(2024, 1, 8), date(2024, 1, 14)),
        ("어제", (), date(2024, 1, 9), date(2024, 1, 9)),
        ("moe from Last  Year", ("moe",), date(2023, 1, 1), date(2023, 12, 31)),
        ("this month moe", ("moe",), date(2024, 1, 1), date(2024, 1, 31)),
        ("last week", (), date(2024, 1, 1), date(2024, 1, 7)),
    ],
)
def test_a_time_is_meant_as_of_the_day(typed: str, words: tuple[str, ...], since: date, until: date) -> None:
    """A year, a month, a week or a day named from today, beside words or alone, is that period."""
    assert parse(typed, now=NOW) == Query(words=words, since=since, until=until)


@pytest.mark.parametrize("typed", ['"last year" moe', "작년도 moe", "moe 작년 since:2022", "outlast years"])
def test_what_is_quoted_or_another_word_is_no_time(typed: str) -> None:
    """What is quoted, part of another word, or beside a period said by an operator stays as it was typed."""
    assert parse(typed, now=NOW) == parse(typed)
    assert not times.named(typed)


def test_without_a_day_a_time_is_words() -> None:
    """Nobody's last year is no year."""
    assert parse("moe last year") == Query(words=("moe", "last", "year"))


@given(st.text(max_size=200), st.dates(min_value=date(3, 1, 1)))
def test_any_text_on_any_day_is_a_question(typed: str, now: date) -> None:
    """Whatever the day, nothing typed is an error."""
    assert isinstance(parse(f"{typed} 재작년 지난달 {typed}", now=now), Query)
