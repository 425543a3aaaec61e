"""From a question's words to groups of alternatives among the terms there are. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, zip_longest

from digests.search import glossary, text, transliteration
from digests.search.function_words import ASKING, FUNCTION, KIND_OF_REPORT, KINDS
from digests.search.weights import idf

PREFIX, TYPO_ONE, TYPO_TWO, JOINT = 0.75, 0.6, 0.45, 0.6
"""What an alternative that is not the very word is worth."""

NAMED = 0.2
"""What the English name of a thing is worth where it was asked for in Korean: papers that say it as it was
typed come first, wherever in them it stands.
"""

TOGETHER = 0.25
"""What it is worth where all of a question has English names: a title that says them is of the thing."""

HEARD = 0.6
"""What it is worth where no paper says the thing in Korean."""

FEW = 20
"""Papers that say a thing in Korean below which those that name it in English are looked at too."""

MOST_NAMED = 3
"""Words of a question that names a thing."""

MOST_HEARD = 4
"""Words that sound like one in Hangul: the commonest of the nearest."""

MOST_PREFIXES = 24

RARE = 5
"""Papers with a word, up to which it may be a slip of another."""

COMMONER = 10
"""So many times as common is a word of which one that papers have is taken for a slip: JEPA is no Jena."""

SHORTEST_CORRECTED = 4
"""Letters of a Latin word that may be a slip."""

LONG_QUESTION = 5
"""Words from which a question is a sentence, typed to its end: only unknown words in it are beginnings."""

LITTLE = 0.3
"""What such a word counts among others, in parts of what its rarity says."""

KINDRED, ACROSS = 0.6, 0.8
"""What a word that means alike is worth; of a Korean word it may be the only one."""

LEAST = 0.01
"""What any alternative is worth."""

LEAST_TELLING = 0.05
"""What a word counts that only says what kind of paper is meant: tech report."""

SYNONYM = 0.5
"""What a word that papers of the field use for it is worth."""

TRANSLATED = 0.6
"""What a word of the other language is worth, of those it may be in it."""

MOST_SLIPS = 3
"""Pairs of syllables one letter away that stand for a rare one: the commonest."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the index, with its count of papers, in any field and in heads."""

    id: int
    term: str
    df: int
    head_df: int


