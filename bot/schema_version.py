"""The version of the database's schema: updates it, or checks it. The migrations are in ``bot/migrations``.

Alembic is imported only when there is something to migrate, so that commands start sooner and a process
that runs for weeks is smaller.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bot.tables import metadata
from digests.errors import SchemaError
from digests.store.database import Database

_MIGRATIONS = Path(__file__).parent / "migrations"

_LOCK = 0x48617275
"""The advisory lock under which a process migrates a PostgreSQL database: “Haru” in ASCII."""


async def upgrade(database: Database) -> None:
    """Update the schema to this version of Haru, in one transaction.

    Two processes may call it at the same time: the second waits, and then finds nothing to do. SchemaError
    if the schema is of a version that this Haru does not know.
    """
    async with database.write() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        await connection.run_sync(_upgrade)


async def check(database: Database) -> None:
    """Raise SchemaError, with what to do, unless the schema is of this version of Haru."""
    async with database.read() as connection:
        version = await connection.run_sync(_version)
    if version != _known_versions()[-1]:
        raise _wrong_version(version)


async def ensure(database: Database) -> None:
    """Create the schema if the database has no tables; otherwise check its version."""
    async with database.read() as connection:
        is_empty = not await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    if is_empty:
        await upgrade(database)
    await check(database)


async def exists(database: Database) -> bool:
    """Whether the database has a schema of Haru's, of any version."""
    async with database.read() as connection:
        return await connection.run_sync(_version) is not None


async def drop(database: Database) -> None:
    """Delete every table of Haru's with all its data."""
    async with database.write() as connection:
        await connection.run_sync(metadata.drop_all)
        await connection.execute(text("DROP TABLE IF EXISTS alembic_version"))


def _known_versions() -> list[str]:
    """The versions that this Haru knows, the newest last. The name of a migration's file begins with it."""
    versions = sorted(path.name.partition("_")[0] for path in _MIGRATIONS.glob("versions/[0-9]*_*.py"))
    if not versions:
        raise SchemaError("This installation of Haru has no migrations. Install it again.")
    return versions


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _upgrade(connection: Connection) -> None:
    version, known = _version(connection), _known_versions()
    if version == known[-1]:
        return
    if version is not None and version not in known:
        raise _wrong_version(version)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _wrong_version(version: str | None) -> SchemaError:
    if version is not None and version not in _known_versions():
        return SchemaError(
            f"The database has the schema {version}, which this version of Haru does not know."
            " Use the version of Haru that made it or a later one, or choose another DATABASE_URL."
        )
    return SchemaError("The database's schema is older than this version of Haru. Run `haru migrate` first.")
