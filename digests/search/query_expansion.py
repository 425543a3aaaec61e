"""From a question's words to groups of alternatives among the terms there are. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice, pairwise, zip_longest

from digests.search import dictionary, glossary, names, sounds, thesaurus, tokenizer, weights
from digests.search.function_words import BEFORE_KINDS, FUNCTION, KINDS
from digests.search.library import Library, Term
from digests.search.names import Kind
from digests.search.variants import spelling_variants

FEW = 20
"""Papers that say a thing in Korean below which those that name it in English are looked at too."""

MOST_NAMED = 3
"""Words of a question that names a thing."""

MOST_PREFIXES = 24

LONGEST_NAME = 12
"""Words of a name."""

SHORTEST_NAME = 2
"""Letters of a name: a lone one is one of many papers."""

LONGEST_PERSON = 3
"""Words of a name of a person."""

LONGEST_PART = 6
"""Syllables of a part of such a name."""

SURE_NAME = 0.97
"""How close two words sound to somebody's name that they are no other words."""

SURE_SOUND = 0.9
"""How close a word in Hangul sounds to an English one that it is no slip of a Korean one."""

RARE = 5
"""Papers with a word, up to which it may be a slip of another."""

COMMONER = 10
"""So many times as common is a word of which one that papers have is taken for a slip: JEPA is no Jena."""

SHORTEST_CORRECTED = 4
"""Letters of a Latin word that may be a slip."""

LONG_QUESTION = 5
"""Words from which a question is a sentence, typed to its end: only unknown words in it are beginnings."""

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


def asked_words(words: Sequence[str]) -> list[tokenizer.Word]:
    """The words of a question, Korean ones without their particles and endings."""
    found = [word for typed in words for word in tokenizer.words(typed)]
    asked = []
    for word in found:
        if not word.is_hangul:
            asked.append(word)
            continue
        bare = word.folded
        if tokenizer.is_particle(bare) and len(found) > 1:
            continue
        if not (glossary.in_english(bare) or dictionary.is_known(bare)):
            bare = tokenizer.without_ending(tokenizer.without_particle(bare))
        asked.append(tokenizer.Word(word.shown, bare, tokenizer.pairs(bare)))
    return asked


def plan(asked: Sequence[tokenizer.Word], library: Library) -> list[Group]:
    """One group for each word (for Korean, each pair of syllables), rarest first.

    A word no paper has, in any form, gives a group without terms: it counts against
    coverage, so that one known word among five unknown ones is no answer.
    """
    asked = [apart for word in asked for apart in _apart(word, library)]
    respelt = {word.shown: other for word in asked if (other := _spelt_otherwise(word, library))}
    asked = [
        tokenizer.Word(word.shown, respelt[word.shown], tokenizer.pairs(respelt[word.shown]))
        if word.shown in respelt
        else word
        for word in asked
    ]
    groups: list[Group] = []
    for word, following in zip_longest(asked, asked[1:]):
        of_it = (
            _hangul(word, library)
            if word.is_hangul
            else [_latin(word, library, is_sentence=len(asked) >= LONG_QUESTION)]
        )
        for group in of_it:
            group.is_kind = _is_kind(word, following)
            group.is_function = word.folded in FUNCTION or word.shown in FUNCTION
        groups += of_it
    if len(groups) == 1 and groups[0].typed.isdigit():
        groups = [_as_name(groups[0], library)]
    for place, group in enumerate(groups):
        group.place = place
        group.corrected = respelt.get(group.shown, group.corrected)
    joints = _joints(asked)
    for (first, second), joint in joints.items():
        # A letter by itself is of its neighbour: v jepa is V-JEPA, wherever that stands.
        is_letter = 1 in (len(first), len(second))
        known = [term for term in library.terms([joint]) if term.head_df or is_letter]
        # The joined spelling stands for both of its words.
        for group in groups:
            if known and group.typed in (first, second):
                for term in known:
                    group.add(term, weights.JOINT)
    _find_people(groups, asked, library)
    # A lone syllable means too much, except in somebody's name: 팀 데트머스.
    if len(asked) > 1:
        groups = [group for group in groups if group.people or not _is_lone(group.typed)]
        asked = [word for word in asked if not _is_lone(word.folded)]
    _name(groups, asked, library)
    _call(groups, asked, library)
    return weighed(groups, library.papers)


