"""The documents of one transaction: read, decided on, written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from digests import intake
from digests.drafts import Drafts, draft, hash_of
from digests.errors import DigestError
from digests.model import Digest, Document, Status, Taken, TakenEntry
from digests.store.document_writer import shelve
from digests.store.documents import (
    ReadDocument,
    RefusedDocument,
    Shelf,
    known_documents,
    known_entries,
    known_titles,
    refuse,
)
from digests.store.index_rows import index_papers


async def take_in_batch(
    connection: AsyncConnection,
    shelf: Shelf,
    documents: Sequence[Document],
    drafts: Drafts,
    *,
    now: datetime,
) -> list[Taken]:
    """Take in the documents of one transaction; their fates, in order. One bad document harms no other.

    ``drafts`` are those made beforehand; what is missing there is made here.
    """
    known = await known_documents(connection, shelf, [document.path for document in documents])
    entries = await known_entries(connection, [row.id for row in known.values()])
    titles = await known_titles(connection, [row.id for row in known.values()])
    fates: dict[str, Taken] = {}
    fresh: list[tuple[ReadDocument, intake.Decision]] = []
    refused: list[RefusedDocument] = []
    for document in documents:
        old = known.get(document.path)
        sha256 = hash_of(document)
        if old is not None and old.sha256 == sha256 and old.reason is None:
            fates[document.path] = _same(document.path, old.date, titles.get(old.id, []))
            continue
        made = drafts.get(document.path)
        if made is None or made.sha256 != sha256:
            made = draft(document)
        digest = made.digest
        if isinstance(digest, DigestError):
            refused.append(RefusedDocument(document.path, sha256, digest.reason, digest.line))
            fates[document.path] = Taken(
                document.path, Status.REFUSED, reason=digest.reason, line=digest.line
            )
            continue
        before = entries.get(old.id, []) if old is not None else []
        decision = intake.decide(digest.entries, before)
        fresh.append((ReadDocument(document.path, sha256, digest), decision))
        # A document refused until now is new when it reads at last.
        was_read = old is not None and old.digest_id is not None
        withdrawn = tuple(one.paper.title for one in before if one.id in decision.withdrawn)
        fates[document.path] = _fate(document.path, digest, decision, withdrawn, was_read=was_read)
    await refuse(connection, shelf, refused, now=now)
    if fresh:
        touched = await shelve(connection, shelf, fresh, known, now=now)
        ready = {said: terms for one in drafts.values() for said, terms in one.terms.items()}
        await index_papers(connection, touched, ready=ready)
    return [fates[document.path] for document in documents]


def _same(path: str, day: date | None, titles: Sequence[str]) -> Taken:
    return Taken(path, Status.SAME, day, tuple(TakenEntry(Status.SAME, title) for title in titles))


def _fate(
    path: str, digest: Digest, decision: intake.Decision, withdrawn: tuple[str, ...], *, was_read: bool
) -> Taken:
    entries = [
        TakenEntry(change.status, change.entry.paper.title, change.entry, line=change.entry.line)
        for change in decision.changes
    ]
    refusals = [
        TakenEntry(Status.REFUSED, refusal.title, None, refusal.reason, refusal.line)
        for refusal in digest.refusals
    ]
    return Taken(
        path,
        Status.CHANGED if was_read else Status.NEW,
        digest.date,
        (*entries, *refusals),
        withdrawn,
    )
