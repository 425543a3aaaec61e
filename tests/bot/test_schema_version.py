"""Migrations and models agree, and no process works with a schema of the wrong version."""

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
    """The migrations, run on an empty database, create exactly the tables in the metadata."""
    await schema_version.upgrade(empty)
    async with empty.read() as connection:
        assert await connection.run_sync(_differences) == []


async def test_upgrading_again_keeps_what_is_there(empty: Database) -> None:
    """An upgrade changes no data if the schema is up to date."""
    await schema_version.upgrade(empty)
    async with empty.write() as connection:
        await connection.execute(insert(source).values(name="a", kind="file", posts=True, enabled=True))
    await schema_version.upgrade(empty)
    async with empty.read() as connection:
        assert await connection.scalar(select(source.c.name)) == "a"


async def test_files_are_named_by_their_versions(empty: Database) -> None:
    """A migration's file is named by its version, and the newest is Alembic's head."""
    config = Config()
    config.set_main_option("script_location", str(Path(schema_version.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    assert [Path(script.path).name.partition("_")[0] for script in scripts] == [
        script.revision for script in scripts
    ]
    assert [script.revision for script in scripts] == sorted(
        (script.revision for script in scripts), reverse=True
    )
    await schema_version.upgrade(empty)
    async with empty.read() as connection:
        head = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    assert head == scripts[0].revision


async def test_two_processes_may_upgrade_at_once(empty: Database) -> None:
    """Upgrades at the same time run one after the other, and all but the first have nothing to do."""
    await asyncio.gather(*(schema_version.upgrade(empty) for _ in range(4)))
    await schema_version.check(empty)


async def test_a_database_without_the_schema_is_refused(empty: Database) -> None:
    """The error of a process that may not migrate names the command that does."""
    with pytest.raises(SchemaError, match="haru migrate"):
        await schema_version.check(empty)


async def test_a_database_of_an_unknown_version_is_left_alone(empty: Database) -> None:
    """A database whose schema this Haru does not know is neither used nor changed."""
    await schema_version.upgrade(empty)
    async with empty.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (schema_version.check, schema_version.upgrade, schema_version.ensure):
        with pytest.raises(SchemaError, match="9999, which this version of Haru does not know"):
            await attempt(empty)


async def test_a_dropped_schema_can_be_created_again(empty: Database) -> None:
    """Dropping deletes the schema with its version; an upgrade then creates it without data."""
    assert not await schema_version.exists(empty)
    await schema_version.upgrade(empty)
    assert await schema_version.exists(empty)
    async with empty.write() as connection:
        await connection.execute(insert(source).values(name="a", kind="file", posts=True, enabled=True))
    await schema_version.drop(empty)
    assert not await schema_version.exists(empty)
    await schema_version.ensure(empty)
    async with empty.read() as connection:
        assert await connection.scalar(select(source.c.name)) is None
