"""How a word sounds, written in Hangul or in Latin letters, so that the two can be compared. Pure.

English spelling says little of vowels, and Hangul puts vowels between consonants that English speaks
together. So a word becomes its consonants, in nine classes whose members Hangul and English write for one
another, with the vowels between them: 하이퍼네트워크 and hypernetwork are both h·p·n·t·k. The classes find
words that may sound alike; the vowels and the letters themselves say how much they do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from string import ascii_lowercase

from digests.search import hangul

OPEN, K, T, P, S, N, M, R, H = range(1, 10)
"""The classes: a vowel at the beginning, and the consonants by where they are spoken."""

MOST_SOUNDS = 15
"""Sounds of a word that are looked at; a key of so many fits 64 bits."""

_MOST_READINGS = 12
"""Ways to read the letters of one word."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A consonant and the vowels behind it. At the beginning of a word the consonant may be missing."""

    kind: int
    letters: str
    vowels: str


Reading = tuple[Sound, ...]


def key(sounds: Sequence[Sound]) -> int:
    """The classes of a word as one number; equal for words that may sound alike."""
    number = 0
    for sound in sounds[:MOST_SOUNDS]:
        number = number << 4 | sound.kind
    return number


def consonants(sounds: Sequence[Sound]) -> int:
    """How many consonants a word has."""
    return sum(sound.kind != OPEN for sound in sounds)


def closeness(korean: Sequence[Sound], latin: Sequence[Sound]) -> float:
    """How much two readings of one key sound alike, from 0 to 1."""
    cost = 0.0
    for place, (heard, written) in enumerate(zip(korean, latin, strict=True)):
        is_last = place == len(korean) - 1
        cost += _consonant_cost(heard, written)
        cost += _vowel_cost(heard, written, is_last=is_last)
    return max(0.0, 1.0 - cost / (len(korean) + 0.5))


# --- Hangul ---------------------------------------------------------------------------------------------

_NEVER_IN_LOANWORDS = frozenset("ㄲㄳㄵㄶㄷㄺㄻㄼㄽㄾㄿㅀㅄㅆㅈㅊㅋㅌㅍㅎ")
"""What a syllable of a loanword never ends with (Foreign Language Notation, chapter 1, section 3)."""

_SPOKEN = {
    **dict.fromkeys("ㄱㄲㅋ", K), **dict.fromkeys("ㄷㄸㅌ", T), **dict.fromkeys("ㅂㅃㅍ", P),
    **dict.fromkeys("ㅅㅆㅈㅉㅊ", S), "ㄴ": N, "ㅁ": M, "ㄹ": R, "ㅎ": H,
}  # fmt: skip
_SPOKEN_LAST = {"ㄱ": K, "ㄴ": N, "ㅅ": T, "ㄹ": R, "ㅁ": M, "ㅂ": P, "ㅇ": N}


def of_hangul(word: str) -> tuple[Reading, ...]:
    """The ways to read a word in Hangul; none for what is no loanword, by its syllables."""
    sounds: list[tuple[int, str, str]] = []
    if not hangul.is_syllables(word):
        return ()
    for initial, vowel, final in map(hangul.letters, word):
        if initial != "ㅇ":
            kind = _SPOKEN[initial]
            if sounds and sounds[-1][:2] == (kind, f"{initial}."):
                # 얼라인 and 필러: one sound, written twice.
                sounds[-1] = (kind, initial, vowel)
            else:
                sounds.append((kind, initial, vowel))
        elif sounds:
            last = sounds[-1]
            sounds[-1] = (*last[:2], last[2] + vowel)
        else:
            sounds.append((OPEN, "", vowel))
        if final in _NEVER_IN_LOANWORDS or vowel == "ㅢ":
            return ()
        if final in _SPOKEN_LAST:
            sounds.append((_SPOKEN_LAST[final], f"{final}.", ""))
    reading = tuple(Sound(*sound) for sound in sounds)
    readings = [reading]
    # Some write an r that English does not speak: 카르파시.
    silent = [place for place, sound in enumerate(reading) if sound.letters == "ㄹ" and sound.vowels == "ㅡ"]
    readings += [reading[:place] + reading[place + 1 :] for place in silent if place]
    return tuple(readings)


# --- Latin ----------------------------------------------------------------------------------------------

_Kinds = tuple[tuple[int, ...], ...]
"""The sounds that letters may stand for, each way a sequence of classes, the likelier ways first."""

