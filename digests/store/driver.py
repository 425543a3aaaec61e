"""SQLite beside the event loop, one trip to its thread a statement.

aiosqlite goes there and back four times (a cursor, the statement, its rows, the end of the
cursor), each time waiting for two threads to take turns. A lookup asks a dozen questions,
so that was most of its time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import aiosqlite


def connect(path: str, **options: Any) -> aiosqlite.Connection:
    """A connection to open with ``await``, for SQLAlchemy's aiosqlite dialect."""
    connection = Connection(partial(sqlite3.connect, path, **options), iter_chunk_size=64)
    # An engine that nobody closed must not keep the process from ending.
    connection._thread.daemon = True
    return connection


class Connection(aiosqlite.Connection):
    """aiosqlite's, with cursors of our own. Reads whole results: nothing here streams rows."""

    def __del__(self) -> None:
        # Dropped while open, as when a task is cancelled in the middle of a statement: the thread closes
        # it all the same, and there is nobody left to warn.
        if self._connection is not None:
            self.stop()

    def cursor(self) -> Cursor:  # type: ignore[override]  # SQLAlchemy only enters it
        return Cursor(self)

    _is_beginning = False
    """A plain BEGIN takes no lock and sees nothing yet: it goes with the statement after it."""

    _writes = False
    _failure: sqlite3.Error | None = None

    def begin(self) -> None:
        """Begin a transaction with the next statement."""
        self._is_beginning = True

    def begin_writing(self) -> None:
        """A transaction that writes is about to begin."""
        self._writes = True

    async def run(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """Work done in the connection's thread."""
        # Known by now and not in the thread: whoever is cancelled here rolls back what comes before them.
        is_beginning, self._is_beginning = self._is_beginning, False

        def begun() -> Any:
            if self._failure is not None:
                failure, self._failure = self._failure, None
                raise failure
            if is_beginning:
                self._conn.execute("BEGIN")
            return work(self._conn)

        return await self._execute(begun)  # type: ignore[no-untyped-call]

    async def commit(self) -> None:
        """Commit, where anything began."""
        if self._is_beginning:
            self._is_beginning = False
        else:
            await super().commit()
            self._writes = False

    async def rollback(self) -> None:
        """Roll back, where anything began.

        After reading nobody waits for it: whatever comes next through this connection comes after it. Where
        it failed, the next is told, and its own end tries again.
        """
        if self._is_beginning:
            self._is_beginning = False
        elif self._writes:
            await super().rollback()
            self._writes = False
        else:
            self._tx.put_nowait((None, self._end_reading))

    def _end_reading(self) -> None:
        try:
            self._conn.rollback()
        except sqlite3.Error as failure:
            self._failure = failure


class Cursor:
    """What SQLAlchemy asks of a cursor: a statement, then all that came of it."""

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
        """Run a statement and take all its rows."""
        if statement == "BEGIN":
            self._connection.begin()
            return self
        if statement == "BEGIN IMMEDIATE":
            self._connection.begin_writing()
        return await self._run(lambda connection: connection.execute(statement, parameters))

    async def executemany(self, statement: str, rows: Any) -> Cursor:
        """Run a statement once for each row of parameters."""
        return await self._run(lambda connection: connection.executemany(statement, rows))

    async def fetchall(self) -> list[Any]:
        """The rows, once."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open any more."""

    async def _run(self, start: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> Cursor:
        def work(connection: sqlite3.Connection) -> tuple[Any, list[Any], int, int | None]:
            cursor = start(connection)
            rows = cursor.fetchall() if cursor.description else []
            told = (cursor.description, rows, cursor.rowcount, cursor.lastrowid)
            cursor.close()
            return told

        told = cast("tuple[Any, list[Any], int, int | None]", await self._connection.run(work))
        self.description, self._rows, self.rowcount, self.lastrowid = told
        return self
