"""Text to terms. Pure.

Latin words are folded (NFKC, accents off, lower case), split at ``-_'.+/`` and at
CamelCase with the whole kept too, and stemmed. Hangul becomes overlapping pairs of
syllables: that finds a word inside a longer one, with or without its particle, and
measured better than a morphological analyser.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from digests.reading.html_entities import unescape_entities
from digests.search import word_lists
from digests.search.word_lists import WordLists, words_of

_URL = re.compile(r"https?://\S+")
_LATEX = re.compile(r"\\[A-Za-z]+|[${}\\]")
_WORD = re.compile(r"[가-힣]+|[^\W_가-힣]+(?:[-_'’.+/][^\W_가-힣]+)*\+*", re.UNICODE)
_HANGUL = re.compile(r"[가-힣]+")
_FOLDED = re.compile(r"[^\0-\x7f가-힣]")
_APART = re.compile(r"[-_'’.+/]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

LONGEST_TERM = 64
"""Characters of a term; what is longer is no word, and is cut."""

_NAMING = re.compile(r"(?:하기|하는|해서|하여|하게|하고|되는|되기|시키기|시키는)$")
"""Endings that make a verb of a noun: 증류하기 is 증류."""

_DOING = re.compile(r"(?<=[이추리우들찾막내누꾸치섞넣빼풀잊얻뽑키애])기$")
"""The ending that makes a noun of a verb, after the syllables such verbs end with; 크기 is a noun."""

# Its own cache is thrown away half at a time when full, which costs more than stemming; ours is below.
_stemmer = Stemmer.Stemmer("english", 0)


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it stands, folded, and the terms it is found by."""

    shown: str
    folded: str
    terms: tuple[str, ...]
    pieces: tuple[tuple[str, str], ...] = ()
    """The parts of a compound (for Hangul, the pairs) in order, each folded and as a term."""

    @property
    def is_hangul(self) -> bool:
        return not self.folded.isascii() and bool(_HANGUL.fullmatch(self.folded))


def words(text: str) -> Iterator[Word]:
    """The words of a text in order; URLs are no words."""
    return map(word, written(text))


def words_holding(text: str, rough: re.Pattern[str]) -> Iterator[Word]:
    """Those words of a text, each once, that hold in lower case what ``rough`` finds, and the few of which
    only folding could tell (accents). To take all words apart costs several times as much.
    """
    if text.isascii() and "&" not in text and not rough.search(text.lower()):
        return iter(())  # no other letters come of it
    plain = _plain(text)
    lower = plain.lower()
    pieces: Iterable[str] = [plain]
    if len(lower) == len(plain):
        found = (*rough.finditer(lower), *_FOLDED.finditer(lower))
        pieces = _around(plain, sorted(one.start() for one in found))
    shown = dict.fromkeys(one for piece in pieces for one in _WORD.findall(piece))
    return (word(one) for one in shown if rough.search(one.lower()) or _FOLDED.search(one))


def _around(text: str, places: Iterable[int]) -> Iterator[str]:
    """What stands around places of a text, in ascending order, from one space to the next."""
    end = -1
    for place in places:
        if place > end:
            start = text.rfind(" ", 0, place) + 1
            end = text.find(" ", place) % (len(text) + 1)
            yield text[start:end]


def written(text: str) -> list[str]:
    """The words of a text in order, as they stand there; ``word`` says what each is found by."""
    found: list[str] = _WORD.findall(_plain(text))
    return found


class _Terms(dict[str, tuple[str, ...]]):
    """The terms of words that texts said lately. Forgets all when it is full, and so stays in bounds; what
    is said again and again is soon there anew, and to find it costs a third of what ``lru_cache`` does.
    """

    def __missing__(self, shown: str) -> tuple[str, ...]:
        if len(self) >= _MOST_TERMS:
            self.clear()
        found = self[shown] = _terms(shown)
        return found


_MOST_TERMS = 65536


_known = _Terms()

