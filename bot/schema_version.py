"""The schema's version: brought up to date, or checked. The migrations are in ``bot/migrations``.

Alembic is loaded when there is something to migrate, and never otherwise: a command that finds the schema
as it should be starts sooner, and a process that runs for weeks is smaller.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from digests.errors import SchemaError
from digests.store.database import Database

_MIGRATIONS = Path(__file__).parent / "migrations"

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
    if version != _known()[-1]:
        raise _wrong(version)


async def ensure(database: Database) -> None:
    """Give a database without any table the schema; otherwise the same as ``check``."""
    async with database.read() as connection:
        is_empty = not await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    if is_empty:
        await upgrade(database)
    await check(database)


def _known() -> list[str]:
    """The versions this Haru knows, the newest last: each migration's file begins with its own."""
    known = sorted(path.name.partition("_")[0] for path in _MIGRATIONS.glob("versions/[0-9]*_*.py"))
    if not known:
        raise SchemaError("This installation of Haru holds no migrations; install it again.")
    return known


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _upgrade(connection: Connection) -> None:
    version, known = _version(connection), _known()
    if version == known[-1]:
        return
    if version is not None and version not in known:
        raise _wrong(version)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _wrong(version: str | None) -> SchemaError:
    if version is not None and version not in _known():
        return SchemaError("The database was made by a newer Haru; install that version, or a newer one.")
    return SchemaError("The database's schema is older than this Haru; run `haru migrate` first.")
