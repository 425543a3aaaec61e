"""Connections: one place that knows how SQLite and PostgreSQL are opened, and how a write begins."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from digests.errors import StoreError
from digests.store import driver

log = structlog.stdlib.get_logger(__name__)

SQLITE_PATIENCE = 30.0
"""Seconds a write waits for another process's write (``haru import`` beside the web) to end."""

NOTABLE = 2.0
"""Seconds after which a write that had to wait for another process says so."""

STANDSTILL = 60.0
"""Seconds a process may stand still inside a transaction on PostgreSQL. Then the server ends it: a
process that was stopped there would keep its rows from all others for good."""

FRESH = 1.0
"""Seconds after its last use in which a connection to PostgreSQL is taken to be alive. Later it is asked
first, so that a person who comes after a restart of the server meets no dead connection; asking each
time would cost a look at what is due a third of its time."""

_ARCHIVE = 0x41726368
"""The advisory lock at which those who write the archive queue on PostgreSQL: “Arch” in ASCII."""


def driver_url(address: str) -> URL:
    """The URL with the driver Haru uses: aiosqlite, or psycopg 3.

    Takes ``sqlite:``, ``sqlite+aiosqlite:``, ``postgres:`` and ``postgresql:``.
    StoreError on anything else.
    """
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise StoreError(
            "DATABASE_URL is not a database address;"
            " write sqlite:///path/to/haru.sqlite3 or postgresql://user@host/name"
        ) from error
    match url.drivername.partition("+")[0]:
        case "sqlite":
            return url.set(drivername="sqlite+aiosqlite")
        case "postgres" | "postgresql":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise StoreError(
                f"DATABASE_URL begins with {other}:, which Haru does not speak;"
                " write sqlite:///path/to/haru.sqlite3 or postgresql://user@host/name"
            )


class Database:
    """An engine and its two ways in: ``read`` and ``write``. Knows no table.

    On SQLite: WAL, ``synchronous=FULL`` (with NORMAL a power cut can forget an intent
    that was already acted on), foreign keys on, and writes that begin with
    ``BEGIN IMMEDIATE``, so that they queue instead of failing half-way.
    """

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = driver_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            _make_folder(self.url)
            self.engine: AsyncEngine = create_async_engine(
                self.url,
                pool_size=pool_size,
                json_deserializer=_read_json,
                connect_args={"timeout": SQLITE_PATIENCE, "async_creator_fn": driver.connect},
            )
            _prepare_sqlite(self.engine)
        else:
            self.engine = create_async_engine(
                # The last one used comes first: it needs not be asked whether it is alive.
                self.url,
                pool_size=pool_size,
                max_overflow=pool_size,
                pool_use_lifo=True,
                json_deserializer=_read_json,
            )
            _prepare_postgresql(self.engine)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading one consistent state; whatever it writes is rolled back."""
        async with self._connection() as connection:
            yield connection

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading with one statement: one trip to PostgreSQL, where ``read`` makes three."""
        async with self._connection() as connection:
            if not self.is_sqlite:  # There a transaction begins with its first statement, in the same trip.
                await connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Keep it short: on SQLite nobody else writes meanwhile.
        """
        async with self._connection() as connection:
            await connection.execution_options(haru_write=True)
            asked = time.monotonic()
            async with connection.begin():
                waited = time.monotonic() - asked
                if waited > NOTABLE:
                    log.warning("database_was_busy", seconds=round(waited, 1))
                yield connection

    @asynccontextmanager
    async def write_archive(self) -> AsyncIterator[AsyncConnection]:
        """Like ``write``, beside no other ``write_archive`` of any process.

        Papers and words are looked for and then made: two at once would make the same.
        """
        async with self.write() as connection:
            await self._wait_for_archive(connection)
            yield connection

    @asynccontextmanager
    async def rehearse_archive(self) -> AsyncIterator[AsyncConnection]:
        """Like ``write_archive``, and rolled back when the block ends.

        It is a writer all the same: on SQLite one that began by reading could not go on
        to write once somebody else had.
        """
        async with self._connection() as connection:
            await connection.execution_options(haru_write=True)
            await connection.begin()
            await self._wait_for_archive(connection)
            yield connection

    async def _wait_for_archive(self, connection: AsyncConnection) -> None:
        if not self.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ARCHIVE})

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection]:
        try:
            connection = await self.engine.connect()
        except (OperationalError, DBAPIError) as error:
            where = self.url.render_as_string(hide_password=True)
            raise StoreError(
                f"The database {where} cannot be opened ({_cause(error)});"
                " see that it is there and may be written, or choose another DATABASE_URL"
            ) from error
        try:
            yield connection
        finally:
            await connection.close()

    async def analyse(self) -> None:
        """Let the database count its rows anew, after much was written: until then it guesses how to join.

        On SQLite a sample of each index is enough (https://sqlite.org/lang_analyze.html).
        """
        async with self._connection() as connection:
            if self.is_sqlite:
                await connection.exec_driver_sql("PRAGMA analysis_limit=400")
                await connection.rollback()
            await connection.exec_driver_sql("ANALYZE")
            await connection.commit()

    async def close(self) -> None:
        """Close every connection; the object is of no use afterwards."""
        await self.engine.dispose()


def _read_json(text: str | bytes) -> Any:
    # Most channels filter nothing: a morning's thousands of empty lists need no reader.
    return [] if text in ("[]", b"[]") else json.loads(text)


def _make_folder(url: URL) -> None:
    if url.database is None or url.database in ("", ":memory:"):
        raise StoreError("DATABASE_URL names no file; write sqlite:///path/to/haru.sqlite3")
    folder = Path(url.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The folder of the database, {folder}, cannot be made: {error.strerror}") from error


def _prepare_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _: object) -> None:
        # The driver would begin transactions by itself, and only before writes; Haru says when.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={int(SQLITE_PATIENCE * 1000)}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Any) -> None:
        write = connection.get_execution_options().get("haru_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _prepare_postgresql(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET idle_in_transaction_session_timeout = {int(STANDSTILL * 1000)}")
        cursor.close()
        # A setting that is rolled back was never made.
        connection.commit()

    @event.listens_for(engine.sync_engine, "checkin")
    def on_checkin(_: object, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def on_checkout(connection: Any, record: Any, _: object) -> None:
        used_at = record.info.get("used_at")
        if used_at is None or time.monotonic() - used_at < FRESH:
            return
        dialect = engine.sync_engine.dialect
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            # The server was restarted: the other connections of before are as dead.
            raise InvalidatePoolError from error


def _cause(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if error.orig and str(error.orig).strip() else str(error)
