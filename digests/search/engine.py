"""A question answered from what one workspace may see. Pure: gives the ids of papers, best first."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import numpy as np

from digests.model import Correction
from digests.search import glossary, meaning, names, query_expansion, ranking, tokenizer, weights
from digests.search.addresses import Address
from digests.search.candidates import Candidate, candidates
from digests.search.guesses import guesses, meant_tag
from digests.search.keyboard import on_other_keyboard
from digests.search.library import Library, Selection, Term
from digests.search.names import Kind
from digests.search.question import Part, Period, Question, parse
from digests.search.word_groups import Group

_MOST_OF_AN_AUTHOR = 2000
"""Papers looked at for a name."""


class Meanings(Protocol):
    """What the optional extra knows of a library's papers."""

    def kin(self, asked: Sequence[tokenizer.Word]) -> Mapping[str, Sequence[Term]]:
        """The terms that mean what each word means, by the word as it was typed."""

    def likeness(
        self, question: str, asked: Sequence[tokenizer.Word], *, among: Selection | None, also: Iterable[int]
    ) -> dict[int, float]:
        """How like the question the papers are that come nearest, and those named ``also``, by id."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question finds. ``digests.model.Results`` says what the fields mean."""

    scored: Sequence[tuple[int, float]] = ()
    """Ids of papers with their scores, best first."""
    groups: Sequence[Group] = ()
    """What the question's words were read as."""
    phrases: tuple[str, ...] = ()
    """What a paper's text must hold, too: the index knows no neighbours."""
    corrections: tuple[Correction, ...] = ()
    suggestions: tuple[str, ...] = ()
    answered: float = 0.0
    """The share of the question's weight that the paper answers which answers the most."""
    is_direct: bool = False
    is_named: bool = False
    """Whether it holds a paper that the question surely names."""
    by_meaning: bool = False
    without_period: str = ""
    """The time that was asked for, as it was said, where only other times have what fits."""
    not_understood: tuple[str, ...] = ()
    """Filters that could not be read, as they were typed."""


def answer(
    library: Library,
    typed: str,
    *,
    today: date | None,
    now: date | None,
    meanings: Meanings | None = None,
) -> Answer:
    """What a question finds.

    ``today`` is what the word means to the asker (the newest digest their channel had); None is the newest
    day there is. ``now`` is the asker's day, for times like last year; where it is None, such times are words
    like all others.
    """
    return _answered_and_asked(_Asking(library, today, meanings), library, typed, now)[0]


def explain(
    library: Library, typed: str, *, today: date | None, now: date | None, meanings: Meanings | None = None
) -> tuple[Answer, Question, Mapping[int, Mapping[str, float]]]:
    """What a question finds, how it was read, and what the score of each paper is the sum of."""
    asking = _Asking(library, today, meanings)
    asking.reasons = {}
    found, question = _answered_and_asked(asking, library, typed, now)
    return found, question, asking.reasons


def _answered_and_asked(
    asking: _Asking, library: Library, typed: str, now: date | None
) -> tuple[Answer, Question]:
    """The answer of a question, typed on one keyboard or the other, and what was read."""
    question = parse(typed, today=now, tags=library.tags_by_letters)
    found = asking.answer(question)
    if found.answered >= weights.FEW_FIT or found.is_direct or question.is_empty:
        return found, question
    other = on_other_keyboard(" ".join(_words(question)))
    if other is None or not _is_mostly_known(other, library):
        return found, question
    asked = parse(other, today=now, tags=library.tags_by_letters)
    instead = asking.answer(asked)
    if not instead.scored or instead.answered <= found.answered:
        return found, question
    correction = Correction(" ".join(_words(question)), other)
    return replace(instead, corrections=(correction, *instead.corrections)), asked


def _is_mostly_known(text: str, library: Library) -> bool:
    """Whether papers say at least half of the words of a text, or a part of them."""
    words = list(tokenizer.words(text))
    # Of a Latin word the whole: chance makes short pieces of what is no word at all.
    known = [
        word for word in words if any(map(library.term, word.terms if word.is_hangul else word.terms[-1:]))
    ]
    return 2 * len(known) >= len(words)


