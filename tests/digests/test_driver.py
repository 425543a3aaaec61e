"""Haru's aiosqlite connection: the same results as aiosqlite's own, in one trip to its thread."""

from __future__ import annotations

import sqlite3
from importlib.metadata import version
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text

from digests.store import driver
from digests.store.database import Database

CREATE = "CREATE TABLE word (id INTEGER PRIMARY KEY, name TEXT NOT NULL)"


async def test_aiosqlite_is_the_version_whose_private_parts_are_known() -> None:
    """The parts of aiosqlite that the driver relies on are where it expects them."""
    assert version("aiosqlite").startswith("0.22."), "check digests/store/driver.py, then raise the cap"
    connection = aiosqlite.Connection(lambda: sqlite3.connect(":memory:"), 64)
    assert connection._connection is None
    assert connection._thread.daemon is False
    await connection
    assert isinstance(connection._conn, sqlite3.Connection)
    assert await connection._execute(len, "four") == 4  # type: ignore[no-untyped-call]
    await connection.close()


async def test_a_statement_takes_one_trip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLAlchemy runs a statement and reads its rows in one trip to the connection's thread."""
    trips: list[object] = []
    execute = aiosqlite.Connection._execute

    async def counted(connection: aiosqlite.Connection, *arguments: Any) -> Any:
        trips.append(arguments)
        return await execute(connection, *arguments)  # type: ignore[no-untyped-call]

    database = Database(f"sqlite:///{tmp_path}/one.sqlite3")
    async with database.read() as connection:
        monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
        await connection.execute(text("SELECT 1"))  # Also begins the transaction.
        trips.clear()
        rows = await connection.execute(text("SELECT 1 UNION SELECT 2"))
        assert rows.all() == [(1,), (2,)]
        assert len(trips) == 1
    await database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO word (name) VALUES ('loop'), ('diffusion')",
        "SELECT id, name AS said FROM word ORDER BY id",
        "SELECT name FROM word WHERE id = 99",
        "UPDATE word SET name = 'looped' WHERE id = 1",
        "UPDATE word SET name = 'x' WHERE id = 1 RETURNING name",
        "CREATE INDEX word_name ON word (name)",
    ],
)
async def test_results_are_those_of_aiosqlite(statement: str) -> None:
    """Rows, column names, row count and last id are the same as through aiosqlite's own cursor."""
    results = []
    for connect in (driver.connect, aiosqlite.connect):
        connection: Any = await connect(":memory:", isolation_level=None)
        cursor = await connection.cursor().__aenter__()
        await cursor.execute(CREATE)
        await cursor.executemany("INSERT INTO word (name) VALUES (?)", [("a",), ("b",)])
        await cursor.execute(statement)
        rows = await cursor.fetchall()
        results.append((rows, cursor.description, cursor.rowcount, cursor.lastrowid))
        await connection.close()
    assert results[0] == results[1]


async def test_an_error_reaches_the_caller(tmp_path: Path) -> None:
    """A statement that SQLite refuses raises sqlite3's error, and the connection can be used afterwards."""
    connection: Any = await driver.connect(str(tmp_path / "one.sqlite3"))
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await connection.cursor().execute("SELECT * FROM word")
    cursor = await connection.cursor().execute("SELECT 2")
    assert await cursor.fetchall() == [(2,)]
    await connection.close()
