"""SQLite's files: their folder, who may read them, what stays in them, and versions that may damage them."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from sqlalchemy.engine import URL

from digests.errors import StoreError


def make_folder(url: URL) -> None:
    """Make the folder of the database, and make what is there private. StoreError if that cannot be done."""
    if url.database is None or url.database in ("", ":memory:"):
        raise StoreError("DATABASE_URL names no file; write sqlite:///path/to/haru.sqlite3")
    folder = Path(url.database).parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The folder of the database, {folder}, cannot be made: {error.strerror}") from error
    _make_private(Path(url.database))


def _make_private(file: Path) -> None:
    """Let nobody but its owner read a database file, which exists perhaps, and those beside it.

    The folder too, if nothing else lies in it. Files of another owner stay as they are: an operator chose so.
    """
    beside = {file, *(file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal"))}
    for each in beside:
        _chmod(each, 0o600)
    folder = file.parent
    if all(each.name.startswith(_OURS) or each in beside for each in folder.iterdir()):
        _chmod(folder, 0o700)


_OURS = ("haru.", "local.", "clones")
"""How the names of Haru's own files in ``data/`` begin."""


def _chmod(path: Path, mode: int) -> None:
    with suppress(FileNotFoundError):
        found = path.stat()
        if found.st_uid == os.geteuid() and found.st_mode & 0o777 & ~mode:
            path.chmod(mode)


def wal_trouble(version: tuple[int, ...]) -> str | None:
    """Why this version of SQLite may damage a database in WAL mode, and what to do; None if it does not.

    The WAL-reset bug: two connections that write and checkpoint at the same instant.
    https://sqlite.org/wal.html#walresetbug
    """
    is_repaired = version >= (3, 51, 3) or (version[:2] == (3, 50) and version >= (3, 50, 7))
    if is_repaired or (version[:2] == (3, 44) and version >= (3, 44, 6)):
        return None
    return (
        f"SQLite {'.'.join(map(str, version))} has a very rare fault that can damage a database in WAL mode"
        " when two connections write at the same instant; use SQLite 3.51.3 or later, or PostgreSQL, and"
        " keep backups (`haru backup`)"
    )


def erase(connection: sqlite3.Connection) -> bool:
    """Rewrite the database without its free pages and empty the write-ahead log; False if it was in use.

    Outside of SQLAlchemy, which would begin a transaction: VACUUM works in none.
    """
    connection.execute("VACUUM")
    is_busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_busy
