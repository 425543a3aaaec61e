"""Words and names that sound like what is typed in Hangul: attention for 어텐션. Pure.

Made of the archive's own words and authors, so that nothing is ever heard that is not there. Does not know
which Korean words are no loanwords: whoever asks keeps to those that the archive does not have.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import permutations

from digests.search import phonetics, word_lists
from digests.search.phonetics import Reading
from digests.search.romanisation import korean_names
from digests.search.tables import Strings
from digests.search.tokenizer import fold
from digests.search.word_lists import WordLists, words_of

SHORTEST, LONGEST = 2, 12
"""Syllables of a word that may be spelt by ear; a lone one is like too much."""

FEWEST_CONSONANTS = 2
"""Consonants below which a word sounds like too much."""

_SECOND_READING = 0.06
"""What is taken off where a word has to be read in a less likely way."""


class WordsBySound:
    """The words of an archive by how they sound. Small: two numbers for each way to read a word.

    Give the common words first: of those that sound the same, they are named.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = [word for word in words if word.isascii() and word.isalpha() and len(word) > 2]
        self._places = _Places(
            (key, place) for place, word in enumerate(self._words) for key in phonetics.keys_of_latin(word)
        )

    def like(self, hangul: str, most: int = 4) -> list[tuple[str, float]]:
        """The words that sound like one in Hangul, with how much they do (to 1), the closest first; none
        where nothing is close. Two words that are one in Hangul come with a space between; whether anything
        says them side by side is for the caller.
        """
        if not SHORTEST <= len(hangul) <= LONGEST:
            return []
        found = self._like(hangul)
        if max(found.values(), default=0.0) < CLOSE_ALONE:
            found |= self._two(hangul)
        # Of equals the word that was given first.
        return sorted(found.items(), key=lambda one: -one[1])[:most]

    def _like(self, hangul: str) -> dict[str, float]:
        found: dict[str, float] = {}
        for reading in phonetics.of_hangul(hangul):
            consonants = phonetics.consonants(reading)
            if consonants < FEWEST_CONSONANTS and len(hangul) < 3:
                continue
            least = closest_allowed(hangul, consonants)
            for place in self._places.of(phonetics.key(reading)):
                word = self._words[place]
                close = _closeness(reading, word)
                if close >= least and close > found.get(word, 0.0):
                    found[word] = close
        return found

    def _two(self, hangul: str) -> dict[str, float]:
        """Two words that stand side by side: 배치놈 is batch norm."""
        found: dict[str, float] = {}
        least = CLOSE_TWO if _LOANWORD.search(hangul) else CLOSE_TWO_KOREAN
        for at in range(1, len(hangul)):
            first, second = self._like(hangul[:at]), self._like(hangul[at:])
            if first and second:
                one, other = max(first, key=first.__getitem__), max(second, key=second.__getitem__)
                close = min(first[one], second[other])
                if close >= least:
                    found[f"{one} {other}"] = close
        return found


