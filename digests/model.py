"""The words of the archive as frozen values. No I/O, no Slack, no database.

Three families live here. *Read* values (Paper, Entry, Digest…) are what a document says.
*Archived* values carry the ids that the store assigned. *Source* values say where documents
come from and what one fetch returned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from digests.errors import RefusalReason


@dataclass(frozen=True, slots=True, order=True)
class Workspace:
    """A Slack team, as the owner of rows. Does not say whether Haru is installed there.

    ``enterprise_id`` is empty outside Enterprise Grid.
    """

    enterprise_id: str
    team_id: str

    @property
    def key(self) -> str:
        """The one-column form kept in the database: ``E1:T1``, or ``:T1``."""
        return f"{self.enterprise_id}:{self.team_id}"

    @classmethod
    def from_key(cls, key: str) -> Workspace:
        """Read a key back; ValueError when it holds no colon."""
        enterprise_id, colon, team_id = key.partition(":")
        if not colon:
            raise ValueError(f"not a workspace key: {key!r}")
        return cls(enterprise_id, team_id)


SHARED = ""
"""The workspace column of rows that every workspace sees."""


@dataclass(frozen=True, slots=True)
class Tag:
    """``name`` is canonical (lower case, hyphens); ``spelling`` is as the document wrote it."""

    name: str
    spelling: str


@dataclass(frozen=True, slots=True)
class Paper:
    """The work itself. Does not know which digests mention it.

    ``arxiv_id`` has no version (``2502.17416``, ``cs/0112017``). ``url`` is the
    paper's own link, never one cited in prose.
    """

    title: str
    authors: tuple[str, ...] = ()
    url: str | None = None
    arxiv_id: str | None = None
    abstract: str | None = None


@dataclass(frozen=True, slots=True)
class Commentary:
    """What the digest's author wrote, in one language (BCP 47). Paragraphs are parted by a blank line."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper's place in one digest.

    ``cites`` are URLs found in the commentary's prose; ``links`` are names of other
    notes (``[[…]]``). ``line`` is where the entry starts in its document, 1-based.
    """

    paper: Paper
    commentaries: tuple[Commentary, ...] = ()
    tags: tuple[Tag, ...] = ()
    cites: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    line: int = 1

    def commentary(self, language: str) -> str | None:
        """The commentary in exactly this language, or None."""
        return next((c.text for c in self.commentaries if c.language == language), None)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry that could not be read: where, why, and its title where that much was clear."""

    line: int
    reason: RefusalReason
    title: str | None = None


class Kind(StrEnum):
    """What a document is: a newsletter is one digest; a note is one entry of its day's digest."""

    NEWSLETTER = "newsletter"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Digest:
    """What one document says. ``date`` is None only for an undated note."""

    date: date | None
    entries: tuple[Entry, ...]
    refusals: tuple[Refusal, ...] = ()
    kind: Kind = Kind.NEWSLETTER


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes from a source, before reading. ``path`` is relative to the source, with ``/``.

    ``first_seen`` is the day the source itself knows it appeared (a git commit), if any.
    """

    source: str
    path: str
    content: bytes = field(repr=False)
    first_seen: date | None = None


class Status(StrEnum):
    """What taking a document or an entry in did to the archive."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class TakenEntry:
    """One entry's fate. ``entry`` is None for a refused one."""

    status: Status
    title: str | None
    entry: Entry | None = None
    reason: RefusalReason | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """One document's fate. ``withdrawn`` are the titles of entries it held before and holds no more."""

    path: str
    status: Status
    date: date | None = None
    entries: tuple[TakenEntry, ...] = ()
    withdrawn: tuple[str, ...] = ()
    reason: RefusalReason | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ArchivedEntry:
    """An entry as kept, with the paper's merged facts (a link another source knew, for instance)."""

    id: int
    digest_id: int
    paper_id: int
    position: int
    date: date | None
    entry: Entry
    revision: int = 1

    @property
    def paper(self) -> Paper:
        return self.entry.paper


@dataclass(frozen=True, slots=True)
class ArchivedDigest:
    """A digest as kept, entries in order. ``workspace`` is None for one that all share.

    ``lag`` is how many days after its date it usually comes: at least one for a day of
    notes, which is complete only when that day has ended.
    """

    id: int
    source: str
    date: date | None
    entries: tuple[ArchivedEntry, ...]
    workspace: Workspace | None = None
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper found: its newest visible entry, its score, the words that matched as they stand in it."""

    entry: ArchivedEntry
    score: float
    matched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that was read as another one: ``loopd`` as ``looped``."""

    typed: str
    used: str


@dataclass(frozen=True, slots=True)
class Results:
    """One page of what was found, best first.

    ``total`` counts all hits before paging. ``suggestions`` are queries known to hit;
    they are given only when nothing was found. ``is_direct``: the first hit is the very
    paper whose id or address was asked for; others cite it. ``by_meaning``: no paper has
    most of the words, and these say something like it.
    """

    query: str
    hits: tuple[Hit, ...] = ()
    total: int = 0
    offset: int = 0
    corrections: tuple[Correction, ...] = ()
    suggestions: tuple[str, ...] = ()
    is_direct: bool = False
    by_meaning: bool = False


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag, spelt as most documents spell it, and how many papers carry it."""

    tag: Tag
    papers: int


Cursor = Mapping[str, Any]
"""How far a source has been read, as JSON that its fetcher understands: an ETag, a commit, file times."""


class SourceKind(StrEnum):
    """The kinds of source. A FILE is added by hand (`haru import`) and never polled."""

    FILE = "file"
    FOLDER = "folder"
    FEED = "feed"
    GIT = "git"


@dataclass(frozen=True, slots=True)
class Source:
    """A place digests come from, with its settings and the outcome of its last polls.

    Does not fetch anything: the fetchers in ``digests.sources`` do. ``lag`` is the usual number
    of days between a digest's date and its arrival. ``every`` is the time between two polls;
    None means the operator's default.
    """

    id: int
    name: str
    kind: SourceKind
    location: str
    posts: bool = True
    enabled: bool = True
    zone: str = "UTC"
    lag: int = 0
    every: timedelta | None = None
    cursor: Cursor | None = None
    first_fetch_done: bool = False
    failures: int = 0
    last_error: str | None = None
    last_good_at: datetime | None = None
    last_new_at: datetime | None = None
    next_poll_at: datetime | None = None
    leased_until: datetime | None = None

    @property
    def is_polled(self) -> bool:
        """Whether this source is polled: it is enabled and not a FILE."""
        return self.kind is not SourceKind.FILE and self.enabled


@dataclass(frozen=True, slots=True)
class Fetch:
    """What one fetch of a source returned: everything that changed since the cursor.

    ``documents`` are new or may have changed; they are read lazily and can be iterated once.
    ``present`` holds every path the source has now. It is None for a source that lists only its
    newest documents (a feed), where a missing path does not mean a deleted document. ``renamed``
    maps new paths to old ones; ``unreadable`` maps paths to the reason they could not be read.
    """

    documents: Iterable[Document]
    cursor: Cursor
    present: frozenset[str] | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    unreadable: Mapping[str, RefusalReason] = field(default_factory=dict)


_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


def without_credentials(location: str) -> str:
    """The location without the user name and password in it, safe for logs and messages."""
    return _CREDENTIALS.sub("…@", location)
