"""The schema: migrations and models agree, and no process works on the wrong version."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, select, text

from bot import schema_version
from bot.tables import metadata
from digests.errors import SchemaError
from digests.store.database import Database
from digests.store.tables import source


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Database]:
    """A database without any table, on SQLite and on PostgreSQL."""
    database = Database(database_url)
    yield database
    await database.close()


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_an_upgraded_database_equals_the_models(empty: Database) -> None:
    """All migrations, run on an empty database, make just the tables the code expects."""
    await schema_version.upgrade(empty)
    async with empty.read() as connection:
        assert await connection.run_sync(_differences) == []


async def test_upgrading_again_keeps_what_is_there(empty: Database) -> None:
    """An upgrade of a database with data changes none of it."""
    await schema_version.upgrade(empty)
    async with empty.write() as connection:
        await connection.execute(insert(source).values(name="a", kind="file", posts=True, enabled=True))
    await schema_version.upgrade(empty)
    async with empty.read() as connection:
        assert await connection.scalar(select(source.c.name)) == "a"


async def test_files_are_named_by_their_versions(empty: Database) -> None:
    """The newest of the files' names, by which Haru knows its version, is the head that Alembic makes."""
    config = Config()
    config.set_main_option("script_location", str(Path(schema_version.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    assert [Path(one.path).name.partition("_")[0] for one in scripts] == [one.revision for one in scripts]
    assert [one.revision for one in scripts] == sorted((one.revision for one in scripts), reverse=True)
    await schema_version.upgrade(empty)
    async with empty.read() as connection:
        head = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    assert head == scripts[0].revision


async def test_two_processes_may_upgrade_at_once(empty: Database) -> None:
    """Upgrades at the same moment queue, and the second finds nothing to do."""
    await asyncio.gather(*(schema_version.upgrade(empty) for _ in range(4)))
    await schema_version.check(empty)


async def test_a_database_without_the_schema_is_refused(empty: Database) -> None:
    """A process that must not migrate names the command that does."""
    with pytest.raises(SchemaError, match="haru migrate"):
        await schema_version.check(empty)


async def test_a_newer_database_is_left_alone(empty: Database) -> None:
    """A database that a newer version migrated is neither used nor touched."""
    await schema_version.upgrade(empty)
    async with empty.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (schema_version.check, schema_version.upgrade, schema_version.ensure):
        with pytest.raises(SchemaError, match="newer Haru"):
            await attempt(empty)
