"""Connections: SQLite and PostgreSQL behave alike."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from digests.errors import StoreError
from digests.store import driver, sessions
from digests.store.sessions import Database, driver_url
from digests.store.tables import source


def _row(name: str) -> dict[str, object]:
    return {"name": name, "kind": "file", "posts": True, "enabled": True}


async def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    """A transaction that ends in an exception is rolled back whole."""

    async def fail_half_way() -> None:
        async with database.write() as connection:
            await connection.execute(insert(source).values(_row("a")))
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        await fail_half_way()
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(source)) == 0


async def test_a_write_is_seen_by_the_next_reader(database: Database) -> None:
    """What a write block committed is there for a new connection."""
    async with database.write() as connection:
        await connection.execute(insert(source).values(_row("a")))
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(source)) == 1


async def test_reading_never_keeps_a_change(database: Database) -> None:
    """What a read block wrote by mistake is rolled back."""
    async with database.read() as connection:
        await connection.execute(insert(source).values(_row("a")))
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(source)) == 0


async def test_a_glance_sees_the_newest_and_holds_nothing(database: Database) -> None:
    """A glance reads what was committed, and its connection serves a transaction afterwards."""
    async with database.write() as connection:
        await connection.execute(insert(source).values(_row("a")))
    async with database.glance() as connection:
        assert await connection.scalar(select(func.count()).select_from(source)) == 1
    async with database.read() as connection:
        await connection.execute(insert(source).values(_row("b")))
    async with database.glance() as connection:
        assert await connection.scalar(select(func.count()).select_from(source)) == 1


async def test_a_glance_begins_no_transaction_on_postgresql(postgres_url: str) -> None:
    """One statement is one trip: nothing is begun before it, nor ended after it."""
    database = Database(postgres_url)
    async with database.glance() as connection:
        assert await connection.scalar(select(1)) == 1
        raw: Any = (await connection.get_raw_connection()).driver_connection
        assert raw.info.transaction_status.name == "IDLE"
    await database.close()


@pytest.mark.parametrize(("fresh", "failures"), [(-1.0, 0), (60.0, 1)])
async def test_a_connection_that_died_is_replaced(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, fresh: float, failures: int
) -> None:
    """One that rested is asked whether it lives; one used just now is not, and fails whoever comes first."""
    monkeypatch.setattr(sessions, "FRESH", fresh)
    database = Database(postgres_url)
    async with database.read() as connection:
        pid = await connection.scalar(select(func.pg_backend_pid()))
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    failed = 0
    for _ in range(3):
        try:
            async with database.glance() as connection:
                assert await connection.scalar(select(1)) == 1
        except OperationalError:
            failed += 1
    await database.close()
    assert failed == failures


async def test_a_rehearsal_waits_its_turn_and_keeps_nothing(database: Database) -> None:
    """It can write although somebody wrote just before, and all of it is gone afterwards."""

    async def rehearse(name: str) -> None:
        async with database.rehearse_archive() as connection:
            await connection.scalar(select(func.count()).select_from(source))
            await connection.execute(insert(source).values(_row(name)))

    async def write(name: str) -> None:
        async with database.write_archive() as connection:
            await connection.execute(insert(source).values(_row(name)))

    await asyncio.gather(*(rehearse(f"r{n}") for n in range(3)), *(write(f"w{n}") for n in range(3)))
    async with database.read() as connection:
        names = await connection.scalars(select(source.c.name).order_by(source.c.name))
        assert list(names) == ["w0", "w1", "w2"]


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:///x.db", "sqlite+aiosqlite"),
        ("postgres://u@h/d", "postgresql+psycopg"),
        ("postgresql://u@h/d", "postgresql+psycopg"),
    ],
)
def test_the_driver_is_picked(given: str, driver: str) -> None:
    """An operator's plain database address gets the driver Haru uses."""
    assert driver_url(given).drivername == driver


@pytest.mark.parametrize("given", ["mysql://h/d", "nonsense"])
def test_other_databases_are_refused_in_words(given: str) -> None:
    """An address Haru cannot use is refused with what to write instead."""
    with pytest.raises(StoreError, match="sqlite:///path"):
        driver_url(given)


async def test_a_reader_keeps_seeing_what_it_saw_first(database: Database) -> None:
    """On SQLite a block sees one state from its first statement on, whatever is written meanwhile."""
    async with database.read() as reader:
        if not database.is_sqlite:
            pytest.skip("PostgreSQL's own default is a state for each statement")
        assert await reader.scalar(select(func.count()).select_from(source)) == 0
        async with database.write() as connection:
            await connection.execute(insert(source).values(_row("a")))
        assert await reader.scalar(select(func.count()).select_from(source)) == 0


async def test_a_block_without_a_statement_leaves_its_connection_whole(database: Database) -> None:
    """A transaction that nothing was asked in ends like any other, and the connection serves the next."""
    async with database.read() as connection:
        await connection.begin()
    async with database.read() as connection:
        await connection.begin()
        await connection.commit()
    async with database.write() as connection:
        await connection.execute(insert(source).values(_row("a")))
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(source)) == 1


async def test_a_reading_that_ended_holds_no_state_back(tmp_path: Path) -> None:
    """Nobody waits for the end of a reading, and yet the next through the same connection sees what is new,
    and the log can be taken into the database.
    """
    database = Database(f"sqlite:///{tmp_path}/one.sqlite3", pool_size=1)
    async with database.write() as connection:
        await connection.run_sync(source.create)
    for name in "abc":
        async with database.read() as connection:
            before = await connection.scalar(select(func.count()).select_from(source))
        async with database.write() as connection:
            await connection.execute(insert(source).values(_row(name)))
        async with database.read() as connection:
            assert await connection.scalar(select(func.count()).select_from(source)) == (before or 0) + 1
    other = sqlite3.connect(tmp_path / "one.sqlite3")
    busy, *_ = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    other.close()
    await database.close()
    assert busy == 0


async def test_a_reading_that_cannot_end_is_an_error_for_the_next(tmp_path: Path) -> None:
    """Whoever gets a connection that could not be rolled back is told, and reads nothing old; once its own
    end went well, the connection serves on.
    """

    class Broken:
        def rollback(self) -> None:
            raise sqlite3.OperationalError("disk I/O error")

    connection: Any = await driver.connect(str(tmp_path / "one.sqlite3"), isolation_level=None)
    await connection.cursor().execute("BEGIN")
    await connection.cursor().execute("SELECT 1")
    whole, connection._connection = connection._conn, Broken()
    await connection.rollback()
    await connection._execute(bool)  # The thread has come past it.
    connection._connection = whole
    with pytest.raises(sqlite3.OperationalError, match="disk I/O"):
        await connection.cursor().execute("SELECT 1")
    await connection.rollback()
    cursor = connection.cursor()
    await cursor.execute("BEGIN")
    await cursor.execute("SELECT 2")
    assert await cursor.fetchall() == [(2,)]
    await connection.close()