_RULES: tuple[tuple[str, _Kinds], ...] = (
    (r"^[kg]n(?=[aeiouy])", ((N,),)),
    (r"^wr|^rh", ((R,),)),
    (r"^ps(?=[aeiouy])", ((S,),)),
    (r"^x(?=[aeiouy])", ((S,),)),
    (r"^wh(?=o)", ((H,), ())),
    (r"^wh", ((), (H,))),
    (r"sch", ((S, K), (S,))),
    (r"tch", ((S,),)),
    (r"ch", ((S,), (K,))),
    (r"cc(?=[eiy])", ((K, S),)),
    (r"ssi(?=on|an)|[st]i(?=on|al|an|ou|en[tc]|at)|ci(?=al|an|ou|en)|si(?=a)", ((S,),)),
    (r"sc(?=[eiy])", ((S,),)),
    (r"c(?=[eiy])", ((S,),)),
    (r"ck|cq|cc|ch|c", ((K,),)),
    (r"sh|zh", ((S,),)),
    (r"t(?=u[raeo])", ((S,), (T,))),
    (r"t[sz](?!$)|tz$", ((T, S), (S,))),
    (r"th", ((S,), (T,))),
    (r"tt|t", ((T,),)),
    (r"dg(?=e)", ((S,),)),
    (r"d(?=u)", ((T,), (S,))),
    (r"dd|d", ((T,),)),
    (r"ph|pp|p|ff|f|v|bb", ((P,),)),
    (r"mb$|mn$", ((M,),)),
    (r"b", ((P,),)),
    (r"^gh", ((K,),)),
    (r"gh", ((), (K,), (P,))),
    (r"gn(?=$|e?d|ing|m|e?s)", ((N,),)),
    (r"nge", ((N, S), (N, K), (N,))),
    (r"ng(?=[iy])", ((N,), (N, S), (N, K))),
    (r"ng(?=[aoulr])", ((N, K), (N,))),
    (r"^ng$", ((OPEN, N),)),
    (r"ng", ((N,),)),
    (r"gg|gu(?=[eiy])", ((K,),)),
    (r"g(?=[eiy])", ((S,), (K,))),
    (r"g", ((K,),)),
    (r"j", ((S,),)),
    (r"(?<=[ao])l(?=[kmf])", ((R,), ())),
    (r"ll|l", ((R,),)),
    (r"rr?(?=[aeiouy])(?!es?$|ed$)", ((R,),)),
    (r"rr?(?=ed$)", ((), (R,))),
    (r"rr|r", ((),)),
    (r"(?<=[^saiou])s$", ((S,), ())),
    (r"ss|s|zz|z", ((S,),)),
    (r"x", ((K, S),)),
    (r"qu?|kk|k", ((K,),)),
    (r"mm|m", ((M,),)),
    (r"nn|n", ((N,),)),
    (r"h(?=[aeiouy])", ((H,),)),
    (r"h", ((),)),
    (r"[aeiouyw]+", ()),
)
"""Letters with the sounds they stand for, none for vowels; the first rule that fits holds."""

_RULES_OF = {
    letter: tuple(
        (re.compile(pattern), kinds)
        for pattern, kinds in _RULES
        if letter in re.sub(r"\(\?[=!<].*?\)(?!\))", "", pattern)
    )
    for letter in ascii_lowercase
}
"""The rules that letters beginning with one may fit; to try all of them takes several times as long."""

_FOREIGN: dict[str, _Kinds] = {
    "x": ((S,), (K, S)), "q": ((S,), (K,)), "c": ((S,), (K,)), "j": ((S,), (H,)), "z": ((S,),),
    "w": ((), (P,)),
}  # fmt: skip
"""Letters in names that are not English, at the beginning or, x and q, anywhere: Xu, Danqi, Wolfgang."""


def of_latin(word: str, *, is_name: bool = False, like: int | None = None) -> list[tuple[int, Reading]]:
    """The likely ways to read a word in small Latin letters, each with its place, the likeliest first; only
    those of one key where ``like`` is one. None for what holds anything but letters.
    """
    if not (word.isascii() and word.isalpha()):
        return []
    pieces = _pieces(word, is_name)
    return [
        (place, _joined(pieces, chosen))
        for place, chosen in enumerate(_chosen(pieces))
        if like is None or _key_of(pieces, chosen) == like
    ]


def keys_of_latin(word: str, *, is_name: bool = False) -> set[int]:
    """The keys of all likely readings of a word, for an index; without the readings, in half the time."""
    if not (word.isascii() and word.isalpha()):
        return set()
    pieces = _pieces(word, is_name)
    return {_key_of(pieces, chosen) for chosen in _chosen(pieces)}


def _chosen(pieces: Sequence[tuple[str, _Kinds]]) -> Iterator[tuple[tuple[int, ...], ...]]:
    """The ways to choose sounds for all pieces."""
    return islice(product(*(kinds or ((),) for _, kinds in pieces)), _MOST_READINGS)


