"""A question answered from what one workspace may see. Pure: gives the ids of papers, best first."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import numpy as np

from digests.model import Correction
from digests.search import glossary, meaning, plan, ranking, text, times, weights
from digests.search.candidates import Candidate, candidates
from digests.search.guesses import guesses, nearest_tag
from digests.search.library import Library, Selection, Term
from digests.search.plan import Group
from digests.search.query import Query, parse

_MOST_OF_AN_AUTHOR = 2000
"""Papers looked at for a name."""


class Meanings(Protocol):
    """What the optional extra knows of a library's papers."""

    def kin(self, asked: Sequence[text.Word]) -> Mapping[str, Sequence[Term]]:
        """The terms that mean what each word means, by the word as it was typed."""

    def likeness(
        self, question: str, asked: Sequence[text.Word], *, among: Selection | None, also: Iterable[int]
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
    is_direct: bool = False
    by_meaning: bool = False


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
    day there is. ``now`` is the asker's day, for times like last year; where it is None, or nothing is found
    of such a time, its words are asked for like all others.
    """
    found = _Asking(library, today, meanings).answer(parse(typed, now=now))
    if found.scored or now is None or not times.named(typed):
        return found
    return _Asking(library, today, meanings).answer(parse(typed))


class _Asking:
    """One question on its way to its answer."""

    def __init__(self, library: Library, today: date | None, meanings: Meanings | None) -> None:
        self._library = library
        self._today = today
        self._meanings = meanings

    def answer(self, query: Query) -> Answer:
        """What a question finds."""
        library = self._library
        if query.is_empty:
            return Answer()
        if query.special:
            return self._special(query.special)
        if query.address:
            own, citing = library.at(query.address), library.citing(query.address)
            scored = [(id_, 1.0) for id_ in own] + [(id_, 0.5) for id_ in citing if id_ not in own]
            return Answer(scored, is_direct=bool(own))
        if not query.year:
            return self._narrowed(query)
        likelier, other = self._dated(query, query.year)
        found = self._narrowed(likelier)
        return found if found.scored else self._narrowed(other)

    def _special(self, special: str) -> Answer:
        library = self._library
        if special == "random":
            ids = library.ids(library.everything)
            return _listed([random.choice(ids)] if ids else [])  # noqa: S311 - no secret
        day = (self._today if special == "today" else None) or library.newest_day()
        return _listed(library.of_day(day) if day else [])

    def _dated(self, query: Query, year: int) -> tuple[Query, Query]:
        """A question with a year among its words, read twice, the likelier first: of a title that says the
        year, and of papers that came in it."""
        whole = replace(query, words=(*query.words, str(year)), year=None)
        within = replace(query, year=None, since=date(year, 1, 1), until=date(year, 12, 31))
        groups = plan.plan(plan.asked_words([*whole.words, *whole.phrases]), self._library)
        found = candidates(self._library, groups, among=self._allowed(query), most=ranking.CANDIDATES)
        return (whole, within) if any(one.head > 1 - 1e-9 for one in found) else (within, whole)

    def _narrowed(self, query: Query) -> Answer:
        """What words find among the papers that the operators leave; without words all of those."""
        library = self._library
        allowed = self._allowed(query)
        asked = plan.asked_words([*query.words, *query.phrases])
        if asked:
            return self._by_words(query, asked, allowed)
        if allowed is None:
            return Answer()
        if query == Query(since=query.since, until=query.since) and query.since:
            # One day is read as it was written.
            return _listed(library.of_day(query.since))
        return _listed(library.newest_first(allowed))

    def _allowed(self, query: Query) -> Selection | None:
        """The papers that the operators leave; None when no operator limits."""
        library = self._library
        kept: list[Selection] = []
        if query.tags or query.without_tags:
            known = library.tags()
            kept += [library.tagged(nearest_tag(tag, known) or tag) for tag in query.tags]
            by_joint = {text.joined(name): name for name in known}
            kept += [_not(library.tagged(by_joint.get(text.joined(tag), tag))) for tag in query.without_tags]
        kept += [self._by_author(author) for author in query.authors]
        if query.since or query.until:
            kept.append(library.between(query.since, query.until))
        kept += [_not(self._saying(word)) for word in query.without]
        if not kept:
            return None
        return [np.logical_and.reduce(parts) for parts in zip(*kept, strict=True)]

    def _by_author(self, typed: str) -> Selection:
        """Papers one of whose authors has every word typed, begun or corrected."""
        library = self._library
        groups = plan.plan(plan.asked_words([typed]), library)
        spellings = [(group.typed, group.corrected or group.typed) for group in groups]
        found = candidates(library, groups, floor=1.0, most=_MOST_OF_AN_AUTHOR)
        return library.selected(
            one.paper_id
            for one in found
            if (paper := library.paper(one.paper_id))
            and any(_is_named(author, spellings) for author in paper.authors)
        )

    def _saying(self, typed: str) -> Selection:
        """The papers that say a word or carry it as a tag, in either language."""
        library = self._library
        words = [plan.asked_words([typed])]
        folded = "".join(word.folded for word in words[0])
        others = glossary.in_english(folded) or [
            korean for english, korean in glossary.names() if english == folded
        ]
        words += [plan.asked_words([other]) for other in others]
        found = [library.tagged(name) for name in library.tags() if text.joined(name) == text.joined(typed)]
        for asked in words:
            terms = [text.stem(text.joined(word.shown)) if not word.is_hangul else None for word in asked]
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

    def _by_words(self, query: Query, asked: Sequence[text.Word], allowed: Selection | None) -> Answer:
        library = self._library
        groups = plan.plan(asked, library)
        plainly = " ".join([*query.words, *query.phrases])
        is_sentence = len(query.words) >= meaning.FEWEST_WORDS
        found = candidates(library, groups, among=allowed, most=ranking.CANDIDATES)
        answered = _answered(found)
        nearness: Mapping[int, float] = {}
        if is_sentence and answered < weights.ENOUGH:
            # The words alone do not find what is meant: others may.
            groups = plan.likely(groups, asked, library)
            if self._meanings:
                groups = plan.widen(groups, self._meanings.kin(asked), library.papers)
                found = candidates(library, groups, among=allowed, floor=0.0, most=ranking.CANDIDATES)
                also = [one.paper_id for one in found]
                nearness = self._meanings.likeness(plainly, asked, among=allowed, also=also)
                found = self._near(found, nearness)
            else:
                found = candidates(library, groups, among=allowed, most=ranking.CANDIDATES)
        scored = self._ranked(found, groups, plainly, nearness, meaning.blend(answered))
        if not scored:
            return Answer(suggestions=guesses(query, asked, groups, library))
        return Answer(
            scored,
            groups,
            query.phrases,
            tuple(Correction(group.shown, group.corrected) for group in groups if group.corrected),
            by_meaning=bool(nearness) and answered < weights.FLOOR,
        )

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
        scored = []
        for one in found:
            paper, newest = self._library.paper(one.paper_id), self._library.newest(one.paper_id)
            if paper is None or newest is None:
                continue
            tags = [name for name, _ in newest.tags]
            citations = self._library.citations(one.paper_id) if one.called else 0
            worth = order.score(
                one, title=paper.title, authors=paper.authors, tags=tags, citations=citations
            )
            scored.append((one.paper_id, worth + round(weight * nearness.get(one.paper_id, 0.0), 4)))
        scored.sort(key=lambda pair: (-pair[1], pair[0]))
        return scored

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


def _listed(ids: Iterable[int]) -> Answer:
    return Answer([(id_, 0.0) for id_ in ids])


def _not(selection: Selection) -> Selection:
    return [~chosen for chosen in selection]


def _answered(found: Sequence[Candidate]) -> float:
    """The share of a question's weight that the paper answers which answers the most."""
    return max((one.coverage for one in found), default=0.0)


def _is_named(author: str, spellings: Sequence[tuple[str, str]]) -> bool:
    parts = [part for word in text.words(author) for part in (word.folded, *word.terms)]
    return all(any(part.startswith(spelling) for part in parts) for spelling in spellings)
