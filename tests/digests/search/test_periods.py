"""The times a question names are read as of a day."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.search.moments import span_of
from digests.search.periods import period_in

DAY = date(2026, 1, 6)  # a Tuesday


@pytest.mark.parametrize(
    ("said", "since", "until"),
    [
        ("last week's", "2025-12-29", "2026-01-04"),
        ("this week", "2026-01-05", "2026-01-11"),
        ("yesterday", "2026-01-05", "2026-01-05"),
        ("today's", "2026-01-06", "2026-01-06"),
        ("last month", "2025-12-01", "2025-12-31"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("3 weeks ago", "2025-12-15", "2025-12-21"),
        ("two months ago", "2025-11-01", "2025-11-30"),
        ("a couple of weeks ago", "2025-12-22", "2025-12-28"),
        ("a few months ago", "2025-09-01", "2025-11-30"),
        ("last 3 months", "2025-10-06", "2026-01-06"),
        ("past two weeks", "2025-12-23", "2026-01-06"),
        ("last friday", "2026-01-02", "2026-01-02"),
        ("monday's", "2026-01-05", "2026-01-05"),
        ("last december", "2025-12-01", "2025-12-31"),
        ("last summer", "2025-06-01", "2025-08-31"),
        ("september 2025", "2025-09-01", "2025-09-30"),
        ("Sept. 2024", "2024-09-01", "2024-09-30"),
        ("sep '24", "2024-09-01", "2024-09-30"),
        ("february 25, 2025", "2025-02-25", "2025-02-25"),
        ("25 february 2025", "2025-02-25", "2025-02-25"),
        ("feb 25", "2025-02-25", "2025-02-25"),
        ("september", "2025-09-01", "2025-09-30"),
        ("in march", "2025-03-01", "2025-03-31"),
        ("in may 2024", "2024-05-01", "2024-05-31"),
        ("q3 2025", "2025-07-01", "2025-09-30"),
        ("2025 Q3", "2025-07-01", "2025-09-30"),
        ("H1 2024", "2024-01-01", "2024-06-30"),
        ("early 2024", "2024-01-01", "2024-04-30"),
        ("summer 2023", "2023-06-01", "2023-08-31"),
        ("from 2021", "2021-01-01", "2021-12-31"),
        ("from 2021 to 2023", "2021-01-01", "2023-12-31"),
        ("between 2021 and march 2022", "2021-01-01", "2022-03-31"),
        ("2021-2023", "2021-01-01", "2023-12-31"),
        ("2024-01..2024-03", "2024-01-01", "2024-03-31"),
        ("2020-12", "2020-12-01", "2020-12-31"),
        ("since 2025", "2025-01-01", None),
        ("after march 2023", "2023-04-01", None),
        ("before 2021", None, "2020-12-31"),
        ("until 2021", None, "2021-12-31"),
        ("pre-2020", None, "2019-12-31"),
        ("2022 and later", "2022-01-01", None),
        ("지난주", "2025-12-29", "2026-01-04"),
        ("이번 주", "2026-01-05", "2026-01-11"),
        ("어제", "2026-01-05", "2026-01-05"),
        ("그저께", "2026-01-04", "2026-01-04"),
        ("지난달", "2025-12-01", "2025-12-31"),
        ("지난 달에 나온", "2025-12-01", "2025-12-31"),
        ("작년", "2025-01-01", "2025-12-31"),
        ("재작년", "2024-01-01", "2024-12-31"),
        ("석 달 전", "2025-10-01", "2025-10-31"),
        ("두달전", "2025-11-01", "2025-11-30"),
        ("3주 전", "2025-12-15", "2025-12-21"),
        ("일주일 전", "2025-12-29", "2026-01-04"),
        ("몇 달 전", "2025-09-01", "2025-11-30"),
        ("지난 3개월", "2025-10-06", "2026-01-06"),
        ("최근 6개월간", "2025-07-06", "2026-01-06"),
        ("작년 9월", "2025-09-01", "2025-09-30"),
        ("작년 하반기", "2025-07-01", "2025-12-31"),
        ("지난주 금요일", "2026-01-02", "2026-01-02"),
        ("24년 9월", "2024-09-01", "2024-09-30"),
        ("2024년 9월 3일", "2024-09-03", "2024-09-03"),
        ("2025 상반기", "2025-01-01", "2025-06-30"),
        ("24년 3분기", "2024-07-01", "2024-09-30"),
        ("9월", "2025-09-01", "2025-09-30"),
        ("2월 25일에 올라온", "2025-02-25", "2025-02-25"),
        ("12월 말", "2025-12-21", "2025-12-31"),
        ("24년", "2024-01-01", "2024-12-31"),
        ("2023년 이전", None, "2022-12-31"),
        ("2021년 이후", "2021-01-01", None),
        ("2023년부터 2024년까지", "2023-01-01", "2024-12-31"),
        ("9월부터", "2025-09-01", None),
    ],
)  # fmt: skip
def test_a_time_among_words_is_a_period(said: str, since: str | None, until: str | None) -> None:
    """In both languages, before what is asked for and behind it, a time is the days it means as of today."""
    for typed in (f"{said} moe", f"moe {said}"):
        found = period_in(typed, DAY)
        assert found.period is not None
        assert (found.period.since, found.period.until) == tuple(
            day and date.fromisoformat(day) for day in (since, until)
        )
        assert found.rest.split() == ["moe"]
        assert found.period.said == said


@pytest.mark.parametrize(
    ("typed", "since", "until"),
    [
        ("since:2025-01", "2025-01-01", None),
        ("from:2025", "2025-01-01", None),
        ("until:2024-02", None, "2024-02-29"),
        ("before:2021", None, "2020-12-31"),
        ("after:2023-03", "2023-04-01", None),
        ("date:2025-02", "2025-02-01", "2025-02-28"),
        ("year:2024", "2024-01-01", "2024-12-31"),
        ("since:yesterday", "2026-01-05", None),
        ('since:"last month"', "2025-12-01", None),
        ("since:last-month", "2025-12-01", None),
        ("since:지난달", "2025-12-01", None),
        ("since:last month", "2025-12-01", None),
        ("after:지난 달", "2026-01-01", None),
        ("before:3 months ago", None, "2025-09-30"),
        ("since:5d", "2026-01-01", None),
        ("until:2mo", None, "2025-11-30"),
        ("이후:2024", "2024-01-01", None),
        ("since:2024 until:2025-06", "2024-01-01", "2025-06-30"),
        ("2025-02-25", "2025-02-25", "2025-02-25"),
        ("2025.2.25 (화)", "2025-02-25", "2025-02-25"),
        ("2/25", "2025-02-25", "2025-02-25"),
        ("2023", "2023-01-01", "2023-12-31"),
    ],
)
def test_a_filter_and_a_bare_date_mean_nothing_else(typed: str, since: str | None, until: str | None) -> None:
    """What is written as a filter, or is a date alone, is marked as an operator."""
    found = period_in(typed, DAY)
    assert found.period is not None
    assert found.period.is_operator
    assert (found.period.since, found.period.until) == tuple(
        day and date.fromisoformat(day) for day in (since, until)
    )
    assert not found.rest.strip()


@pytest.mark.parametrize(
    "typed",
    ["2024 tokenization", "coco 2018", "unarXive 2022", '"last year" moe', "작년도 moe",
     "outlast years", "might may", "2502.17", "2023-99 gan", "gpt-4-turbo-2024-04-09",
     "2-4 semi", "llama 3.1 405b", "3년간", "2020년대", "6 months",
     "gpt4 turbo april benchmark", "3 hours ago",
     "the past", "최근 rl"],
)  # fmt: skip
def test_what_may_be_a_name_is_no_period(typed: str) -> None:
    """A lone year, a quotation and parts of other words stay as they were typed."""
    found = period_in(typed, DAY)
    assert found.period is None
    assert found.rest == typed


def test_a_filter_that_cannot_be_read_is_reported() -> None:
    """It is neither a period nor a word."""
    found = period_in("since:9999-99 moe", DAY)
    assert (found.period, found.rest.split(), found.not_understood) == (None, ["moe"], ("since:9999-99",))


def test_from_is_of_an_author_where_no_time_stands_behind_it() -> None:
    """It is left for the author's filter; beside a time it is a time."""
    found = period_in("from:kaiming before:2021", DAY)
    assert found.period is not None
    assert (found.period.until, found.rest.split()) == (date(2020, 12, 31), ["from:kaiming"])


