"""Opens the database, SQLite or PostgreSQL, and begins every transaction. Translates database errors.

This is the only module that knows how the two databases differ in opening and locking, and the only
one that meets the driver's exceptions: everything else sees ``StoreError``.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import structlog
from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    InterfaceError,
    InternalError,
    InvalidatePoolError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from digests.errors import StoreError
from digests.model import without_credentials
from digests.store import driver
from digests.store.schema import CIPHER, Cipher
from digests.store.sqlite_files import erase, make_folder

log = structlog.stdlib.get_logger(__name__)

SQLITE_BUSY_TIMEOUT = 30.0
"""Seconds a write to SQLite waits for another process's write (``haru import`` beside the web process)."""

SLOW_WRITE_WAIT = 2.0
"""Seconds of waiting for another process's write after which the log says so."""

IDLE_TRANSACTION_TIMEOUT = 60.0
"""Seconds after which PostgreSQL ends a transaction that runs no statement.

A process that is frozen in a transaction would otherwise hold its row locks for ever.
https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-IDLE-IN-TRANSACTION-SESSION-TIMEOUT
"""

PING_AFTER_IDLE = 1.0
"""Seconds a PostgreSQL connection may be idle before it is pinged when it is next used.

The ping keeps dead connections from the first person who asks after a restart of the server. Pinging
each time would add a third to the time of looking for due deliveries.
"""

_ARCHIVE_LOCK = 0x41726368
"""Key of the PostgreSQL advisory lock that archive writers take, one at a time: "Arch" in ASCII."""


def driver_url(address: str) -> URL:
    """The database URL with the async driver that Haru uses: aiosqlite or psycopg 3.

    Accepts ``sqlite:``, ``sqlite+aiosqlite:``, ``postgres:`` and ``postgresql:`` URLs; StoreError on
    anything else.
    """
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise StoreError(
            "DATABASE_URL is not a database address;"
            " write sqlite:///path/to/haru.sqlite3 or postgresql://user@host/name"
        ) from error
    except ValueError:
        # Not chained: the error repeats the port, which may be a part of the password.
        raise StoreError(
            "The port in DATABASE_URL is not a number; write postgresql://user@host:5432/name,"
            " with the signs @ : / ? of a password as %40 %3A %2F %3F"
        ) from None
    match url.drivername.partition("+")[0]:
        case "sqlite":
            if url.host or url.username or url.password or url.port:
                raise StoreError(
                    "DATABASE_URL has two slashes after sqlite:, and needs three for a path from here"
                    " (sqlite:///data/haru.sqlite3) or four for one from the root (sqlite:////srv/haru.sqlite3)"
                )
            return url.set(drivername="sqlite+aiosqlite")
        case "postgres" | "postgresql":
            if address.count("@") > 1 or "?" in (url.username or ""):
                # A part of the password would count as the host, and errors would name it.
                raise StoreError(
                    "The user, password or host in DATABASE_URL cannot be told apart;"
                    " write the signs @ : / ? of a password as %40 %3A %2F %3F"
                )
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise StoreError(
                f"DATABASE_URL begins with {other}:, which Haru does not support;"
                " write sqlite:///path/to/haru.sqlite3 or postgresql://user@host/name"
            )


