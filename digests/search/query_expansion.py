"""From a question's words to groups of alternatives among the terms there are. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice, pairwise, zip_longest

from digests.search import dictionary, glossary, names, sounds, thesaurus, tokenizer, weights
from digests.search.function_words import BEFORE_KINDS, FUNCTION, KINDS
from digests.search.library import Library, Term
from digests.search.names import Kind
from digests.search.word_groups import (
    RARE,
    Group,
    as_name,
    hangul_groups,
    latin_group,
    slips_allowed,
    spelt_otherwise,
)

FEW = 20
"""Papers that say a thing in Korean below which those that name it in English are looked at too."""

MOST_NAMED = 3
"""Words of a question that names a thing."""


LONGEST_NAME = 12
"""Words of a name."""

MOST_NAMESAKES = 3
"""Papers called so, up to which it is a name that is surely meant."""

SHORTEST_NAME = 2
"""Letters of a name: a lone one is one of many papers."""

LONGEST_PERSON = 3
"""Words of a name of a person."""

LONGEST_PART = 6
"""Syllables of a part of such a name."""

SURE_NAME = 0.97
"""How close two words sound to somebody's name that they are no other words."""


LONG_QUESTION = 5
"""Words from which a question is a sentence, typed to its end: only unknown words in it are beginnings."""


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
    respelt = {word.shown: other for word in asked if (other := spelt_otherwise(word, library))}
    asked = [
        tokenizer.Word(word.shown, respelt[word.shown], tokenizer.pairs(respelt[word.shown]))
        if word.shown in respelt
        else word
        for word in asked
    ]
    groups: list[Group] = []
    for word, following in zip_longest(asked, asked[1:]):
        of_it = (
            hangul_groups(word, library)
            if word.is_hangul
            else [latin_group(word, library, is_sentence=len(asked) >= LONG_QUESTION)]
        )
        for group in of_it:
            group.is_kind = _is_kind(word, following)
            group.is_function = word.folded in FUNCTION or word.shown in FUNCTION
        groups += of_it
    if len(groups) == 1 and groups[0].typed.isdigit():
        groups = [as_name(groups[0], library)]
    for place, group in enumerate(groups):
        group.place = place
        group.corrected = respelt.get(group.shown, group.corrected)
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
            papers = library.called(called)
            if min(group.said for group in own) <= RARE and len(papers) <= MOST_NAMESAKES:
                sure = frozenset(id_ for id_, kind in papers.items() if kind != Kind.SHORT)
                for group in own:
                    group.named |= sure
            for paper_id, kind in papers.items():
                worth = weights.SAID_OTHERWISE if is_word and kind == Kind.SHORT else weights.CALLED[kind]
                for group in own:
                    group.papers[paper_id] = max(worth, group.papers.get(paper_id, 0.0))


def widen(
    groups: Iterable[Group],
    kin: Mapping[str, Iterable[Term]],
    papers: int,
    worth: float,
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
            lost = share if group.typed.isascii() else share**loss
            wide.add(term, max(round(worth * lost, 2), weights.LEAST))
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
    heard: dict[tuple[str, ...], dict[int, float]] = {}
    while start < len(asked):
        for end in range(min(len(asked), start + LONGEST_PERSON), start, -1):
            window = asked[start:end]
            own = [group for group in groups if any(group.typed in word.terms for word in window)]
            name = tuple(word.shown for word in window)
            if name not in heard:
                heard[name] = library.by_people_sounding_like(window) if _may_be_person(window, own) else {}
            papers = heard[name]
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
