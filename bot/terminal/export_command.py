"""``haru export``: everything in the archive, for other programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from bot.terminal.command import as_json, command, open_database

if TYPE_CHECKING:
    from config.settings import Settings


@click.command("export")
@as_json
@command
async def export(settings: Settings, as_json: bool) -> None:
    """Print every entry of the archive: date, title and link; with --json everything, one entry a line.

    Entries come by date, oldest first, undated ones last. Entries of private digests are left out.
    """
    from bot.terminal.json_records import exported_record
    from digests.archive import Archive

    async with open_database(settings) as database:
        async for entry, documents in Archive(database).export(workspace=None):
            if as_json:
                click.echo(json.dumps(exported_record(entry, documents), ensure_ascii=False))
            else:
                day = entry.date.isoformat() if entry.date else "undated   "
                paper = entry.entry.paper
                click.echo(f"{day}  {paper.title}" + (f"  {paper.url}" if paper.url else ""))