@dataclass(slots=True)
class Group:
    """What one word of the question (for Korean, one pair of syllables) may be found by."""

    typed: str
    """Folded, as it was typed."""
    shown: str
    """The whole word it is of, for saying what was corrected."""
    place: int = 0
    """Which of the question's words it is, counted in pieces."""
    worth: dict[int, float] = field(default_factory=dict)
    """What each term id is worth."""
    names: set[str] = field(default_factory=set)
    """The terms themselves."""
    df: int = 0
    dfs: dict[int, int] = field(default_factory=dict)
    """In how many papers each term is."""
    idf: float = 0.0
    corrected: str | None = None
    said: int = 0
    """In how many papers it stands as it was typed."""
    is_kind: bool = False
    """Whether it only says what kind of paper is meant."""

    def add(self, term: Term, worth: float) -> None:
        self.dfs[term.id] = term.df
        self.worth[term.id] = max(worth, self.worth.get(term.id, 0.0))
        self.names.add(term.term)
        self.df = max(self.df, term.df)

    def drop_slips(self) -> None:
        """Take the word for what it is, and for nothing it may be a slip of."""
        self.corrected = None
        self.worth = {id_: worth for id_, worth in self.worth.items() if worth == 1.0}
        self.dfs = {id_: self.dfs[id_] for id_ in self.worth}
        self.names &= {self.typed}
        self.df = self.said


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms a plan may draw on.

    ``prefixed`` gives the commonest head terms that begin so; ``near`` gives words at most so many slips
    away, each with its slips and terms, for words (or pairs) that ``may_be_slip`` says may be one;
    ``heard`` gives the terms of Latin words that a word in Hangul may spell by ear.
    """

    papers: int
    terms: Mapping[str, Sequence[Term]]
    prefixed: Callable[[str], Iterable[Term]]
    near: Callable[[str, int], Iterable[tuple[str, int, Sequence[Term]]]]
    heard: Callable[[str], Sequence[Term]] = lambda hangul: ()


def asked_words(words: Sequence[str]) -> list[text.Word]:
    """The words of a question, Korean ones without their particles and endings, lone syllables dropped, and
    what only asks to be shown something.
    """
    found = [word for typed in words for word in text.words(typed)]
    found = [word for word in found if word.folded not in ASKING] or found
    asked = []
    for word in found:
        if not word.is_hangul:
            asked.append(word)
            continue
        bare = text.without_ending(text.without_particle(word.folded))
        if len(bare) > 1 or len(found) == 1:
            asked.append(text.Word(word.shown, bare, text.pairs(bare)))
    return asked


def terms_of(asked: Sequence[text.Word]) -> set[str]:
    """Every term the plan will look for by name."""
    found = {term for word in asked for term in word.terms} | {
        text.stem(text.joined(word.shown)) for word in asked
    }
    for _, names in _named(asked):
        found.update(names)
    return found | set(_joints(asked).values())


def plan(asked: Sequence[text.Word], vocabulary: Vocabulary) -> list[Group]:
    """One group for each word (for Korean, each pair of syllables), rarest first.

    A word no paper has, in any form, gives a group without terms: it counts against
    coverage, so that one known word among five unknown ones is no answer.
    """
    groups: list[Group] = []
    for word, following in zip_longest(asked, asked[1:]):
        of_it = (
            _hangul(word, vocabulary)
            if word.is_hangul
            else [_latin(word, vocabulary, is_sentence=len(asked) >= LONG_QUESTION)]
        )
        for group in of_it:
            group.is_kind = _is_kind(word, following)
        groups += of_it
    for place, group in enumerate(groups):
        group.place = place
    joints = _joints(asked)
    for (first, second), joint in joints.items():
        # A letter by itself is of its neighbour: v jepa is V-JEPA, wherever that stands.
        is_letter = 1 in (len(first), len(second))
        known = [term for term in vocabulary.terms.get(joint, ()) if term.head_df or is_letter]
        # The joined spelling stands for both of its words.
        for group in groups:
            if known and group.typed in (first, second):
                for term in known:
                    group.add(term, JOINT)
    _name(groups, asked, vocabulary)
    return _weighed(groups, vocabulary.papers)


def widen(
    groups: Iterable[Group], kin: Mapping[str, Iterable[Term]], papers: int, worth: float | None = None
) -> list[Group]:
    """The groups anew, each with the terms that mean what its word means as alternatives too.

    A word that some paper has goes on telling what it told, and a commoner one beside it less: photo is
    rare, and image says little.
    """
    wider = []
    for group in groups:
        wide = replace(group, worth=dict(group.worth), names=set(group.names), dfs=dict(group.dfs))
        for term in kin.get(group.shown, ()):
            share = min(1.0, idf(papers, min(term.df, papers)) / idf(papers, group.df)) if group.df else 1.0
            likely = worth or (KINDRED if group.typed.isascii() else ACROSS)
            wide.add(term, max(round(likely * share, 2), LEAST))
        if group.df:
            wide.df = group.df
        wider.append(wide)
    return _weighed(wider, papers)


def standing_for(word: Sequence[str], known: Mapping[str, Sequence[Term]]) -> Sequence[Term]:
    """The term that stands for a word of several (a Korean one of its pairs): the rarest, which hardly stands
    anywhere else. None where no paper can say the word, for lack of one of them.
    """
    terms = [known.get(name, ()) for name in word]
    if not all(terms):
        return ()
    return min(terms, key=lambda one: (sum(term.df for term in one), one[0].term))


def _weighed(groups: Sequence[Group], papers: int) -> list[Group]:
    """The groups with their weights, rarest first."""
    tells = any(group.typed not in FUNCTION and not group.is_kind for group in groups)
    for group in groups:
        group.idf = idf(papers, min(group.df, papers))
        if tells and group.typed in FUNCTION:
            group.idf *= LITTLE
        elif tells and group.is_kind:
            group.idf *= LEAST_TELLING
    return sorted(groups, key=lambda group: (group.df, group.typed, group.place))


def _is_kind(word: text.Word, following: text.Word | None) -> bool:
    """Whether a word only says what kind of paper is meant."""
    before = following is not None and following.folded in KINDS
    return word.folded in KINDS or (word.folded == KIND_OF_REPORT and before)


def may_be_slip(word: text.Word, df: int, head_df: int) -> bool:
    """Whether a word that so few papers have may be meant for another; short ones are all near each other."""
    if word.is_hangul:
        return df == 0 or (len(word.folded) > 2 and df <= 2)
    is_rare = df <= 2 or (df <= RARE and not head_df)
    return is_rare and len(word.folded) >= SHORTEST_CORRECTED and not word.folded.isdigit()


def slips_allowed(word: str) -> int:
    """How many slips away a Latin word may be meant for another: short ones are all near each other."""
    return 1 if len(word) <= 5 else 2


def _exact(typed: str, shown: str, names: Iterable[str], vocabulary: Vocabulary) -> Group:
    group = Group(typed, shown)
    for name in names:
        for term in vocabulary.terms.get(name, ()):
            group.add(term, 1.0)
    group.said = group.df
    return group


def _hangul(word: text.Word, vocabulary: Vocabulary) -> list[Group]:
    """A group for each pair of syllables; a pair hardly any paper has may be a slip of one letter."""
    groups = []
    meant: list[str] = []
    is_known = bool(glossary.in_english(word.folded))  # then it is no slip, however few wrote it
    for pair in word.terms:
        group = _exact(pair, word.shown, (pair,), vocabulary)
        known = group.df
        slips = () if is_known else vocabulary.near(pair, 1)
        near = [term for _, _, terms in slips for term in terms if term.df > known]
        near.sort(key=lambda term: (-term.df, term.term))
        for term in near[:MOST_SLIPS]:
            group.add(term, TYPO_ONE)
        meant.append(near[0].term if near and not known else pair)
        groups.append(group)
    corrected = _spelt(word.folded, meant)
    if corrected != word.folded and all(vocabulary.terms.get(pair) for pair in text.pairs(corrected)):
        groups[0].corrected = corrected
    return groups


def _spelt(word: str, pairs: Sequence[str]) -> str:
    """The word that corrected pairs spell: where one of the two over a syllable changes it, the change."""
    syllables = list(word)
    for at, pair in enumerate(pairs):
        for offset, syllable in enumerate(pair):
            if syllable != word[at + offset]:
                syllables[at + offset] = syllable
    return "".join(syllables)


def _latin(word: text.Word, vocabulary: Vocabulary, *, is_sentence: bool) -> Group:
    # A compound is looked for whole; its pieces are worth less alone.
    whole = text.stem(text.joined(word.shown))
    group = _exact(word.folded, word.shown, (whole,), vocabulary)
    if len(word.terms) > 1:
        for piece in filter(_tells, word.terms):
            for term in vocabulary.terms.get(piece, ()):
                group.add(term, 1.0 if piece == whole else PREFIX)
    exact_df = group.df
    if len(word.folded) >= 2 and not (is_sentence and exact_df):
        for term in vocabulary.prefixed(text.joined(word.shown)):
            group.add(term, PREFIX)
    near = list(vocabulary.near(word.folded, slips_allowed(word.folded)))
    near.sort(key=lambda one: (one[1], -max((term.head_df for term in one[2]), default=0), one[0]))
    closest = min((distance for _, distance, _ in near), default=0)
    for surface, distance, terms in near:
        if _digits(surface) != _digits(word.folded):
            # Another number is another thing: int4 is neither int8 nor into.
            continue
        for term in terms:
            is_likely = not exact_df or term.df >= COMMONER * exact_df
            group.add(term, (TYPO_ONE if distance == 1 else TYPO_TWO) if is_likely else NAMED)
        if not group.corrected and exact_df == 0 and distance == closest:
            group.corrected = surface
    if any(value >= PREFIX for value in group.worth.values()):
        group.corrected = None
    return group


def _tells(piece: str) -> bool:
    # Of in-context the context tells something, and in nothing; of Llama-3.1 the llama, and 1 nothing; of
    # V-JEPA the V.
    return len(piece) > 1 and piece not in FUNCTION and not piece.isdigit()


def _digits(word: str) -> str:
    return "".join(letter for letter in word if letter.isdigit())


def _name(groups: Sequence[Group], asked: Sequence[text.Word], vocabulary: Vocabulary) -> None:
    """Give what is named in Korean its English names: a word alone where few papers have the Korean one, in
    a sentence only what no paper says in Korean. There a thing named is no answer, and the encoder knows both
    languages.
    """
    fewest = FEW if len(asked) == 1 else vocabulary.papers if len(asked) <= MOST_NAMED else 1
    found: list[tuple[Group, Term, float]] = []
    for spelling, names in _named(asked):
        of_it = [group for group in groups if group.typed in text.pairs(spelling)]
        said = min(group.said for group in of_it)
        if said >= fewest or any(glossary.in_english(group.corrected or "") for group in of_it):
            continue
        english = [term for name in names for term in vocabulary.terms.get(name, ())]
        if not english and (not said or (said < FEW and transliteration.is_telling(spelling))):
            english = list(vocabulary.heard(spelling))
        found += [(group, term, NAMED if said else HEARD) for term in english for group in of_it]
    # A title that names all of it, in English, is of it.
    is_whole = len(asked) > 1 and len({group.place for group, _, _ in found}) == len(groups)
    for group, term, worth in found:
        if group.corrected:
            group.drop_slips()
        group.add(term, max(worth, TOGETHER) if is_whole else worth)


def _named(asked: Sequence[text.Word]) -> list[tuple[str, tuple[str, ...]]]:
    """Korean words, and two that belong together (강화 학습), with the terms of their English names."""
    korean = [word.folded for word in asked if word.is_hangul]
    named = []
    for spelling in [*korean, *("".join(couple) for couple in pairwise(korean))]:
        names = glossary.in_english(spelling) or filter(None, [transliteration.spelt_out(spelling)])
        terms = tuple(text.stem(text.joined(name)) for name in names)
        if terms or spelling in korean:
            named.append((spelling, terms))
    return named


def _joints(asked: Sequence[text.Word]) -> dict[tuple[str, str], str]:
    return {
        (first.folded, second.folded): text.stem((first.folded + second.folded)[: text.LONGEST_TERM])
        for first, second in pairwise(asked)
        if not first.is_hangul and not second.is_hangul
    }
