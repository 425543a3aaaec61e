"""The SQLite file that holds everything in the local workspace, so that it survives a restart.

It knows none of Slack's rules. It uses the blocking ``sqlite3`` module on purpose: one
process, one event loop and small writes, so each call is finished before the next one starts.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]
"""A JSON object as Slack sends or receives it."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS user (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS conversation (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS member (
    channel_id TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (channel_id, user_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
    accepted INTEGER PRIMARY KEY AUTOINCREMENT,
    channel_id TEXT NOT NULL,
    ts TEXT NOT NULL,
    thread_ts TEXT,
    visible_to TEXT,
    received_at REAL NOT NULL,
    workspace_time TEXT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL,
    UNIQUE (channel_id, ts)
);
CREATE INDEX IF NOT EXISTS message_thread ON message (channel_id, thread_ts, ts);
CREATE TABLE IF NOT EXISTS modal (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL, opened INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS app_home (user_id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS last_read (
    user_id TEXT NOT NULL, channel_id TEXT NOT NULL, ts TEXT NOT NULL, PRIMARY KEY (user_id, channel_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS response_url (
    token TEXT PRIMARY KEY, expires_at REAL NOT NULL, uses INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS file (id TEXT PRIMARY KEY, body TEXT NOT NULL, content BLOB NOT NULL);
"""


class State:
    """One connection to the file. Each call commits before it returns, except inside ``transaction``."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if Path(path).exists():
            Path(path).chmod(0o600)
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
        """The first row of a query, or None."""
        found: sqlite3.Row | None = self._connection.execute(statement, values).fetchone()
        return found

    def write(self, statement: str, *values: object) -> None:
        self._connection.execute(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit several writes together. An exception rolls all of them back."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            # A cancelled task must roll back as well; the exception goes on.
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def fact(self, name: str) -> Any:
        """The value last stored under a name with ``remember``, or None."""
        found = self.row("SELECT value FROM fact WHERE name = ?", name)
        return None if found is None else json.loads(found["value"])

    def remember(self, name: str, value: Any) -> None:
        """Store a single JSON value under a name, for instance the bot token."""
        self.write("INSERT OR REPLACE INTO fact VALUES (?, ?)", name, json.dumps(value))


def dump(body: Json) -> str:
    """Encode a JSON object as the file stores it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Json:
    """Decode a JSON object that the file stores."""
    body: Json = json.loads(text)
    return body
