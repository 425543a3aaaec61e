"""What one workspace may see, up to a day, through one connection: the queries lookup is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.model import ArchivedEntry, Correction, Hit, Results, Workspace
from digests.search import plan, text
from digests.search.query import Query
from digests.store import candidates, tables
from digests.store.bulk import among_given, many
from digests.store.papers import documents_of, load_entries, newest_entries, visible, visible_workspaces
from digests.store.vocabulary import Surfaces, load_surfaces

_MOST_OF_AN_AUTHOR = 2000
"""Papers looked at for a name."""


class Sight:
    """What one workspace may see, up to a day, through one connection."""

    def __init__(self, connection: AsyncConnection, workspace: Workspace | None, until: date | None) -> None:
        self.connection = connection
        self.workspace = workspace
        self.until = until
        self.workspaces = visible_workspaces(workspace)
        self._visible = visible(workspace, until)

    async def page(
        self,
        typed: str,
        scored: Sequence[tuple[int, float]],
        *,
        limit: int,
        offset: int,
        corrections: tuple[Correction, ...] = (),
        groups: Sequence[plan.Group] = (),
        outlines: Mapping[int, candidates.Outline] | None = None,
    ) -> Results:
        """The hits of one page whole; ``outlines`` spare looking for their newest entries again."""
        window = scored[offset : offset + limit]
        ids = [id_ for id_, _ in window]
        if outlines is None:
            entries = await newest_entries(self.connection, ids, workspace=self.workspace, until=self.until)
        else:
            newest = [outlines[id_].entry_id for id_ in ids]
            loaded = await load_entries(self.connection, newest, workspace=self.workspace, until=self.until)
            entries = {entry.paper_id: entry for entry in loaded}
        documents = await documents_of(self.connection, ids)
        hits = [
            Hit(entries[id_], worth, _matched(entries[id_], groups), documents.get(id_, ()))
            for id_, worth in window
            if id_ in entries
        ]
        return Results(typed, tuple(hits), len(scored), offset, corrections)

    async def papers_where(self, *conditions: ColumnElement[bool]) -> list[int]:
        """Papers with a visible entry that fulfils the conditions, newest first."""
        rows = await self.connection.execute(
            select(tables.entry.c.paper_id, func.max(func.coalesce(tables.digest.c.date, date.min)))
            .join_from(tables.entry, tables.digest)
            .where(self._visible, *conditions)
            .group_by(tables.entry.c.paper_id)
        )
        found = [(row[0], row[1]) for row in rows]
        found.sort(key=lambda pair: (str(pair[1]), pair[0]), reverse=True)
        return [id_ for id_, _ in found]

    async def papers_at(self, address: str) -> tuple[list[int], list[int]]:
        """Papers known by an address, and others that cite it, newest first."""
        url = tables.paper_url.c
        rows = await self.connection.execute(
            select(url.paper_id, url.cited).where(url.url.in_(_spellings(address)))
        )
        cited = {row.paper_id: row.cited for row in sorted(rows, key=lambda row: row.cited, reverse=True)}
        found = await self.papers_where(tables.entry.c.paper_id.in_(list(cited))) if cited else []
        return [id_ for id_ in found if not cited[id_]], [id_ for id_ in found if cited[id_]]

    async def of_day(self, day: date) -> list[int]:
        rows = await self.connection.execute(
            select(tables.entry.c.paper_id)
            .join_from(tables.entry, tables.digest)
            .where(self._visible, tables.digest.c.date == day)
            .order_by(tables.digest.c.id, tables.entry.c.document_id, tables.entry.c.position)
        )
        return list(dict.fromkeys(rows.scalars()))

    async def newest_day(self) -> date | None:
        found: date | None = await self.connection.scalar(
            select(func.max(tables.digest.c.date)).join_from(tables.entry, tables.digest).where(self._visible)
        )
        return found

    async def random_paper(self) -> list[int]:
        chosen = await self.connection.scalars(
            select(tables.entry.c.paper_id)
            .join_from(tables.entry, tables.digest)
            .where(self._visible)
            .order_by(func.random())
            .limit(1)
        )
        return list(chosen)

    async def newest_first(self, ids: Iterable[int]) -> list[int]:
        wanted = set(ids)
        return [id_ for id_ in await self.papers_where() if id_ in wanted]

    async def with_tag(self, name: str) -> set[int]:
        tagged = select(tables.entry_tag.c.entry_id).where(tables.entry_tag.c.name == name)
        return set(await self.papers_where(tables.entry.c.id.in_(tagged)))

    async def tag_names(self) -> dict[str, int]:
        """Every tag with how many entries carry it."""
        rows = await self.connection.execute(
            select(tables.entry_tag.c.name, func.count())
            .join_from(tables.entry_tag, tables.entry)
            .join(tables.digest)
            .where(self._visible)
            .group_by(tables.entry_tag.c.name)
        )
        return {row[0]: row[1] for row in rows}

    async def allowed(self, query: Query) -> set[int] | None:
        """The papers the operators leave; None when there are no operators that limit."""
        kept: set[int] | None = None

        def keep(found: Iterable[int]) -> None:
            nonlocal kept
            kept = set(found) if kept is None else kept & set(found)

        names = await self.tag_names() if query.tags or query.without_tags else {}
        by_joint = {text.joined(known): known for known in names}
        for tag in query.tags:
            meant = tag if tag in names else by_joint.get(text.joined(tag))
            near = None if meant else nearest(text.joined(tag), by_joint)
            keep(await self.with_tag(meant or (by_joint[near] if near else tag)))
        for author in query.authors:
            keep(await self._by_author(author))
        if query.since or query.until:
            day = tables.digest.c.date
            since = [day >= query.since] if query.since else []
            until = [day <= query.until] if query.until else []
            keep(await self.papers_where(*since, *until))
        if query.without_tags:
            unwanted: set[int] = set()
            for tag in query.without_tags:
                unwanted |= await self.with_tag(by_joint.get(text.joined(tag), tag))
            keep(set(kept if kept is not None else await self.papers_where()) - unwanted)
        return kept

    async def _by_author(self, typed: str) -> set[int]:
        """Papers one of whose authors has every word typed, begun or corrected."""
        surfaces = await load_surfaces(self.connection, self.workspaces)
        groups = await self.groups(plan.asked_words([typed]), surfaces)
        found = await candidates.find(
            self.connection, groups, papers=surfaces.papers, allowed=None, most=_MOST_OF_AN_AUTHOR, floor=1.0
        )
        heads = await candidates.outlines(
            self.connection, [one.paper_id for one in found], workspace=self.workspace, until=self.until
        )
        spellings = [(group.typed, group.corrected or group.typed) for group in groups]
        return {
            id_ for id_, head in heads.items() if any(_is_named(author, spellings) for author in head.authors)
        }

    async def groups(self, asked: Sequence[text.Word], surfaces: Surfaces) -> list[plan.Group]:
        """The groups of a question; two statements, or three where a word may be a slip."""
        prefixed = {
            text.joined(word.shown): surfaces.beginning_with(text.joined(word.shown))
            for word in asked
            if not word.is_hangul and len(word.folded) > 1
        }
        wanted = plan.terms_of(asked) | {term for found in prefixed.values() for term in found}
        known = await self._terms(wanted)
        # The scan for slips costs the most: only words that hardly occur are looked at.
        near = _near(asked, known, surfaces)
        missing = {term for found in near.values() for _, _, terms in found for term in terms} - wanted
        if missing:
            known |= await self._terms(missing)

        def terms(names: Iterable[str]) -> list[plan.Term]:
            return [one for name in names for one in known.get(name, ())]

        def common(typed: str) -> list[plan.Term]:
            found = [one for one in terms(prefixed.get(typed, ())) if one.head_df]
            return sorted(found, key=lambda one: (-one.head_df, one.term))[: plan.MOST_PREFIXES]

        def close(typed: str, most: int) -> list[tuple[str, int, Sequence[plan.Term]]]:
            return [
                (surface, distance, terms(names))
                for surface, distance, names in near.get(typed, ())
                if distance <= most
            ]

        return plan.plan(asked, plan.Vocabulary(surfaces.papers, known, prefixed=common, near=close))

    async def _terms(self, names: Iterable[str]) -> dict[str, list[plan.Term]]:
        """The terms of these names that some paper has."""
        rows = await self.connection.execute(
            _named_terms(self.connection.dialect.name),
            {"workspaces": self.workspaces, "names": many(self.connection, names)},
        )
        known: dict[str, list[plan.Term]] = defaultdict(list)
        for row in rows:
            known[row.term].append(plan.Term(row.id, row.term, row.df, row.head_df))
        return known

    async def linked(self, paper_id: int, links: Sequence[str]) -> list[int]:
        """Papers whose note is linked to by name, then papers cited, then papers that cite this one."""
        names = [name.removesuffix(".md").strip() for name in links]
        ids: list[int] = []
        if names:
            # The whole name, or the name without its date: `[[CLIP]]` is not `EVA-CLIP.md`.
            path = tables.document.c.path
            ends = [path.endswith(f"{before}{name}.md", autoescape=True) for name in names for before in "/ "]
            paths = or_(path.in_([f"{name}.md" for name in names]), *ends)
            documents = select(tables.document.c.id).where(paths)
            ids += await self.papers_where(tables.entry.c.document_id.in_(documents))
        url = tables.paper_url
        other = url.alias()
        for mine, theirs in ((True, False), (False, True)):
            found = await self.connection.scalars(
                select(other.c.paper_id)
                .join_from(url, other, and_(other.c.url == url.c.url, other.c.cited.is_(theirs)))
                .where(url.c.paper_id == paper_id, url.c.cited.is_(mine))
            )
            ids += list(found)
        return ids

    async def alike(self, paper_id: int) -> list[int]:
        """Papers that share this one's rarest head terms, most alike first."""
        posting, term = tables.search_posting.c, tables.search_term.c
        rows = await self.connection.execute(
            select(posting.term_id, posting.weight, term.df)
            .join_from(tables.search_posting, tables.search_term)
            .where(posting.paper_id == paper_id, posting.head.is_(True), term.df > 1)
            .order_by(term.df, term.term)
            .limit(12)
        )
        own = {row.term_id: row.weight / (1 + row.df) for row in rows}
        if not own:
            return []
        others = await self.connection.execute(
            select(posting.paper_id, posting.term_id, posting.weight)
            .where(posting.term_id.in_(sorted(own)), posting.head.is_(True))
            .order_by(posting.term_id, posting.paper_id)
        )
        likeness: dict[int, float] = defaultdict(float)
        for row in others:
            likeness[row.paper_id] += own[row.term_id] * row.weight
        return sorted(likeness, key=lambda id_: (-round(likeness[id_], 6), id_))[:50]


