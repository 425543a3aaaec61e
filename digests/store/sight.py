"""What one workspace may see, up to a day, through one connection: the queries lookup is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.model import Correction, Hit, Results, Workspace
from digests.search import dictionary, plan, text, thesaurus
from digests.search.matches import matched
from digests.search.query import Query
from digests.store import candidates, tables
from digests.store.entry_reader import load_entries, newest_entries, visible, visible_workspaces
from digests.store.outlines import Outline, outlines
from digests.store.tag_counts import tag_counts
from digests.store.vocabulary import Words, known_terms, load_words

_MOST_OF_AN_AUTHOR = 2000
"""Papers looked at for a name."""


class Sight:
    """What one workspace may see, up to a day, through one connection."""

    def __init__(self, connection: AsyncConnection, workspace: Workspace | None, until: date | None) -> None:
        self.connection = connection
        self.workspace = workspace
        self.until = until
        self.workspaces = visible_workspaces(workspace)
        self._outlines: dict[int, Outline | None] = {}

    @cached_property
    def _visible(self) -> ColumnElement[bool]:
        return visible(self.workspace, self.until)

    async def page(
        self,
        typed: str,
        scored: Sequence[tuple[int, float]],
        *,
        limit: int,
        offset: int,
        corrections: tuple[Correction, ...] = (),
        groups: Sequence[plan.Group] = (),
        outlines: Mapping[int, Outline] | None = None,
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
        hits = [
            Hit(entries[id_], worth, matched(entries[id_], groups)) for id_, worth in window if id_ in entries
        ]
        return Results(typed, tuple(hits), len(scored), offset, corrections)

    async def outlines(self, paper_ids: Sequence[int]) -> dict[int, Outline]:
        """The outlines of those papers that may be seen; each is looked for once."""
        missing = [id_ for id_ in paper_ids if id_ not in self._outlines]
        if missing:
            self._outlines |= dict.fromkeys(missing)
            self._outlines |= await outlines(
                self.connection, missing, workspace=self.workspace, until=self.until
            )
        return {id_: outline for id_ in paper_ids if (outline := self._outlines[id_]) is not None}

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

    async def tag_names(self, words: Words | None = None) -> Mapping[str, int]:
        """Every tag with how many entries carry it."""
        if words is None:
            words, _ = await load_words(self.connection, self.workspaces)
        return await tag_counts(self.connection, words.version, self.until)

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
        groups, words = await self.groups(plan.asked_words([typed]))
        pool = candidates.Pool(self.connection, words)
        found = await pool.find(groups, most=_MOST_OF_AN_AUTHOR, floor=1.0)
        heads = await self.outlines([one.paper_id for one in found])
        spellings = [(group.typed, group.corrected or group.typed) for group in groups]
        return {
            id_ for id_, head in heads.items() if any(_is_named(author, spellings) for author in head.authors)
        }

    async def groups(self, asked: Sequence[text.Word]) -> tuple[list[plan.Group], Words]:
        """The groups of a question, rarest first, and the words there are; one statement, or two where a
        Korean word may be a slip.
        """
        words, known = await load_words(self.connection, self.workspaces, plan.terms_of(asked))
        # The scan for slips costs the most: only words that hardly occur are looked at.
        rare = [word for word in asked if _may_be_slip(word, known)]
        near = {
            word.folded: words.near(text.joined(word.shown), plan.slips_allowed(word.folded))
            for word in rare
            if not word.is_hangul
        }
        slips = {
            pair: text.slips(pair)
            for word in rare
            if word.is_hangul
            for pair in word.terms
            if len(pair) == 2 and plan.may_be_slip(word, *_counts(known.get(pair, ())))
        }
        if slips:
            others = {name for names in slips.values() for name in names}
            known |= await known_terms(self.connection, self.workspaces, others - known.keys())
        near |= {
            pair: [(name, 1, known[name]) for name in names if name in known] for pair, names in slips.items()
        }

        def common(typed: str) -> list[plan.Term]:
            return words.beginning_with(typed, plan.MOST_PREFIXES)

        def close(typed: str, most: int) -> list[tuple[str, int, Sequence[plan.Term]]]:
            return [one for one in near.get(typed, ()) if one[1] <= most]

        vocabulary = plan.Vocabulary(words.papers, known, common, close, words.sounding)
        return plan.plan(asked, vocabulary), words

    async def likely(
        self, groups: Sequence[plan.Group], asked: Sequence[text.Word], papers: int
    ) -> list[plan.Group]:
        """The groups of a question, each with what else ``papers`` may say for its word, in its own language
        or in the other, of the terms there are.
        """
        called, translated = thesaurus.synonyms(asked), dictionary.translations(asked)
        names = {name for names in called.values() for name in names}
        names.update(name for words in translated.values() for word in words for name in word)
        known = await known_terms(self.connection, self.workspaces, names) if names else {}
        synonyms = {
            shown: [term for name in names for term in known.get(name, ())] for shown, names in called.items()
        }
        others = {
            shown: [term for word in words for term in plan.standing_for(word, known)]
            for shown, words in translated.items()
        }
        wider = plan.widen(groups, synonyms, papers, plan.SYNONYM)
        return plan.widen(wider, others, papers, plan.TRANSLATED)

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


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name at most two slips away, or None."""
    allowance = 1 if len(name) <= 5 else 2
    if len(name) < plan.SHORTEST_CORRECTED:
        return None
    found = process.extractOne(name, sorted(known), scorer=OSA.distance, score_cutoff=allowance)
    return None if found is None else found[0]


def _may_be_slip(word: text.Word, known: Mapping[str, Sequence[plan.Term]]) -> bool:
    """Whether a word, or for Korean one of its pairs, hardly occurs."""
    names = word.terms if word.is_hangul else (text.stem(text.joined(word.shown)),)
    return any(plan.may_be_slip(word, *_counts(known.get(name, ()))) for name in names)


def _counts(terms: Sequence[plan.Term]) -> tuple[int, int]:
    """In how many papers they are, and in the heads of how many."""
    return max((one.df for one in terms), default=0), max((one.head_df for one in terms), default=0)


def _is_named(author: str, spellings: Sequence[tuple[str, str]]) -> bool:
    parts = [part for word in text.words(author) for part in (word.folded, *word.terms)]
    return all(any(part.startswith(spelling) for part in parts) for spelling in spellings)


def _spellings(address: str) -> list[str]:
    if not address.startswith("arxiv:"):
        return [address]
    id_ = address.removeprefix("arxiv:")
    return [address, f"https://arxiv.org/abs/{id_}", f"https://arxiv.org/pdf/{id_}"]
