"""A source as a frozen value, and what fetching one gives. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from digests.model import Document

Cursor = Mapping[str, Any]
"""How far a source was read, in the source's own words: an ETag, a commit, file times. JSON."""


class SourceKind(StrEnum):
    """Where documents come from. A FILE is given by hand (`haru import`) and never polled."""

    FILE = "file"
    FOLDER = "folder"
    FEED = "feed"
    GIT = "git"


@dataclass(frozen=True, slots=True)
class Source:
    """Where digests come from, and how it goes. Does not know how to fetch itself.

    ``lag`` is how many days after its date a digest usually comes. ``every`` is None where
    the operator's default applies. ``quiet_day`` is the last day without a digest of which
    the operator was told.
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
        """Whether the clockwork looks after it."""
        return self.kind is not SourceKind.FILE and self.enabled


@dataclass(frozen=True, slots=True)
class Fetch:
    """What a source had to give since its cursor.

    ``documents`` are new or may have changed; read lazily, once. ``present`` names every
    path it holds now, or is None where what is no longer listed is not gone (a feed shows
    only its newest). ``renamed`` maps new paths to the old ones; ``unreadable`` paths to why
    they could not be read.
    """

    documents: Iterable[Document]
    cursor: Cursor
    present: frozenset[str] | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    unreadable: Mapping[str, str] = field(default_factory=dict)


class Fetcher(Protocol):
    """Reads one kind of source."""

    async def fetch(self, source: Source) -> Fetch:
        """What is new since the source's cursor; SourceError when it cannot be told."""
        ...


_PASSWORD = re.compile(r"(?<=://)[^/@\s]+@")


def shown_location(location: str) -> str:
    """A location as people and logs may see it: without the password that may be in it."""
    return _PASSWORD.sub("…@", location)
