"""Other ways to spell an English word, and the words of several written as one. Pure.

British and American spelling are a rule (tokenisation and tokenization), so that no list has to hold them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import log

_SPELLINGS = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"is(e[drs]?|ers?|ing|ings|ations?|ational|able|ability)$", r"iz\1"),
        (r"iz(e[drs]?|ers?|ing|ings|ations?|ational|able|ability)$", r"is\1"),
        (r"ys(e[drs]?|ers?|ing)$", r"yz\1"),
        (r"yz(e[drs]?|ers?|ing)$", r"ys\1"),
        (r"(?<=[bdlvnir])our(s|ed|ing|al|able|ful|ite|less|ly|ally)?$", r"or\1"),
        (r"(?<=[bdlvnir])or(s|ed|ing|al|able|ful|ite|less|ally)?$", r"our\1"),
        (r"(?<=[aeiou])ll(ed|ing|ings|er|ers)$", r"l\1"),
        (r"(?<=[aeiou])l(ed|ing|ings|er|ers)$", r"ll\1"),
        (r"(?<=[aeiou])ss(ed|es|ing)$", r"s\1"),
        (r"(?<=[aeiou])s(ed|es|ing)$", r"ss\1"),
        (r"(?<=[aeiou])pp(ed|ing|er|ers)$", r"p\1"),
        (r"(?<=[aeiou])tt(ed|ing|er|ers)$", r"t\1"),
        (r"(?<=[bt])re(s|d)?$", r"er\1"),
        (r"(?<=[bt])er(s|ed)?$", r"re\1"),
        (r"ogue(s)?$", r"og\1"),
        (r"og(s)?$", r"ogue\1"),
        (r"(?<=en|an)ce(s)?$", r"se\1"),
        (r"(?<=en|an)se(s)?$", r"ce\1"),
        (r"gement(s)?$", r"gment\1"),
        (r"gment(s)?$", r"gement\1"),
        (r"(?<=[ct])er(s)?$", r"or\1"),
        (r"(?<=[ct])or(s)?$", r"er\1"),
        (r"programme(s)?$", r"program\1"),
        (r"^grey", "gray"),
        (r"^gray", "grey"),
        (r"(?<=[^aeiou])ae(?=[^aeiou])", "e"),
    )
)
"""How one spelling becomes another; each is a guess, which holds where a paper has it."""

SHORTEST = 5
"""Letters of a word that has other spellings; shorter ones change into other words."""


def spelling_variants(word: str) -> tuple[str, ...]:
    """The other spellings of a word in small Latin letters, each once; a guess, to be looked up."""
    if len(word) < SHORTEST or not (word.isascii() and word.isalpha()):
        return ()
    found = [pattern.sub(written, word) for pattern, written in _SPELLINGS if pattern.search(word)]
    return tuple(dict.fromkeys(other for other in found if other != word))


class RunTogether:
    """Words by how common they are, to take apart what is typed without spaces. Needs the common words first.
    Does not take apart a word that is known whole.
    """

    def __init__(self, words: Iterable[str]) -> None:
        known = [word for word in words if word.isascii() and word.isalpha()]
        # The n-th word of a language is about 1/n as common as the first (Zipf), and costs its logarithm.
        self._cost = {
            word: log((place + 2) * log(len(known) + 2)) for place, word in reversed([*enumerate(known)])
        }
        self._longest = max(map(len, known), default=0)

    def apart(self, typed: str) -> tuple[str, ...]:
        """The words that were typed as one, textbooksareallyouneed; none where it is a word, or not all of it
        is words.
        """
        if len(typed) < LONG or len(typed) > LONGEST or typed in self._cost:
            return ()
        best: list[tuple[float, int] | None] = [(0.0, 0)]
        for end in range(1, len(typed) + 1):
            ways = [
                (before[0] + cost, start)
                for start in range(max(0, end - self._longest), end)
                if (before := best[start]) and (cost := self._cost_of(typed[start:end])) is not None
            ]
            best.append(min(ways, default=None))
        words: list[str] = []
        end = len(typed)
        while end and (way := best[end]):
            words.append(typed[way[1] : end])
            end = way[1]
        is_whole = not end and len(words) > 1 and len(typed) / len(words) >= FEWEST_LETTERS
        return tuple(reversed(words)) if is_whole else ()

    def _cost_of(self, word: str) -> float | None:
        if len(word) < 2 and word not in ("a", "i"):
            return None
        return self._cost.get(word)


LONG, LONGEST = 8, 80
"""Letters of what may be several words."""

FEWEST_LETTERS = 3.0
"""Letters of a word in the mean; shorter ones are found in anything."""
