"""Finds the tag that people mean by another name of it: in Korean, in full, or as an acronym. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from digests.search import glossary, tokenizer, word_lists
from digests.search.word_lists import WordLists


def tag_of_other_name(said: str, known: Mapping[str, int]) -> str | None:
    """The most used of the ``known`` tags that has this other name, or None.

    ``known`` gives the number of papers of each tag.
    ``강화학습`` and ``reinforcement-learning`` find ``rl``, and ``rl`` finds ``reinforcement-learning``.
    """
    names = {tokenizer.joined(said)}
    names |= {tokenizer.joined(name) for name in glossary.in_english(tokenizer.joined(said))}
    acronyms = _other_names(word_lists.current())
    for name in list(names):
        names |= acronyms.get(name, frozenset())
        if name.endswith("s"):
            names |= acronyms.get(name.removesuffix("s"), frozenset())
    # Korean tags are found by their English names too.
    names |= {korean for english, korean in glossary.names() if tokenizer.joined(english) in names}
    found = [tag for tag in known if tokenizer.joined(tag) in names]
    return max(found, key=lambda tag: (known[tag], tag), default=None)


@lru_cache(maxsize=2)
def _other_names(lists: WordLists) -> Mapping[str, frozenset[str]]:
    """Full names by acronym, and acronyms by full name, both without spaces."""
    found: dict[str, set[str]] = defaultdict(set)
    for acronym, full in lists.rows("acronyms"):
        found[tokenizer.joined(acronym)].add(tokenizer.joined(full))
        found[tokenizer.joined(full)].add(tokenizer.joined(acronym))
    return {name: frozenset(others) for name, others in found.items()}
