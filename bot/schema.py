"""The schema's version: brought up to date, or checked. The migrations are in ``bot/migrations``."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from digests.errors import SchemaError
from digests.store.sessions import Database

_LOCK = 0x48617275
"""The advisory lock two processes that migrate one PostgreSQL database queue at: “Haru” in ASCII."""


async def upgrade(database: Database) -> None:
    """Bring the schema to this version's, in one transaction; does nothing when it is.

    Two processes may call it at once: the second waits, then finds nothing to do.
    SchemaError when the database is newer than this version.
    """
    async with database.write() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        await connection.run_sync(_upgrade)


async def check(database: Database) -> None:
    """SchemaError, naming ``haru migrate``, unless the schema is exactly this version's."""
    async with database.read() as connection:
        version = await connection.run_sync(_version)
    if version != _newest():
        raise _wrong(version)


async def ensure(database: Database) -> None:
    """Give a database without any table the schema; otherwise the same as ``check``."""
    async with database.read() as connection:
        is_empty = not await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    if is_empty:
        await upgrade(database)
    await check(database)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _newest() -> str:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise SchemaError("This installation of Haru holds no migrations; install it again.")
    return head


def _version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    version = _version(connection)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if version is not None and version not in known:
        raise _wrong(version)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _wrong(version: str | None) -> SchemaError:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if version is not None and version not in known:
        return SchemaError("The database was made by a newer Haru; install that version, or a newer one.")
    return SchemaError("The database's schema is older than this Haru; run `haru migrate` first.")
