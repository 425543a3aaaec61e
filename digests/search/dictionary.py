"""A question's words in the other language: photo and 사진, 줄이다 and reduce. Pure.

Titles and abstracts are in English and most commentary is in Korean, so that half of what is said of a paper
is out of reach of a question in one of them. Asked only where a question's own words leave much unanswered:
most words have several meanings, and which one is meant is not looked into.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from digests.search import glossary, text
from digests.search.bilingual import ENGLISH_KOREAN
from digests.search.function_words import FUNCTION

MOST = 8
"""Words that one word may be in the other language."""

_FEWEST_SYLLABLES = 2
"""Of a Korean word; a lone one means too much."""


def translations(asked: Sequence[text.Word]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """What each word may be in the other language, by the word as it was typed; of each the terms that it is
    made of, which a paper that says it has all of.
    """
    found = {word.shown: _in_other_language(word)[:MOST] for word in asked}
    return {shown: names for shown, names in found.items() if names}


def _in_other_language(word: text.Word) -> tuple[tuple[str, ...], ...]:
    if word.is_hangul:
        return tuple((name,) for name in _english(word.folded))
    if word.folded in FUNCTION:
        return ()
    return tuple(text.pairs(name) for name in _in_korean().get(_stem(word.shown), ()))


def is_known(korean: str) -> bool:
    """Whether a Korean word stands here, as it is: 비지도 is no 비지 with a particle."""
    return korean in _in_english()


def _english(korean: str) -> tuple[str, ...]:
    """The English terms for a Korean word, or for what it begins with (줄이는 begins with 줄이), and for what
    follows (언어모델 is 언어 and 모델).
    """
    known = _in_english()
    for end in range(len(korean), _FEWEST_SYLLABLES - 1, -1):
        if names := known.get(korean[:end]):
            return names + (known.get(korean[end:], ()) if len(korean) - end >= _FEWEST_SYLLABLES else ())
    return ()


@cache
def _in_korean() -> Mapping[str, tuple[str, ...]]:
    """By the stem of an English word, its Korean words."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for english, korean in _entries():
        found[_stem(english)][korean] = None
    return {stem: tuple(names) for stem, names in found.items()}


@cache
def _in_english() -> Mapping[str, tuple[str, ...]]:
    """By a Korean word, the stems of its English ones."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for english, korean in _entries():
        found[korean][_stem(english)] = None
    return {korean: tuple(stems) for korean, stems in found.items()}


def _entries() -> Iterator[tuple[str, str]]:
    """English words, each with one of its Korean ones; what it is called in the trade comes first."""
    yield from glossary.names()
    for entry in ENGLISH_KOREAN.replace("\n", " ").split(","):
        english, *korean = entry.split()
        yield from ((english, name) for name in korean)


def _stem(word: str) -> str:
    return text.stem(text.joined(word))
