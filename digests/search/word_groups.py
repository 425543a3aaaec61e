"""One word of a question as a group of terms that it may mean: itself, beginnings, slips, sounds. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from digests.search import dictionary, glossary, names, slips, tokenizer, weights
from digests.search.function_words import FUNCTION
from digests.search.library import Library, Term
from digests.search.names import Kind
from digests.search.variants import spelling_variants

MOST_PREFIXES = 24

SURE_SOUND = 0.9
"""How close a word in Hangul sounds to an English one that it is no slip of a Korean one."""

RARE = 5
"""Papers with a word, up to which it may be a slip of another."""

COMMONER = 10
"""So many times as common is a word of which one that papers have is taken for a slip: JEPA is no Jena."""

SHORTEST_CORRECTED = 4
"""Letters of a Latin word that may be a slip."""

MOST_SLIPS = 3
"""Pairs of syllables one letter away that stand for a rare one: the commonest."""


@dataclass(slots=True)
class Group:
    """What one word of the question (for Korean, one pair of syllables) may be found by."""

    typed: str
    """Folded, as it was typed."""
    shown: str
    """The whole word it is of, for saying what was corrected."""
    place: int = 0
    """Which of the question's words it is, counted in pieces."""
    worth: dict[str, float] = field(default_factory=dict)
    """What each term is worth."""
    papers: dict[int, float] = field(default_factory=dict)
    """The papers that are called so, with what each gains by it."""
    named: frozenset[int] = frozenset()
    """The papers that are surely meant, whatever else is asked: hardly any other paper has their name."""
    people: dict[int, float] = field(default_factory=dict)
    """The papers of people whose names sound so, with how close they sound."""
    df: int = 0
    dfs: dict[str, int] = field(default_factory=dict)
    """In how many papers each term is."""
    idf: float = 0.0
    corrected: str | None = None
    said: int = 0
    """In how many papers it stands as it was typed."""
    share: float = 1.0
    """Of its word's weight: a Korean word of many pairs counts little more than one of few."""
    is_kind: bool = False
    """Whether it only says what kind of paper is meant."""
    is_function: bool = False
    """Whether its word tells little of what is asked for."""
    also: tuple[str, ...] = ()
    """Other words that would do as well."""

    def add(self, term: Term, worth: float) -> None:
        self.dfs[term.term] = term.df
        self.worth[term.term] = max(worth, self.worth.get(term.term, 0.0))
        self.df = max(self.df, term.df)

    def become_person(self, papers: Mapping[int, float]) -> None:
        """Take the word for a part of somebody's name, and for nothing else."""
        self.corrected = None
        self.worth, self.dfs = {}, {}
        self.people = dict(papers)
        self.df = len(papers)

    def drop_slips(self) -> None:
        """Take the word for what it is, and for nothing it may be a slip of."""
        self.corrected = None
        self.worth = {name: worth for name, worth in self.worth.items() if worth == 1.0}
        self.dfs = {name: self.dfs[name] for name in self.worth}
        self.df = self.said


def _may_be_slip(word: tokenizer.Word, df: int, head_df: int) -> bool:
    """Whether a word that so few papers have may be meant for another; short ones are all near each other."""
    if word.is_hangul:
        return df == 0 or (len(word.folded) > 2 and df <= 2)
    is_rare = df <= 2 or (df <= RARE and not head_df)
    return is_rare and len(word.folded) >= SHORTEST_CORRECTED and not word.folded.isdigit()


def slips_allowed(word: str) -> int:
    """How many slips away a Latin word may be meant for another: short ones are all near each other."""
    return 1 if len(word) <= 5 else 2


def _exact(typed: str, shown: str, names: Iterable[str], library: Library) -> Group:
    group = Group(typed, shown)
    for name in names:
        for term in library.terms([name]):
            group.add(term, 1.0)
    group.said = group.df
    return group


def hangul_groups(word: tokenizer.Word, library: Library) -> list[Group]:
    """A group for each pair of syllables; a pair hardly any paper has may be a slip of one letter."""
    groups = []
    meant: list[str] = []
    is_known = bool(glossary.in_english(word.folded))  # then it is no slip, however few wrote it
    for pair in word.terms:
        group = _exact(pair, word.shown, (pair,), library)
        known = group.df
        may_be_slip = not is_known and len(pair) == 2 and _may_be_slip(word, known, 0)
        near = [
            term for term in library.terms(slips.pairs_near(pair) if may_be_slip else ()) if term.df > known
        ]
        near.sort(key=lambda term: (-term.df, term.term))
        for term in near[:MOST_SLIPS]:
            group.add(term, weights.TYPO_ONE)
        group.share = len(word.terms) ** -weights.PAIRS
        meant.append(near[0].term if near and not known else pair)
        groups.append(group)
    corrected = _spelt(word.folded, meant)
    if corrected != word.folded and all(library.term(pair) for pair in tokenizer.pairs(corrected)):
        groups[0].corrected = corrected
    return groups


