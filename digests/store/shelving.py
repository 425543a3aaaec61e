"""Writing documents into the archive: sources, digests, entries, papers. Decides nothing by itself:
``digests.intake`` says what changes.

Works on a batch of documents at a time, within the caller's transaction, so that ten
thousand notes cost a few hundred statements and not a hundred thousand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from digests import intake
from digests.model import SHARED, Digest, Entry, Paper, Status, Workspace
from digests.reading.identity import identity, normal_title, normal_url
from digests.store import tables
from digests.store.bulk import insert_rows
from digests.store.postings import drop_papers


@dataclass(frozen=True, slots=True)
class Shelf:
    """The source documents go under: its row, its workspace key, its zone."""

    source_id: int
    workspace: str
    zone: str
    backlog: bool


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document that was read: where it is from, its hash, what it says."""

    path: str
    sha256: str
    digest: Digest


@dataclass(frozen=True, slots=True)
class RefusedDocument:
    """A document that could not be read: remembered, so that the operator sees why."""

    path: str
    sha256: str
    reason: str
    line: int | None


async def find_source(
    connection: AsyncConnection,
    name: str,
    *,
    workspace: Workspace | None,
    kind: str,
    posts: bool,
    zone: str,
    backlog: bool,
) -> Shelf:
    """The source of this name, made when there is none yet. An existing one keeps its own settings."""
    key = workspace.key if workspace else SHARED
    source = tables.source
    row = (
        await connection.execute(
            select(source.c.id, source.c.zone).where(source.c.workspace == key, source.c.name == name)
        )
    ).one_or_none()
    if row is None:
        made = await connection.execute(
            insert(source)
            .values(workspace=key, name=name, kind=kind, posts=posts, zone=zone, enabled=True)
            .returning(source.c.id, source.c.zone)
        )
        row = made.one()
    return Shelf(row.id, key, row.zone, backlog)


async def known_documents(connection: AsyncConnection, shelf: Shelf, paths: Sequence[str]) -> dict[str, Any]:
    """The documents of a source the archive has, by path: their row, and their digest's date."""
    rows = await connection.execute(
        select(tables.document, tables.digest.c.date)
        .outerjoin(tables.digest, tables.digest.c.id == tables.document.c.digest_id)
        .where(tables.document.c.source_id == shelf.source_id, tables.document.c.path.in_(paths))
    )
    return {row.path: row for row in rows}


async def known_hashes(
    connection: AsyncConnection, name: str, paths: Sequence[str], *, workspace: Workspace | None
) -> dict[str, str]:
    """The hashes of the documents of a source that were read as they are, by path."""
    document, source = tables.document.c, tables.source.c
    rows = await connection.execute(
        select(document.path, document.sha256)
        .join(tables.source)
        .where(
            source.workspace == (workspace.key if workspace else SHARED),
            source.name == name,
            document.path.in_(paths),
            document.reason.is_(None),
        )
    )
    return dict(rows.all())


async def known_entries(
    connection: AsyncConnection, document_ids: Sequence[int]
) -> dict[int, list[intake.KnownEntry]]:
    """The live entries of documents, by document id, in their order."""
    entry = tables.entry.c
    rows = await connection.execute(
        select(
            entry.id, entry.document_id, entry.title, entry.url, entry.arxiv_id, entry.sha256, entry.position
        )
        .where(entry.document_id.in_(document_ids), entry.withdrawn_at.is_(None))
        .order_by(entry.position)
    )
    known: dict[int, list[intake.KnownEntry]] = defaultdict(list)
    for row in rows:
        paper = Paper(row.title, url=row.url, arxiv_id=row.arxiv_id)
        known[row.document_id].append(intake.KnownEntry(row.id, paper, row.sha256, row.position))
    return known


