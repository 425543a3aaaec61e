"""What people wrap around what they look for: hey anyone have the … paper, … 뭐였지. Pure.

Works by words and where they stand, not by sentences: what wraps stands at the edges of a question, in runs
of words that ask, greet or point. In the midst of others the same words are looked for. The words are data.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from digests.search import word_lists
from digests.search.word_lists import WordLists, words_of

_JAMO = re.compile(r"[ㄱ-ㅎㅏ-ㅣ]+")
_MOST_LAUGHTER = 2
"""Different letters of ㅋㅋㅋ, ㅎㅎ, ㅠㅠ or ㄱㅅ; more are another keyboard."""

_ATTACHED = re.compile(r"(.*[^\W가-힣_][+)\]\"']*)([가-힣]+)")
_SIGNS = re.compile(r"[\W_]+")


def wraps(words: Sequence[str]) -> list[bool]:
    """Of each word of a question whether it wraps the rest; True for all where nothing is looked for."""
    known = _known(word_lists.current())
    folded = [word.casefold() for word in words]
    places = [
        _CONTENT if is_capital else place
        for place, is_capital in zip(known.places(folded), _capitals(words), strict=True)
    ]
    before, after = _before(places), _after(places)
    wraps = ["anywhere" in place or index < before or index >= after for index, place in enumerate(places)]
    left = [word for word, is_wrapping in zip(folded, wraps, strict=True) if not is_wrapping]
    if _asks_nothing(left, known, is_wrapped=any(wraps)):
        return [True] * len(words)
    return wraps


def _capitals(words: Sequence[str]) -> list[bool]:
    """Of each word whether a capital says that it belongs to a name: anyone have the You Only Cache Once
    paper. In a question that has capitals throughout, none does.
    """
    if sum(word[:1].islower() for word in words) < 2:
        return [False] * len(words)
    return [
        place > 0
        and word[:1].isupper()
        and not word.startswith("I'")
        and (word[1:2].islower() or word == "A")
        for place, word in enumerate(words)
    ]


def is_small_talk(words: Sequence[str]) -> bool:
    """Whether a question holds nothing but what is said in passing, 점심 뭐 먹지 or lgtm."""
    known = _known(word_lists.current())
    return any(known.is_said_in_passing(word.casefold()) for word in words) and all(wraps(words))


def without_tail(word: str) -> tuple[str, str]:
    """A Latin word or a number and the Korean ending attached to it, "" for none: LoRA라는 is LoRA and 라는,
    while RL학습 is one word.
    """
    found = _ATTACHED.fullmatch(word)
    if found and _known(word_lists.current()).is_ending(found[2]):
        return found[1], found[2]
    return word, ""


Places = frozenset[str]
"""Where a word wraps: some of ``before``, ``after``, ``around``, ``thing`` and ``anywhere``; or one of
``nothing`` and ``little`` for a function word, and of ``content``.
"""

_CONTENT = frozenset({"content"})
_FUNCTION = ({"nothing"}, {"little"})


def _before(places: Sequence[Places]) -> int:
    """Up to where words wrap at the beginning: to the last of chatter among chatter and function words, and
    the articles behind it.
    """
    end = 0
    for index, (place, following) in enumerate(zip(places, (*places[1:], _CONTENT), strict=False)):
        # "This paper, about …" asks for a paper; "paper summarization" asks for that.
        is_asked_for = "thing" in place and (index > 0 or following != _CONTENT)
        if (
            place & {"before", "around", "anywhere"}
            or is_asked_for
            or (place == {"nothing"} and end == index)
        ):
            end = index + 1
        elif place == _CONTENT or "thing" in place:
            break
    return end


def _after(places: Sequence[Places]) -> int:
    """From where on words wrap at the end."""
    start = len(places)
    for index in range(len(places) - 1, -1, -1):
        place = places[index]
        if place & {"after", "around", "thing", "anywhere"} or (place == {"nothing"} and start == index + 1):
            start = index
        elif place == _CONTENT or start == len(places):
            # Less is more, and attention is what you need.
            break
    return start


def _asks_nothing(left: Sequence[str], known: _Known, *, is_wrapped: bool) -> bool:
    """Whether words that are left ask for nothing: all are said in passing, or tell nothing by themselves."""
    places = [known.place(word) for word in left]
    if all(place == {"nothing"} or _SIGNS.fullmatch(word) for place, word in zip(places, left, strict=True)):
        return True
    is_talk = [
        known.is_said_in_passing(word) or place not in (*_FUNCTION, _CONTENT)
        for word, place in zip(left, places, strict=True)
    ]
    return (is_wrapped or any(is_talk)) and all(
        talk or place in _FUNCTION for talk, place in zip(is_talk, places, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """The words of the lists, as they are asked for."""

    words: dict[str, Places]
    """Chatter as it is written, and couples of words."""
    beginnings: tuple[tuple[re.Pattern[str], str], ...]
    """Chatter in Korean, with its endings."""
    endings: re.Pattern[str]
    function: dict[str, float]
    small: frozenset[str]
    small_korean: re.Pattern[str]

    def places(self, words: Sequence[str]) -> list[Places]:
        """Where each word wraps."""
        places = list(map(self.place, words))
        for index, couple in enumerate(pairwise(words)):
            if place := self.words.get(" ".join(couple)):
                places[index] = places[index + 1] = place
        return places

    def place(self, word: str) -> Places:
        """Where a word wraps by itself."""
        if found := self.words.get(word):
            return found
        if word in self.function:
            return frozenset({"little" if self.function[word] else "nothing"})
        if word.isascii():
            return _CONTENT
        if _JAMO.fullmatch(word):
            return frozenset({"around"}) if len(set(word)) <= _MOST_LAUGHTER else _CONTENT
        places = {place for pattern, place in self.beginnings if pattern.fullmatch(word)}
        return frozenset(places) or _CONTENT

    def is_said_in_passing(self, word: str) -> bool:
        return word in self.small or bool(self.small_korean.match(word))

    def is_ending(self, tail: str) -> bool:
        return bool(self.endings.fullmatch(tail))


@lru_cache(maxsize=2)
def _known(lists: WordLists) -> _Known:
    chatter: dict[str, set[str]] = defaultdict(set)
    for cell, place in lists.rows("chatter"):
        for word in words_of(cell):
            chatter[word].add(place)
    endings = {ending for (cell,) in lists.rows("endings_korean") for ending in words_of(cell)}
    ending = f"(?:{_either(endings)})"
    beginnings: dict[str, set[str]] = {place: set() for place in ("anywhere", "around", "before", "after")}
    for cell, place in lists.rows("chatter_korean"):
        beginnings[place].update(words_of(cell))
    small = {word for (cell,) in lists.rows("small_talk") for word in words_of(cell)}
    return _Known(
        {word: frozenset(places) for word, places in chatter.items()},
        tuple(
            (re.compile(f"(?:{_either(words)}){ending}{{0,4}}"), place) for place, words in beginnings.items()
        ),
        re.compile(f"{ending}{{1,4}}"),
        {word: float(weight) for word, weight in lists.rows("function_words")},
        frozenset(word for word in small if word.isascii()),
        re.compile(_either({word for word in small if not word.isascii()})),
    )


def _either(words: set[str]) -> str:
    """A pattern of any of these words, the longest first; of nothing where there are none."""
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word)))) or r"(?!)"
