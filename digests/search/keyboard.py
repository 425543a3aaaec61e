"""What was typed on the other keyboard: ㅣㅐㅐㅔㄷㅇ is looped, rkdghkgkrtmq is 강화학습. Pure.

Korea's standard keyboard (KS X 5002, two sets of letters) against QWERTY. Does not know whether what comes of
it is a word that anybody looks for; the index does.
"""

from __future__ import annotations

import re

from digests.search import hangul

_KEYS = dict(
    zip(
        "qwertyuiopasdfghjklzxcvbnmQWERTOP",
        "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆㅒㅖ",
        strict=True,
    )
)
"""The letter of Hangul on each key; a capital that has none of its own has the small one's."""

_LATIN = {letter: key for key, letter in _KEYS.items()}
_DOUBLE = {
    "ㅗㅏ": "ㅘ", "ㅗㅐ": "ㅙ", "ㅗㅣ": "ㅚ", "ㅜㅓ": "ㅝ", "ㅜㅔ": "ㅞ", "ㅜㅣ": "ㅟ", "ㅡㅣ": "ㅢ",
    "ㄱㅅ": "ㄳ", "ㄴㅈ": "ㄵ", "ㄴㅎ": "ㄶ", "ㄹㄱ": "ㄺ", "ㄹㅁ": "ㄻ", "ㄹㅂ": "ㄼ", "ㄹㅅ": "ㄽ",
    "ㄹㅌ": "ㄾ", "ㄹㅍ": "ㄿ", "ㄹㅎ": "ㅀ", "ㅂㅅ": "ㅄ",
}  # fmt: skip
"""Letters that two keys make together."""

_PLACES = {
    key: (row, column)
    for row, keys_of_row in enumerate(("qwertyuiop", "asdfghjkl", "zxcvbnm"))
    for column, key in enumerate(keys_of_row)
}
"""The row and the column of each key."""

_SINGLE = {double: letters for letters, double in _DOUBLE.items()}
_HANGUL = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]")
_LONE = re.compile(r"[ㄱ-ㅎㅏ-ㅣ]")
_LATIN_LETTER = re.compile(r"[A-Za-z]")


def on_other_keyboard(text: str) -> str | None:
    """The same keys on the other keyboard. None where both keyboards were used already, or where Latin
    letters do not come to whole syllables: no Korean word is typed so.
    """
    has_hangul, has_latin = bool(_HANGUL.search(text)), bool(_LATIN_LETTER.search(text))
    if has_hangul == has_latin:
        return None
    if has_hangul:
        return keys(text)
    # With the capitals locked, those are no double consonants.
    typed = text.lower() if text.isupper() else text
    korean = composed("".join(_KEYS.get(key, _KEYS.get(key.lower(), key)) for key in typed))
    return None if _LONE.search(korean) else korean


def keys(text: str) -> str:
    """The keys that type a text in Hangul, as the Latin letters on them; what is none stays as it is."""
    return "".join(map(_latin, letters(text)))


def are_neighbours(key: str, other: str) -> bool:
    """Whether two keys touch each other; each row stands half a key further right than the one above."""
    (row, column), (other_row, other_column) = _PLACES[key], _PLACES[other]
    if row == other_row:
        return abs(column - other_column) == 1
    upper, lower = sorted([(row, column), (other_row, other_column)])
    return lower[0] - upper[0] == 1 and upper[1] - lower[1] in (0, 1)


def letters(text: str) -> str:
    """The text with syllables taken apart into the letters that are typed: 값 is ㄱㅏㅂㅅ."""
    return "".join(map(_apart, text))


def composed(letters: str) -> str:
    """Letters of Hangul put together into syllables as a keyboard does; what does not fit stays a letter."""
    out: list[str] = []
    initial = vowel = final = ""

    def put() -> None:
        nonlocal initial, vowel, final
        if initial and vowel:
            out.append(hangul.syllable(initial, vowel, final))
        else:
            out.append(initial + vowel)
        initial = vowel = final = ""

    for letter in letters:
        if letter in hangul.VOWELS:
            if final:
                # The last consonant begins the next syllable.
                stays, moves = _SINGLE.get(final, final)[:-1], _SINGLE.get(final, final)[-1]
                final = stays
                put()
                initial, vowel = moves, letter
            elif vowel and vowel + letter in _DOUBLE:
                vowel = _DOUBLE[vowel + letter]
            else:
                if vowel:
                    put()
                vowel = letter
        elif letter in hangul.INITIALS:
            if initial and vowel and (not final) and letter in hangul.FINALS:
                final = letter
            elif final and final + letter in _DOUBLE:
                final = _DOUBLE[final + letter]
            else:
                put()
                initial = letter
        else:
            put()
            out.append(letter)
    put()
    return "".join(out)


def _latin(letter: str) -> str:
    return "".join(_LATIN.get(part, part) for part in _SINGLE.get(letter, letter))


def _apart(character: str) -> str:
    spelt = hangul.letters(character) if hangul.is_syllables(character) else character
    return "".join(_SINGLE.get(letter, letter) for letter in spelt)