def _key_of(pieces: Sequence[tuple[str, _Kinds]], chosen: Sequence[tuple[int, ...]]) -> int:
    number = count = 0
    for (letters, kinds), spoken in zip(pieces, chosen, strict=True):
        if not count and not spoken and (not kinds or letters[0] == "w"):
            number, count = OPEN, 1
        for kind in spoken:
            if count < MOST_SOUNDS:
                number, count = number << 4 | kind, count + 1
    return number


def _pieces(word: str, is_name: bool) -> list[tuple[str, _Kinds]]:
    """The letters of a word in groups, each with the sounds it may stand for."""
    pieces: list[tuple[str, _Kinds]] = []
    at = 0
    while at < len(word):
        for pattern, kinds in _RULES_OF[word[at]]:
            if found := pattern.match(word, at):
                pieces.append((found[0], kinds))
                at = found.end()
                break
        else:
            at += 1
    if is_name:
        for place, (letters, _) in enumerate(pieces):
            if letters in _FOREIGN and (place == 0 or letters in "qx"):
                pieces[place] = (letters, _FOREIGN[letters])
    return pieces


def _joined(pieces: Sequence[tuple[str, _Kinds]], chosen: Sequence[tuple[int, ...]]) -> Reading:
    sounds: list[Sound] = []
    vowels = ""
    for (letters, kinds), spoken in zip(pieces, chosen, strict=True):
        if not kinds:
            vowels += letters
            continue
        if not spoken:
            if letters[0] == "w":
                vowels += "w"
            elif letters[0] == "r" and vowels:
                vowels += "r"  # it colours the vowel: layer is no lay
            continue
        sounds = _with_vowels(sounds, vowels)
        vowels = ""
        sounds += [Sound(kind, letters, "") for kind in spoken]
    return tuple(_with_vowels(sounds, vowels))


def _with_vowels(sounds: list[Sound], vowels: str) -> list[Sound]:
    if not vowels:
        return sounds
    if not sounds:
        return [Sound(OPEN, "", vowels)]
    last = sounds[-1]
    return [*sounds[:-1], Sound(last.kind, last.letters, vowels)]


# --- How much they sound alike --------------------------------------------------------------------------

_WRITES = {
    "ㄱ": "g c k q gg gu", "ㄲ": "c k g ck", "ㅋ": "c k q ck ch cc x kk qu sch", "ㄷ": "d th dd",
    "ㄸ": "d t th", "ㅌ": "t tt", "ㅂ": "b v bb", "ㅃ": "b p", "ㅍ": "p f ph ff pp",
    "ㅅ": "s ss sh x c sc sch ch", "ㅆ": "s ss c th x", "ㅈ": "j z g s zz dg d zh nge ng",
    "ㅉ": "j z ts zh", "ㅊ": "ch tch t q c tz ts",
}  # fmt: skip
"""The letters that a consonant of Hangul usually stands for; others of its class cost something."""

_VOWELS_SPOKEN = {
    "ㅏ": "a", "ㅐ": "e", "ㅑ": "ya", "ㅒ": "ye", "ㅓ": "v", "ㅔ": "e", "ㅕ": "yv", "ㅖ": "ye", "ㅗ": "o",
    "ㅘ": "wa", "ㅙ": "we", "ㅚ": "we", "ㅛ": "yo", "ㅜ": "u", "ㅝ": "wv", "ㅞ": "we", "ㅟ": "wi",
    "ㅠ": "yu", "ㅡ": "x", "ㅢ": "xi", "ㅣ": "i",
}  # fmt: skip
"""The vowels of Hangul in letters of their own: v is ㅓ, x is ㅡ."""

_VOWELS_WRITTEN = {
    "a": "a e v ei o", "e": "e i v x", "i": "i ai v x", "o": "o a v ou u", "u": "v u yu a x", "y": "i ai",
    "w": "u", "aa": "a", "ae": "e i ai ev a", "ai": "ei ai e", "ao": "ao au o a", "au": "o au a",
    "aw": "o", "ay": "ei ai", "ea": "i e ei iv v ia", "ee": "i iv", "ei": "ei ai i", "eo": "io iv v e",
    "eu": "yu u oi", "ew": "yu u", "ey": "i ei", "ia": "ia iv ya aiv e ie", "ie": "i ai ie iv aiv",
    "io": "io iv aiv aio yo", "iu": "iu yu", "oa": "o ou oa", "oe": "o oe ov i", "oi": "oi wa we",
    "oo": "u o v", "ou": "au o v u ou", "ow": "ou o au", "oy": "oi", "ua": "ua wa yua u uv yuv",
    "ue": "yu u ue we yuv uv v x ye", "ui": "ui wi i ai uei we", "uo": "uo wv wo yuo", "ya": "ya ia ye",
    "ye": "ye e ie ai aiv aie", "yo": "yo io", "yi": "i", "wa": "wa wv wo o we", "we": "we wi wv ue",
    "wi": "wi wai ui", "wo": "wv u wo", "wei": "wei", "wea": "we wi", "wee": "wi", "aye": "ei eiv",
    "aya": "eia", "owe": "auv", "ayi": "eii", "uai": "wai", "uan": "wan", "eau": "o", "ar": "a o v",
    "er": "v e", "ir": "v iv i", "or": "o v", "ur": "v u yuv", "our": "ov o v au", "ear": "iv v ev",
    "air": "ev e", "ier": "iv aiv", "eer": "iv", "oar": "o", "ower": "auv", "ayer": "eiv", "ire": "aiv",
    "are": "ev a e", "ere": "iv ev", "ore": "o ov", "ure": "yuv v uv u",
}  # fmt: skip
"""The ways to speak English vowels, in the same letters."""

