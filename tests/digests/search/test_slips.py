"""Slips of the finger in Korean words are seen by the keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.search.slips import HangulSpellings, pairs_near

NEAR = HangulSpellings(["강화학습", "데이터", "양자화", "토크나이저", "트랜스포머", "추론", "보상", "정렬"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("강화학슺", "강화학습"),
        ("강화학스", "강화학습"),
        ("강화하급", "강화학습"),
        ("데이타", "데이터"),
        ("얄자화", "양자화"),
        ("토크니이저", "토크나이저"),
        ("투론", "추론"),
        ("봉상", "보상"),
    ],
)
def test_a_slip_in_a_korean_word_is_seen(typed: str, meant: str) -> None:
    """A letter wrong, missing or extra leads to the word."""
    assert NEAR.near(typed)[0][1] == meant


@pytest.mark.parametrize("typed", ["강화학습", "점심", "고양이", "추", "", "데이트", "ㅋㅋ"])
def test_other_words_are_no_slips(typed: str) -> None:
    """The word itself is none, nor is one that is further away, nor a lone syllable."""
    assert [word for _, word in NEAR.near(typed)] in ([], ["데이터"])


@given(st.text(max_size=12))
def test_any_word_is_compared(typed: str) -> None:
    """Nothing typed is an error."""
    NEAR.near(typed)


@pytest.mark.parametrize(
    ("typed", "meant", "is_near"),
    [
        ("학슺", "학습", True),  # a key beside it,
        ("이타", "이터", True),  # a like sound,
        ("기게", "기계", True),
        ("하습", "학습", True),  # a letter missing,
        ("휘어", "뛰어", False),  # neither;
        ("송한", "상한", False),
        ("비어", "디어", False),
    ],
)
def test_a_pair_of_syllables_is_near_by_key_or_sound(typed: str, meant: str, *, is_near: bool) -> None:
    """Only a letter on a key beside, of like sound, or missing makes one pair a slip of another."""
    assert (meant in pairs_near(typed)) is is_near
