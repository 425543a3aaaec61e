"""Finding papers: the SQL behind ``digests.search``. The order of what is found is made there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.model import (
    ArchivedEntry,
    Correction,
    Results,
    Workspace,
)
from digests.search import meaning, plan, ranking, text, times
from digests.search.evidence import Candidate
from digests.search.matches import holds_phrases
from digests.search.meaning import Encoder
from digests.search.query import Query, parse
from digests.store import candidates, readings, tables, vectors
from digests.store.entry_reader import newest_entries, visible
from digests.store.guesses import guesses
from digests.store.outlines import Outline
from digests.store.sight import Sight


async def search(
    connection: AsyncConnection,
    typed: str,
    *,
    workspace: Workspace | None,
    until: date | None,
    today: date | None,
    now: date | None,
    encoder: Encoder | None,
    limit: int,
    offset: int,
) -> Results:
    """One page of what a question finds, best first; guesses known to hit when there is nothing.

    ``today`` is what the word means to the asker (the newest digest their channel had);
    None is the newest day there is. ``now`` is the asker's day, for times like last year; where it is None,
    or nothing is found of such a time, its words are asked for like all others.
    """
    sight = Sight(connection, workspace, until)
    page = await _parsed(sight, typed, parse(typed, now=now), today, encoder, limit=limit, offset=offset)
    if page.total or now is None or not times.named(typed):
        return page
    return await _parsed(sight, typed, parse(typed), today, encoder, limit=limit, offset=offset)


async def _parsed(
    sight: Sight,
    typed: str,
    query: Query,
    today: date | None,
    encoder: Encoder | None,
    *,
    limit: int,
    offset: int,
) -> Results:
    if query.is_empty:
        return Results(typed)
    if query.special:
        return await _special(sight, typed, query.special, today, limit=limit, offset=offset)
    if query.address:
        own, citing = await sight.papers_at(query.address)
        scored = [(id_, 1.0) for id_ in own] + [(id_, 0.5) for id_ in citing]
        page = await sight.page(typed, scored, limit=limit, offset=offset)
        return replace(page, is_direct=bool(own))
    if not query.year:
        return await _narrowed(sight, typed, query, encoder, limit=limit, offset=offset)
    likelier, other = await readings.dated(sight, query, query.year)
    page = await _narrowed(sight, typed, likelier, encoder, limit=limit, offset=offset)
    return page if page.total else await _narrowed(sight, typed, other, encoder, limit=limit, offset=offset)


async def _narrowed(
    sight: Sight,
    typed: str,
    query: Query,
    encoder: Encoder | None,
    *,
    limit: int,
    offset: int,
) -> Results:
    """What words find among the papers that the operators leave; without words all of those."""
    allowed = await sight.allowed(query)
    asked = plan.asked_words([*query.words, *query.phrases])
    if not asked:
        if allowed is None and not query.without:
            return Results(typed)
        if allowed is None:
            allowed = set(await sight.papers_where())
        if query == Query(since=query.since, until=query.since) and query.since:
            # One day is read as it was written.
            day = await sight.of_day(query.since)
            return await sight.page(typed, [(id_, 0.0) for id_ in day], limit=limit, offset=offset)
        ids = await sight.newest_first(allowed)
        if query.without:
            known = await newest_entries(sight.connection, ids, workspace=sight.workspace, until=sight.until)
            ids = [id_ for id_ in ids if id_ in known and holds_phrases(known[id_], query)]
        return await sight.page(typed, [(id_, 0.0) for id_ in ids], limit=limit, offset=offset)
    return await _by_words(sight, typed, query, asked, allowed, encoder, limit=limit, offset=offset)


async def related(
    connection: AsyncConnection,
    entry_id: int,
    *,
    workspace: Workspace | None,
    until: date | None,
    limit: int,
) -> tuple[ArchivedEntry, ...]:
    """Papers near an entry's: those its note links to or cites, then those alike in tags and text."""
    sight = Sight(connection, workspace, until)
    row = (
        await connection.execute(
            select(tables.entry.c.paper_id, tables.entry.c.links)
            .join(tables.digest)
            .where(tables.entry.c.id == entry_id, visible(workspace, until))
        )
    ).one_or_none()
    if row is None:
        return ()
    linked = await sight.linked(row.paper_id, row.links)
    alike = await sight.alike(row.paper_id)
    ids = [id_ for id_ in dict.fromkeys([*linked, *alike]) if id_ != row.paper_id]
    entries = await newest_entries(connection, ids[: limit * 3], workspace=workspace, until=until)
    return tuple(entries[id_] for id_ in ids if id_ in entries)[:limit]


async def _special(
    sight: Sight, typed: str, special: str, today: date | None, *, limit: int, offset: int
) -> Results:
    if special == "random":
        ids = await sight.random_paper()
    else:
        day = (today if special == "today" else None) or await sight.newest_day()
        ids = await sight.of_day(day) if day else []
    return await sight.page(typed, [(id_, 0.0) for id_ in ids], limit=limit, offset=offset)


