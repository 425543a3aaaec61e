"""From a question's words to groups of alternatives among the terms there are. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from digests.search import text
from digests.search.weights import idf

PREFIX, TYPO_ONE, TYPO_TWO, JOINT = 0.75, 0.6, 0.45, 0.6
"""What an alternative that is not the very word is worth."""

MOST_PREFIXES = 24

RARE = 5
"""Papers with a word, up to which it may be a slip of another."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the index, with its count of papers, in any field and in heads."""

    id: int
    term: str
    df: int
    head_df: int


@dataclass(slots=True)
class Group:
    """What one word of the question may be found by: term ids and what each is worth."""

    typed: str
    worth: dict[int, float] = field(default_factory=dict)
    df: int = 0
    idf: float = 0.0
    corrected: str | None = None

    def add(self, term: Term, worth: float) -> None:
        self.worth[term.id] = max(worth, self.worth.get(term.id, 0.0))
        self.df = max(self.df, term.df)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms a plan may draw on. ``prefixed`` and ``near`` give (surface, terms) pairs."""

    papers: int
    terms: Mapping[str, Sequence[Term]]
    prefixed: Callable[[str], Iterable[Term]]
    near: Callable[[str, int], Iterable[tuple[str, int, Sequence[Term]]]]


def asked_words(words: Sequence[str]) -> list[text.Word]:
    """The words of a question, Korean ones without their particles, lone syllables dropped."""
    found = [word for typed in words for word in text.words(typed)]
    asked = []
    for word in found:
        if not word.is_hangul:
            asked.append(word)
            continue
        bare = text.without_particle(word.folded)
        if len(bare) > 1 or len(found) == 1:
            asked.append(text.Word(word.shown, bare, text.pairs(bare)))
    return asked


def terms_of(asked: Sequence[text.Word]) -> set[str]:
    """Every term the plan will look for by name."""
    found = {term for word in asked for term in word.terms} | {
        text.stem(text.joined(word.shown)) for word in asked
    }
    return found | set(_joints(asked).values())


def plan(asked: Sequence[text.Word], vocabulary: Vocabulary) -> list[Group]:
    """One group for each word (for Korean, each pair of syllables), rarest first.

    A word no paper has, in any form, gives a group without terms: it counts against
    coverage, so that one known word among five unknown ones is no answer.
    """
    groups: list[Group] = []
    for word in asked:
        if word.is_hangul:
            groups += [_exact(pair, (pair,), vocabulary) for pair in word.terms]
        else:
            groups.append(_latin(word, vocabulary))
    joints = _joints(asked)
    for (first, second), joint in joints.items():
        known = [term for term in vocabulary.terms.get(joint, ()) if term.head_df]
        # The joined spelling stands for both of its words.
        for group in groups:
            if known and group.typed in (first, second):
                for term in known:
                    group.add(term, JOINT)
    for group in groups:
        group.idf = idf(vocabulary.papers, min(group.df, vocabulary.papers))
    return sorted(groups, key=lambda group: (group.df, group.typed))


def _exact(typed: str, terms: Sequence[str], vocabulary: Vocabulary) -> Group:
    group = Group(typed)
    for name in terms:
        for term in vocabulary.terms.get(name, ()):
            group.add(term, 1.0)
    return group


def _latin(word: text.Word, vocabulary: Vocabulary) -> Group:
    # A compound is looked for whole; its pieces are worth less alone.
    whole = text.stem(text.joined(word.shown))
    group = _exact(word.folded, (whole,), vocabulary)
    if len(word.terms) > 1:
        for piece in word.terms:
            for term in vocabulary.terms.get(piece, ()):
                group.add(term, 1.0 if piece == whole else PREFIX)
    exact_df = group.df
    in_heads = any(term.head_df for term in vocabulary.terms.get(whole, ()))
    if len(word.folded) >= 2:
        for term in vocabulary.prefixed(text.joined(word.shown)):
            group.add(term, PREFIX)
    is_rare = exact_df <= 2 or (exact_df <= RARE and not in_heads)
    if is_rare and len(word.folded) >= 4 and word.folded.isascii() and not word.folded.isdigit():
        near = list(vocabulary.near(text.joined(word.shown), 1 if len(word.folded) <= 5 else 2))
        closest = min((distance for _, distance, _ in near), default=0)
        for surface, distance, terms in near:
            for term in terms:
                group.add(term, TYPO_ONE if distance == 1 else TYPO_TWO)
            if not group.corrected and exact_df == 0 and distance == closest:
                group.corrected = surface
        if group.worth and any(value >= PREFIX for value in group.worth.values()):
            group.corrected = None
    return group


def _joints(asked: Sequence[text.Word]) -> dict[tuple[str, str], str]:
    return {
        (first.folded, second.folded): text.stem((first.folded + second.folded)[: text.LONGEST_TERM])
        for first, second in pairwise(asked)
        if not first.is_hangul and not second.is_hangul
    }