class Database:
    """A pool of connections, opened for reading or for writing. Knows no table.

    Every context manager below raises StoreError, with the driver's error as its cause, when the
    database cannot be opened or a statement or the commit fails. An error that the block handles
    itself (a constraint, inside ``begin_nested``) is not translated.

    SQLite runs in WAL mode with foreign keys on and ``synchronous=FULL``: with NORMAL, a power cut
    could forget that a message was about to be sent. A write begins with ``BEGIN IMMEDIATE``, so that
    writers queue at the start instead of failing in the middle.
    """

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = driver_url(url)
        self.archive_writes = 0
        """How often this process wrote the archive. A copy made before the last write is old."""
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            make_folder(self.url)
            self.engine: AsyncEngine = create_async_engine(
                self.url,
                # Under load, connections above the pool's size would be opened and closed for each statement.
                pool_size=2 * pool_size,
                max_overflow=0,
                pool_use_lifo=True,
                json_deserializer=_read_json,
                hide_parameters=True,
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT, "async_creator_fn": driver.connect},
            )
            _set_up_sqlite(self.engine)
        else:
            self.engine = create_async_engine(
                self.url,
                pool_size=pool_size,
                max_overflow=pool_size,
                # The connection used last is taken first: it needs no ping.
                pool_use_lifo=True,
                json_deserializer=_read_json,
                hide_parameters=True,
            )
            _set_up_postgresql(self.engine)
        _hide_values_in_errors(self.engine)

    def use_cipher(self, cipher: Cipher) -> None:
        """Store and read secrets (``EncryptedText``) with this cipher from now on."""
        setattr(self.engine.dialect, CIPHER, cipher)

    @property
    def address(self) -> str:
        """The database's address without credentials, for people and logs."""
        return without_credentials(self.url.render_as_string(hide_password=False))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for reading, rolled back at the end. On SQLite it sees one consistent state."""
        async with self._connect() as connection:
            yield connection

    @asynccontextmanager
    async def read_autocommit(self) -> AsyncIterator[AsyncConnection]:
        """A connection for one reading statement.

        On PostgreSQL it begins no transaction, so the statement takes one round trip where ``read``
        takes three. On SQLite it is the same as ``read``.
        """
        async with self._connect() as connection:
            if not self.is_sqlite:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for writing: committed when the block ends, rolled back when it raises.

        Keep the block short: on SQLite nobody else can write meanwhile.
        """
        async with self._connect() as connection:
            await connection.execution_options(haru_write=True)
            started = time.monotonic()
            async with connection.begin():
                waited = time.monotonic() - started
                if waited > SLOW_WRITE_WAIT:
                    log.warning("database_was_busy", seconds=round(waited, 1))
                yield connection

    @asynccontextmanager
    async def write_archive(self) -> AsyncIterator[AsyncConnection]:
        """Like ``write``, but only one ``write_archive`` block runs at a time, across all processes.

        An import looks for papers and words and creates the missing ones; two at once would create
        duplicates.
        """
        try:
            async with self.write() as connection:
                await self._lock_archive(connection)
                yield connection
        finally:
            self.archive_writes += 1

    @asynccontextmanager
    async def dry_run_archive(self) -> AsyncIterator[AsyncConnection]:
        """Like ``write_archive``, but rolled back when the block ends.

        It takes the write lock all the same: on SQLite a transaction that began by reading fails when
        it writes after somebody else has written.
        """
        async with self._connect() as connection:
            await connection.execution_options(haru_write=True)
            await connection.begin()
            await self._lock_archive(connection)
            yield connection

    async def analyse(self) -> None:
        """Update the statistics that the query planner uses; call it after a large import.

        On SQLite a sample of each index is enough (https://sqlite.org/lang_analyze.html).
        """
        async with self._connect() as connection:
            if self.is_sqlite:
                await connection.exec_driver_sql("PRAGMA analysis_limit=400")
                await connection.rollback()
            await connection.exec_driver_sql("ANALYZE")
            await connection.commit()

    async def erase_deleted(self) -> bool:
        """Let no byte of a deleted row stay in the files of an SQLite database; returns whether that is done.

        False means that another connection used the database: a reader keeps the write-ahead log from
        being truncated. On PostgreSQL autovacuum does it in its own time, and the result is True.
        https://sqlite.org/pragma.html#pragma_wal_checkpoint
        """
        if not self.is_sqlite:
            return True
        async with self._connect() as connection:
            raw = await connection.get_raw_connection()
            try:
                return bool(await raw.driver_connection.run(erase))  # type: ignore[union-attr]
            except sqlite3.OperationalError as error:
                log.warning("database_not_erased", error=str(error))
                return False

    async def close(self) -> None:
        """Close every connection. The object cannot be used afterwards."""
        await self.engine.dispose()

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[AsyncConnection]:
        try:
            connection = await self.engine.connect()
        except (DBAPIError, PoolTimeoutError) as error:
            raise StoreError(
                f"The database {self.address} cannot be opened ({_reason(error)});"
                " check that it exists and is writable, or set another DATABASE_URL"
            ) from error
        with _translated_errors():
            try:
                yield connection
            finally:
                await connection.close()

    async def _lock_archive(self, connection: AsyncConnection) -> None:
        if not self.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ARCHIVE_LOCK})


_OUTAGES = (OperationalError, InterfaceError, InternalError)
"""Errors of a database that is locked, full, restarted or unreachable. The others are faults of Haru."""


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Raise StoreError for any error of the database. A fault of Haru is also logged, with its traceback."""
    try:
        yield
    except DBAPIError as error:
        if not isinstance(error, _OUTAGES) and not error.connection_invalidated:
            log.exception("statement_refused", error=type(error).__name__)
        raise StoreError(f"The database failed: {_reason(error)}") from error


def _reason(error: DBAPIError | PoolTimeoutError) -> str:
    """The first line of the driver's own message."""
    original = getattr(error, "orig", None)
    return (str(original or "").strip() or str(error)).splitlines()[0]


def _read_json(column: str | bytes) -> Any:
    # Most channels filter nothing, and reading thousands of empty lists takes time at each delivery.
    return [] if column in ("[]", b"[]") else json.loads(column)


def _hide_values_in_errors(engine: AsyncEngine) -> None:
    """Keep rows and parameters out of the messages of database errors, which are logged.

    ``hide_parameters`` keeps only SQLAlchemy's own list of parameters out. PostgreSQL repeats values in the
    lines after the first ("Failing row contains …"), and in quotes when a value does not suit its type.
    """

    @event.listens_for(engine.sync_engine, "handle_error")
    def on_error(context: Any) -> None:
        for error in (context.original_exception, context.sqlalchemy_exception):
            if error is not None and error.args and isinstance(error.args[0], str):
                first_line = error.args[0].partition("\n")[0]
                if isinstance(context.sqlalchemy_exception, DataError):
                    first_line = re.sub(r'"[^"]*"?', '"…"', first_line)
                error.args = (first_line, *error.args[1:])


def _set_up_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _: object) -> None:
        # The sqlite3 module would begin a transaction by itself, and only before a write. With None it
        # leaves that to the BEGIN below.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            # Deleted rows are overwritten with zeros (https://sqlite.org/pragma.html#pragma_secure_delete).
            "secure_delete=ON",
            f"busy_timeout={int(SQLITE_BUSY_TIMEOUT * 1000)}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Any) -> None:
        is_write = connection.get_execution_options().get("haru_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


def _set_up_postgresql(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        milliseconds = int(IDLE_TRANSACTION_TIMEOUT * 1000)
        cursor.execute(f"SET idle_in_transaction_session_timeout = {milliseconds}")
        cursor.close()
        # SET is undone when its transaction is rolled back.
        connection.commit()

    @event.listens_for(engine.sync_engine, "checkin")
    def on_checkin(_: object, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def on_checkout(connection: Any, record: Any, _: object) -> None:
        used_at = record.info.get("used_at")
        if used_at is None or time.monotonic() - used_at < PING_AFTER_IDLE:
            return
        dialect = engine.sync_engine.dialect
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            # The server was restarted, so the pool's other connections are dead as well.
            raise InvalidatePoolError from error