def _call(groups: Sequence[Group], asked: Sequence[tokenizer.Word], library: Library) -> None:
    """Give each group the papers that are called by its word, alone or with its neighbours."""
    of_word: list[list[Group]] = [[] for _ in asked]
    places = iter(groups)
    for own, word in zip(of_word, asked, strict=True):
        own += islice(places, len(word.terms) if word.is_hangul else 1)
    keys = [names.key(word.shown) for word in asked]
    for start in range(len(asked)):
        for end in range(start + 1, min(len(asked), start + LONGEST_NAME) + 1):
            called = "".join(keys[start:end])
            if len(called) < SHORTEST_NAME:
                continue
            own = list(chain.from_iterable(of_word[start:end]))
            is_word = any(group.said for group in own)
            for paper_id, kind in library.called(called).items():
                worth = weights.SAID_OTHERWISE if is_word and kind == Kind.SHORT else weights.CALLED[kind]
                for group in own:
                    group.papers[paper_id] = max(worth, group.papers.get(paper_id, 0.0))


def widen(
    groups: Iterable[Group],
    kin: Mapping[str, Iterable[Term]],
    papers: int,
    worth: float | None = None,
    loss: float = 1.0,
) -> list[Group]:
    """The groups anew, each with the terms that mean what its word means as alternatives too.

    A word that some paper has goes on telling what it told, and a commoner one beside it less: photo is
    rare, and image says little. A word in Hangul loses by it to the power of ``loss``.
    """
    wider = []
    for group in groups:
        wide = replace(group, worth=dict(group.worth), dfs=dict(group.dfs))
        for term in kin.get(group.shown, ()):
            share = min(1.0, idf(papers, min(term.df, papers)) / idf(papers, group.df)) if group.df else 1.0
            likely = worth or (weights.KINDRED if group.typed.isascii() else weights.ACROSS)
            lost = share if group.typed.isascii() else share**loss
            wide.add(term, max(round(likely * lost, 2), weights.LEAST))
        if group.df:
            wide.df = group.df
        wider.append(wide)
    return weighed(wider, papers)


def likely(groups: Sequence[Group], asked: Sequence[tokenizer.Word], library: Library) -> list[Group]:
    """The groups, each with what else papers may say for its word, in its own language or in the other."""
    synonyms = {shown: library.terms(names) for shown, names in thesaurus.synonyms(asked).items()}
    others = {
        shown: [term for word in words for term in standing_for(word, library)]
        for shown, words in dictionary.translations(asked).items()
    }
    wider = widen(groups, synonyms, library.papers, weights.SYNONYM)
    return widen(wider, others, library.papers, weights.TRANSLATED, weights.TRANSLATED_LOSS)


def idf(papers: int, df: int) -> float:
    """How much a term tells: much when few papers have it."""
    return math.log(1 + (papers - df + 0.5) / (df + 0.5))


def either(options: Sequence[Sequence[Group]]) -> Group:
    """One group for several things of which any will do: of each its rarest word."""
    first, *rest = [groups[0] for groups in options if groups] or [Group("", "")]
    for other in rest:
        first.worth = {**other.worth, **first.worth}
        first.dfs |= other.dfs
        first.papers = {**other.papers, **first.papers}
        first.df = max(first.df, other.df)
        first.also += (other.typed, *other.also)
    return first


