"""What the subcommands of ``haru`` share: they read settings, set up logging and open the database.

A subcommand imports what it needs when it runs, so that ``haru --help`` appears at once and ``haru search``
does not load Slack's libraries.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from config.settings import Settings
    from digests.store.database import Database

FAILED = 1
"""The exit status when something failed or was refused."""

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def command(function: Callable[..., Coroutine[Any, Any, int | None]]) -> Callable[..., int | None]:
    """Turn a coroutine that takes the settings into a subcommand. What it returns is the exit status."""

    def run(**arguments: Any) -> int | None:
        from config.error_reports import set_up_error_reports
        from config.logging import set_up_logging
        from config.settings import SettingsError, read_settings, unknown_names

        for sentence in unknown_names():
            click.echo(f"haru: {sentence}", err=True)
        settings = read_settings()
        report = None
        if settings.haru_sentry_dsn:
            try:
                report = set_up_error_reports(settings.haru_sentry_dsn.get_secret_value())
            except ModuleNotFoundError:
                raise SettingsError("HARU_SENTRY_DSN needs the extra: pip install 'haru[sentry]'.") from None
            except ValueError:
                raise SettingsError("HARU_SENTRY_DSN is not a DSN; copy it from Sentry's project.") from None
        set_up_logging(settings.haru_log_level, settings.haru_log_format, report)
        return asyncio.run(function(settings, **arguments))

    run.__name__ = function.__name__
    run.__doc__ = function.__doc__
    return run


def day_of(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    """The date of an option, or None if it is not given. A wrong one is a usage error."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a date such as 2025-02-25") from None


def instant_of(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    """The time of an option, with its time zone, or None if it is not given. A wrong one is a usage error."""
    if value is None:
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a time such as 2025-02-25T09:00:00+09:00") from None
    if instant.tzinfo is None:
        raise click.BadParameter(f"{value!r} has no time zone; write 2025-02-25T09:00:00+09:00")
    return instant


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database. An empty one gets its tables; SchemaError if the schema is of another version."""
    from bot import schema_version
    from bot.workspaces.token_encryption import TokenCipher
    from digests.store.database import Database

    database = Database(settings.archive_url)
    database.use_cipher(TokenCipher(settings.encryption_keys))
    try:
        await schema_version.ensure(database)
        yield database
    finally:
        await database.close()
