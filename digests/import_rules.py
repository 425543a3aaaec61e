"""The rules of an import: what a document changes in the archive. Pure: reads no file, writes no row."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digests.model import Digest, DocumentKind, Entry, ImportStatus, Paper
from digests.reading.identity import address_of, normal_title


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """An entry that the archive has from the previous version of the document."""

    id: int
    paper: Paper
    sha256: str
    position: int


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What the import does with one entry. ``id`` is the archived entry it replaces; None for a new one."""

    status: ImportStatus
    entry: Entry
    position: int
    sha256: str
    id: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentChanges:
    """What the import does with a document: its entries in order, and the ids of entries it withdraws."""

    entries: tuple[EntryChange, ...]
    withdrawn: tuple[int, ...]


def compare_entries(entries: Sequence[Entry], known: Iterable[KnownEntry]) -> DocumentChanges:
    """Match a document's entries with those of its previous version, by paper.

    A title is compared first, since corrections add links more often than they change titles. Then
    the address is compared, so that an entry with a corrected title is changed, not replaced.
    """
    matched, unmatched = _match_entries(entries, known)
    changes = []
    for position, entry in enumerate(entries):
        sha256 = entry_hash(entry)
        old = matched.get(position)
        if old is None:
            changes.append(EntryChange(ImportStatus.NEW, entry, position, sha256))
            continue
        is_same = (old.sha256, old.position) == (sha256, position)
        status = ImportStatus.SAME if is_same else ImportStatus.CHANGED
        changes.append(EntryChange(status, entry, position, sha256, old.id))
    return DocumentChanges(tuple(changes), tuple(old.id for old in unmatched))


def _match_entries(
    entries: Sequence[Entry], known: Iterable[KnownEntry]
) -> tuple[dict[int, KnownEntry], list[KnownEntry]]:
    """The known entry of each entry's position, and those that no entry matches.

    Titles of all entries are compared before any address, so that no entry takes the place of another one
    that shares its page.
    """
    unmatched = list(known)
    matched: dict[int, KnownEntry] = {}
    for key in (lambda paper: normal_title(paper.title), address_of):
        by_key: dict[str | None, deque[KnownEntry]] = defaultdict(deque)
        for old in unmatched:
            by_key[key(old.paper)].append(old)
        by_key.pop(None, None)
        for position, entry in enumerate(entries):
            if position not in matched and (alike := by_key.get(key(entry.paper))):
                matched[position] = alike.popleft()
        taken = {old.id for old in matched.values()}
        unmatched = [old for old in unmatched if old.id not in taken]
    return matched, unmatched


def entry_hash(entry: Entry) -> str:
    """The SHA-256 of everything an entry says. The line it stands on does not count."""
    paper = entry.paper
    content = [
        paper.title,
        paper.authors,
        paper.url,
        paper.arxiv_id,
        paper.abstract,
        [(commentary.language, commentary.text) for commentary in entry.commentaries],
        [(tag.name, tag.spelling) for tag in entry.tags],
        entry.cites,
        entry.links,
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def digest_name(path: str, digest: Digest) -> str:
    """The name, within its source, of the digest a document belongs to.

    A newsletter is a digest of its own, named by its path. The notes of one day are one digest, named
    by the day. Undated notes are one digest without a name, which is never posted.
    """
    if digest.kind is DocumentKind.NEWSLETTER:
        return path
    return digest.date.isoformat() if digest.date else ""


def rest_of_day_name(name: str) -> str:
    """The name of a second digest for the day of a source's first fetch.

    What the first fetch brings is backlog and is never posted. Notes that follow later on the same day
    go to this digest, which is.
    """
    return f"{name} (rest)"


def deliverable_from(digest: Digest, zone: str) -> datetime | None:
    """The instant from which a digest may be delivered; None for one that never is.

    A day of notes is complete when the day ends in the source's ``zone``. A newsletter is complete at
    once; its instant is a day before its date rather than the time of the import, since a delivery may
    be worked out as of an earlier time.
    """
    if digest.date is None:
        return None
    if digest.kind is DocumentKind.NEWSLETTER:
        return datetime.combine(digest.date - timedelta(days=1), time(), tzinfo=UTC)
    end_of_day = datetime.combine(digest.date + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))
    return end_of_day.astimezone(UTC)


def delay_days(day: date | None, deliverable: datetime | None, *, usual: int) -> int:
    """The number of days after its date on which a digest usually arrives.

    ``usual`` is the source's setting. A digest that is complete only after its day takes at least one.
    """
    is_late = day is not None and deliverable is not None and deliverable.date() >= day
    return max(usual, 1) if is_late else usual


def merge_papers(mentions: Sequence[Paper]) -> Paper:
    """One paper from all mentions of it: each field is from the first mention that has it.

    The title is of the first mention with authors, since a note that only links to a paper has its file's
    name for a title. ValueError without a mention.
    """
    if not mentions:
        raise ValueError("a paper needs a mention")
    return Paper(
        title=next((paper.title for paper in mentions if paper.authors), mentions[0].title),
        authors=next((paper.authors for paper in mentions if paper.authors), ()),
        url=next((paper.url for paper in mentions if paper.url), None),
        arxiv_id=next((paper.arxiv_id for paper in mentions if paper.arxiv_id), None),
        abstract=next((paper.abstract for paper in mentions if paper.abstract), None),
    )
