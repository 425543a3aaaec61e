"""What every test may ask for: a real SQLite or PostgreSQL database with Haru's schema."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from bot import schema_version
from digests.store.database import Database
from tests.postgres import postgres_server

# How long an example takes says how busy the machine is.
settings.register_profile("haru", deadline=None)
settings.load_profile("haru")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of this test run's own, reached over a Unix socket; gives its URL."""
    with postgres_server(str(tmp_path_factory.mktemp("runtime"))) as server:
        yield server.get_uri()


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """An empty PostgreSQL database, dropped afterwards."""
    with _new_database(postgres) as (_, url):
        yield url


@pytest.fixture
def postgres_urls(postgres: str) -> Iterator[list[str]]:
    """Four empty PostgreSQL databases, dropped afterwards."""
    with ExitStack() as made:
        yield [made.enter_context(_new_database(postgres))[1] for _ in range(4)]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database: the same test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/haru.sqlite3"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def made_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with Haru's schema, to be copied: that is a tenth of the time to migrate it."""
    path = tmp_path_factory.mktemp("made") / "haru.sqlite3"
    asyncio.run(_make_tables(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def made_postgres(postgres: str) -> Iterator[str]:
    """The name of a PostgreSQL database with Haru's schema, to be copied."""
    with _new_database(postgres) as (name, url):
        asyncio.run(_make_tables(url))
        yield name


@pytest.fixture(params=["sqlite", "postgresql"])
def made_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with Haru's schema and nothing in it, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("made_sqlite"), tmp_path / "haru.sqlite3")
        yield f"sqlite:///{tmp_path}/haru.sqlite3"
    else:
        server, template = (request.getfixturevalue(name) for name in ("postgres", "made_postgres"))
        with _new_database(server, template=template) as (_, url):
            yield url


@pytest.fixture
async def database(made_url: str) -> AsyncIterator[Database]:
    """A database with Haru's schema and nothing in it, on SQLite and on PostgreSQL."""
    database = Database(made_url)
    yield database
    await database.close()


async def _make_tables(url: str) -> None:
    database = Database(url)
    await schema_version.upgrade(database)
    await database.close()


@contextmanager
def _new_database(server: str, *, template: str = "template1") -> Iterator[tuple[str, str]]:
    """A database's name and URL; it is dropped afterwards."""
    name = f"haru_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield name, server.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