class _Asking:
    """One question on its way to its answer."""

    def __init__(self, library: Library, today: date | None, meanings: Meanings | None) -> None:
        self._library = library
        self._today = today
        self._meanings = meanings
        self.reasons: dict[int, Mapping[str, float]] | None = None
        """What each paper's score is the sum of, where that is asked for."""

    def answer(self, question: Question) -> Answer:
        """What a question finds."""
        if question.special:
            return self._special(question.special)
        if question.addresses:
            found = self._at(question.addresses)
            if found.scored:
                return found
            titles = [Part((word,)) for one in question.addresses for word in one.title.split()]
            question = replace(question, addresses=(), parts=(*question.parts, *titles))
        is_chatter = question.chatter and not question.parts and not _is_filtered(question)
        if is_chatter and self._is_name(question.plain):
            question = replace(question, parts=tuple(Part((word,)) for word in question.plain.split()))
        found = self._dated(question, question.year) if question.year else self._timed(question)
        return replace(found, not_understood=question.not_understood)

    def _at(self, addresses: Sequence[Address]) -> Answer:
        """The papers at addresses, in the order asked for, then those that cite them."""
        library = self._library
        own: dict[int, None] = {}
        citing: dict[int, None] = {}
        for address in addresses:
            keys = (address.key, *address.also)
            own |= dict.fromkeys(next(filter(None, map(library.at, keys)), []))
            citing |= dict.fromkeys(id_ for key in keys for id_ in library.citing(key))
        scored = [(id_, 1.0) for id_ in own] + [(id_, 0.5) for id_ in citing if id_ not in own]
        return Answer(scored, is_direct=len(own) == 1)

    def _is_name(self, words: str) -> bool:
        """Whether words that look like chatter are what a paper is called."""
        kinds = self._library.called(names.key(words)).values()
        return len(words.split()) > 1 and Kind.TITLE in kinds

    def _special(self, special: str) -> Answer:
        library = self._library
        if special == "random":
            ids = library.ids(library.everything)
            return _listed([random.choice(ids)] if ids else [])  # noqa: S311 - no secret
        day = (self._today if special == "today" else None) or library.newest_day()
        return _listed(library.of_day(day) if day else [])

    def _dated(self, question: Question, year: int) -> Answer:
        """A question with a year among its words is read twice, the likelier first: of a title that says the
        year, and of papers that came in it."""
        whole = replace(question, parts=(*question.parts, Part((str(year),))), year=None)
        period = Period(date(year, 1, 1), date(year, 12, 31), str(year), as_words=str(year))
        within = replace(question, year=None, period=period)
        groups = self._groups(whole.parts)
        found = candidates(self._library, groups, among=self._allowed(question), most=ranking.CANDIDATES)
        is_title = any(one.head > 1 - 1e-9 for one in found)
        first, second = (whole, within) if is_title else (within, whole)
        answered = self._narrowed(first)
        return answered if answered.scored else self._narrowed(second)

    def _timed(self, question: Question) -> Answer:
        """A question with a time among its words: where nothing of that time fits, what there is without."""
        found = self._narrowed(question)
        period = question.period
        if period is None or period.is_operator or not question.parts:
            return found
        misses_name = not found.is_named and any(group.named for group in found.groups)
        if found.answered >= weights.FITS and not misses_name:
            return found
        words = tuple(Part((word,)) for word in period.as_words.split())
        other = self._narrowed(replace(question, period=None, parts=(*question.parts, *words)))
        is_better = other.answered >= found.answered + weights.FITS_BETTER
        # isn't HiDiffusion from last year: it is from the year before.
        if not other.scored or (found.scored and not is_better and not (misses_name and other.is_named)):
            return found
        return replace(other, without_period=period.said)

    def _narrowed(self, question: Question) -> Answer:
        """What words find among the papers that the filters leave; without words all of those."""
        library = self._library
        allowed = self._allowed(question)
        if question.parts or question.lacking:
            return self._by_words(question, allowed)
        if allowed is None:
            return Answer()
        day = question.period.since if question.period else None
        if day and question.period and day == question.period.until and not _is_filtered(question):
            # One day is read as it was written.
            return _listed(library.of_day(day))
        return _listed(library.newest_first(allowed))

    def _allowed(self, question: Question) -> Selection | None:
        """The papers that the filters leave; None when there is none."""
        library = self._library
        kept = [library.tagged(self._tag(tag)) for tag in question.tags]
        kept += [_not(library.tagged(self._tag(tag))) for tag in question.excluded_tags]
        kept += [self._by_author(author) for author in question.authors]
        if question.period:
            kept.append(library.between(question.period.since, question.period.until))
        kept += [_not(self._saying(word)) for word in question.excluded]
        if not kept:
            return None
        return [np.logical_and.reduce(parts) for parts in zip(*kept, strict=True)]

    def _tag(self, said: str) -> str:
        """The known tag that was meant; what was said where there is none."""
        return meant_tag(said, self._library.tags()) or said

    def _by_author(self, typed: str) -> Selection:
        """Papers one of whose authors has every word typed, begun or corrected."""
        library = self._library
        groups = query_expansion.plan(query_expansion.asked_words([typed]), library)
        spellings = [(group.typed, group.corrected or group.typed) for group in groups]
        found = candidates(library, groups, floor=1.0, most=_MOST_OF_AN_AUTHOR)
        return library.selected(
            one.paper_id
            for one in found
            if any(one.paper_id in group.people for group in groups)
            or (
                (paper := library.paper(one.paper_id))
                and any(_is_named(author, spellings) for author in paper.authors)
            )
        )

    def _saying(self, typed: str) -> Selection:
        """The papers that say a word or carry it as a tag, in either language."""
        library = self._library
        words = [query_expansion.asked_words([typed])]
        folded = "".join(word.folded for word in words[0])
        others = glossary.in_english(folded) or [
            korean for english, korean in glossary.names() if english == folded
        ]
        words += [query_expansion.asked_words([other]) for other in others]
        found = [
            library.tagged(name)
            for name in library.tags()
            if tokenizer.joined(name) == tokenizer.joined(typed)
        ]
        for asked in words:
            terms = [
                tokenizer.stem(tokenizer.joined(word.shown)) if not word.is_hangul else None for word in asked
            ]
            names = [
                name
                for word, term in zip(asked, terms, strict=True)
                for name in ([term] if term is not None else word.terms)
            ]
            if names:
                found.append(library.having(names))
        return (
            [np.logical_or.reduce(parts) for parts in zip(*found, strict=True)] if found else library.nothing
        )

    def _groups(self, parts: Sequence[Part], lacking: Sequence[str] = ()) -> list[Group]:
        """What the parts of a question may be found by."""
        library = self._library
        words = [part.alternatives[0] for part in parts if len(part.alternatives) == 1]
        groups = query_expansion.plan(query_expansion.asked_words(words), library)
        for part in parts:
            if len(part.alternatives) > 1:
                options = [
                    query_expansion.plan(query_expansion.asked_words([one]), library)
                    for one in part.alternatives
                ]
                groups.append(query_expansion.either(options))
        groups += [query_expansion.lacking(word, library) for word in lacking]
        return query_expansion.weighed(groups, library.papers)

    def _by_words(self, question: Question, allowed: Selection | None) -> Answer:
        library = self._library
        words = [word for part in question.parts for word in part.alternatives]
        asked = query_expansion.asked_words(words)
        groups = self._groups(question.parts, question.lacking)
        plainly = " ".join(words)
        is_sentence = len(words) >= meaning.FEWEST_WORDS
        found = candidates(library, groups, among=allowed, most=ranking.CANDIDATES)
        answered = _answered(found)
        nearness: Mapping[int, float] = {}
        if is_sentence and answered < weights.ENOUGH:
            # The words alone do not find what is meant: others may.
            groups = query_expansion.likely(groups, asked, library)
            if self._meanings:
                groups = query_expansion.widen(
                    groups, self._meanings.kin(asked), library.papers, weights.KINDRED
                )
                found = candidates(library, groups, among=allowed, floor=0.0, most=ranking.CANDIDATES)
                also = [one.paper_id for one in found]
                nearness = self._meanings.likeness(plainly, asked, among=allowed, also=also)
                found = self._near(found, nearness)
            else:
                found = candidates(library, groups, among=allowed, most=ranking.CANDIDATES)
        scored = self._ranked(found, groups, plainly, nearness, meaning.blend(answered))
        if question.demoted and scored:
            scored = self._demoted(scored, question.demoted, groups)
        if not scored:
            return Answer(suggestions=guesses(question, asked, groups, library))
        return Answer(
            scored,
            groups,
            tuple(part.alternatives[0] for part in question.parts if part.is_phrase),
            tuple(
                dict.fromkeys(Correction(group.shown, group.corrected) for group in groups if group.corrected)
            ),
            answered=answered,
            is_named=any(one.is_named for one in found),
            by_meaning=bool(nearness) and answered < weights.FLOOR,
        )

    def _demoted(
        self, scored: Sequence[tuple[int, float]], words: Sequence[str], groups: Sequence[Group]
    ) -> list[tuple[int, float]]:
        """The papers, those below the others that are about something that was not meant."""
        about = set()
        for word in words:
            for term in {term for one in query_expansion.asked_words([word]) for term in one.terms}:
                about |= set(self._library.in_heads(term))
        loss = weights.DEMOTED * sum(group.idf for group in groups)
        found = [(id_, round(score - loss * (id_ in about), 4)) for id_, score in scored]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def _ranked(
        self,
        found: Sequence[Candidate],
        groups: Sequence[Group],
        plainly: str,
        nearness: Mapping[int, float],
        blend: float,
    ) -> list[tuple[int, float]]:
        order = ranking.Ranking(groups, plainly)
        weight = order.whole * blend
        scored: dict[int, dict[str, float]] = {}
        for one in found:
            paper = self._library.paper(one.paper_id)
            newest = self._library.newest_of(paper) if paper else None
            if paper is None or newest is None:
                continue
            tags = [name for name, _ in newest.tags]
            citations = self._library.citations(one.paper_id) if one.called else 0
            parts = order.parts(one, title=paper.title, authors=paper.authors, tags=tags, citations=citations)
            if one.paper_id in nearness:
                parts["meaning"] = weight * nearness[one.paper_id]
            scored[one.paper_id] = parts
        ranking.lift_named([one for one in found if one.paper_id in scored], scored)
        if self.reasons is not None:
            self.reasons.update(scored)
        sums = [(id_, round(sum(parts.values()), 4)) for id_, parts in scored.items()]
        return sorted(sums, key=lambda pair: (-pair[1], pair[0]))

    def _near(self, found: Sequence[Candidate], nearness: Mapping[int, float]) -> list[Candidate]:
        """Papers alike in meaning, and those with at least some of the words that are like enough too."""
        known = {one.paper_id for one in found}
        kept = [
            one
            for one in found
            if one.coverage >= weights.FLOOR or nearness.get(one.paper_id, 0) >= weights.LIKE
        ]
        alike = sorted(nearness, key=lambda id_: (-nearness[id_], id_))
        rest = [id_ for id_ in alike if id_ not in known and nearness[id_] >= weights.LIKE]
        return kept + [Candidate(id_, 0.0, 0.0, 0.0) for id_ in rest[: meaning.MOST]]


def _words(question: Question) -> list[str]:
    return [word for part in question.parts for word in part.alternatives]


def _is_filtered(question: Question) -> bool:
    """Whether more is asked for than words and a time."""
    return bool(
        question.tags or question.excluded_tags or question.authors or question.excluded or question.lacking
    )


def _listed(ids: Iterable[int]) -> Answer:
    return Answer([(id_, 0.0) for id_ in ids])


def _not(selection: Selection) -> Selection:
    return [~chosen for chosen in selection]


def _answered(found: Sequence[Candidate]) -> float:
    """The share of a question's weight that the paper answers which answers the most."""
    return max((one.coverage for one in found), default=0.0)


def _is_named(author: str, spellings: Sequence[tuple[str, str]]) -> bool:
    parts = [part for word in tokenizer.words(author) for part in (word.folded, *word.terms)]
    return all(any(part.startswith(spelling) for part in parts) for spelling in spellings)
