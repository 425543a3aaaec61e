"""A question's words are known in the other language."""

from __future__ import annotations

import re

import pytest

from digests.search import dictionary, query_expansion, tokenizer, word_lists
from digests.search.library import Term
from digests.search.word_lists import words_of
from tests.digests.search.known import Known


def _translated(question: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    return dictionary.translations(query_expansion.asked_words(question.split()))


@pytest.mark.parametrize(
    ("english", "korean"),
    [
        ("photo", "사진"),
        ("photos", "사진"),
        ("rounding", "반올림"),
        ("Watermarks", "워터마크"),
        ("duplicates", "중복"),
        ("pruning", "가지치기"),
    ],
)
def test_an_english_word_is_known_in_korean(english: str, korean: str) -> None:
    """A word in any form, or the name of a thing, stands for Korean words by their pairs of syllables."""
    assert tokenizer.pairs(korean) in _translated(english)[english]


@pytest.mark.parametrize(
    ("korean", "english"),
    [("거리에", "distance"), ("줄이는", "reduce"), ("암기를", "memorization"), ("카메라로", "camera")],
)
def test_a_korean_word_is_known_in_english(korean: str, english: str) -> None:
    """A noun with its particle and a verb in any form stand for English words by their stems."""
    assert (tokenizer.stem(english),) in _translated(korean)[korean]


def test_little_words_and_names_have_no_translation() -> None:
    """Words that hold a question together, and names, are nothing else in the other language."""
    assert _translated("with the same zzyx saunshi 가나다라") == {}


def test_entries_are_english_with_korean() -> None:
    """A word is in small Latin letters, and what it is in Korean are at least two syllables each."""
    for english, cell in word_lists.load().rows("dictionary"):
        assert re.fullmatch(r"[a-z0-9-]+", english)
        assert all(re.fullmatch("[가-힣]{2,}", word) for word in words_of(cell))


def test_the_rarest_pair_stands_for_a_korean_word() -> None:
    """Of a word's pairs the rarest is looked for; if one is nowhere, none."""
    common, rare = Term("가지", 90, 0), Term("치기", 7, 0)
    known = Known(100, [common, rare])
    assert query_expansion.standing_for(("가지", "치기"), known) == [rare]
    assert query_expansion.standing_for(("가지", "지치", "치기"), known) == []
