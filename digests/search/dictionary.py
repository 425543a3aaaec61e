"""A question's words in the other language: photo and 사진, 줄이다 and reduce. Pure.

Titles and abstracts are in English and most commentary is in Korean, so that half of what is said of a paper
is out of reach of a question in one of them. Asked only where a question's own words leave much unanswered:
most words have several meanings, and which one is meant is not looked into. The words are in
``words/dictionary.tsv``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from digests.search import tokenizer, word_lists
from digests.search.function_words import FUNCTION
from digests.search.slips import HangulSpellings
from digests.search.word_lists import WordLists, words_of

MOST = 8
"""Words that one word may be in the other language."""

_FEWEST_SYLLABLES = 2
"""Of a Korean word; a lone one means too much."""


def translations(asked: Sequence[tokenizer.Word]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """What each word may be in the other language, by the word as it was typed; of each the terms that it is
    made of, which a paper that says it has all of.
    """
    found = {word.shown: _in_other_language(word)[:MOST] for word in asked}
    return {shown: names for shown, names in found.items() if names}


def _in_other_language(word: tokenizer.Word) -> tuple[tuple[str, ...], ...]:
    if word.is_hangul:
        return tuple((name,) for name in _english(word.folded))
    if word.folded in FUNCTION:
        return ()
    return tuple(
        tokenizer.pairs(name) for name in _in_korean(word_lists.current()).get(_stem(word.shown), ())
    )


def is_known(korean: str) -> bool:
    """Whether a Korean word stands here, as it is: 비지도 is no 비지 with a particle."""
    return korean in _in_english(word_lists.current())


def near(korean: str) -> list[str]:
    """The Korean words that stand here and are a slip away from one, the nearest first."""
    return [word for _, word in _spellings(word_lists.current()).near(korean)]


@lru_cache(maxsize=2)
def _spellings(lists: WordLists) -> HangulSpellings:
    return HangulSpellings(_in_english(lists))


def _english(korean: str) -> tuple[str, ...]:
    """The English terms for a Korean word, or for what it begins with (줄이는 begins with 줄이), and for what
    follows (언어모델 is 언어 and 모델).
    """
    known = _in_english(word_lists.current())
    for end in range(len(korean), _FEWEST_SYLLABLES - 1, -1):
        if names := known.get(korean[:end]):
            return names + (known.get(korean[end:], ()) if len(korean) - end >= _FEWEST_SYLLABLES else ())
    return ()


@lru_cache(maxsize=2)
def _in_korean(lists: WordLists) -> Mapping[str, tuple[str, ...]]:
    """By the stem of an English word, its Korean words."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for english, korean in _entries(lists):
        found[_stem(english)][korean] = None
    return {stem: tuple(names) for stem, names in found.items()}


@lru_cache(maxsize=2)
def _in_english(lists: WordLists) -> Mapping[str, tuple[str, ...]]:
    """By a Korean word, the stems of its English ones."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for english, korean in _entries(lists):
        found[korean][_stem(english)] = None
    return {korean: tuple(stems) for korean, stems in found.items()}


def _entries(lists: WordLists) -> Iterator[tuple[str, str]]:
    """English words, each with one of its Korean ones; what it is called in the field comes first."""
    for name in ("glossary", "dictionary"):
        for english, korean in lists.rows(name):
            yield from ((english, word) for word in words_of(korean))


def _stem(word: str) -> str:
    return tokenizer.stem(tokenizer.joined(word))
