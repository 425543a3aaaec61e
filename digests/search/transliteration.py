"""English words as Korean readers spell them by ear: 플래시 어텐션 is flash attention. Pure.

English spelling says little of vowels, and Hangul leaves out some consonants (an r that is not heard) and
puts vowels between others. So a word in Hangul becomes a pattern of the letters that may stand for its
sounds, to be looked for among the words there are. Does not know which Korean words are Korean: whoever
asks keeps to those that hardly occur.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import takewhile

from rapidfuzz.distance import Levenshtein

SHORTEST, LONGEST = 2, 10
"""Syllables of a word that may be spelt by ear; a lone one is like too much."""

FARTHEST = 0.34
"""Of its letters, so many that a word may be written otherwise than it was heard."""

_FEWEST, _TELLING = 2, 4
"""Consonants below which a word sounds like too much, and from which like hardly anything else."""

_FIRST_SYLLABLE = ord("가")
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"

# The letters that may stand for a consonant, before a vowel and at a syllable's end.
_BEFORE = {
    "ㄱ": "gg?|c|k|q|gh",
    "ㄲ": "gg?|cc?|k|ck",
    "ㄴ": "nn?|kn|gn",
    "ㄷ": "dd?|th",
    "ㄸ": "dd?|th",
    "ㄹ": "ll?|rr?|wr|rh",
    "ㅁ": "mm?",
    "ㅂ": "bb?|v",
    "ㅃ": "bb?|v",
    "ㅅ": "ss?h?|sc|c|ch|z|th|c?t(?=i)|x",
    "ㅆ": "ss?|c|th",
    "ㅈ": "j|gg?|dg|zz?|s|d(?=u)|t(?=u)",
    "ㅉ": "j|zz?|ts",
    "ㅊ": "t?ch|c|t(?=[iu])|ts|tz",
    "ㅋ": "cc?|ck?|kk?|ch|q|g",
    "ㅌ": "tt?|th",
    "ㅍ": "pp?|ff?|ph|v",
    "ㅎ": "h|wh",
}  # fmt: skip
_AFTER = {
    "ㄱ": "c?k|c|gg?|que?|ch",
    "ㄴ": "nn?|gn|kn",
    "ㄷ": "tt?|dd?|th",
    "ㄹ": "ll?|rr?",
    "ㅁ": "mm?b?",
    "ㅂ": "pp?|bb?|v|f",
    "ㅅ": "tt?|th|ss?|dd?",
    "ㅇ": "ngu?|n(?=[cgkqx])|n",
    "ㅋ": "c?k|c",
    "ㅌ": "tt?",
    "ㅍ": "pp?|ff?|ph",
}
_OPENING = {
    "ㅏ": "[aoui]",
    "ㅐ": "[ae]",
    "ㅓ": "[eouai]",
    "ㅔ": "[ea]",
    "ㅗ": "[oau]",
    "ㅜ": "[uoweq]",
    "ㅡ": "[eaiou]",
    "ㅣ": "[ieya]",
    "ㅢ": "[uiwe]",
}
_GLIDING = "[yiuweoq]"
"""What the vowels that begin with a glide (야, 웨…) may begin with."""

_LATER = "[aeiouyw]"
_UNHEARD = r"(?:gh|r(?![aeiouy])|re(?=s?\b)|h(?![aeiouy])|l(?=[kmf]))?"
"""Letters after a vowel that are not spoken."""

_KS = "x|cks?|cc|cs|ks|xc|ct(?=i)"
"""The two sounds of x."""

_LETTERS = {
    "에이": "a", "비": "b", "씨": "c", "시": "c", "디": "d", "이": "e", "에프": "f", "지": "g",
    "에이치": "h", "아이": "i", "제이": "j", "케이": "k", "엘": "l", "엠": "m", "엔": "n", "오": "o",
    "피": "p", "큐": "q", "알": "r", "아르": "r", "에스": "s", "티": "t", "유": "u", "브이": "v",
    "더블유": "w", "엑스": "x", "와이": "y", "제트": "z", "지트": "z",
}  # fmt: skip
_NAMES_OF_LETTERS = "|".join(sorted(_LETTERS, key=len, reverse=True))
_SPELT_OUT = re.compile(f"(?:{_NAMES_OF_LETTERS}){{2,6}}")
_LETTER = re.compile(_NAMES_OF_LETTERS)

_HISSING = frozenset("ㅅㅆㅈㅉㅊ")
_AFTER_A_HISS = frozenset("ㅣㅟㅠ")
"""Consonants, and the vowels that Hangul puts behind them where English has none."""

_ROUGHLY = {
    "ㄱ": "k", "ㄲ": "k", "ㅋ": "k", "ㄴ": "n", "ㄷ": "t", "ㄸ": "t", "ㅌ": "t", "ㄹ": "l", "ㅁ": "m",
    "ㅂ": "p", "ㅃ": "p", "ㅍ": "p", "ㅅ": "s", "ㅆ": "s", "ㅈ": "s", "ㅉ": "s", "ㅊ": "s", "ㅎ": "h",
    "ㅏ": "a", "ㅐ": "a", "ㅑ": "a", "ㅒ": "a", "ㅓ": "a", "ㅔ": "a", "ㅕ": "a", "ㅖ": "a", "ㅗ": "o",
    "ㅘ": "ua", "ㅙ": "ua", "ㅚ": "ua", "ㅛ": "o", "ㅜ": "u", "ㅝ": "ua", "ㅞ": "ua", "ㅟ": "ui",
    "ㅠ": "u", "ㅡ": "", "ㅢ": "ui", "ㅣ": "i", "ㅇ": "n",
}  # fmt: skip
_SPOKEN = [
    (re.compile(written), spoken)
    for written, spoken in (
        ("-", ""),
        ("^(?:kn|gn)", "n"),
        ("^wr", "r"),
        ("^wh", "w"),
        ("[st]s?ion", "sen"),
        ("ture", "se"),
        ("(?<!ch)[iy](?=[ztdnmkpl]e)", "a"),
        ("gh", ""),
        ("ph", "f"),
        ("gn|ng(?![aeiouy])", "n"),
        ("t?ch|sh|dg|sc(?=[eiy])|c(?=[eiy])|j|z|th(?=[iro])|x$", "s"),
        ("th", "t"),
        ("ck|q|c|g(?![eiy]|n)", "k"),
        ("g", "s"),
        ("x", "ks"),
        ("f|v|b", "p"),
        ("d", "t"),
        ("r(?![aeiouy])", ""),
        ("r", "l"),
        ("e(s?)$", r"\1"),
        ("(?<=[aeiou])h", ""),
        ("y", "i"),
        ("w", "u"),
    )
]
"""What English letters sound like, one after the other."""

LITTLE_WORDS = frozenset({"오브", "앤드", "위드", "프롬", "포", "더", "앤"})
"""of, and, with, from, for, the: spelt out in a name, they tell nothing."""


def heard(hangul: str, words: Iterable[str]) -> list[str]:
    """Of words that fit the pattern those that sound the most like it, in the order they were given."""
    sound = _said(hangul)
    distances = {word: Levenshtein.distance(sound, _spoken(word)) for word in words}
    least = min(distances.values(), default=0)
    if least > FARTHEST * len(sound):
        return []
    return [word for word, distance in distances.items() if distance == least]


@lru_cache(maxsize=1024)
def pattern(hangul: str) -> str | None:
    """A regular expression of the Latin words that may sound so; None for what is too short or too long.

    It matches folded words, has no anchors and captures nothing.
    """
    sounds = list(_sounds(hangul))
    if not SHORTEST <= len(hangul) <= LONGEST or _consonants(hangul) < _FEWEST:
        return None
    found = []
    before = ""
    while sounds:
        kind, sound = sounds.pop(0)
        following = sounds[0][1] if sounds else ""
        if kind == "vowel":
            run = [sound]
            while sounds and sounds[0][0] == "vowel":
                run.append(sounds.pop(0)[1])
            found.append(_vowels(run, before))
        elif kind == "final" and sound == "ㄱ" and following in ("ㅅ", "ㅆ"):
            found.append(f"(?:{_KS})")
            sounds.pop(0)
        elif kind == "final" and sound == following == "ㄹ":
            found.append("(?:ll?|rr?)")
            sounds.pop(0)
        elif letters := (_AFTER if kind == "final" else _BEFORE).get(sound):
            found.append(f"(?:{letters})")
        else:
            return None
        before = sound
    return "-?".join(found) + "e?s?"


@lru_cache(maxsize=1024)
def openings(hangul: str) -> tuple[str, ...]:
    """What a word that fits the pattern begins with, in order, none the beginning of another: most words need
    not be looked at.
    """
    sounds = list(_sounds(hangul))
    vowels = [sound for _, sound in takewhile(lambda one: one[0] == "vowel", sounds)]
    if vowels:
        return _least(letter for sound in vowels for letter in _letters(sound))
    first = sounds[0][1]
    run = [sound for _, sound in takewhile(lambda one: one[0] == "vowel", sounds[1:])]
    rest = sounds[1 + len(run) :]
    while len(run) > 1 and run[0] == "ㅡ":
        run = run[1:]
    second = {*"-", *_letters(run[0])}
    if run == ["ㅡ"] or (first in _HISSING and run[0] in _AFTER_A_HISS):
        # A vowel need not follow.
        second.update("aeiouy", *map(_letters, run[1:2]), _begun(*rest[0]) if rest else "es")
    return _least(
        one + letter for one in _spellings(_BEFORE[first]) for letter in ("", *second)[bool(rest) :]
    )


def _begun(kind: str, consonant: str) -> set[str]:
    letters = _BEFORE.get(consonant, "") if kind == "initial" else f"{_AFTER.get(consonant, '')}|x|c|k|l|r"
    return {one[:1] for one in _spellings(letters)}


def _letters(vowel: str) -> str:
    return _OPENING.get(vowel, _GLIDING).strip("[]")


def _spellings(letters: str) -> set[str]:
    """What letters of the tables above may be, ``t?ch|c|t(?=[iu])`` for instance."""
    found: set[str] = set()
    for one in re.sub(r"\(.*?\)", "", letters).split("|"):
        spelt = [""]
        for letter, is_optional in re.findall(r"([a-z])(\??)", one):
            spelt = [*(before + letter for before in spelt), *(spelt if is_optional else ())]
        found.update(spelt)
    return found


def _least(openings: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for one in sorted(openings):
        if not kept or not one.startswith(kept[-1]):
            kept.append(one)
    return tuple(kept)


def is_telling(hangul: str) -> bool:
    """Whether a word has so many consonants that hardly another sounds like it."""
    return _consonants(hangul) >= _TELLING


def _consonants(hangul: str) -> int:
    return sum(kind != "vowel" for kind, _ in _sounds(hangul))


def spelt_out(hangul: str) -> str | None:
    """The letters whose names a word in Hangul says, 지피티 for gpt; None for any other word."""
    if not _SPELT_OUT.fullmatch(hangul):
        return None
    return "".join(_LETTERS[name] for name in _LETTER.findall(hangul))


def _sounds(hangul: str) -> Iterator[tuple[str, str]]:
    """The letters of syllables, each said to be an initial, a vowel or a final; those without a sound left
    out.
    """
    for syllable in hangul:
        code = ord(syllable) - _FIRST_SYLLABLE
        initial = _INITIALS[code // 588]
        if initial != "ㅇ":
            yield "initial", initial
        yield "vowel", _VOWELS[code // 28 % 21]
        final = _FINALS[code % 28]
        if final != " ":
            yield "final", final


def _vowels(run: list[str], before: str) -> str:
    """Letters for vowels that follow one another: 에이 is one letter in English, and so is 아이."""
    while len(run) > 1 and run[0] == "ㅡ":
        run = run[1:]
    if run == ["ㅡ"]:
        # It only stands between consonants that English speaks together.
        return "(?:[aeiouy]r?)?" if before else "[aeiou]"
    opening = _OPENING.get(run[0], _GLIDING)
    if before in _HISSING and run[0] in _AFTER_A_HISS:
        # So a hiss ends, 플래시 or 벤치, and another vowel may follow it.
        rest = _OPENING.get(run[1], _GLIDING) if len(run) > 1 else opening
        return f"(?:(?:{opening}|{rest}){_LATER}{{0,3}}{_UNHEARD})?"
    return f"{opening}{_LATER}{{0,3}}{_UNHEARD}"


def _said(hangul: str) -> str:
    """A word in Hangul in rough Latin letters, to be compared with ``_spoken``."""
    return _evenly(
        "".join(_ROUGHLY.get(sound, "n" if kind == "final" else "") for kind, sound in _sounds(hangul))
    )


@lru_cache(maxsize=4096)
def _spoken(word: str) -> str:
    """An English word roughly as it is spoken, in the same few letters."""
    for written, spoken in _SPOKEN:
        word = written.sub(spoken, word)
    return _evenly(word)


def _evenly(sounds: str) -> str:
    # English writes one vowel for another, what is spoken twice is heard once, of vowels that follow one
    # another the first is heard best, and after a hiss at the end none.
    sounds = re.sub(r"(.)\1+", r"\1", sounds.replace("e", "a"))
    return re.sub(r"(?<=s)i$", "", re.sub(r"([aiou])[aiou]+", r"\1", sounds))