terms: Callable[[str], tuple[str, ...]] = _known.__getitem__
"""The terms a word is found by."""


def _terms(shown: str) -> tuple[str, ...]:
    if is_simple(shown):
        return (stem(shown.lower()[:LONGEST_TERM]),)
    if _HANGUL.fullmatch(shown):
        return pairs(shown)
    return word(shown).terms


@lru_cache(maxsize=16384)
def word(shown: str) -> Word:
    """A word with all that is known of it."""
    if is_simple(shown):
        folded = shown.lower()[:LONGEST_TERM]
        term = stem(folded)
        return Word(shown, folded, (term,), ((folded, term),))
    if _HANGUL.fullmatch(shown):
        terms = pairs(shown)
        return Word(shown, shown, terms, tuple((pair, pair) for pair in terms))
    parts = [fold(piece) for part in _APART.split(shown) for piece in _CAMEL.split(part) if piece]
    pieces = tuple((piece, stem(piece)) for piece in parts)
    terms = tuple(term for _, term in pieces)
    if len(pieces) > 1:
        terms += (stem(joined(shown)),)
    whole = fold(shown)
    return Word(shown, whole, tuple(dict.fromkeys(filter(None, terms))) or (whole,), pieces)


def is_simple(shown: str) -> bool:
    """Whether there is nothing to split or to fold but capitals: nine words of ten."""
    return shown.isascii() and shown.isalnum() and (shown[1:].islower() or shown.isupper())


def pairs(syllables: str) -> tuple[str, ...]:
    """Overlapping pairs of syllables; a lone syllable is itself."""
    if len(syllables) < 2:
        return (syllables,)
    return tuple(dict.fromkeys(syllables[at : at + 2] for at in range(len(syllables) - 1)))


def fold(word: str) -> str:
    """Lower case without accents, cut at ``LONGEST_TERM``."""
    if word.isascii():
        return word.lower()[:LONGEST_TERM]
    bare = "".join(
        letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter)
    )
    return unicodedata.normalize("NFC", bare).casefold()[:LONGEST_TERM]


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The stem of a folded Latin word; ``scaling`` and ``scales`` are ``scale``."""
    stemmed: str = _stemmer.stemWord(word)
    return stemmed or word


def stems(words: list[str]) -> list[str]:
    """The stems of words that hardly come again; in one go that is cheaper than to remember them."""
    return [stemmed or word for stemmed, word in zip(_stemmer.stemWords(words), words, strict=True)]


# Tags and the question are joined for each paper that is weighed.
@lru_cache(maxsize=4096)
def joined(text: str) -> str:
    """Letters and digits only: ``scaling law``, ``Scaling-Law`` and ``scalinglaw`` are one."""
    return _APART.sub("", fold(text)).replace(" ", "")


def is_particle(word: str) -> bool:
    """Whether a Korean word is a particle, and no word by itself."""
    return word in _particles(word_lists.current())


def without_particle(word: str) -> str:
    """A Korean word without the particle it ends with, if two syllables are left; for questions only. The
    particles are in ``words/particles.tsv``.
    """
    for particle in _particles(word_lists.current()):
        if word.endswith(particle) and len(word) - len(particle) >= 2:
            return word[: -len(particle)]
    return word


@lru_cache(maxsize=2)
def _particles(lists: WordLists) -> tuple[str, ...]:
    """The particles, the longest first."""
    particles = {particle for (cell,) in lists.rows("particles") for particle in words_of(cell)}
    return tuple(sorted(particles, key=lambda particle: (-len(particle), particle)))


def without_ending(word: str) -> str:
    """A Korean verb without what makes a noun of it, or makes it of a noun, if two syllables are left:
    줄이기 is 줄이, as in 줄이는, and 증류하기 is 증류.
    """
    for ending in (_NAMING, _DOING):
        bare = ending.sub("", word)
        if bare != word and len(bare) >= 2:
            return bare
    return word


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", unescape_entities(text.replace("\0", " ")))
    return _LATEX.sub(" ", _URL.sub(" ", text))