def lacking(word: str, library: Library) -> Group:
    """A group for what does without something: anchor-free, without anchors, no anchor; the bare word counts
    a little."""
    folded = tokenizer.fold(word)
    group = Group(folded, word)
    for english in [folded, *glossary.in_english(folded)]:
        joined = tokenizer.joined(english)
        free = [f"{joined}free", f"no{joined}", f"non{joined}", f"without{joined}"]
        for term in library.terms(map(tokenizer.stem, free)):
            group.add(term, 1.0)
        for term in library.terms([tokenizer.stem(joined)]):
            group.add(term, weights.LACKING)
            group.df = max((group.dfs[name] for name in group.dfs if name != term.term), default=term.df)
    return group


def standing_for(word: Sequence[str], library: Library) -> list[Term]:
    """The term that stands for a word of several (a Korean one of its pairs): the rarest, which hardly stands
    anywhere else. None where no paper can say the word, for lack of one of them.
    """
    terms = library.terms(word)
    return [min(terms, key=lambda term: (term.df, term.term))] if len(terms) == len(word) else []


def weighed(groups: Sequence[Group], papers: int) -> list[Group]:
    """The groups with their weights, rarest first."""
    tells = any(not group.is_function and not group.is_kind for group in groups)
    for group in groups:
        group.idf = idf(papers, min(group.df, papers)) * group.share
        if not group.worth and not group.papers and not group.people:
            group.idf *= weights.UNKNOWN
        if tells and group.is_function:
            group.idf *= weights.FUNCTION_WORD
        elif tells and group.is_kind:
            group.idf *= weights.KIND_OF_REPORT
    return sorted(groups, key=lambda group: (group.df, group.typed, group.place))


def _is_kind(word: tokenizer.Word, following: tokenizer.Word | None) -> bool:
    """Whether a word only says what kind of paper is meant."""
    before = following is not None and following.folded in KINDS
    return word.folded in KINDS or (word.folded in BEFORE_KINDS and before)


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


