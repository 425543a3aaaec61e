"""Korean words a slip away from one that was typed: 강화학슺 is 강화학습, 데이타 is 데이터. Pure.

A slip is one of the keyboard's keys wrong, missing or extra, or two swapped. Of syllables it may change two,
so that words are compared by their keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from digests.search import hangul
from digests.search.keyboard import are_neighbours, keys
from digests.search.spelling import Spellings

SHORTEST = 2
"""Syllables of a word that may be a slip; a lone one is near too much."""

LONG = 10
"""Keys from which a word may hold two slips."""


class HangulSpellings:
    """Words in Hangul by their keys. Does not know which of them is meant."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words: dict[str, str] = {}
        for word in words:
            if len(word) >= SHORTEST:
                self._words.setdefault(keys(word), word)
        self._near = Spellings(self._words)

    def near(self, word: str) -> list[tuple[int, str]]:
        """The words at most a slip away, two for a long word, with the slips, the nearest first; not the word
        itself. Give the common words first: of those with the same keys one is kept.
        """
        if len(word) < SHORTEST:
            return []
        typed = keys(word)
        if not typed.isascii():
            return []
        found = self._near.near(typed, 2 if len(typed) >= LONG else 1)
        return [(slips, self._words[spelt]) for slips, spelt in found]


def pairs_near(pair: str) -> list[str]:
    """The pairs of syllables that differ from one in a letter of near sound or key.

    학습 is near 학슺, and 뛰어 is not near 휘어.
    """
    found = []
    for at, syllable in enumerate(pair):
        initial, vowel, final = hangul.letters(syllable)
        others = [(other, vowel, final) for other in hangul.INITIALS if _are_near(initial, other)]
        others += [(initial, other, final) for other in hangul.VOWELS if _are_near(vowel, other)]
        others += [(initial, vowel, other) for other in hangul.FINALS if _are_near(final, other)]
        found += [pair[:at] + hangul.syllable(*one) + pair[at + 1 :] for one in others]
    return found


_ALIKE = (
    *("ㅐㅔㅒㅖ", "ㅚㅙㅞ", "ㅢㅣㅟ", "ㅡㅜ", "ㅏㅑ", "ㅓㅕㅗ", "ㅗㅛ", "ㅜㅠ", "ㅓㅏ"),
    *("ㄱㄲㅋ", "ㄷㄸㅌ", "ㅂㅃㅍ", "ㅈㅉㅊ", "ㅅㅆ"),
)
"""Letters that sound nearly the same, or are written for the same English sound."""


@lru_cache(maxsize=4096)
def _are_near(letter: str, other: str) -> bool:
    """Whether one letter of a syllable may be meant for another: it sounds alike, is on a key beside or on
    the same one, or one key of it is missing."""
    if letter == other:
        return False
    if any(letter and other and letter in alike and other in alike for alike in _ALIKE):
        return True
    typed, meant = keys(letter).lower(), keys(other).lower()
    if len(typed) != len(meant):
        longer, shorter = sorted((typed, meant), key=len, reverse=True)
        return len(longer) - len(shorter) == 1 and shorter in longer
    wrong = [(one, two) for one, two in zip(typed, meant, strict=True) if one != two]
    return not wrong or (len(wrong) == 1 and are_neighbours(*wrong[0]))
