"""The values of the archive as frozen dataclasses. Pure: no I/O, no database, no Slack.

*Read* values (Paper, Entry, Digest…) are what a document says. *Imported* values report what an
import did. *Archived* values carry the ids that the store assigned. *Found* values answer a search.
*Source* values say where documents come from and what one fetch returned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from digests.errors import RefusalReason


@dataclass(frozen=True, slots=True, order=True)
class Workspace:
    """A Slack workspace, as the owner of rows. Does not say whether Haru is installed in it.

    ``enterprise_id`` is empty outside Enterprise Grid.
    """

    enterprise_id: str
    team_id: str

    @property
    def key(self) -> str:
        """The form kept in the database, in one column: ``E1:T1``, or ``:T1``."""
        return f"{self.enterprise_id}:{self.team_id}"

    @classmethod
    def from_key(cls, key: str) -> Workspace:
        """The workspace of a key; ValueError when the key holds no colon."""
        enterprise_id, colon, team_id = key.partition(":")
        if not colon:
            raise ValueError(f"not a workspace key: {key!r}")
        return cls(enterprise_id, team_id)


SHARED = ""
"""The workspace column of rows that every workspace sees."""

MAX_DOCUMENT_BYTES = 5 * 1024 * 1024
"""A larger document is refused."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: ``name`` is canonical (lower case, hyphens), ``spelling`` is as the document has it."""

    name: str
    spelling: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper. Does not know which digests mention it.

    ``arxiv_id`` has no version (``2502.17416``, ``cs/0112017``). ``url`` is the paper's own link, never
    one that the commentary cites.
    """

    title: str
    authors: tuple[str, ...] = ()
    url: str | None = None
    arxiv_id: str | None = None
    abstract: str | None = None


@dataclass(frozen=True, slots=True)
class Commentary:
    """What the digest's author wrote about a paper, in one language (a BCP 47 code).

    A blank line separates paragraphs.
    """

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper in one digest, with what the digest says about it.

    ``cites`` are the URLs in the commentary, ``links`` the names of other notes (``[[…]]``). ``line`` is
    the line of its document on which the entry begins, counted from 1.
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
    """An entry that could not be read: its line, the reason, and its title where one was found."""

    line: int
    reason: RefusalReason
    title: str | None = None


class DocumentKind(StrEnum):
    """The kinds of document: a newsletter is a whole digest, a note is one entry of its day's digest."""

    NEWSLETTER = "newsletter"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Digest:
    """What one document says. ``date`` is None only for an undated note."""

    date: date | None
    entries: tuple[Entry, ...]
    refusals: tuple[Refusal, ...] = ()
    kind: DocumentKind = DocumentKind.NEWSLETTER


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one document, not yet read. ``path`` is relative to its source, with ``/``.

    ``first_seen`` is the day on which the document appeared, where the source knows it (git does).
    """

    source: str
    path: str
    content: bytes = field(repr=False)
    first_seen: date | None = None


class ImportStatus(StrEnum):
    """What an import did with a document or an entry."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ImportedEntry:
    """What an import did with one entry. ``entry`` is None for a refused or an unchanged one."""

    status: ImportStatus
    title: str | None
    entry: Entry | None = None
    reason: RefusalReason | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ImportedDocument:
    """What an import did with one document. ``withdrawn`` are the titles of entries it no longer holds."""

    path: str
    status: ImportStatus
    date: date | None = None
    entries: tuple[ImportedEntry, ...] = ()
    withdrawn: tuple[str, ...] = ()
    reason: RefusalReason | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ArchivedEntry:
    """An entry of the archive. Its paper has the facts of every document that mentions it.

    ``revision`` grows with each change, so that posted messages can be corrected.
    """

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
    """A digest of the archive, with its entries in order. ``workspace`` is None for a shared one.

    ``delay_days`` is the usual number of days between its date and its arrival. It is at least 1 for a
    day of notes, which is complete only when the day has ended.
    """

    id: int
    source: str
    date: date | None
    entries: tuple[ArchivedEntry, ...]
    workspace: Workspace | None = None
    delay_days: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper found by a search: its newest visible entry, its score, and the words of it that matched."""

    entry: ArchivedEntry
    score: float
    matched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """A misspelt word of a query, and the word that was searched instead: ``loopd``, ``looped``."""

    typed: str
    used: str


@dataclass(frozen=True, slots=True)
class Results:
    """One page of a search's hits, best first.

    ``total`` counts the hits on all pages. ``suggestions`` are queries that have hits; they are given only
    when nothing was found. ``is_direct``: the first hit is the very paper whose id or address was asked
    for, and the others cite it. ``by_meaning``: no paper has most of the words, and these were found by
    similar meaning. ``without_period``: no paper of the time that was asked for fits, and these are of any
    time; it is that time as it was typed. ``not_understood``: filters that could not be read, as typed.
    """

    query: str
    hits: tuple[Hit, ...] = ()
    total: int = 0
    offset: int = 0
    corrections: tuple[Correction, ...] = ()
    suggestions: tuple[str, ...] = ()
    is_direct: bool = False
    by_meaning: bool = False
    without_period: str = ""
    not_understood: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag in its most frequent spelling, and the number of papers that have it."""

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
class NewSource:
    """A source to be added, not yet checked.

    ``kind`` and ``name`` are worked out from the location where they are None. For the other fields see
    ``Source``.
    """

    location: str
    name: str | None = None
    kind: SourceKind | None = None
    posts: bool = True
    zone: str = "UTC"
    delay_days: int = 0
    poll_interval: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A place digests come from, with its settings and the outcome of its last polls.

    Does not fetch anything: the fetchers in ``digests.sources`` do. ``posts`` is False for a source whose
    digests are only searched. ``delay_days`` is the usual number of days between a digest's date and its
    arrival. ``poll_interval`` is None where the operator's default applies.
    """

    id: int
    name: str
    kind: SourceKind
    location: str
    posts: bool = True
    enabled: bool = True
    zone: str = "UTC"
    delay_days: int = 0
    poll_interval: timedelta | None = None
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

    ``documents`` are new or may have changed; they are read lazily and can be iterated once. ``present``
    holds every path the source has now. It is None for a source that lists only its newest documents (a
    feed), where a missing path does not mean a deleted document. ``renamed`` maps new paths to old ones;
    ``unreadable`` maps paths to the reason they could not be read.
    """

    documents: Iterable[Document]
    cursor: Cursor
    present: frozenset[str] | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    unreadable: Mapping[str, RefusalReason] = field(default_factory=dict)


