"""Questions answered with the entries to show: ``digests.search`` finds papers, here their entries are read.

What an index says is checked once more by the database: an entry that is not visible is not read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from digests.model import ArchivedEntry, Correction, Hit, Results, Tag, TagCount, Workspace
from digests.reading.tags import canonical
from digests.search import tokenizer
from digests.search.engine import Answer
from digests.search.guesses import meant_tag, similar_tags
from digests.search.library import Library
from digests.search.matches import holds_phrases, matched
from digests.store.entry_reader import load_entries


@dataclass(frozen=True, slots=True)
class Eyes:
    """One workspace's view of the archive, up to a day, within one transaction."""

    connection: AsyncConnection
    library: Library
    workspace: Workspace | None
    until: date | None

    async def entries(self, paper_ids: Iterable[int]) -> dict[int, ArchivedEntry]:
        """The newest visible entry of each paper, by paper."""
        newest = [mention.entry_id for id_ in paper_ids if (mention := self.library.newest(id_))]
        entries = await load_entries(self.connection, newest, workspace=self.workspace, until=self.until)
        return {entry.paper_id: entry for entry in entries}


async def shown(
    eyes: Eyes,
    typed: str,
    answer: Answer,
    *,
    limit: int,
    offset: int,
    within: Collection[int] | None = None,
) -> Results:
    """One page of an answer. ``within`` keeps only these papers."""
    scored = answer.scored if within is None else [one for one in answer.scored if one[0] in within]
    if answer.phrases:
        whole = await eyes.entries(id_ for id_, _ in scored)
        scored = [one for one in scored if one[0] in whole and holds_phrases(whole[one[0]], answer.phrases)]
    window = scored[offset : offset + limit]
    entries = await eyes.entries(id_ for id_, _ in window)
    hits = [
        Hit(entries[id_], score, matched(entries[id_], answer.groups))
        for id_, score in window
        if id_ in entries
    ]
    return Results(
        typed,
        tuple(hits),
        len(scored),
        offset,
        answer.corrections if scored else (),
        answer.suggestions,
        is_direct=answer.is_direct,
        by_meaning=answer.by_meaning,
        without_period=answer.without_period,
        not_understood=answer.not_understood,
    )


def tagged(library: Library, typed: str) -> tuple[str, Answer]:
    """The tag that was meant, and its papers, newest first; a near miss is corrected, and said so."""
    name = canonical(typed)
    known = library.tags()
    meant = meant_tag(name, known) if name else None
    if meant is None:
        return typed, Answer(suggestions=tuple(similar_tags(name, known)))
    is_slip = tokenizer.joined(meant) != tokenizer.joined(name)
    scored = [(id_, 0.0) for id_ in library.newest_first(library.tagged(meant))]
    return meant, Answer(scored, corrections=(Correction(typed, meant),) if is_slip else ())


def tags(library: Library, limit: int) -> tuple[TagCount, ...]:
    """The most used tags, each in its commonest spelling."""
    counts = library.tags()
    commonest = sorted(counts, key=lambda name: (-counts[name], name))[:limit]
    found = []
    for name in commonest:
        spellings = library.spellings(name)
        spelt = max(sorted(spellings), key=lambda spelling: spellings[spelling])
        found.append(TagCount(Tag(name, spelt), counts[name]))
    return tuple(found)


async def related(eyes: Eyes, entry_id: int, *, limit: int) -> tuple[ArchivedEntry, ...]:
    """Papers near an entry's: those its note links to or cites, then those alike in tags and text."""
    own = await load_entries(eyes.connection, [entry_id], workspace=eyes.workspace, until=eyes.until)
    if not own:
        return ()
    paper_id = own[0].paper_id
    linked, alike = eyes.library.linked(paper_id, own[0].entry.links), eyes.library.alike(paper_id)
    ids = [id_ for id_ in dict.fromkeys([*linked, *alike]) if id_ != paper_id]
    found = await eyes.entries(ids[: limit * 3])
    return tuple(found[id_] for id_ in ids if id_ in found)[:limit]