def _hangul(word: tokenizer.Word, library: Library) -> list[Group]:
    """A group for each pair of syllables; a pair hardly any paper has may be a slip of one letter."""
    groups = []
    meant: list[str] = []
    is_known = bool(glossary.in_english(word.folded))  # then it is no slip, however few wrote it
    for pair in word.terms:
        group = _exact(pair, word.shown, (pair,), library)
        known = group.df
        may_be_slip = not is_known and len(pair) == 2 and _may_be_slip(word, known, 0)
        near = [
            term for term in library.terms(tokenizer.slips(pair) if may_be_slip else ()) if term.df > known
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


def _as_name(group: Group, library: Library) -> Group:
    """The group of a number that is the whole question: it is looked for in heads, where it is part of a
    name. In texts it is a measurement."""
    is_in_heads = any(term.head_df for term in library.terms(group.worth))
    return group if is_in_heads else Group(group.typed, group.shown)


def _spelt_otherwise(word: tokenizer.Word, library: Library) -> str:
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


def _latin(word: tokenizer.Word, library: Library, *, is_sentence: bool) -> Group:
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


def _name(groups: Sequence[Group], asked: Sequence[tokenizer.Word], library: Library) -> None:
    """Give what is named in Korean its English names: a word alone where few papers have the Korean one, in
    a sentence only what no paper says in Korean. There a thing named is no answer, and the encoder knows both
    languages.
    """
    fewest = FEW if len(asked) == 1 else library.papers if len(asked) <= MOST_NAMED else 1
    found: list[tuple[Group, Term, float]] = []
    for spelling, called in _named(asked):
        of_it = [group for group in groups if group.typed in tokenizer.pairs(spelling)]
        if not of_it:
            continue
        said = min(group.said for group in of_it)
        corrected = next((group.corrected for group in of_it if group.corrected), "")
        if said >= fewest or any(group.people for group in of_it):
            continue
        if meant := glossary.in_english(corrected):
            english = library.terms(tokenizer.stem(tokenizer.joined(name)) for name in meant)
            found += [(group, term, weights.HEARD) for term in english for group in of_it]
            continue
        english = library.terms(called)
        if not english and said < FEW:
            english = list(library.sounding_like(spelling))
            if english and not said:
                for group in of_it:
                    group.drop_slips()
        worth = weights.NAMED if said else weights.HEARD
        found += [(group, term, worth) for term in english for group in of_it]
    # A title that names all of it, in English, is of it.
    is_whole = len(asked) > 1 and len({group.place for group, _, _ in found}) == len(groups)
    for group, term, worth in found:
        group.add(term, max(worth, weights.TOGETHER) if is_whole else worth)


def _find_people(groups: Sequence[Group], asked: Sequence[tokenizer.Word], library: Library) -> None:
    """Give neighbouring Korean words that are somebody's name by ear that person's papers: 노암 셰이저."""
    start = 0
    while start < len(asked):
        for end in range(min(len(asked), start + LONGEST_PERSON), start, -1):
            window = asked[start:end]
            own = [group for group in groups if any(group.typed in word.terms for word in window)]
            papers = library.by_people_sounding_like(window) if _may_be_person(window, own) else {}
            if papers and not _sound_like_words(window, max(papers.values()), library):
                for group in own:
                    group.become_person(papers)
                start = end - 1
                break
        start += 1


def _apart(word: tokenizer.Word, library: Library) -> list[tokenizer.Word]:
    """The words that were typed without spaces, textbooksareallyouneed; the word itself where it is one."""
    if word.is_hangul or library.term(tokenizer.stem(word.folded)) or library.called(names.key(word.shown)):
        return [word]
    if library.near(word.folded, slips_allowed(word.folded)):
        return [word]
    return list(map(tokenizer.word, library.apart(word.folded))) or [word]


def _is_lone(word: str) -> bool:
    return len(word) == 1 and not word.isascii()


def _sound_like_words(words: Sequence[tokenizer.Word], closeness: float, library: Library) -> bool:
    """Whether what may be a name, so close, sounds as much like words of the field: 뮤온 옵티마이저."""
    if len(words) == 1:
        return library.closest_sound(words[0]) > closeness
    sounding = (term for word in words for term in library.sounding_like(word.folded))
    return any(term.df >= FEW for term in sounding) and closeness < SURE_NAME


def _may_be_person(words: Sequence[tokenizer.Word], groups: Sequence[Group]) -> bool:
    """Whether Korean words may be a name: hardly any paper says them, and no list knows them."""
    if not all(word.is_hangul and len(word.shown) <= LONGEST_PART for word in words):
        return False
    return not all(_is_lone(word.folded) for word in words) and _are_rare(words, groups)


def _are_rare(words: Sequence[tokenizer.Word], groups: Sequence[Group]) -> bool:
    known = (glossary.in_english(word.folded) or dictionary.is_known(word.folded) for word in words)
    if any(known):
        return False
    rarest = min((group.said for group in groups), default=0)
    return rarest < FEW if len(words) > 1 else rarest == 0


def _named(asked: Sequence[tokenizer.Word]) -> list[tuple[str, tuple[str, ...]]]:
    """Korean words, and two that belong together (강화 학습), with the terms of their English names."""
    korean = [word.folded for word in asked if word.is_hangul]
    named = []
    for spelling in [*korean, *("".join(couple) for couple in pairwise(korean))]:
        called = glossary.in_english(spelling) or filter(None, [sounds.letters(spelling)])
        terms = tuple(tokenizer.stem(tokenizer.joined(name)) for name in called)
        if terms or spelling in korean:
            named.append((spelling, terms))
    return named


def _joints(asked: Sequence[tokenizer.Word]) -> dict[tuple[str, str], str]:
    return {
        (first.folded, second.folded): tokenizer.stem(
            (first.folded + second.folded)[: tokenizer.LONGEST_TERM]
        )
        for first, second in pairwise(asked)
        if not first.is_hangul and not second.is_hangul
    }
