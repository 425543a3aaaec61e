"""What every test may ask for: a real SQLite or PostgreSQL database with Haru's schema."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from bot.tables import metadata
from digests.store.sessions import Database
from tests.postgres import postgres_server


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of this test run's own, reached over a Unix socket; gives its URL."""
    with postgres_server(str(tmp_path_factory.mktemp("runtime"))) as server:
        yield server.get_uri()


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """An empty PostgreSQL database, dropped afterwards."""
    with _empty_database(postgres) as url:
        yield url


@pytest.fixture
def postgres_urls(postgres: str) -> Iterator[list[str]]:
    """Two empty PostgreSQL databases, dropped afterwards."""
    with _empty_database(postgres) as first, _empty_database(postgres) as second:
        yield [first, second]


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


@contextmanager
def _empty_database(postgres: str) -> Iterator[str]:
    name = f"haru_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield postgres.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
