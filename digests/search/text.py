"""Text to terms. Pure.

Latin words are folded (NFKC, accents off, lower case), split at ``-_'.+/`` and at
CamelCase with the whole kept too, and stemmed. Hangul becomes overlapping pairs of
syllables: that finds a word inside a longer one, with or without its particle, and
measured better than a morphological analyser.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

_URL = re.compile(r"https?://\S+")
_LATEX = re.compile(r"\\[A-Za-z]+|[${}\\]")
_WORD = re.compile(r"[가-힣]+|[^\W_가-힣]+(?:[-_'’.+/][^\W_가-힣]+)*\+*", re.UNICODE)
_HANGUL = re.compile(r"[가-힣]+")
_APART = re.compile(r"[-_'’.+/]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

LONGEST_TERM = 64
"""Characters of a term; what is longer is no word, and is cut."""

# Particles that may end a Korean noun, longest first; taken off in queries only.
PARTICLES = (
    *("에서는", "으로는", "이라는"),
    *(
        "에서",
        "에게",
        "으로",
        "부터",
        "까지",
        "처럼",
        "보다",
        "이나",
        "이랑",
        "에는",
        "에도",
        "로는",
        "이란",
        "라는",
    ),
    *("들의", "들을", "들이", "들은"),
    *("은", "는", "이", "가", "을", "를", "의", "에", "와", "과", "로", "도", "만", "나", "랑", "란", "들"),
)

_stemmer = Stemmer.Stemmer("english")


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it stands, folded, and the terms it is found by."""

    shown: str
    folded: str
    terms: tuple[str, ...]

    @property
    def is_hangul(self) -> bool:
        return bool(_HANGUL.fullmatch(self.folded))


def words(text: str) -> Iterator[Word]:
    """The words of a text in order; URLs are no words."""
    return map(_word, _WORD.findall(_plain(text)))


def pairs(syllables: str) -> tuple[str, ...]:
    """Overlapping pairs of syllables; a lone syllable is itself."""
    if len(syllables) < 2:
        return (syllables,)
    return tuple(dict.fromkeys(syllables[at : at + 2] for at in range(len(syllables) - 1)))


def fold(word: str) -> str:
    """Lower case without accents, cut at ``LONGEST_TERM``."""
    bare = "".join(
        letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter)
    )
    return unicodedata.normalize("NFC", bare).casefold()[:LONGEST_TERM]


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of a folded Latin word; ``scaling`` and ``scales`` are ``scale``."""
    stemmed: str = _stemmer.stemWord(word)
    return stemmed or word


def joined(text: str) -> str:
    """Letters and digits only: ``scaling law``, ``Scaling-Law`` and ``scalinglaw`` are one."""
    return _APART.sub("", fold(text)).replace(" ", "")


def without_particle(word: str) -> str:
    """A Korean word without the particle it ends with, if two syllables are left."""
    for particle in PARTICLES:
        if word.endswith(particle) and len(word) - len(particle) >= 2:
            return word[: -len(particle)]
    return word


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", html.unescape(text.replace("\0", " ")))
    return _LATEX.sub(" ", _URL.sub(" ", text))


# Texts say the same words again and again: most of the work of indexing is saved here.
@lru_cache(maxsize=65536)
def _word(shown: str) -> Word:
    if _HANGUL.fullmatch(shown):
        return Word(shown, shown, pairs(shown))
    return Word(shown, fold(shown), _latin_terms(shown))


def _latin_terms(shown: str) -> tuple[str, ...]:
    pieces = [piece for part in _APART.split(shown) for piece in _CAMEL.split(part) if piece]
    found = [stem(fold(piece)) for piece in pieces]
    if len(pieces) > 1:
        found.append(stem(joined(shown)))
    return tuple(dict.fromkeys(term for term in found if term)) or (fold(shown),)
