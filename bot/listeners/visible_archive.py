"""The archive as the person who asks may see it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from digests.archive import Archive
from digests.model import ArchivedDigest, ArchivedEntry, Results, TagCount, Workspace

if TYPE_CHECKING:
    from digests.search.explanation import Explanation


class VisibleArchive:
    """Reads what one person may see of the archive, up to the latest day that may be shown.

    ``workspace`` is the one whose own papers the person may see besides the shared ones; None for people of
    other teams. Listeners read papers only through this class (``Request.archive``), so that none of them has
    to choose. Does not write.
    """

    def __init__(self, archive: Archive, workspace: Workspace | None, *, until: date) -> None:
        self._archive = archive
        self._workspace = workspace
        self._until = until

    async def entry(self, entry_id: int) -> ArchivedEntry | None:
        """The entry of this id, or None if there is none that the person may see."""
        return await self._archive.entry(entry_id, workspace=self._workspace, until=self._until)

    async def entries(self, entry_ids: Sequence[int]) -> list[ArchivedEntry]:
        """Those of these entries that the person may see, in the order of the ids."""
        return await self._archive.entries(entry_ids, workspace=self._workspace, until=self._until)

    async def related(self, entry_id: int) -> tuple[ArchivedEntry, ...]:
        """Papers near this one."""
        return await self._archive.related(entry_id, workspace=self._workspace, until=self._until)

    async def digest(self, digest_id: int) -> ArchivedDigest | None:
        """The digest of this id, or None if there is none that the person may see."""
        return await self._archive.digest(digest_id, workspace=self._workspace)

    async def newest_digest(self, *, now: datetime) -> ArchivedDigest | None:
        """The newest digest that may be shown at ``now``, or None."""
        return await self._archive.newest_digest(workspace=self._workspace, until=self._until, now=now)

    async def tags(self, *, limit: int) -> tuple[TagCount, ...]:
        """The most used tags."""
        return await self._archive.tags(workspace=self._workspace, until=self._until, limit=limit)

    async def tagged(self, typed: str, *, limit: int) -> Results:
        """The papers of a tag, newest first, however it is spelt."""
        return await self._archive.tagged(typed, workspace=self._workspace, until=self._until, limit=limit)

    async def search(
        self,
        question: str,
        *,
        today: date | None,
        now: date | None,
        limit: int,
        offset: int,
        within: Collection[int] | None = None,
    ) -> Results:
        """What a question finds, best first. For ``today``, ``now`` and ``within`` see ``Archive.search``."""
        return await self._archive.search(
            question,
            workspace=self._workspace,
            until=self._until,
            today=today,
            now=now,
            limit=limit,
            offset=offset,
            within=within,
        )

    async def explain(self, question: str, *, now: date | None) -> Explanation:
        """How a question is read, and why its first papers stand where they stand."""
        return await self._archive.explain(question, workspace=self._workspace, until=self._until, now=now)
