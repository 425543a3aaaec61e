"""What every command of ``haru`` is made of: settings read, logging set up, a database opened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import click

from bot import schema
from config.logging import set_up_logging
from config.settings import Settings, read_settings
from digests.store.sessions import Database

FAILED = 1
"""The exit status when something was refused or failed."""

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def command(function: Callable[..., Coroutine[Any, Any, int | None]]) -> Callable[..., int | None]:
    """Read the settings, set up logging, and run the coroutine to its end; its value is the exit status."""

    def run(**arguments: Any) -> int | None:
        settings = read_settings()
        set_up_logging(settings.haru_log_level, settings.haru_log_format)
        return asyncio.run(function(settings, **arguments))

    run.__name__ = function.__name__
    run.__doc__ = function.__doc__
    return run


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The archive's database. One without any schema gets it; an older one is refused (SchemaError)."""
    database = Database(settings.archive_url)
    try:
        await schema.ensure(database)
        yield database
    finally:
        await database.close()