async def titles(connection: AsyncConnection, document_ids: Sequence[int]) -> dict[int, list[str]]:
    """The titles of documents' live entries, by document id, in their order."""
    entry = tables.entry.c
    rows = await connection.execute(
        select(entry.document_id, entry.title)
        .where(entry.document_id.in_(document_ids), entry.withdrawn_at.is_(None))
        .order_by(entry.document_id, entry.position)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        found[row.document_id].append(row.title)
    return found


async def refuse(
    connection: AsyncConnection, shelf: Shelf, refused: Iterable[RefusedDocument], *, now: datetime
) -> None:
    """Remember what could not be read. Entries an earlier version gave stay as they were."""
    refused = list(refused)
    known = await known_documents(connection, shelf, [one.path for one in refused])
    for one in refused:
        values = {
            "sha256": one.sha256,
            "reason": one.reason,
            "line": one.line,
            "taken_in_at": now,
            "gone_at": None,
        }
        if one.path in known:
            await connection.execute(
                update(tables.document).where(tables.document.c.id == known[one.path].id).values(values)
            )
        else:
            await connection.execute(
                insert(tables.document).values(source_id=shelf.source_id, path=one.path, **values)
            )


async def shelve(
    connection: AsyncConnection,
    shelf: Shelf,
    documents: Sequence[tuple[ReadDocument, intake.Decision]],
    *,
    now: datetime,
) -> tuple[int, ...]:
    """Write new and changed documents; gives the ids of papers whose text or facts may have changed."""
    known = await known_documents(connection, shelf, [document.path for document, _ in documents])
    digest_ids = await _digests(connection, shelf, [document for document, _ in documents], now=now)
    document_ids = await _documents(connection, shelf, documents, known, digest_ids, now=now)
    touched = await withdraw_entries(
        connection, [id_ for _, decision in documents for id_ in decision.withdrawn], now=now
    )

    changes = [
        (document, change)
        for document, decision in documents
        for change in decision.changes
        if change.id is None or change.status is not Status.SAME
    ]
    paper_ids = await _papers(connection, shelf.workspace, [change.entry for _, change in changes])
    rows = [
        {
            "digest_id": digest_ids[intake.digest_name(document.path, document.digest)],
            "document_id": document_ids[document.path],
            "paper_id": paper_id,
            "position": change.position,
            **_entry_values(change),
        }
        for (document, change), paper_id in zip(changes, paper_ids, strict=True)
    ]
    fresh = [(row, change) for row, (_, change) in zip(rows, changes, strict=True) if change.id is None]
    changed = [(row, change) for row, (_, change) in zip(rows, changes, strict=True) if change.id is not None]
    texts: list[tuple[int, Entry]] = []
    if changed:
        ids = [change.id for _, change in changed if change.id is not None]
        touched |= set(
            await connection.scalars(select(tables.entry.c.paper_id).where(tables.entry.c.id.in_(ids)))
        )
        await connection.execute(
            update(tables.entry)
            .where(tables.entry.c.id == bindparam("entry"))
            .values(revision=tables.entry.c.revision + 1),
            [{"entry": change.id, **row} for row, change in changed],
        )
        for table in (tables.commentary, tables.entry_tag):
            await connection.execute(delete(table).where(table.c.entry_id.in_(ids)))
        texts += [(change.id, change.entry) for _, change in changed if change.id is not None]
    if fresh:
        await connection.execute(insert(tables.entry), [row for row, _ in fresh])
        ids_at = await _entry_ids(connection, {row["document_id"] for row, _ in fresh})
        texts += [(ids_at[row["document_id"], row["position"]], change.entry) for row, change in fresh]
    await _texts(connection, texts)
    touched |= set(paper_ids)
    return tuple(await merge_facts(connection, touched))


async def _entry_ids(connection: AsyncConnection, document_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    """The live entries of documents, by document and position."""
    entry = tables.entry.c
    rows = await connection.execute(
        select(entry.id, entry.document_id, entry.position).where(
            entry.document_id.in_(sorted(document_ids)), entry.withdrawn_at.is_(None)
        )
    )
    return {(row.document_id, row.position): row.id for row in rows}


def _entry_values(change: intake.Change) -> dict[str, Any]:
    entry = change.entry
    return {
        "line": entry.line,
        "title": entry.paper.title,
        "authors": list(entry.paper.authors),
        "url": entry.paper.url,
        "arxiv_id": entry.paper.arxiv_id,
        "abstract": entry.paper.abstract,
        "cites": list(entry.cites),
        "links": list(entry.links),
        "sha256": change.sha256,
    }


async def _digests(
    connection: AsyncConnection, shelf: Shelf, documents: Sequence[ReadDocument], *, now: datetime
) -> dict[str, int]:
    """The digest rows of these documents by name, made where there are none."""
    wanted = {intake.digest_name(document.path, document.digest): document.digest for document in documents}
    digest = tables.digest
    rows = await connection.execute(
        select(digest.c.name, digest.c.id, digest.c.date).where(
            digest.c.source_id == shelf.source_id, digest.c.name.in_(list(wanted))
        )
    )
    found = {row.name: row for row in rows}
    for name, row in found.items():
        if row.date != wanted[name].date:
            # A corrected date moves the digest; what a channel has had stays had, by the digest's id.
            sealed = intake.sealed_at(wanted[name], shelf.zone)
            await connection.execute(
                update(digest).where(digest.c.id == row.id).values(date=wanted[name].date, sealed_at=sealed)
            )
    missing = [
        {
            "workspace": shelf.workspace,
            "source_id": shelf.source_id,
            "name": name,
            "date": document.date,
            "backlog": shelf.backlog,
            "sealed_at": intake.sealed_at(document, shelf.zone),
            "taken_in_at": now,
        }
        for name, document in wanted.items()
        if name not in found
    ]
    if missing:
        await connection.execute(insert(digest), missing)
    rows = await connection.execute(
        select(digest.c.name, digest.c.id).where(
            digest.c.source_id == shelf.source_id, digest.c.name.in_(list(wanted))
        )
    )
    return {row.name: row.id for row in rows}


async def _documents(
    connection: AsyncConnection,
    shelf: Shelf,
    documents: Sequence[tuple[ReadDocument, intake.Decision]],
    known: dict[str, Any],
    digest_ids: dict[str, int],
    *,
    now: datetime,
) -> dict[str, int]:
    fresh = [
        {
            "source_id": shelf.source_id,
            "path": document.path,
            "sha256": document.sha256,
            "digest_id": digest_ids[intake.digest_name(document.path, document.digest)],
            "taken_in_at": now,
        }
        for document, _ in documents
        if document.path not in known
    ]
    if fresh:
        await connection.execute(insert(tables.document), fresh)
    for document, _ in documents:
        old = known.get(document.path)
        if old is None:
            continue
        if old.sha256:
            await connection.execute(
                insert(tables.document_version).values(
                    document_id=old.id, taken_in_at=old.taken_in_at, sha256=old.sha256
                )
            )
        await connection.execute(
            update(tables.document)
            .where(tables.document.c.id == old.id)
            .values(
                sha256=document.sha256,
                digest_id=digest_ids[intake.digest_name(document.path, document.digest)],
                reason=None,
                line=None,
                taken_in_at=now,
                gone_at=None,
            )
        )
    made = await known_documents(connection, shelf, [document.path for document, _ in documents])
    return {path: row.id for path, row in made.items()}


async def withdraw_entries(
    connection: AsyncConnection, entry_ids: Sequence[int], *, now: datetime
) -> set[int]:
    """Mark entries that are no longer said; the ids of the papers they were of."""
    if not entry_ids:
        return set()
    rows = await connection.execute(
        update(tables.entry)
        .where(tables.entry.c.id.in_(entry_ids))
        .values(withdrawn_at=now, revision=tables.entry.c.revision + 1)
        .returning(tables.entry.c.paper_id)
    )
    return set(rows.scalars())


@dataclass(slots=True, eq=False)
class _PaperRow:
    """A paper's row while a batch is sorted out: ``id`` is None until it is written."""

    identity: str
    id: int | None = None
    known_as: str | None = None
    """The identity it has in the database, if it is there."""
    values: dict[str, Any] = field(default_factory=dict)
    joined: _PaperRow | None = None
    """The row that turned out to be the same paper, and takes all that this one had."""

    def last(self) -> _PaperRow:
        return self if self.joined is None else self.joined.last()


async def _papers(connection: AsyncConnection, workspace: str, entries: Sequence[Entry]) -> list[int]:
    """The paper row of each entry, found by address, else by title, else made.

    A paper known only by its title takes an address as soon as an entry gives one.
    """
    if not entries:
        return []
    keys = [identity(entry.paper) for entry in entries]
    titles = [normal_title(entry.paper.title) for entry in entries]
    paper = tables.paper.c
    rows = await connection.execute(
        select(paper.id, paper.identity, paper.title_key)
        .where(
            paper.workspace == workspace,
            or_(paper.identity.in_(set(keys)), paper.title_key.in_(set(titles))),
        )
        .order_by(paper.id)
    )
    by_key: dict[str, _PaperRow] = {}
    strong_by_title: dict[str, _PaperRow] = {}
    weak_by_title: dict[str, _PaperRow] = {}
    every: list[_PaperRow] = []
    for row in rows:
        known = by_key[row.identity] = _PaperRow(row.identity, row.id, row.identity)
        every.append(known)
        (strong_by_title if intake.is_strong(row.identity) else weak_by_title).setdefault(
            row.title_key, known
        )

    found: list[_PaperRow] = []
    for entry, key, title in zip(entries, keys, titles, strict=True):
        chosen = by_key.get(key)
        if not intake.is_strong(key):
            chosen = strong_by_title.get(title, chosen)
        elif title in weak_by_title:
            weak = weak_by_title.pop(title)
            by_key.pop(f"title:{title}", None)
            if chosen is None:
                chosen = weak
                weak.identity = key
            else:
                weak.joined = chosen
        if chosen is None:
            chosen = _PaperRow(key, values=_paper_values(workspace, key, title, entry))
            every.append(chosen)
        by_key[key] = chosen
        (strong_by_title if intake.is_strong(key) else weak_by_title).setdefault(title, chosen)
        found.append(chosen)
    await _write_papers(connection, workspace, every)
    return [id_ for row in found if (id_ := row.last().id) is not None]


def _paper_values(workspace: str, key: str, title: str, entry: Entry) -> dict[str, Any]:
    return {
        "workspace": workspace,
        "identity": key,
        "title_key": title,
        "title": entry.paper.title,
        "authors": list(entry.paper.authors),
    }


async def _write_papers(connection: AsyncConnection, workspace: str, rows: Sequence[_PaperRow]) -> None:
    """Write what a batch found out: new papers, those that took an address, those that are one."""
    paper = tables.paper
    renamed = [
        {"row": row.id, "identity": row.identity}
        for row in rows
        if row.known_as is not None and row.known_as != row.identity
    ]
    if renamed:
        await connection.execute(update(paper).where(paper.c.id == bindparam("row")), renamed)
    fresh = [row for row in rows if row.id is None and row.joined is None]
    if fresh:
        await connection.execute(insert(paper), [{**row.values, "identity": row.identity} for row in fresh])
        written = await connection.execute(
            select(paper.c.identity, paper.c.id).where(
                paper.c.workspace == workspace, paper.c.identity.in_([row.identity for row in fresh])
            )
        )
        ids = {row.identity: row.id for row in written}
        for row in fresh:
            row.id = ids[row.identity]
    for row in rows:
        if row.id is not None and row.joined is not None and (strong := row.last().id) is not None:
            await _join(connection, row.id, strong)


async def _join(connection: AsyncConnection, weak: int, strong: int) -> None:
    """Two rows turned out to be one paper: the one known by its address takes all."""
    await connection.execute(
        update(tables.entry).where(tables.entry.c.paper_id == weak).values(paper_id=strong)
    )
    await drop_papers(connection, [weak])
    await connection.execute(delete(tables.paper_url).where(tables.paper_url.c.paper_id == weak))
    await connection.execute(delete(tables.paper).where(tables.paper.c.id == weak))


async def _texts(connection: AsyncConnection, texts: Sequence[tuple[int, Entry]]) -> None:
    said = [
        (id_, commentary.language, commentary.text)
        for id_, entry in texts
        for commentary in entry.commentaries
    ]
    tagged = [
        (id_, position, tag.name, tag.spelling)
        for id_, entry in texts
        for position, tag in enumerate(entry.tags)
    ]
    await insert_rows(connection, tables.commentary, ("entry_id", "language", "text"), said)
    await insert_rows(connection, tables.entry_tag, ("entry_id", "position", "name", "spelling"), tagged)


async def merge_facts(connection: AsyncConnection, paper_ids: Iterable[int]) -> list[int]:
    """Work out each paper's facts and addresses anew from all its live entries."""
    ids = sorted(paper_ids)
    if not ids:
        return []
    entry = tables.entry.c
    rows = await connection.execute(
        select(
            entry.paper_id, entry.title, entry.authors, entry.url, entry.arxiv_id, entry.abstract, entry.cites
        )
        .join_from(tables.entry, tables.document, tables.document.c.id == entry.document_id)
        .join(tables.digest, tables.digest.c.id == entry.digest_id)
        .join(tables.source, tables.source.c.id == tables.document.c.source_id)
        .where(entry.paper_id.in_(ids), entry.withdrawn_at.is_(None))
        .order_by(
            tables.source.c.rank,
            func.coalesce(tables.digest.c.date, date.max),
            tables.document.c.path,
            entry.id,
        )
    )
    mentions: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        mentions[row.paper_id].append(row)
    facts = []
    addresses: set[tuple[int, str, bool]] = set()
    for paper_id, said in mentions.items():
        papers = [Paper(row.title, tuple(row.authors), row.url, row.arxiv_id, row.abstract) for row in said]
        whole = intake.merged(papers)
        facts.append(
            {
                "paper": paper_id,
                "title": whole.title,
                "title_key": normal_title(whole.title),
                "authors": list(whole.authors),
                "url": whole.url,
                "arxiv_id": whole.arxiv_id,
                "abstract": whole.abstract,
            }
        )
        addresses |= {(paper_id, address, False) for paper in papers for address in _addresses(paper)}
        cited = {normal_url(url) for row in said for url in row.cites}
        addresses |= {(paper_id, address, True) for address in cited if address}
    if facts:
        await connection.execute(
            update(tables.paper).where(tables.paper.c.id == bindparam("paper")),
            facts,
        )
    await connection.execute(delete(tables.paper_url).where(tables.paper_url.c.paper_id.in_(ids)))
    await insert_rows(connection, tables.paper_url, ("paper_id", "url", "cited"), sorted(addresses))
    return ids


def _addresses(paper: Paper) -> set[str]:
    own = {normal_url(paper.url)} if paper.url else set()
    if paper.arxiv_id:
        own.add(f"arxiv:{paper.arxiv_id}")
    return {address for address in own if address}