class PeopleBySound:
    """The people of an archive by how their names sound, in either order. Does not know who is meant where
    several have a name like it.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        bearers: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(names):
            for part in dict.fromkeys(_parts(fold(name))):
                bearers[part].append(place)
        self._parts = Strings(sorted(part.encode() for part in bearers))
        self._bearers = _Places((at, place) for at, part in enumerate(self._parts) for place in bearers[part])
        self._places = _Places(
            (key, place)
            for place, part in enumerate(self._parts)
            for key in phonetics.keys_of_latin(part, is_name=True)
        )

    def like(self, hangul: Sequence[str], most: int = 8) -> list[tuple[int, float]]:
        """The positions of the names that neighbouring words in Hangul may be, with how close they are (to
        1), the closest first: 노암 셰이저, 서민준. A word alone is a Korean name or another's last name.
        """
        words = tuple(hangul)
        found = dict.fromkeys(self._korean(words), 1.0)
        for place, close in self._with_names(words) if len(words) > 1 else self._with_last_name(words):
            found[place] = max(close, found.get(place, 0.0))
        return sorted(found.items(), key=lambda one: (-one[1], one[0]))[:most]

    def _korean(self, words: tuple[str, ...]) -> Iterator[int]:
        for name in korean_names(words):
            for surname in sorted(name.surnames):
                if (at := self._parts.place(surname)) is not None:
                    yield from (place for place in self._bearers.of(at) if name.fits(self._folded(place)))

    def _with_last_name(self, words: tuple[str, ...]) -> Iterator[tuple[int, float]]:
        word = "".join(words)
        sounds = map(phonetics.consonants, phonetics.of_hangul(word))
        if max(sounds, default=0) < FEWEST_CONSONANTS:
            return
        if len(word) < SHORTEST or (len(word) < SYLLABLES_OF_A_NAME and not _LOANWORD.search(word)):
            return  # most short words are Korean ones
        # Three syllables with a Korean surname are a Korean name, whoever has it.
        is_korean = len(word) == SYLLABLES_OF_A_NAME and any(korean_names(words))
        least = CLOSE_AS_A_KOREAN_NAME if is_korean else CLOSE_NAME
        for part in self._like(word):
            close = _closest(word, self._parts[part], is_name=True)
            if close >= least:
                yield from (
                    (place, close)
                    for place in self._bearers.of(part)
                    if _parts(self._folded(place))[-1] == self._parts[part]
                )

    def _with_names(self, words: Sequence[str]) -> Iterator[tuple[int, float]]:
        if sum(map(len, words)) < SYLLABLES_OF_A_NAME and not any(map(_LOANWORD.search, words)):
            return
        likes = [self._like(word) for word in words]
        each = [{place for part in like for place in self._bearers.of(part)} for like in likes]
        known: dict[tuple[str, str], float] = {}
        for place in set.intersection(*each) if each else ():
            parts = _parts(self._folded(place))
            closes = []
            for word in words:
                for part in parts:
                    if (word, part) not in known:
                        known[word, part] = _closest(word, part, is_name=True)
                closes.append([known[word, part] for part in parts])
            if close := _of_different_parts(closes):
                yield place, close

    def _folded(self, place: int) -> str:
        return fold(self._names[place])

    def _like(self, word: str) -> set[int]:
        """The parts of names that may sound like a word."""
        keys = {phonetics.key(reading) for reading in phonetics.of_hangul(word)}
        return {part for key in keys for part in self._places.of(key)}


CLOSE_ALONE, CLOSE_TWO, CLOSE_TWO_KOREAN = 0.95, 0.9, 0.97
"""How close one word is so that two are not looked for; how close each of two has to be, and in what looks
Korean.
"""

CLOSE_PART, CLOSE_NAME, CLOSE_AS_A_KOREAN_NAME = 0.65, 0.8, 0.95
"""How close a part of a name has to be beside others, alone, and where it may be a Korean name."""

SYLLABLES_OF_A_NAME = 3


def letters(hangul: str) -> str | None:
    """The letters whose names a word in Hangul says, 지피티 for gpt; None for any other word."""
    names, one, several = _letters(word_lists.current())
    if not several.fullmatch(hangul):
        return None
    return "".join(names[name] for name in one.findall(hangul))


def closest_allowed(hangul: str, consonants: int) -> float:
    """How close a word has to be: the fewer sounds, the closer, and closer for what looks Korean."""
    least = {0: 0.97, 1: 0.95, 2: 0.9, 3: 0.82, 4: 0.75}.get(consonants, 0.68)
    if _LOANWORD.search(hangul):
        return least
    return min(0.97, least + (0.06 if len(hangul) > 3 else 0.12))


_LOANWORD = re.compile(
    r"[카-킿타-틷파-핗]|^[라-맇]|[스트크프그드브르즈츠]|[션젼쳐져쥬츄퓨뷰듀튜뉴뮤]|[닝링팅딩싱킹밍빙핑칭징]$|[러더머너버]$"
)
"""Syllables that loanwords have and few other Korean words do."""


def _closeness(reading: Reading, word: str, *, is_name: bool = False) -> float:
    """How much a Latin word sounds like a reading, 0 where it has other consonants."""
    best = 0.0
    for place, other in phonetics.of_latin(word, is_name=is_name, like=phonetics.key(reading)):
        if len(other) == len(reading):
            best = max(best, phonetics.closeness(reading, other) - (_SECOND_READING if place else 0.0))
    return round(best, 3)


def _closest(hangul: str, word: str, *, is_name: bool = False) -> float:
    readings = phonetics.of_hangul(hangul)
    return max((_closeness(reading, word, is_name=is_name) for reading in readings), default=0.0)


def _of_different_parts(closes: Sequence[Sequence[float]]) -> float:
    """How close words are together, each to another part of a name; 0 where they are not."""
    best = 0.0
    for parts in permutations(range(len(closes[0])), len(closes)):
        each = [close[part] for close, part in zip(closes, parts, strict=True)]
        if min(each) >= CLOSE_PART:
            best = max(best, sum(each) / len(each))
    return round(best, 3)


MOST_PARTS = 6
"""Parts of a name that are looked at."""

_PART = re.compile(r"[^\W\d_]{2,}")


def _parts(name: str) -> list[str]:
    """The parts of a folded name but initials; a given name with a hyphen is one."""
    return _PART.findall(name.replace("-", ""))[:MOST_PARTS]


class _Places:
    """Positions by a number, in two sorted arrays: a tenth of the memory of a dictionary."""

    def __init__(self, pairs: Iterable[tuple[int, int]]) -> None:
        both = sorted(pairs)
        self._keys = array("Q", [key for key, _ in both])
        self._places = array("I", [place for _, place in both])

    def of(self, key: int) -> Iterator[int]:
        """The positions of a number, in order."""
        at = bisect_left(self._keys, key)
        while at < len(self._keys) and self._keys[at] == key:
            yield self._places[at]
            at += 1


@lru_cache(maxsize=2)
def _letters(lists: WordLists) -> tuple[dict[str, str], re.Pattern[str], re.Pattern[str]]:
    names = {name: letter for cell, letter in lists.rows("letters") for name in words_of(cell)}
    either = "|".join(sorted(names, key=len, reverse=True)) or "(?!)"
    return names, re.compile(either), re.compile(f"(?:{either}){{2,6}}")
