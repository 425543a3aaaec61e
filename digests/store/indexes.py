"""The indexes of one database, in the memory of this process.

Loaded before a question is answered, and changed into new ones, beside the event loop, when the database
has newer rows. What all workspaces share is always kept; of the workspaces with digests of their own, those
that asked last.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from digests.model import SHARED, Workspace
from digests.search.index import Index
from digests.search.library import Library
from digests.search.meaning import Encoder
from digests.search.semantic_search import Meant, Vectors
from digests.store import index_rows, vectors
from digests.store.database import Database
from digests.store.entry_reader import visible_workspaces

MOST_OWN = 16
"""Workspaces whose own indexes are kept: a few hundred kilobytes each."""

MOST_LIBRARIES = 8
"""Libraries kept, with what they have worked out, until an index changes."""

FRESH = 1.0
"""Seconds for which the versions are taken to be what they were; within this process changes are seen at
once."""


@dataclass(frozen=True, slots=True)
class _Copy:
    """What this process has of one workspace, and of which versions it is."""

    version: int
    index: Index
    vectors_version: int = 0
    vectors: Vectors | None = None


_NOTHING = _Copy(0, Index())


class Indexes:
    """The indexes of one database. Does not answer questions."""

    def __init__(self, database: Database, encoder: Encoder | None = None) -> None:
        self._database = database
        self._encoder = encoder
        self._shared = _NOTHING
        self._own: OrderedDict[str, _Copy] = OrderedDict()
        self._versions: dict[str, tuple[int, int]] = {}
        self._checked = float("-inf")
        self._seen = -1
        self._loading = asyncio.Lock()
        self._libraries: dict[tuple[object, ...], Library] = {}
        """By the identities of their indexes, which they keep alive, and the last visible day."""

    async def library(self, workspace: Workspace | None, until: date | None) -> tuple[Library, Meant | None]:
        """What a workspace may see up to a day, as the database has it now; and what the encoder knows of
        it, where there is one."""
        copies = await self._current(visible_workspaces(workspace))
        key = (*(id(copy.index) for copy in copies), until)
        library = self._libraries.get(key)
        if library is None:
            if len(self._libraries) >= MOST_LIBRARIES:
                self._libraries.clear()
            library = self._libraries[key] = Library([copy.index for copy in copies], until)
        known = [copy.vectors for copy in copies if copy.vectors is not None]
        meant = Meant(self._encoder, known, library) if self._encoder and known else None
        return library, meant

    async def follow(self) -> bool:
        """Load what all workspaces share, if it has changed, with all that questions need of it; whether it
        had changed."""
        before = self._shared
        self._checked = float("-inf")
        await self._current((SHARED,))
        if self._shared is before:
            return False
        await asyncio.to_thread(_warm, self._shared.index)
        return True

    async def _current(self, workspaces: tuple[str, ...]) -> list[_Copy]:
        """The newest copies of those workspaces that have papers."""
        async with self._loading:
            writes = self._database.archive_writes
            if writes != self._seen or time.monotonic() - self._checked > FRESH:
                async with self._database.read_autocommit() as connection:
                    self._versions = await index_rows.versions(connection)
                self._seen, self._checked = writes, time.monotonic()
                for gone in self._own.keys() - self._versions.keys():
                    del self._own[gone]
            # Most workspaces have no digests of their own.
            return [await self._copy(key) for key in workspaces if key == SHARED or key in self._versions]

    async def _copy(self, workspace: str) -> _Copy:
        papers, meanings = self._versions.get(workspace, (0, 0))
        copy = self._shared if workspace == SHARED else self._own.get(workspace, _NOTHING)
        if (copy.version, copy.vectors_version) != (papers, meanings):
            async with self._database.read() as connection:
                copy = await self._loaded(connection, workspace, copy, papers, meanings)
            # No library may keep an old index in memory.
            self._libraries.clear()
        if workspace == SHARED:
            self._shared = copy
            return copy
        self._own[workspace] = copy
        self._own.move_to_end(workspace)
        while len(self._own) > MOST_OWN:
            self._own.popitem(last=False)
        return copy

    async def _loaded(
        self, connection: AsyncConnection, workspace: str, old: _Copy, papers: int, meanings: int
    ) -> _Copy:
        index = old.index
        if papers < old.version:
            index, old = Index(), _NOTHING
        if papers != old.version:
            rows = await index_rows.rows_after(connection, workspace, old.version)
            index = await asyncio.to_thread(index.changed, rows)
            if old.version and len(index) != await index_rows.papers_indexed(connection, workspace):
                # The workspace was forgotten and began anew.
                rows = await index_rows.rows_after(connection, workspace, 0)
                index = await asyncio.to_thread(Index().changed, rows)
        meant = await vectors.load(connection, self._encoder, workspace) if self._encoder else None
        return _Copy(papers, index, meanings, meant)


def _warm(index: Index) -> None:
    """Make all that questions need of an index. Gives the memory it took to build back to the system, where
    the C library can: it is several times what stays, and an index is built seldom."""
    index.warm()
    if _trim is not None and len(index) >= _MANY:
        gc.collect()
        _trim(0)


_MANY = 1000
"""Papers of an index that takes so much memory to build that it is worth giving back."""

_trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
