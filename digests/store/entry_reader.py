"""Reading entries and digests back, for one workspace's eyes.

What a workspace sees: shared rows and its own; nothing retracted, withdrawn, or dated
after ``until``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    column,
    func,
    null,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from digests import intake
from digests.model import (
    SHARED,
    ArchivedDigest,
    ArchivedEntry,
    Commentary,
    Entry,
    Paper,
    Tag,
    Workspace,
)
from digests.store import tables

_MOST_AT_ONCE = 500
"""Ids in one IN list; SQLite takes 32,766 parameters, and a plan should stay a plan."""


def visible_workspaces(workspace: Workspace | None) -> tuple[str, ...]:
    """The workspace keys whose rows a workspace sees; None sees only what is shared."""
    return (SHARED,) if workspace is None else (SHARED, workspace.key)


def visible(workspace: Workspace | None, until: date | None) -> ColumnElement[bool]:
    """The condition on ``entry`` joined with ``digest`` that says what may be seen."""
    return _visible(visible_workspaces(workspace), until)


def visible_given(*, is_limited: bool) -> ColumnElement[bool]:
    """The same for a statement that is made once, since making it takes longer than what it asks:
    ``eyes`` gives its values. ``is_limited``: there is an ``until``.
    """
    return _visible(bindparam("workspaces", expanding=True), bindparam("until") if is_limited else None)


def eyes(workspace: Workspace | None, until: date | None) -> dict[str, Any]:
    """The values of ``visible_given``."""
    seen: dict[str, Any] = {"workspaces": visible_workspaces(workspace)}
    return seen if until is None else {**seen, "until": until}


def _visible(workspaces: Any, until: Any) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [
        tables.digest.c.workspace.in_(workspaces),
        tables.digest.c.retracted_at.is_(None),
        tables.entry.c.withdrawn_at.is_(None),
    ]
    if until is not None:
        conditions.append(or_(tables.digest.c.date.is_(None), tables.digest.c.date <= until))
    return and_(*conditions)


async def load_entries(
    connection: AsyncConnection,
    entry_ids: Sequence[int],
    *,
    workspace: Workspace | None,
    until: date | None = None,
) -> list[ArchivedEntry]:
    """The entries of these ids that may be seen, in the order of the ids; two queries per 500."""
    found: dict[int, ArchivedEntry] = {}
    for ids in _chunks(entry_ids):
        rows = await connection.execute(
            _entries_given(is_limited=until is not None), {"ids": ids, **eyes(workspace, until)}
        )
        found |= {entry.id: entry for entry in await _entries(connection, rows.all())}
    return [found[id_] for id_ in entry_ids if id_ in found]


async def posted_entries(connection: AsyncConnection, entry_ids: Sequence[int]) -> list[ArchivedEntry]:
    """The entries of these ids, whatever became of them since, in the order of the ids."""
    found: dict[int, ArchivedEntry] = {}
    for ids in _chunks(entry_ids):
        rows = await connection.execute(_entry_rows().where(tables.entry.c.id.in_(ids)))
        found |= {entry.id: entry for entry in await _entries(connection, rows.all())}
    return [found[id_] for id_ in entry_ids if id_ in found]


async def newest_entries(
    connection: AsyncConnection,
    paper_ids: Sequence[int],
    *,
    workspace: Workspace | None,
    until: date | None = None,
) -> dict[int, ArchivedEntry]:
    """For each paper, its newest entry that may be seen; undated ones count as oldest."""
    newest: dict[int, int] = {}
    for ids in _chunks(paper_ids):
        rows = await connection.execute(
            select(tables.entry.c.paper_id, tables.entry.c.id)
            .join(tables.digest)
            .where(tables.entry.c.paper_id.in_(ids), visible(workspace, until))
            .order_by(func.coalesce(tables.digest.c.date, date.min), tables.entry.c.id)
        )
        newest.update((row.paper_id, row.id) for row in rows)
    entries = await load_entries(connection, list(newest.values()), workspace=workspace, until=until)
    return {entry.paper_id: entry for entry in entries}


async def load_digests(
    connection: AsyncConnection,
    conditions: Iterable[ColumnElement[bool]],
    *,
    workspace: Workspace | None,
    newest_first: bool = False,
    limit: int | None = None,
) -> tuple[ArchivedDigest, ...]:
    """The digests that fulfil the conditions and may be seen, with their entries in order.

    One without any entry left is not given.
    """
    digest = tables.digest.c
    order = (digest.date.desc(), digest.id.desc()) if newest_first else (digest.date, digest.id)
    rows = await connection.execute(
        select(
            digest.id,
            digest.date,
            digest.workspace,
            digest.sealed_at,
            tables.source.c.name,
            tables.source.c.lag,
        )
        .join(tables.source)
        .where(
            digest.workspace.in_(visible_workspaces(workspace)), digest.retracted_at.is_(None), *conditions
        )
        .order_by(*order)
        .limit(limit)
    )
    heads = rows.all()
    entries: dict[int, list[ArchivedEntry]] = defaultdict(list)
    for ids in _chunks([head.id for head in heads]):
        found = await connection.execute(
            _entry_rows()
            .where(tables.entry.c.digest_id.in_(ids), visible(workspace, None))
            .order_by(tables.document.c.path, tables.entry.c.position)
        )
        for entry in await _entries(connection, found.all()):
            entries[entry.digest_id].append(entry)
    return tuple(
        ArchivedDigest(
            id=head.id,
            source=head.name,
            date=head.date,
            entries=tuple(entries[head.id]),
            workspace=Workspace.from_key(head.workspace) if head.workspace else None,
            lag=intake.lag(head.date, head.sealed_at, usual=head.lag),
        )
        for head in heads
        if head.id in entries
    )


async def documents_of(connection: AsyncConnection, paper_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """For each paper, the paths of the documents that mention it, in a fixed order."""
    paths: dict[int, dict[str, None]] = defaultdict(dict)
    for ids in _chunks(paper_ids):
        rows = await connection.execute(
            select(tables.entry.c.paper_id, tables.document.c.path)
            .join(tables.document, tables.document.c.id == tables.entry.c.document_id)
            .where(tables.entry.c.paper_id.in_(ids), tables.entry.c.withdrawn_at.is_(None))
            .order_by(tables.document.c.path)
        )
        for paper_id, path in rows:
            paths[paper_id][path] = None
    return {paper_id: tuple(found) for paper_id, found in paths.items()}


@cache
def _entries_given(*, is_limited: bool) -> Select[Any]:
    wanted = tables.entry.c.id.in_(bindparam("ids", expanding=True))
    return _entry_rows().where(wanted, visible_given(is_limited=is_limited))


def _entry_rows() -> Select[Any]:
    entry, paper = tables.entry.c, tables.paper.c
    return (
        select(
            entry.id,
            entry.digest_id,
            entry.paper_id,
            entry.position,
            entry.line,
            entry.cites,
            entry.links,
            entry.revision,
            tables.digest.c.date,
            paper.title,
            paper.authors,
            paper.url,
            paper.arxiv_id,
            paper.abstract,
        )
        .join_from(tables.entry, tables.digest)
        .join(tables.paper, paper.id == entry.paper_id)
        .join(tables.document, tables.document.c.id == entry.document_id)
    )


async def _entries(connection: AsyncConnection, rows: Sequence[Any]) -> list[ArchivedEntry]:
    commentaries: dict[int, list[Commentary]] = defaultdict(list)
    tags: dict[int, list[Tag]] = defaultdict(list)
    for ids in _chunks([row.id for row in rows]):
        said = await connection.execute(_SAID, {"ids": ids})
        for entry_id, position, name, written in said.all():
            if position is None:
                commentaries[entry_id].append(Commentary(name, written))
            else:
                tags[entry_id].append(Tag(name, written))
    return [
        ArchivedEntry(
            id=row.id,
            digest_id=row.digest_id,
            paper_id=row.paper_id,
            position=row.position,
            date=row.date,
            revision=row.revision,
            entry=Entry(
                Paper(row.title, tuple(row.authors), row.url, row.arxiv_id, row.abstract),
                tuple(commentaries[row.id]),
                tuple(tags[row.id]),
                tuple(row.cites),
                tuple(row.links),
                row.line,
            ),
        )
        for row in rows
    ]


def _said() -> CompoundSelect[Any]:
    """What entries say and are tagged with: commentaries in the order a digest is written in (Korean first,
    then by code), tags by their position. One statement, since each costs more than what it asks.
    """
    commentary, tag = tables.commentary.c, tables.entry_tag.c
    wanted: BindParameter[Sequence[int]] = bindparam("ids", expanding=True)
    said = select(commentary.entry_id, null().label("position"), commentary.language, commentary.text)
    tagged = select(tag.entry_id, tag.position, tag.name, tag.spelling)
    return (
        said.where(commentary.entry_id.in_(wanted))
        .union_all(tagged.where(tag.entry_id.in_(wanted)))
        .order_by(column("position"), column("language").desc())
    )


_SAID = _said()


def deliverable(now: datetime) -> ColumnElement[bool]:
    """On ``digest`` joined with ``source``: sealed by now, not backlog, from a source that posts."""
    return and_(
        tables.digest.c.backlog.is_(False),
        tables.digest.c.date.is_not(None),
        tables.digest.c.sealed_at <= now,
        tables.source.c.posts.is_(True),
        tables.source.c.enabled.is_(True),
    )


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + _MOST_AT_ONCE] for start in range(0, len(ids), _MOST_AT_ONCE))
