"""An aiosqlite connection that runs each statement in one trip to its thread.

aiosqlite makes four trips for a statement (open a cursor, execute, fetch, close the cursor), and
each waits for two threads to take turns. A command or a delivery runs several small statements, so the
trips are a large part of its time: ``python -m tests.bench driver`` measures how much.

Relies on private parts of aiosqlite (``_execute``, ``_conn``, ``_connection``, ``_thread``), which is
why pyproject.toml caps its version; ``tests/digests/test_driver.py`` fails when one of them moves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import aiosqlite

_UNUSED_CHUNK_SIZE = 64
"""aiosqlite's default for iterating over a cursor, which the cursors here do not support."""


def connect(path: str, **options: Any) -> aiosqlite.Connection:
    """An unopened connection, to be awaited by SQLAlchemy's aiosqlite dialect (``async_creator_fn``)."""
    connection = Connection(partial(sqlite3.connect, path, **options), _UNUSED_CHUNK_SIZE)
    # As SQLAlchemy does for its own connections: one left open must not keep the process alive.
    connection._thread.daemon = True
    return connection


class Connection(aiosqlite.Connection):
    """aiosqlite's connection with the cursors below. Does not stream rows: a result is read whole."""

    def __del__(self) -> None:
        # A task cancelled during a statement drops its connection while it is open. The thread closes
        # it, so aiosqlite's ResourceWarning would report no leak.
        if self._connection is not None:
            self.stop()

    def cursor(self) -> Cursor:  # type: ignore[override]  # SQLAlchemy only enters it
        return Cursor(self)

    async def run(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """The result of ``work``, called with the sqlite3 connection in its thread."""
        return await self._execute(work, self._conn)  # type: ignore[no-untyped-call]


class Cursor:
    """The part of a cursor that SQLAlchemy uses: executes a statement and holds its whole result."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.arraysize = 1
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Cursor:
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> Cursor:
        """Execute a statement and fetch all its rows."""
        return await self._run(lambda connection: connection.execute(statement, parameters))

    async def executemany(self, statement: str, rows: Any) -> Cursor:
        """Execute a statement once for each row of parameters."""
        return await self._run(lambda connection: connection.executemany(statement, rows))

    async def fetchall(self) -> list[Any]:
        """The rows of the last statement; an empty list the second time."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Does nothing: the sqlite3 cursor is closed when its statement ends."""

    async def _run(self, start: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> Cursor:
        def work(connection: sqlite3.Connection) -> tuple[Any, list[Any], int, int | None]:
            cursor = start(connection)
            rows = cursor.fetchall() if cursor.description else []
            result = (cursor.description, rows, cursor.rowcount, cursor.lastrowid)
            cursor.close()
            return result

        result = cast("tuple[Any, list[Any], int, int | None]", await self._connection.run(work))
        self.description, self._rows, self.rowcount, self.lastrowid = result
        return self