@cache
def _named_terms(dialect: str) -> Select[Any]:
    term = tables.search_term.c
    return (
        select(term.id, term.term, term.df, term.head_df)
        .where(
            term.workspace.in_(bindparam("workspaces", expanding=True)),
            among_given(dialect, term.term, "names"),
            term.df > 0,
        )
        .order_by(term.id)
    )


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name at most two slips away, or None."""
    allowance = 1 if len(name) <= 5 else 2
    if len(name) < plan.SHORTEST_CORRECTED:
        return None
    found = process.extractOne(name, sorted(known), scorer=OSA.distance, score_cutoff=allowance)
    return None if found is None else found[0]


Near = dict[str, list[tuple[str, int, Sequence[str]]]]


def _near(asked: Sequence[text.Word], known: dict[str, list[plan.Term]], surfaces: Surfaces) -> Near:
    """What words that may be slips are near to, by the word (for Korean, by the pair)."""
    near: Near = {}
    for word in asked:
        names = word.terms if word.is_hangul else (text.stem(text.joined(word.shown)),)
        for name in names:
            terms = known.get(name, ())
            df = max((term.df for term in terms), default=0)
            head_df = max((term.head_df for term in terms), default=0)
            if not plan.may_be_slip(word, df, head_df):
                continue
            if word.is_hangul and len(name) == 2:
                near[name] = [(other, 1, (other,)) for other in text.slips(name)]
            elif not word.is_hangul:
                near[word.folded] = surfaces.near(text.joined(word.shown))
    return near


def _is_named(author: str, spellings: Sequence[tuple[str, str]]) -> bool:
    parts = [part for word in text.words(author) for part in (word.folded, *word.terms)]
    return all(any(part.startswith(spelling) for part in parts) for spelling in spellings)


def _spellings(address: str) -> list[str]:
    if not address.startswith("arxiv:"):
        return [address]
    id_ = address.removeprefix("arxiv:")
    return [address, f"https://arxiv.org/abs/{id_}", f"https://arxiv.org/pdf/{id_}"]


def _matched(found: ArchivedEntry, groups: Sequence[plan.Group]) -> tuple[str, ...]:
    """The question's words as they stand in what was found, title first."""
    paper = found.paper
    parts = [paper.title, *paper.authors]
    parts += [commentary.text for commentary in found.entry.commentaries]
    parts.append(paper.abstract or "")
    wanted = {text.stem(group.typed) for group in groups}
    wanted |= {text.stem(group.corrected) for group in groups if group.corrected}
    prefixes = tuple(group.typed for group in groups if len(group.typed) > 2)
    shown: dict[str, None] = {}
    left = set(range(len(groups)))
    for part in parts:
        for word in text.words(part):
            if not wanted.isdisjoint(word.terms) or word.folded.startswith(prefixes):
                shown[word.shown] = None
                left -= {at for at in left if _answers(word, groups[at])}
        if not left:
            break
    return tuple(shown)[:12]


def _answers(word: text.Word, group: plan.Group) -> bool:
    return word.folded.startswith(group.typed) or not group.names.isdisjoint(word.terms)