_NEAR = frozenset({"va", "vo", "vu", "ve", "ae", "ou", "ie", "xu", "xi", "xv"})
_NEAR_VOWEL, _OTHER_VOWEL = 0.3, 0.6


def _consonant_cost(heard: Sound, written: Sound) -> float:
    letter = heard.letters
    if letter not in _WRITES:
        return 0.0  # at a syllable's end Hangul tells few consonants apart
    spelt = written.letters
    if spelt in _WRITES[letter].split() or (letter in "ㅅㅊㅈ" and len(spelt) > 2):
        return 0.0
    return 0.1 if spelt == "th" else 0.3


def _vowel_cost(heard: Sound, written: Sound, *, is_last: bool) -> float:
    said, spelt = heard.vowels, written.vowels
    if heard.kind == S and is_last and said == "ㅣ" and spelt in ("", "e", "es"):
        # So Hangul ends a hiss, 벤치 and 플래시; for an s it writes 스.
        return 0.35 if written.letters in ("s", "ss", "c", "z", "x", "th") else 0.0
    if heard.kind == S and not spelt and said in ("ㅣ", "ㅟ", "ㅠ", "ㅡ"):
        return 0.0
    if not spelt:
        return 0.0 if said in ("", "ㅡ") else _NEAR_VOWEL if is_last else _OTHER_VOWEL
    if said in ("", "ㅡ"):
        if is_last:
            return 0.0 if spelt in ("e", "ue") else 0.45
        return 0.1 if spelt in ("e", "i", "o", "u") else 0.35
    spoken = "".join(_VOWELS_SPOKEN[vowel] for vowel in said)
    if written.letters.endswith("i") and written.letters != "i":
        # The i of gaussian is spoken, that of diffusion is not.
        return min(_nearest(spoken, spelt), _nearest(spoken, f"i{spelt}"))
    if heard.kind == S:
        spoken = spoken.removeprefix("y")  # 셰 and 쳐 sound like 세 and 처
    if written.letters.startswith("q") or written.letters == "gu":
        spoken = spoken.removeprefix("yu").removeprefix("w") or spoken
        spelt = spelt.removeprefix("w") or spelt
    return _nearest(spoken, spelt)


def _nearest(spoken: str, spelt: str) -> float:
    return min((_difference(spoken, way) for way in _ways(spelt)), default=_OTHER_VOWEL)


@lru_cache(maxsize=1024)
def _ways(spelt: str) -> tuple[str, ...]:
    """The ways to speak some written vowels; of what the table does not have, those of its parts."""
    if spelt in _VOWELS_WRITTEN:
        return tuple(_VOWELS_WRITTEN[spelt].split())
    if "r" in spelt:
        return (
            *_ways(spelt.replace("r", "", 1)),
            *(f"{way}v" for way in _ways(spelt.replace("r", "", 1))[:2]),
        )
    return tuple(
        dict.fromkeys(
            first + rest
            for end in range(len(spelt) - 1, 0, -1)
            if spelt[:end] in _VOWELS_WRITTEN
            for first in _VOWELS_WRITTEN[spelt[:end]].split()[:3]
            for rest in _ways(spelt[end:])[:3]
        )
    )


def _difference(spoken: str, way: str) -> float:
    if spoken == way:
        return 0.0
    if len(spoken) == len(way):
        apart = [
            0.0 if one == other else _NEAR_VOWEL if {one + other, other + one} & _NEAR else _OTHER_VOWEL
            for one, other in zip(spoken, way, strict=True)
        ]
        return min(sum(apart), _OTHER_VOWEL)
    longer, shorter = sorted((spoken, way), key=len, reverse=True)
    return _NEAR_VOWEL if len(longer) - len(shorter) == 1 and shorter and shorter in longer else _OTHER_VOWEL