async def _by_words(
    sight: Sight,
    typed: str,
    query: Query,
    asked: Sequence[text.Word],
    allowed: set[int] | None,
    encoder: Encoder | None,
    *,
    limit: int,
    offset: int,
) -> Results:
    groups, words = await sight.groups(asked)
    plainly = " ".join([*query.words, *query.phrases])
    pool = candidates.Pool(sight.connection, words, allowed=allowed)
    is_sentence = len(query.words) >= meaning.FEWEST_WORDS
    found = await pool.find(groups, most=ranking.CANDIDATES)
    answered = _answered(found)
    outlines: dict[int, Outline] = {}
    if not is_sentence or answered >= meaning.ENOUGH:
        found, outlines = await _candidates(sight, pool, groups, found=found)
        answered = _answered(found)
    nearness: Mapping[int, float] = {}
    if is_sentence and answered < meaning.ENOUGH:
        # The words alone do not find what is meant: others may.
        groups = await sight.likely(groups, asked, words.papers)
        meant = None
        if encoder:
            meant = await vectors.meant(sight.connection, encoder, sight.workspaces, plainly, asked)
        if meant:
            groups = plan.widen(groups, meant.kin, words.papers)
            found, outlines = await _candidates(sight, pool, groups, floor=0.0)
            nearness = await meant.likeness(among=allowed, also=outlines)
            found, outlines = await _near(sight, found, outlines, allowed, nearness)
        else:
            found, outlines = await _candidates(sight, pool, groups)
    if query.phrases or query.without:
        whole = await newest_entries(
            sight.connection, list(outlines), workspace=sight.workspace, until=sight.until
        )
        found = [one for one in found if holds_phrases(whole[one.paper_id], query)]
    order = ranking.Ranking(groups, plainly)
    weight = order.whole * meaning.blend(answered)
    scored = []
    for one in found:
        head = outlines[one.paper_id]
        authors = head.authors if head.may_name(order.openings) else ()
        worth = order.score(one, title=head.title, authors=authors, tags=head.tags)
        scored.append((one.paper_id, worth + round(weight * nearness.get(one.paper_id, 0.0), 4)))
    scored.sort(key=lambda pair: (-pair[1], pair[0]))
    corrections = tuple(Correction(group.shown, group.corrected) for group in groups if group.corrected)
    if not scored:
        tags = await sight.tag_names(words)
        return Results(typed, suggestions=guesses(query, asked, groups, words, tags))
    page = await sight.page(
        typed,
        scored,
        limit=limit,
        offset=offset,
        corrections=corrections,
        groups=groups,
        outlines=outlines,
    )
    return replace(page, by_meaning=bool(nearness) and answered < ranking.FLOOR)


def _answered(found: Sequence[Candidate]) -> float:
    """The share of a question's weight that the paper answers which answers the most."""
    return max((one.coverage for one in found), default=0.0)


async def _candidates(
    sight: Sight,
    pool: candidates.Pool,
    groups: Sequence[plan.Group],
    *,
    found: list[Candidate] | None = None,
    floor: float = ranking.FLOOR,
) -> tuple[list[Candidate], dict[int, Outline]]:
    """The best that may be seen, and their outlines; ``found`` are the best there are, where known."""
    most = ranking.CANDIDATES
    if found is None:
        found = await pool.find(groups, most=most, floor=floor)
    while True:
        outlines = await sight.outlines([one.paper_id for one in found])
        # Where many of the best may not be seen yet, those behind them are looked at too.
        if len(outlines) >= ranking.CANDIDATES or len(found) < most:
            break
        most *= 8
        found = await pool.find(groups, most=most, floor=floor)
    return [one for one in found if one.paper_id in outlines][: ranking.CANDIDATES], outlines


async def _near(
    sight: Sight,
    found: Sequence[Candidate],
    outlines: dict[int, Outline],
    allowed: set[int] | None,
    nearness: Mapping[int, float],
) -> tuple[list[Candidate], dict[int, Outline]]:
    """Papers alike in meaning, and those with at least some of the words that are like enough too."""
    by_id = {one.paper_id: one for one in found}
    alike = [id_ for id_ in nearness if allowed is None or id_ in allowed]
    alike.sort(key=lambda id_: (-nearness[id_], id_))
    rest = [id_ for id_ in alike if id_ not in by_id and nearness[id_] >= meaning.LIKE]
    seen: list[int] = []
    for start in range(0, len(rest), 2 * meaning.MOST):
        some = rest[start : start + 2 * meaning.MOST]
        more = await sight.outlines(some)
        outlines |= more
        seen += [id_ for id_ in some if id_ in more]
        if len(seen) >= meaning.MOST:
            break
    kept = [
        one for one in found if one.coverage >= ranking.FLOOR or nearness.get(one.paper_id, 0) >= meaning.LIKE
    ]
    kept += [Candidate(id_, 0.0, 0.0, 0.0) for id_ in seen[: meaning.MOST]]
    return kept, outlines
