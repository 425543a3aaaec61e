"""Words a slip or two away."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from digests.search.spelling import MOST_NEAR, Spellings

_WORDS = st.text(alphabet="abcdez1-루프", min_size=1, max_size=9)


@given(words=st.sets(_WORDS, max_size=40), typed=_WORDS, slips=st.integers(1, 2))
def test_what_is_near_is_what_comparing_every_word_finds(words: set[str], typed: str, slips: int) -> None:
    """No word within so many slips is passed over, none further away is given, and the order is fixed."""
    every = sorted((OSA.distance(typed, word), word) for word in words)
    expected = [(distance, word) for distance, word in every if 0 < distance <= slips]
    assert Spellings(words).near(typed, slips) == expected[:MOST_NEAR]


def test_two_neighbours_swapped_are_one_slip() -> None:
    """``lopoed`` is one slip from ``looped``, not two letters wrong."""
    assert Spellings(["looped", "unrelated"]).near("lopoed", 1) == [(1, "looped")]


def test_the_word_itself_is_not_near() -> None:
    """A word that is there as it was typed is no slip of itself."""
    assert Spellings(["looped"]).near("looped", 2) == []
