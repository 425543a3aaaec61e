"""Reads entries and digests as one workspace sees them.

A workspace sees shared rows and its own, and nothing that is retracted, withdrawn, or dated after
``until``.
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
    null,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from digests import import_rules
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

_IDS_PER_STATEMENT = 500
"""Ids in one IN list. SQLite takes 32,766 parameters, but a long list makes the query planner slow."""


def visible_workspaces(workspace: Workspace | None) -> tuple[str, ...]:
    """The workspace keys of the rows that a workspace sees; None sees only shared rows."""
    return (SHARED,) if workspace is None else (SHARED, workspace.key)


def visible(workspace: Workspace | None, until: date | None) -> ColumnElement[bool]:
    """The condition, on ``entry`` joined with ``digest``, that a workspace sees the entry."""
    return _visible(visible_workspaces(workspace), until)


def _visible_parameterized(*, is_limited: bool) -> ColumnElement[bool]:
    """The condition of ``visible`` with parameters, for a statement that is built once and kept.

    Building such a statement takes longer than running it. ``_visibility_parameters`` gives the values;
    ``is_limited`` says that ``until`` is among them.
    """
    return _visible(bindparam("workspaces", expanding=True), bindparam("until") if is_limited else None)


def _visibility_parameters(workspace: Workspace | None, until: date | None) -> dict[str, Any]:
    """The parameter values for ``_visible_parameterized``."""
    values: dict[str, Any] = {"workspaces": visible_workspaces(workspace)}
    return values if until is None else {**values, "until": until}


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
    """The entries of these ids that the workspace sees, in the order of the ids; two queries per 500 ids."""
    found: dict[int, ArchivedEntry] = {}
    for ids in _chunks(entry_ids):
        rows = await connection.execute(
            _entries_statement(is_limited=until is not None),
            {"ids": ids, **_visibility_parameters(workspace, until)},
        )
        found |= {entry.id: entry for entry in await _entries(connection, rows.all())}
    return [found[id_] for id_ in entry_ids if id_ in found]


async def load_posted_entries(connection: AsyncConnection, entry_ids: Sequence[int]) -> list[ArchivedEntry]:
    """The entries of these ids in the order of the ids, withdrawn and retracted ones included."""
    found: dict[int, ArchivedEntry] = {}
    for ids in _chunks(entry_ids):
        rows = await connection.execute(_entry_rows().where(tables.entry.c.id.in_(ids)))
        found |= {entry.id: entry for entry in await _entries(connection, rows.all())}
    return [found[id_] for id_ in entry_ids if id_ in found]


async def load_digests(
    connection: AsyncConnection,
    conditions: Iterable[ColumnElement[bool]],
    *,
    workspace: Workspace | None,
    newest_first: bool = False,
    limit: int | None = None,
) -> tuple[ArchivedDigest, ...]:
    """The digests that meet the conditions and that the workspace sees, with their entries in order.

    A digest whose entries are all withdrawn is left out.
    """
    digest = tables.digest.c
    order = (digest.date.desc(), digest.id.desc()) if newest_first else (digest.date, digest.id)
    rows = await connection.execute(
        select(
            digest.id,
            digest.date,
            digest.workspace,
            digest.deliverable_from,
            tables.source.c.name,
            tables.source.c.delay_days,
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
            delay_days=import_rules.delay_days(head.date, head.deliverable_from, usual=head.delay_days),
        )
        for head in heads
        if head.id in entries
    )


async def document_paths(connection: AsyncConnection, paper_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """For each paper, by its id, the paths of the documents that mention it, sorted."""
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
def _entries_statement(*, is_limited: bool) -> Select[Any]:
    has_id = tables.entry.c.id.in_(bindparam("ids", expanding=True))
    return _entry_rows().where(has_id, _visible_parameterized(is_limited=is_limited))


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
        texts = await connection.execute(_TEXTS, {"ids": ids})
        for entry_id, position, name, text in texts.all():
            if position is None:
                commentaries[entry_id].append(Commentary(name, text))
            else:
                tags[entry_id].append(Tag(name, text))
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


def _texts_statement() -> CompoundSelect[Any]:
    """Selects commentaries (position is null) and tags of entries in one statement.

    Commentaries come in the order of a digest: Korean first, then by language code. One statement
    instead of two, since a statement's fixed cost is larger than that of its rows.
    """
    commentary, tag = tables.commentary.c, tables.entry_tag.c
    ids: BindParameter[Sequence[int]] = bindparam("ids", expanding=True)
    commentaries = select(commentary.entry_id, null().label("position"), commentary.language, commentary.text)
    tags = select(tag.entry_id, tag.position, tag.name, tag.spelling)
    return (
        commentaries.where(commentary.entry_id.in_(ids))
        .union_all(tags.where(tag.entry_id.in_(ids)))
        .order_by(column("position"), column("language").desc())
    )


_TEXTS = _texts_statement()


def is_deliverable(now: datetime) -> ColumnElement[bool]:
    """The condition, on ``digest`` joined with ``source``, that a digest may be delivered at ``now``."""
    return and_(
        tables.digest.c.backlog.is_(False),
        tables.digest.c.date.is_not(None),
        tables.digest.c.deliverable_from <= now,
        tables.source.c.posts.is_(True),
        tables.source.c.enabled.is_(True),
    )


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    step = _IDS_PER_STATEMENT
    return (ids[start : start + step] for start in range(0, len(ids), step))
