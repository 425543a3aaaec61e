"""MessageRecord, threads and ephemeral messages: the workspace's own record of what it accepted."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime

from bot.local.state import Json, State, dump, load


class MessageRecord:
    """What was said. Checks nothing; a message's ``ts`` is real time and never given twice.

    Each also keeps the workspace clock's time, which is what people are shown, and the
    order in which it was accepted.
    """

    def __init__(self, state: State, clock: Callable[[], datetime]) -> None:
        self._state = state
        self._clock = clock
        last = state.row("SELECT MAX(CAST(ts AS REAL)) AS ts FROM message")
        self._last = int((last["ts"] or 0) * 1_000_000) if last else 0

    def add(self, room: str, body: Json, *, thread: str | None = None, audience: str | None = None) -> Json:
        """Accept a message; ``audience`` is the one person who sees an ephemeral one."""
        received = time.time()
        self._last = max(self._last + 1, int(received * 1_000_000))
        ts = f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"
        body = {"type": "message"} | body | {"ts": ts}
        if thread is not None:
            body["thread_ts"] = thread
        self._state.write(
            "INSERT INTO message (channel, ts, thread, audience, received, clock, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            room,
            ts,
            thread,
            audience,
            received,
            self._clock().isoformat(),
            dump(body),
        )
        return body

    def get(self, room: str, ts: str) -> Json | None:
        """A message that all see, with its thread's counts; None when there is none, or no longer."""
        row = self._state.row(
            "SELECT * FROM message WHERE channel = ? AND ts = ? AND audience IS NULL AND NOT gone", room, ts
        )
        return None if row is None else self._shown(row)

    def ephemeral(self, room: str, ts: str, person: str) -> Json | None:
        row = self._state.row(
            "SELECT * FROM message WHERE channel = ? AND ts = ? AND audience = ? AND NOT gone",
            room,
            ts,
            person,
        )
        return None if row is None else load(row["body"])

    def change(self, room: str, ts: str, body: Json) -> None:
        self._state.write("UPDATE message SET body = ? WHERE channel = ? AND ts = ?", dump(body), room, ts)

    def remove(self, room: str, ts: str) -> None:
        """Take it out of sight; the record keeps it."""
        self._state.write("UPDATE message SET gone = 1 WHERE channel = ? AND ts = ?", room, ts)

    def history(self, room: str, oldest: float, latest: float, *, inclusive: bool) -> list[str]:
        """The ``ts`` of what stands in the channel itself, newest first; replies only if broadcast."""
        found = self._state.rows(
            "SELECT ts FROM message WHERE channel = ? AND audience IS NULL AND NOT gone"
            " AND (thread IS NULL OR thread = ts OR json_extract(body, '$.subtype') = 'thread_broadcast')"
            " AND CAST(ts AS REAL) BETWEEN ? AND ? ORDER BY ts DESC",
            room,
            oldest,
            latest,
        )
        return [row["ts"] for row in found if inclusive or oldest < float(row["ts"]) < latest]

    def replies(self, room: str, thread: str) -> list[Json]:
        """A thread, its first message first."""
        found = self._state.rows(
            "SELECT * FROM message WHERE channel = ? AND (ts = ? OR thread = ?)"
            " AND audience IS NULL AND NOT gone ORDER BY ts",
            room,
            thread,
            thread,
        )
        return [self._shown(row) for row in found]

    def seen_by(self, person: str, room: str, *, thread: str | None = None) -> list[Json]:
        """All that a person sees in a channel or thread, oldest first, as the page wants it.

        Adds ``_clock`` (the workspace's time) and ``_ephemeral`` to each.
        """
        where = "(ts = ? OR thread = ?)" if thread else "(thread IS NULL OR thread = ts OR ?||? = '' "
        if not thread:
            where += " OR json_extract(body, '$.subtype') = 'thread_broadcast')"
        found = self._state.rows(
            f"SELECT * FROM message WHERE channel = ? AND NOT gone AND {where}"  # noqa: S608 - our own words
            " AND (audience IS NULL OR audience = ?) ORDER BY ts",
            room,
            thread or "-",
            thread or "-",
            person,
        )
        return [self._for_page(row) for row in found]

    def page_copy(self, room: str, ts: str) -> Json | None:
        """One message as the page wants it, whoever may see it."""
        row = self._state.row("SELECT * FROM message WHERE channel = ? AND ts = ? AND NOT gone", room, ts)
        return None if row is None else self._for_page(row)

    def latest(self, room: str) -> str | None:
        """The ``ts`` of the newest message in the channel itself."""
        row = self._state.row(
            "SELECT MAX(ts) AS ts FROM message WHERE channel = ? AND audience IS NULL AND NOT gone"
            " AND thread IS NULL",
            room,
        )
        return row["ts"] if row else None

    def all(self, after: int = 0) -> list[Json]:
        """Every message ever accepted, in that order, whatever became of it since."""
        return [
            {
                "accepted": row["accepted"],
                "channel": row["channel"],
                "ts": row["ts"],
                "thread_ts": row["thread"],
                "ephemeral_for": row["audience"],
                "received": row["received"],
                "clock": row["clock"],
                "deleted": bool(row["gone"]),
                **{key: load(row["body"]).get(key) for key in ("user", "text", "metadata", "edited")},
            }
            for row in self._state.rows("SELECT * FROM message WHERE accepted > ? ORDER BY accepted", after)
        ]

    def _shown(self, row: sqlite3.Row) -> Json:
        body = load(row["body"])
        if row["thread"] is not None:
            return body
        replies = self._state.row(
            "SELECT COUNT(*) AS n, MAX(ts) AS latest FROM message"
            " WHERE channel = ? AND thread = ? AND audience IS NULL AND NOT gone",
            row["channel"],
            row["ts"],
        )
        if replies is None or not replies["n"]:
            return body
        people = self._state.rows(
            "SELECT DISTINCT json_extract(body, '$.user') AS person FROM message"
            " WHERE channel = ? AND thread = ? AND audience IS NULL AND NOT gone",
            row["channel"],
            row["ts"],
        )
        return body | {
            "thread_ts": row["ts"],
            "reply_count": replies["n"],
            "reply_users_count": len(people),
            "reply_users": [one["person"] for one in people],
            "latest_reply": replies["latest"],
            "is_locked": False,
            "subscribed": False,
        }

    def _for_page(self, row: sqlite3.Row) -> Json:
        shown = self._shown(row) | {"_clock": row["clock"], "_ephemeral": row["audience"] is not None}
        if "latest_reply" in shown:
            latest = self._state.row(
                "SELECT clock FROM message WHERE channel = ? AND ts = ?",
                row["channel"],
                shown["latest_reply"],
            )
            shown["_latest"] = latest["clock"] if latest else None
        return shown


def with_block_ids(blocks: list[Json]) -> list[Json]:
    """Blocks with the ``block_id`` Slack gives to each that came without one."""
    return [
        block if block.get("block_id") else block | {"block_id": secrets.token_hex(3)} for block in blocks
    ]
