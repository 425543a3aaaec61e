"""What a document changes in the archive: a pure decision. Neither reads files nor writes rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digests.model import Digest, Entry, Kind, Paper, Status
from digests.reading.identity import identity, normal_title


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """An entry the archive has from an earlier version of the document."""

    id: int
    paper: Paper
    sha256: str
    position: int


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one entry. ``id`` is the archive's entry it replaces; None for a new one."""

    status: Status
    entry: Entry
    position: int
    sha256: str
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A document's entries in order, and the archive's entries it no longer holds."""

    changes: tuple[Change, ...]
    withdrawn: tuple[int, ...]


def decide(entries: Sequence[Entry], known: Iterable[KnownEntry]) -> Decision:
    """Match what the document says now with what it said before, by paper.

    By title first, since a correction more often adds a link than it changes a title;
    then by address, so that a corrected title is a correction too.
    """
    left = list(known)
    changes = []
    for position, entry in enumerate(entries):
        sha256 = fingerprint(entry)
        old = _same_paper(entry.paper, left)
        if old is None:
            changes.append(Change(Status.NEW, entry, position, sha256))
            continue
        left.remove(old)
        same = (old.sha256, old.position) == (sha256, position)
        changes.append(Change(Status.SAME if same else Status.CHANGED, entry, position, sha256, old.id))
    return Decision(tuple(changes), tuple(one.id for one in left))


def _same_paper(paper: Paper, known: Sequence[KnownEntry]) -> KnownEntry | None:
    if not known:
        return None
    title, address = normal_title(paper.title), identity(paper)
    by_title = next((one for one in known if normal_title(one.paper.title) == title), None)
    if by_title is not None or not is_strong(address):
        return by_title
    return next((one for one in known if identity(one.paper) == address), None)


def fingerprint(entry: Entry) -> str:
    """A hash of all an entry says; its line in the document does not count."""
    paper = entry.paper
    said = [
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
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def is_strong(key: str) -> bool:
    """Whether an identity is an address rather than only a title."""
    return not key.startswith("title:")


def digest_name(path: str, digest: Digest) -> str:
    """Which digest of its source a document belongs to.

    A newsletter is a digest of its own; the notes of one day are one; undated notes
    are together in one that is never posted.
    """
    if digest.kind is Kind.NEWSLETTER:
        return path
    return digest.date.isoformat() if digest.date else ""


def rest_of_day(name: str) -> str:
    """The digest of a day's notes that come after a source's first fetch, when that was on this very day.

    What was there with the first fetch is backlog and never due; what is written later that day is posted.
    """
    return f"{name} (rest)"


def sealed_at(digest: Digest, zone: str) -> datetime | None:
    """From when a digest may be delivered; None: never.

    A newsletter is sealed when it is read, so any instant before its day began anywhere
    will do: the instant of reading would hide it from a pass as of an earlier time. A day
    of notes is sealed when that day has ended.
    """
    if digest.date is None:
        return None
    if digest.kind is Kind.NEWSLETTER:
        return datetime.combine(digest.date - timedelta(days=1), time(), tzinfo=UTC)
    return _end_of_day(digest.date, zone)


def lag(day: date | None, sealed: datetime | None, *, usual: int) -> int:
    """Days after its date that a digest is to be had: its source's usual ones, and one if sealed late."""
    is_sealed_late = day is not None and sealed is not None and sealed.date() >= day
    return max(usual, 1) if is_sealed_late else usual


def _end_of_day(day: date, zone: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def merged(mentions: Sequence[Paper]) -> Paper:
    """A paper's facts from all who mention it, in the fixed order given: the first that knows wins.

    ValueError without a mention.
    """
    if not mentions:
        raise ValueError("a paper needs a mention")
    return Paper(
        title=mentions[0].title,
        authors=next((paper.authors for paper in mentions if paper.authors), ()),
        url=next((paper.url for paper in mentions if paper.url), None),
        arxiv_id=next((paper.arxiv_id for paper in mentions if paper.arxiv_id), None),
        abstract=next((paper.abstract for paper in mentions if paper.abstract), None),
    )
