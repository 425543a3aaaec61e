"""How a question was read, and why its papers stand where they stand, for people. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from digests.search.analysis import THOUSANDTHS
from digests.search.engine import Answer
from digests.search.library import Library
from digests.search.question import Question
from digests.search.word_groups import Group

MOST = 10
"""Papers that are explained."""

_MOST_ALTERNATIVES = 8


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one paper stands where it stands."""

    title: str
    score: float
    parts: Mapping[str, float]
    """What the score is the sum of; parts of nothing are left out."""
    words: Sequence[str]
    """The question's words, each with the term of the paper that answers it and what it counts there."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A question as it was read, and its first papers."""

    read: Sequence[str]
    """What was understood, a line each."""
    reasons: Sequence[Reason]


def explanation(
    library: Library, question: Question, answer: Answer, parts: Mapping[int, Mapping[str, float]]
) -> Explanation:
    """Explain an answer."""
    reasons = []
    for paper_id, score in answer.scored[:MOST]:
        paper = library.paper(paper_id)
        own = {name: round(part, 2) for name, part in parts.get(paper_id, {}).items() if round(part, 2)}
        words = tuple(_answers(library, paper_id, answer.groups))
        reasons.append(Reason(paper.title if paper else "", score, own, words))
    return Explanation(tuple(_read(question, answer)), tuple(reasons))


def _read(question: Question, answer: Answer) -> Iterator[str]:
    if question.special:
        yield f"asked for: {question.special}"
    for address in question.addresses:
        yield f"address: {address.key}"
    if question.chatter:
        yield f"chatter: {' '.join(question.chatter)}"
    filters = {
        "tag": question.tags,
        "without tag": question.excluded_tags,
        "author": question.authors,
        "without": question.excluded,
        "not about": question.demoted,
        "that lacks": question.lacking,
        "not understood": question.not_understood,
    }
    for name, words in filters.items():
        if words:
            yield f"{name}: {', '.join(words)}"
    if question.period:
        yield f"time: {question.period.said}, {question.period.since} to {question.period.until}"
    if answer.without_period:
        yield f"no paper of {answer.without_period} fits: shown are those of any time"
    for correction in answer.corrections:
        yield f"read {correction.typed} as {correction.used}"
    for group in sorted(answer.groups, key=lambda group: group.place):
        likeliest = sorted(group.worth.items(), key=lambda item: (-item[1], item[0]))[:_MOST_ALTERNATIVES]
        terms = ", ".join(f"{term} {worth:g}" for term, worth in likeliest)
        named = f"; names {len(group.papers)} papers" if group.papers else ""
        by = f"; papers by {len(group.people)} people" if group.people else ""
        yield f"{group.typed} (weighs {group.idf:.1f}): {terms or 'no paper says it'}{named}{by}"


def _answers(library: Library, paper_id: int, groups: Sequence[Group]) -> Iterator[str]:
    for group in sorted(groups, key=lambda group: group.place):
        found = [
            (worth * (mark >> 1) / THOUSANDTHS, term)
            for term, worth in group.worth.items()
            if (mark := library.mark(paper_id, term))
        ]
        if group.papers.get(paper_id):
            yield f"{group.typed}: its name"
        elif group.people.get(paper_id):
            yield f"{group.typed}: its author"
        elif found:
            best, term = max(found)
            yield f"{group.typed}: {term} {best:.2f}"
