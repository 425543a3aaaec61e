"""The local workspace's own SQLite file: everything in it survives a restart.

Knows nothing of Slack's rules. Plain ``sqlite3``: one process, one event loop, small
writes, so that a call is done before the next one is read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]
"""A JSON object as Slack sends or takes it."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS person (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS channel (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS member (
    channel TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (channel, person)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
    accepted INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    ts TEXT NOT NULL,
    thread TEXT,
    audience TEXT,
    received REAL NOT NULL,
    clock TEXT NOT NULL,
    gone INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL,
    UNIQUE (channel, ts)
);
CREATE INDEX IF NOT EXISTS message_thread ON message (channel, thread, ts);
CREATE TABLE IF NOT EXISTS view (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, opened INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS home (person TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS read_until (
    person TEXT NOT NULL, channel TEXT NOT NULL, ts TEXT NOT NULL, PRIMARY KEY (person, channel)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS response_url (
    token TEXT PRIMARY KEY, expires REAL NOT NULL, uses INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS file (id TEXT PRIMARY KEY, body TEXT NOT NULL, content BLOB NOT NULL);
"""


class State:
    """One connection to the file. Everything is committed when a call returns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        self._connection.close()

    def rows(self, statement: str, *values: object) -> list[sqlite3.Row]:
        return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, *values: object) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._connection.execute(statement, values).fetchone()
        return found

    def write(self, statement: str, *values: object) -> int:
        """Run one statement; gives the number of the row it inserted."""
        return self._connection.execute(statement, values).lastrowid or 0

    @contextmanager
    def together(self) -> Iterator[None]:
        """Several writes as one: all of them, or none after an exception."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def fact(self, name: str) -> Any:
        """A single remembered value, or None."""
        found = self.row("SELECT value FROM fact WHERE name = ?", name)
        return None if found is None else json.loads(found["value"])

    def remember(self, name: str, value: Any) -> None:
        self.write("INSERT OR REPLACE INTO fact VALUES (?, ?)", name, json.dumps(value))


def dump(body: Json) -> str:
    """A JSON object as the file keeps it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Json:
    body: Json = json.loads(text)
    return body
