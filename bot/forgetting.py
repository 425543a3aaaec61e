"""Everything kept of a workspace, deleted."""

from __future__ import annotations

from sqlalchemy import delete, select

from bot.channels.tables import channel, channel_manager, open_workspace, reader, saved_entry, setting_change
from bot.delivery.tables import delivery, delivery_digest, edition_entry, lane, pace, part
from bot.workspaces.tables import installation
from digests.model import Workspace
from digests.store import tables
from digests.store.sessions import Database


async def forget_workspace(database: Database, workspace: Workspace) -> None:
    """Delete a workspace's installation, channels, ledger and private digests, in one transaction."""
    key = workspace.key
    channels = select(channel.c.id).where(channel.c.workspace == key)
    sources = select(tables.source.c.id).where(tables.source.c.workspace == key)
    documents = select(tables.document.c.id).where(tables.document.c.source_id.in_(sources))
    entries = select(tables.entry.c.id).where(tables.entry.c.document_id.in_(documents))
    papers = select(tables.paper.c.id).where(tables.paper.c.workspace == key)
    async with database.write() as connection:
        for statement in (
            delete(part).where(part.c.workspace == key),
            delete(lane).where(lane.c.workspace == key),
            delete(pace).where(pace.c.workspace == key),
            delete(edition_entry).where(edition_entry.c.entry_id.in_(entries)),
            delete(delivery_digest).where(delivery_digest.c.channel_id.in_(channels)),
            delete(delivery).where(delivery.c.workspace == key),
            delete(setting_change).where(setting_change.c.channel_id.in_(channels)),
            delete(channel_manager).where(channel_manager.c.channel_id.in_(channels)),
            delete(channel).where(channel.c.workspace == key),
            delete(reader).where(reader.c.workspace == key),
            delete(saved_entry).where(saved_entry.c.workspace == key),
            delete(open_workspace).where(open_workspace.c.workspace == key),
            delete(tables.search_posting).where(tables.search_posting.c.paper_id.in_(papers)),
            delete(tables.search_term).where(tables.search_term.c.workspace == key),
            delete(tables.search_surface).where(tables.search_surface.c.workspace == key),
            delete(tables.search_statistics).where(tables.search_statistics.c.workspace == key),
            delete(tables.commentary).where(tables.commentary.c.entry_id.in_(entries)),
            delete(tables.entry_tag).where(tables.entry_tag.c.entry_id.in_(entries)),
            delete(tables.entry).where(tables.entry.c.document_id.in_(documents)),
            delete(tables.paper_url).where(tables.paper_url.c.paper_id.in_(papers)),
            delete(tables.paper).where(tables.paper.c.workspace == key),
            delete(tables.document_version).where(tables.document_version.c.document_id.in_(documents)),
            delete(tables.document).where(tables.document.c.source_id.in_(sources)),
            delete(tables.digest).where(tables.digest.c.workspace == key),
            delete(tables.source).where(tables.source.c.workspace == key),
            delete(installation).where(installation.c.workspace == key),
        ):
            await connection.execute(statement)
