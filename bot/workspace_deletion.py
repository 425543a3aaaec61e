"""Everything kept of a workspace, deleted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, delete, exists, select

from bot.channels.tables import channel, channel_manager, open_workspace, reader, saved_entry, setting_change
from bot.clock import Clock
from bot.ledger.tables import delivery, delivery_digest, edition_entry, lane, pace, part, payload
from bot.workspaces.tables import installation
from digests.model import Workspace
from digests.store import tables
from digests.store.sessions import Database

log = structlog.stdlib.get_logger(__name__)

LOOK = timedelta(hours=1)
"""Between two looks at which uninstalled workspaces have been kept long enough."""

_AT_ONCE = 500


class Forgetting:
    """Deletes what is kept of workspaces that uninstalled Haru, once the time it is kept for is over."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def look(self) -> int:
        """Delete what has been kept long enough; of how many workspaces."""
        now = self._clock.now()
        async with self._database.read() as connection:
            due = list(await connection.scalars(select(installation.c.workspace).where(_is_due(now))))
        forgotten = 0
        for key in sorted(due):
            if await forget_workspace(self._database, Workspace.from_key(key), due=now):
                log.warning("workspace_forgotten", workspace=key)
                forgotten += 1
        return forgotten


def _is_due(now: datetime) -> ColumnElement[bool]:
    # Of a workspace that its organisation took Haru away from only that date is there.
    return installation.c.delete_after <= now


async def forget_workspace(database: Database, workspace: Workspace, *, due: datetime | None = None) -> bool:
    """Delete a workspace's installation, channels, ledger and private digests, in one transaction.

    Of an organisation that installed Haru as a whole, those of all its workspaces, except where one has
    an installation of its own. With ``due``, only if it is still uninstalled and was kept until then;
    False, and nothing deleted, if not.
    """
    key = workspace.key
    others = select(installation.c.workspace).where(
        installation.c.workspace != key, installation.c.uninstalled_at.is_(None)
    )

    def theirs(column: ColumnElement[Any]) -> ColumnElement[bool]:
        if workspace.team_id:
            return column == key
        return column.startswith(key, autoescape=True) & column.not_in(others)

    channels = select(channel.c.id).where(theirs(channel.c.workspace))
    sources = select(tables.source.c.id).where(theirs(tables.source.c.workspace))
    documents = select(tables.document.c.id).where(tables.document.c.source_id.in_(sources))
    entries = select(tables.entry.c.id).where(tables.entry.c.document_id.in_(documents))
    papers = select(tables.paper.c.id).where(theirs(tables.paper.c.workspace))
    async with database.write() as connection:
        if due is not None:
            held = select(installation.c.workspace).where(installation.c.workspace == key, _is_due(due))
            if await connection.scalar(held.with_for_update()) is None:
                return False
        written = list(
            await connection.scalars(select(part.c.payload).where(theirs(part.c.workspace)).distinct())
        )
        for statement in (
            delete(part).where(theirs(part.c.workspace)),
            delete(lane).where(theirs(lane.c.workspace)),
            delete(pace).where(theirs(pace.c.workspace)),
            delete(edition_entry).where(edition_entry.c.entry_id.in_(entries)),
            delete(delivery_digest).where(delivery_digest.c.channel_id.in_(channels)),
            delete(delivery).where(theirs(delivery.c.workspace)),
            delete(setting_change).where(setting_change.c.channel_id.in_(channels)),
            delete(channel_manager).where(channel_manager.c.channel_id.in_(channels)),
            delete(channel).where(theirs(channel.c.workspace)),
            delete(reader).where(theirs(reader.c.workspace)),
            delete(saved_entry).where(theirs(saved_entry.c.workspace)),
            delete(open_workspace).where(theirs(open_workspace.c.workspace)),
            delete(tables.search_posting).where(tables.search_posting.c.paper_id.in_(papers)),
            delete(tables.search_term).where(theirs(tables.search_term.c.workspace)),
            delete(tables.search_surface).where(theirs(tables.search_surface.c.workspace)),
            delete(tables.search_statistics).where(theirs(tables.search_statistics.c.workspace)),
            delete(tables.commentary).where(tables.commentary.c.entry_id.in_(entries)),
            delete(tables.entry_tag).where(tables.entry_tag.c.entry_id.in_(entries)),
            delete(tables.entry).where(tables.entry.c.document_id.in_(documents)),
            delete(tables.paper_url).where(tables.paper_url.c.paper_id.in_(papers)),
            delete(tables.paper).where(theirs(tables.paper.c.workspace)),
            delete(tables.document_version).where(tables.document_version.c.document_id.in_(documents)),
            delete(tables.document).where(tables.document.c.source_id.in_(sources)),
            delete(tables.digest).where(theirs(tables.digest.c.workspace)),
            delete(tables.source).where(theirs(tables.source.c.workspace)),
            delete(installation).where(theirs(installation.c.workspace)),
        ):
            await connection.execute(statement)
        # Messages are shared by all who got the same: those that nobody else got hold what was private.
        needed = exists().where(part.c.payload == payload.c.sha256)
        for start in range(0, len(written), _AT_ONCE):
            some = written[start : start + _AT_ONCE]
            await connection.execute(delete(payload).where(payload.c.sha256.in_(some), ~needed))
    return True
