"""The syllables of Hangul and the letters they are made of. Pure.

Unicode numbers the syllables by initial, vowel and final (section 3.12 of the standard).
"""

from __future__ import annotations

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_FIRST, _LAST = "가", "힣"


def is_syllables(text: str) -> bool:
    """Whether a text is nothing but syllables of Hangul; true of an empty one."""
    return all(_FIRST <= character <= _LAST for character in text)


def places(syllable: str) -> tuple[int, int, int]:
    """The places of a syllable's letters in ``INITIALS``, ``VOWELS`` and ``FINALS``."""
    place = ord(syllable) - ord(_FIRST)
    return place // 588, place // 28 % 21, place % 28


def letters(syllable: str) -> tuple[str, str, str]:
    """A syllable's initial, vowel and final, which is empty for some."""
    initial, vowel, final = places(syllable)
    return INITIALS[initial], VOWELS[vowel], FINALS[final]


def syllable(initial: str, vowel: str, final: str = "") -> str:
    """The syllable of these letters."""
    place = (INITIALS.index(initial) * 21 + VOWELS.index(vowel)) * 28 + FINALS.index(final)
    return chr(ord(_FIRST) + place)
