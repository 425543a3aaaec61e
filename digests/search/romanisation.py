"""Korean names in Latin letters, as people write them: 서민준 is Minjoon Seo or Min-Jun Suh. Pure.

The government's system is one way of many, and few people follow it for their own name. So a syllable is a
pattern of the spellings in use. Surnames are data, since each family has its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from digests.search import hangul, word_lists
from digests.search.word_lists import WordLists, words_of

LONGEST_GIVEN = 3
"""Syllables of a given name; nearly all have two."""

_INITIALS = (
    "g|k|c", "kk|gg|k", "n", "d|t", "dd|tt|d", "r|l|n", "m", "b|p|v", "bb|pp", "s|sh", "ss|s", "",
    "j|ch|z|g", "jj|j", "ch|c|tch", "k|c|q", "t", "p|f", "h",
)  # fmt: skip
_VOWELS = (
    "a|ah", "ae|ai|ay|e", "ya|ia", "yae", "eo|u|o|e|ou|uh", "e|ae|ei|ay", "yeo|you|yu|yo|ye|eo|u",
    "ye|e|ie|ae", "o|oh", "wa|oa|ua", "wae", "oe|oi|we|wee", "yo", "oo|u|ou|w?oo|wu|w", "wo|weo|uo|o",
    "we", "wi|ui|wee|uee|i", "yu|yoo|you|ew|u", "eu|u|e|oo", "ui|eui|ee|ey|i|ie|uee",
    "i|ee|y|yi|ie|ea|ih",
)  # fmt: skip
_FINALS = (
    "h?", "k|g|ck|c|que", "kk|k", "k", "n|ne", "n", "n", "t|d", "l|r|ll", "lk|k", "lm|m", "lb|p", "l",
    "l", "p", "l", "m", "b|p", "p", "t|s|d", "t", "ng|n", "t|j", "t", "k", "t", "p", "t|h",
)  # fmt: skip
"""The spellings of the letters, in Unicode's order of initials, vowels and finals (section 3.12)."""


@dataclass(frozen=True, slots=True)
class KoreanName:
    """A name read as a Korean one."""

    surnames: frozenset[str]
    """The spellings of the surname, in small letters."""
    given: re.Pattern[str]
    """The spellings of the given name, in small letters without hyphens and spaces."""

    def fits(self, name: str) -> bool:
        """Whether a name in Latin letters, folded, may be this one; the surname comes first or last."""
        parts = [part for part in re.split(r"[^a-z]+", name) if part]
        if len(parts) < 2:
            return False
        return (parts[-1] in self.surnames and bool(self.given.fullmatch("".join(parts[:-1])))) or (
            parts[0] in self.surnames and bool(self.given.fullmatch("".join(parts[1:])))
        )


def korean_names(words: tuple[str, ...]) -> Iterator[KoreanName]:
    """The ways to read words in Hangul as one Korean name: 서민준, 서 민준 and 민준 서."""
    surnames = _surnames(word_lists.current())
    whole = "".join(words)
    orders = [whole]
    if len(words) == 2 and words[1] in surnames:
        orders.append(words[1] + words[0])
    for name in dict.fromkeys(orders):
        for length in (2, 1):
            given = name[length:]
            if name[:length] in surnames and 1 <= len(given) <= LONGEST_GIVEN and hangul.is_syllables(given):
                yield KoreanName(surnames[name[:length]], _given(given))


@lru_cache(maxsize=2)
def _surnames(lists: WordLists) -> dict[str, frozenset[str]]:
    return {surname: frozenset(words_of(spellings)) for surname, spellings in lists.rows("surnames")}


@lru_cache(maxsize=256)
def _given(name: str) -> re.Pattern[str]:
    return re.compile("".join(map(_syllable, name)))


def _syllable(syllable: str) -> str:
    initial, vowel, final = hangul.places(syllable)
    return f"(?:{_INITIALS[initial]})(?:{_VOWELS[vowel]})(?:{_FINALS[final]})"
