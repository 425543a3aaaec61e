"""Backs the database up to a file, and restores it so that nothing that was posted comes again."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bot import schema_version
from bot.ledger import restoration
from bot.ledger.ledger_clock import LedgerClock
from digests.errors import HaruError
from digests.store.database import Database, driver_url

PREVIOUS = ".before-restore"
"""Added to the name of the database that a restored one replaces."""


class BackupError(HaruError):
    """A backup cannot be made, or a file cannot be restored."""


async def back_up(database_url: str, target: Path) -> None:
    """Write a checked copy of the SQLite database to ``target``, also while Haru runs.

    BackupError if the target exists, the database is PostgreSQL (with the command to run instead), or the
    copy does not pass SQLite's own check. Nobody sees a file that is half written.
    """
    source = _sqlite_file(database_url)
    if source is None:
        raise BackupError(
            "The database is PostgreSQL, which has its own tool. Run:"
            f' pg_dump --format=custom --file={target} "$DATABASE_URL"'
        )
    _require_file(source, f"There is no database at {source} yet, so there is nothing to back up.")
    _require_none(target)
    await asyncio.to_thread(_copy, source, target)


async def restore(database_url: str, copy: Path) -> Path | None:
    """Put a copy in place of the SQLite database; returns where the database that it replaces is now.

    Updates the copy's schema, and calls off what may have been posted since the copy was made. BackupError
    if the file is no database of Haru's, another process uses the database, or it is PostgreSQL; SchemaError
    if the copy is of a later version of Haru. Whatever fails, the database stays as it was.
    """
    target = _sqlite_file(database_url)
    if target is None:
        raise BackupError(
            "The database is PostgreSQL, which has its own tool. Stop every process of Haru, run"
            f' pg_restore --clean --if-exists --dbname="$DATABASE_URL" {copy}'
            " and then `haru restore --done`, so that nothing that was posted comes again."
        )
    _require_file(copy, f"There is no file {copy}.")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    ready = target.with_name(target.name + ".restoring")
    ready.unlink(missing_ok=True)
    try:
        await asyncio.to_thread(_copy, copy, ready)
        database = Database(f"sqlite:///{ready}")
        try:
            if not await schema_version.exists(database):
                raise BackupError(f"{copy} is a database, but not one of Haru's.")
            await schema_version.upgrade(database)
            await forget_what_came_since(database)
        finally:
            await database.close()
        await asyncio.to_thread(_close_for_good, ready)
        return await asyncio.to_thread(_replace, target, ready)
    finally:
        for name in (ready, *_companions(ready)):
            name.unlink(missing_ok=True)


async def forget_what_came_since(database: Database) -> None:
    """Call off what may have been posted since this restored database was copied."""
    clock = LedgerClock(database)
    async with database.write() as connection:
        now = await clock.now(connection)
        await restoration.begin_anew(connection, now=now, wall=datetime.now(UTC))


def _sqlite_file(database_url: str) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL."""
    url = driver_url(database_url)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _require_file(path: Path, otherwise: str) -> None:
    if not path.is_file():
        raise BackupError(otherwise)


def _require_none(path: Path) -> None:
    if path.exists():
        raise BackupError(f"{path} exists already; choose another name, such as one with the day in it.")


def _copy(source: Path, target: Path) -> None:
    """Copy a database with SQLite's own call, check the copy, and give it its name."""
    partial = target.with_name(target.name + ".partial")
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise BackupError(f"{partial} cannot be written: {error.strerror}.") from error
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(partial)) as new,
        ):
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
            verdict = new.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            raise BackupError(f"{source} is damaged, so it was not copied. SQLite says: {verdict}")
        partial.replace(target)
    except sqlite3.Error as error:
        raise BackupError(f"{source} cannot be copied to {target}: {error}.") from error
    finally:
        for name in (partial, *_companions(partial)):
            name.unlink(missing_ok=True)


def _close_for_good(file: Path) -> None:
    """Bring everything into the one file."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _replace(target: Path, ready: Path) -> Path | None:
    """Give the database's name to ``ready``; returns where the one before is. BackupError if it is in use."""
    previous = None
    if target.exists():
        # SQLite leaves WAL mode only for the one connection there is: https://sqlite.org/wal.html
        with closing(sqlite3.connect(target, timeout=1.0)) as connection:
            try:
                mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
            except sqlite3.DatabaseError as error:
                mode = "damaged" if "locked" not in str(error) else "wal"
        if mode == "wal":
            raise BackupError(
                f"Another process uses {target}. Stop every process of Haru, then restore again."
            )
        previous = target.with_name(target.name + PREVIOUS)
        target.replace(previous)
        for name in _companions(target):
            name.unlink(missing_ok=True)
    ready.replace(target)
    return previous


def _companions(file: Path) -> tuple[Path, Path, Path]:
    return (
        file.with_name(file.name + "-wal"),
        file.with_name(file.name + "-shm"),
        file.with_name(file.name + "-journal"),
    )
