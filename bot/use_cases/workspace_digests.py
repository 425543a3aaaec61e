"""Digests that people add to their own workspace, previewed before they are added."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.clocks import Clock
from bot.delivery.plan import CATCH_UP
from bot.messages.adding_papers import UploadedDigest
from digests.archive import Archive
from digests.model import Document, Workspace

log = structlog.stdlib.get_logger(__name__)


class WorkspaceDigests:
    """Adds digests that only one workspace sees. Does not check who may add them, and notifies nobody."""

    def __init__(self, *, archive: Archive, clock: Clock, wake: Callable[[], Awaitable[None]]) -> None:
        self._archive = archive
        self._clock = clock
        self._wake = wake
        self._one_at_a_time = asyncio.Lock()
        """Held while a digest is read, so that the second of two presses finds what the first one added."""

    async def preview(self, document: Document, workspace: Workspace, *, name: str = "") -> UploadedDigest:
        """What adding a document would do; changes nothing. ``name`` is the file's, empty for pasted text."""
        return await self._take_in(document, workspace, name, dry_run=True)

    async def add(
        self, document: Document, workspace: Workspace, *, user_id: str, name: str = ""
    ) -> UploadedDigest:
        """Add a document's papers to the workspace, and post them where a channel waits for them."""
        understood = await self._take_in(document, workspace, name, dry_run=False)
        log.info("digest_added", user=user_id, status=understood.taken.status.value)
        await self._wake()
        return understood

    async def _take_in(
        self, document: Document, workspace: Workspace, name: str, *, dry_run: bool
    ) -> UploadedDigest:
        now = self._clock.now()
        async with self._one_at_a_time:
            (taken,) = [
                one
                async for one in self._archive.import_documents(
                    [document], now=now, workspace=workspace, dry_run=dry_run
                )
            ]
        is_recent = taken.date is not None and taken.date >= now.date() - CATCH_UP
        return UploadedDigest(name, taken, posts=is_recent)
