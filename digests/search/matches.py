"""What of an entry answers a question: its words as they stand there, and its phrases. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from digests.model import ArchivedEntry
from digests.search import tokenizer
from digests.search.function_words import FUNCTION
from digests.search.word_groups import Group


def matched(found: ArchivedEntry, groups: Sequence[Group]) -> tuple[str, ...]:
    """What answers the question's words as it stands in what was found, title first: the words themselves,
    and what they were read as (a slip corrected, a Korean word's English name, a word of like meaning).
    """
    if not groups:
        return ()
    telling = [group for group in groups if group.typed not in FUNCTION] or groups
    paper = found.paper
    parts = [paper.title, *paper.authors]
    parts += [commentary.text for commentary in found.entry.commentaries]
    parts.append(paper.abstract or "")
    wanted = {tokenizer.stem(group.typed) for group in telling}
    wanted = wanted.union(*(group.worth for group in telling))
    prefixes = tuple(group.typed for group in telling if len(group.typed) > 2)
    openings = sorted({one[:3] for one in wanted} | {group.typed[:3] for group in telling})
    rough = re.compile("|".join(map(re.escape, openings)))
    shown: dict[str, None] = {}
    left = set(range(len(telling)))
    for part in parts:
        for word in tokenizer.words_holding(part, rough):
            if not wanted.isdisjoint(word.terms) or word.folded.startswith(prefixes):
                shown[word.shown] = None
                left -= {at for at in left if _answers(word, telling[at])}
        if not left:
            break
    return tuple(shown)[:12]


def _answers(word: tokenizer.Word, group: Group) -> bool:
    return word.folded.startswith(group.typed) or not group.worth.keys().isdisjoint(word.terms)


def holds_phrases(found: ArchivedEntry, phrases: Iterable[str]) -> bool:
    """Whether an entry has every phrase."""
    paper = found.paper
    whole = [paper.title, *paper.authors, paper.abstract or ""]
    whole += [commentary.text for commentary in found.entry.commentaries]
    whole += [tag.name for tag in found.entry.tags]
    held = "\0".join(" ".join(word.folded for word in tokenizer.words(part)) for part in whole)
    folded = [" ".join(word.folded for word in tokenizer.words(phrase)) for phrase in phrases]
    return all(phrase in held for phrase in folded if phrase)
