"""What people type is taken apart, and never refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.search.query import LONGEST_QUERY, MOST_WORDS, Query, parse


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("looped transformers", Query(words=("looped", "transformers"))),
        ("#Scaling_Law quantization", Query(words=("quantization",), tags=("scaling-law",))),
        ("tag:scaling-law", Query(tags=("scaling-law",))),
        ("<#C123|scaling-law>", Query(tags=("scaling-law",))),
        ("by:saunshi", Query(authors=("saunshi",))),
        ('by:"Nikunj Saunshi"', Query(authors=("Nikunj Saunshi",))),
        ("since:2025", Query(since=date(2025, 1, 1))),
        ("until:2024-02", Query(until=date(2024, 2, 29))),
        ("since:2025-02-25", Query(since=date(2025, 2, 25))),
        ("2025-02-25", Query(since=date(2025, 2, 25), until=date(2025, 2, 25))),
        (
            "2023-03 instruction tuning",
            Query(words=("instruction", "tuning"), since=date(2023, 3, 1), until=date(2023, 3, 31)),
        ),
        ("2024/02/29 moe", Query(words=("moe",), since=date(2024, 2, 29), until=date(2024, 2, 29))),
        ("2023년 3월 디퓨전", Query(words=("디퓨전",), since=date(2023, 3, 1), until=date(2023, 3, 31))),
        ("2024-02-29 Thu", Query(since=date(2024, 2, 29), until=date(2024, 2, 29))),
        ("coco 2018", Query(words=("coco",), year=2018)),
        ("gan 2021년", Query(words=("gan",), year=2021)),
        ("gan 2021 since:2022", Query(words=("gan", "2021"), since=date(2022, 1, 1))),
        ("2023", Query(since=date(2023, 1, 1), until=date(2023, 12, 31))),
        ("2502.17", Query(words=("2502.17",))),
        ("2023-99 gan", Query(words=("2023-99", "gan"))),
        ("“latent thoughts”", Query(phrases=("latent thoughts",))),
        ("looped —gan", Query(words=("looped",), without=("gan",))),
        ("looped -#gan", Query(words=("looped",), without_tags=("gan",))),
        ("2502.17416", Query(address="arxiv:2502.17416")),
        ("https://arxiv.org/abs/2502.17416v2", Query(address="arxiv:2502.17416")),
        ("today", Query(special="today")),
        ("오늘", Query(special="today")),
        ("", Query()),
    ],
)
def test_a_question_is_taken_apart(typed: str, expected: Query) -> None:
    """Every operator of the query language gives its own field, however it was typed."""
    assert expected == parse(typed)


@given(st.text(max_size=3000))
def test_nothing_typed_is_an_error(typed: str) -> None:
    """Any text at all is a question."""
    assert isinstance(parse(typed), Query)


def test_a_pasted_page_is_read_only_so_far() -> None:
    """A question has at most so many words, however much was pasted."""
    assert len(parse("word " * LONGEST_QUERY).words) <= MOST_WORDS
