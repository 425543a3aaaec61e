"""SQLite without the event loop: a statement is finished when it is awaited.

The statements, the dialect's SQL and the database are the real ones. It leaves out the event loop, greenlets
and threads, which take most of a schedule's time and would leave the order of tasks to the system.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from digests.store.database import _set_up_sqlite


def straight_engine(path: str) -> Engine:
    """An engine on a file that does not outlive the test, opened as Haru opens its own."""
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"factory": _Connection, "check_same_thread": False}
    )
    _set_up_sqlite(cast("AsyncEngine", SimpleNamespace(sync_engine=engine)))

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")  # No power is cut here.

    return engine


def straight_connection(engine: Engine) -> AsyncConnection:
    """A connection that looks asynchronous as far as Haru uses it."""
    return cast("AsyncConnection", _Straight(engine.connect()))


class _Straight:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.dialect = connection.dialect

    async def execute(self, statement: Any, parameters: Any = None) -> Any:
        return self._connection.execute(statement, parameters)

    async def scalar(self, statement: Any, parameters: Any = None) -> Any:
        return self._connection.execute(statement, parameters).scalar()

    async def scalars(self, statement: Any, parameters: Any = None) -> Any:
        return self._connection.execute(statement, parameters).scalars()

    async def exec_driver_sql(self, statement: str, parameters: Any = None) -> Any:
        return self._connection.exec_driver_sql(statement, parameters)

    async def execution_options(self, **options: Any) -> None:
        self._connection.execution_options(**options)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[None]:
        with self._connection.begin():
            yield

    @asynccontextmanager
    async def begin_nested(self) -> AsyncIterator[None]:
        with self._connection.begin_nested():
            yield

    async def close(self) -> None:
        self._connection.close()


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(_WholeCursor)


class _WholeCursor(sqlite3.Cursor):
    """Fetches all rows of a statement at once, as the real driver does, so that none is open at the
    next one.
    """

    _rows: list[Any]

    def execute(self, *asked: Any) -> _WholeCursor:
        super().execute(*asked)
        self._rows = super().fetchall() if self.description else []
        return self

    def executemany(self, *asked: Any) -> _WholeCursor:
        super().executemany(*asked)
        self._rows = super().fetchall() if self.description else []
        return self

    def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        count = self.arraysize if size is None else size
        rows, self._rows = self._rows[:count], self._rows[count:]
        return rows