def without_credentials(location: str) -> str:
    """The source location or database URL without user names, passwords and tokens, for logs and messages.

    Removes what stands before the last ``@`` where a password may stand, and the values of parameters
    such as ``password`` and ``token``. It rather removes too much: a password that is not
    percent-encoded may hold any sign, ``@`` and ``/`` included.
    """
    base, mark, parameters = location.partition("?")
    if "@" in parameters and _may_be_password(base):
        # The question mark belongs to a password that is not percent-encoded.
        return _without_user(location)
    masked = _without_user(base)
    return f"{masked}?{_without_secret_values(parameters)}" if mark else masked


_PLAIN_HOST = re.compile(r"(localhost|[\w-]+(\.[\w-]+)+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?(?=[/?#]|$)")
"""A host name or address with which no password can be confused."""

_SECRET_NAME = re.compile(r"pass|pwd|pw$|token|secret|key|auth|sig|cred|session|jwt|code", re.IGNORECASE)


def _may_be_password(base: str) -> bool:
    """Whether the part before a ``?`` ends in the middle of a password."""
    _, mark, rest = base.partition("://")
    return ":" in rest and not rest.startswith("/") and not (mark and _PLAIN_HOST.match(rest))


def _without_user(base: str) -> str:
    scheme, mark, rest = base.partition("://")
    if not mark:
        # As git writes it: ``git@host:path`` holds no password, ``user:password@host:path`` does.
        return f"…@{base.rpartition('@')[2]}" if ":" in base.partition("@")[0] and "@" in base else base
    if "@" not in rest or rest.startswith("/") or _PLAIN_HOST.match(rest):
        return base
    return f"{scheme}://…@{rest.rpartition('@')[2]}"


def _without_secret_values(parameters: str) -> str:
    shown = []
    is_secret = False
    for parameter in parameters.split("&"):
        name, mark, _ = parameter.partition("=")
        # What follows a secret without a name of its own is a part of it: its ampersand was not encoded.
        is_secret = is_secret if not mark else _SECRET_NAME.search(unquote(name)) is not None
        shown.append((f"{name}=…" if mark else "…") if is_secret else parameter)
    return "&".join(shown)