def as_name(group: Group, library: Library) -> Group:
    """The group of a number that is the whole question: it is looked for in heads, where it is part of a
    name. In texts it is a measurement."""
    is_in_heads = any(term.head_df for term in library.terms(group.worth))
    return group if is_in_heads else Group(group.typed, group.shown)


def spelt_otherwise(word: tokenizer.Word, library: Library) -> str:
    """The word of the lists that a Korean word, which no paper says, is a slip of; empty for none."""
    if not word.is_hangul or all(map(library.term, word.terms)) or dictionary.is_known(word.folded):
        return ""
    near = [other for other in dictionary.near(word.folded) if len(other) == len(word.folded)]
    meant = next((other for other in near if all(map(library.term, tokenizer.pairs(other)))), "")
    if not meant or library.closest_sound(word) < SURE_SOUND:
        return meant
    # What sounds like an English word is that word, spelt by ear: 스타일갠 is no slip. Unless the other is
    # the same word: 데이타 and 데이터.
    heard, other = library.sounding_like(word.folded), library.sounding_like(meant)
    return meant if heard[:1] == other[:1] else ""


def _spelt(word: str, pairs: Sequence[str]) -> str:
    """The word that corrected pairs spell: where one of the two over a syllable changes it, the change."""
    syllables = list(word)
    for at, pair in enumerate(pairs):
        for offset, syllable in enumerate(pair):
            if syllable != word[at + offset]:
                syllables[at + offset] = syllable
    return "".join(syllables)


def latin_group(word: tokenizer.Word, library: Library, *, is_sentence: bool) -> Group:
    # A compound is looked for whole; its pieces are worth less alone.
    whole = tokenizer.stem(tokenizer.joined(word.shown))
    group = _exact(word.folded, word.shown, (whole,), library)
    if len(word.terms) > 1:
        for piece in filter(_tells, word.terms):
            for term in library.terms([piece]):
                group.add(term, 1.0 if piece == whole else weights.PREFIX)
    for variant in spelling_variants(word.folded):
        for term in library.terms([tokenizer.stem(variant)]):
            group.add(term, weights.VARIANT)
    exact_df = group.df
    # Another number is another thing, however it begins.
    if len(word.folded) >= 2 and not word.folded.isdigit() and not (is_sentence and exact_df):
        for term in library.beginning_with(tokenizer.joined(word.shown), MOST_PREFIXES):
            group.add(term, weights.PREFIX)
    is_rare = _may_be_slip(word, *_counts(library.term(whole)))
    near = []
    kinds = library.called(names.key(word.shown)).values() if is_rare else ()
    if is_rare and (not kinds or set(kinds) == {Kind.OWN}):
        near = library.near(tokenizer.joined(word.shown), slips_allowed(word.folded))
    near.sort(key=lambda one: (one[1], -max((term.head_df for term in one[2]), default=0), one[0]))
    closest = min((distance for _, distance, _ in near), default=0)
    for surface, distance, terms in near:
        if _digits(surface) != _digits(word.folded):
            # Another number is another thing: int4 is neither int8 nor into.
            continue
        for term in terms:
            is_likely = not exact_df or term.df >= COMMONER * exact_df
            if not is_likely and distance > 1:
                continue  # A word that papers have is no other word two slips away: counting is not routing.
            group.add(
                term,
                (weights.TYPO_ONE if distance == 1 else weights.TYPO_TWO) if is_likely else weights.NAMED,
            )
        if not group.corrected and exact_df == 0 and distance == closest:
            group.corrected = surface
    if any(value >= weights.PREFIX for value in group.worth.values()):
        group.corrected = None
    return group


def _counts(term: Term | None) -> tuple[int, int]:
    return (term.df, term.head_df) if term else (0, 0)


def _tells(piece: str) -> bool:
    # Of in-context the context tells something, and in nothing; of Llama-3.1 the llama, and 1 nothing; of
    # V-JEPA the V.
    return len(piece) > 1 and piece not in FUNCTION and not piece.isdigit()


def _digits(word: str) -> str:
    return "".join(letter for letter in word if letter.isdigit())
