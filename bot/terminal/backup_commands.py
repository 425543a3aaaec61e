"""``haru backup`` and ``haru restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.terminal.command import command, open_database

if TYPE_CHECKING:
    from config.settings import Settings

_PATH = click.Path(dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("path", type=_PATH)
@command
async def backup(settings: Settings, path: Path) -> None:
    """Copy the database to the file PATH, also while Haru runs.

    The copy is checked before it gets its name. It holds tokens and private digests: keep it
    as safe as the database. On PostgreSQL it says which pg_dump to run.
    """
    from bot.backup import back_up

    await back_up(settings.archive_url, path)
    click.echo(f"Backed the database up to {path}.")


@click.command("restore")
@click.argument("path", type=_PATH, required=False)
@click.option("--done", is_flag=True, help="PostgreSQL: you have restored the database with pg_restore.")
@command
async def restore(settings: Settings, path: Path | None, done: bool) -> None:
    """Put the copy at PATH in place of the database. Stop every process of Haru first.

    Nothing that was posted since the copy comes again: posts that were due up to now stay
    away, and `/digest post` posts by hand. The database that is replaced is kept beside it.
    """
    from bot import backup

    if done == (path is not None):
        raise click.UsageError("give either the PATH of a copy, or --done after pg_restore")
    if path is None:
        async with open_database(settings) as database:
            await backup.forget_what_came_since(database)
        click.echo("Nothing that was posted until now comes again.")
        return
    previous = await backup.restore(settings.archive_url, path)
    kept = f" The database that it replaces is now {previous}." if previous else ""
    click.echo(f"Restored {path}.{kept} Digests up to today are not posted by themselves.")
