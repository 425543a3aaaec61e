"""What may have been meant where nothing was found: words that are known to find something. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from digests.reading.tags import canonical
from digests.search import tokenizer
from digests.search.function_words import FUNCTION
from digests.search.library import Library
from digests.search.query_expansion import LONG_QUESTION
from digests.search.question import Question
from digests.search.tag_names import tag_of_other_name
from digests.search.word_groups import SHORTEST_CORRECTED, Group, slips_allowed

MOST = 3

_EACH = 2
"""Guesses for one word."""


def guesses(
    question: Question, asked: Sequence[tokenizer.Word], groups: Sequence[Group], library: Library
) -> tuple[str, ...]:
    """Up to three: what a word that nobody wrote is like, then the question's own words one by one, those
    that fewest papers have first, then its tags. Of a sentence nothing is guessed but its own words.
    """
    own = {word.shown: _papers_with(word, groups) for word in asked if word.folded not in FUNCTION}
    tags = library.tags()
    filters = (question.tags, question.excluded_tags, question.authors, question.period, question.year)
    is_narrowed = any((*filters, question.excluded, question.demoted, question.lacking))
    found: dict[str, None] = {}
    if len(asked) < LONG_QUESTION:
        for word in asked:
            # Looking at every word there is takes the longest of all that lookup does.
            if own.get(word.shown) == 0 and len(found) < MOST:
                found |= dict.fromkeys(_like(word, library, tags))
    known = sorted((papers, word) for word, papers in own.items() if papers)
    # A word alone that is known found nothing for what else was asked of it.
    if len(own) > 1 or is_narrowed:
        found |= dict.fromkeys(word for _, word in known)
    found |= dict.fromkeys(f"#{tag}" for tag in question.tags if tag in tags)
    return tuple(found)[:MOST]


def similar_tags(name: str, tags: Mapping[str, int]) -> list[str]:
    """Tags that hold a name or are held by it, the most used first, then those spelt nearly so."""
    if not name:
        return []
    inside = [known for known in tags if _is_part(name, known) or _is_part(known, name)]
    near = [
        known
        for known, _, _ in process.extract(
            name, sorted(tags), scorer=OSA.normalized_distance, score_cutoff=0.5, limit=3
        )
    ]
    return list(dict.fromkeys([*sorted(inside, key=lambda known: (-tags[known], known))[:3], *near]))[:3]


def meant_tag(typed: str, tags: Mapping[str, int]) -> str | None:
    """The tag that was typed by its name, by another name of it, or with a slip; None if there is none."""
    if typed in tags:
        return typed
    return tag_of_other_name(typed, tags) or nearest_tag(typed, tags)


def nearest_tag(typed: str, tags: Mapping[str, int]) -> str | None:
    """The tag that was typed, whatever its spaces and hyphens, or one at most two slips away; None else."""
    if typed in tags:
        return typed
    by_joint = {tokenizer.joined(known): known for known in sorted(tags, key=lambda known: tags[known])}
    name = tokenizer.joined(typed)
    if name in by_joint:
        return by_joint[name]
    if len(name) < SHORTEST_CORRECTED:
        return None
    found = process.extractOne(name, sorted(by_joint), scorer=OSA.distance, score_cutoff=slips_allowed(name))
    return None if found is None else by_joint[found[0]]


def _is_part(inner: str, whole: str) -> bool:
    # A few letters stand in too many words by chance: ai is no part of fairness.
    return inner in whole and 2 * len(inner) >= len(whole)


def _like(word: tokenizer.Word, library: Library, tags: Mapping[str, int]) -> Iterator[str]:
    yield from similar_tags(canonical(word.shown), tags)[:_EACH]
    near = [one for one in library.resembling(word.folded) if not _is_two(one, library)]
    yield from near[:_EACH]


def _papers_with(word: tokenizer.Word, groups: Sequence[Group]) -> int:
    """How many papers have a word as it was typed; for a Korean one, those with its rarest pair."""
    exact = [
        max((group.dfs[id_] for id_, worth in group.worth.items() if worth >= 1), default=0)
        for group in groups
        if group.shown == word.shown
    ]
    return min(exact, default=0)


def _is_two(surface: str, library: Library) -> bool:
    # Two words joined are there to be found by; nobody would write them so.
    return any(surface[:at] in library and surface[at:] in library for at in range(2, len(surface) - 1))