@pytest.mark.parametrize(
    "typed", ["어제 본 롱로프", "롱로프 we discussed yesterday", "지난주에 얘기한 롱로프"]
)
def test_when_somebody_saw_a_paper_narrows_nothing(typed: str) -> None:
    """The time is taken out, and no period."""
    found = period_in(typed, DAY)
    assert found.period is None
    assert found.chatter
    assert "롱로프" in found.rest


def test_beside_a_filter_a_time_is_words() -> None:
    """One period is enough."""
    assert period_in("moe 작년 since:2022", DAY).rest.split() == ["moe", "작년"]


def test_a_time_by_itself_is_read_whole_or_not_at_all() -> None:
    """What is more than a time is none."""
    assert span_of("last_month", DAY) == (date(2025, 12, 1), date(2025, 12, 31))
    assert span_of("last month moe", DAY) is None


@given(
    st.text(max_size=100),
    st.sampled_from(["재작년", "999년 전", "last 999 years", "since:0001", "before 1900",
                     "9999-12", "2월 31일"]),
    st.dates(),
)  # fmt: skip
def test_any_text_on_any_day_is_read(typed: str, said: str, today: date) -> None:
    """Whatever the day, nothing typed is an error."""
    for text in (typed, said, f"{typed} {said}", f"{said} {typed}"):
        period_in(text, today)
