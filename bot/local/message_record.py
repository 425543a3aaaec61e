"""Every message the local workspace has accepted: in channels, in threads, and ephemeral ones."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from datetime import datetime

from bot.local.state import Json, State, dump, load

_IN_CHANNEL = "(thread_ts IS NULL OR thread_ts = ts OR json_extract(body, '$.subtype') = 'thread_broadcast')"
"""SQL: the message stands in the channel itself. Replies stand only in their thread, unless broadcast."""

_PUBLIC = "visible_to IS NULL AND NOT deleted"
"""SQL: every member sees the message."""


class MessageRecord:
    """Stores messages and finds them. Validates nothing and sends no event.

    A message's ``ts`` comes from real time and is unique, so tests that move the workspace
    clock never create two equal ones. The workspace time, which the page shows, is stored
    beside it, and so is the order in which messages were accepted.
    """

    def __init__(self, state: State, clock: Callable[[], datetime]) -> None:
        self._state = state
        self._clock = clock
        last = state.row("SELECT MAX(CAST(ts AS REAL)) AS ts FROM message")
        self._last_ts = int((last["ts"] or 0) * 1_000_000) if last else 0

    def add(
        self, channel_id: str, body: Json, *, thread_ts: str | None = None, visible_to: str | None = None
    ) -> Json:
        """Store a new message and return it with its ``ts``. ``visible_to`` makes it ephemeral for a user."""
        received_at = time.time()
        self._last_ts = max(self._last_ts + 1, int(received_at * 1_000_000))
        ts = f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"
        body = {"type": "message"} | body | {"ts": ts}
        if thread_ts is not None:
            body["thread_ts"] = thread_ts
        self._state.write(
            "INSERT INTO message (channel_id, ts, thread_ts, visible_to, received_at, workspace_time, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            channel_id,
            ts,
            thread_ts,
            visible_to,
            received_at,
            self._clock().isoformat(),
            dump(body),
        )
        return body

    def get(self, channel_id: str, ts: str) -> Json | None:
        """A message that everyone sees, with its reply counts. None if unknown, ephemeral or deleted."""
        row = self._state.row(
            f"SELECT * FROM message WHERE channel_id = ? AND ts = ? AND {_PUBLIC}",  # noqa: S608 - constant
            channel_id,
            ts,
        )
        return None if row is None else self._with_reply_counts(row)

    def get_ephemeral(self, channel_id: str, ts: str, user_id: str) -> Json | None:
        """An ephemeral message to this user. None if it is unknown, for somebody else, or deleted."""
        row = self._state.row(
            "SELECT * FROM message WHERE channel_id = ? AND ts = ? AND visible_to = ? AND NOT deleted",
            channel_id,
            ts,
            user_id,
        )
        return None if row is None else load(row["body"])

    def replace(self, channel_id: str, ts: str, body: Json) -> None:
        self._state.write(
            "UPDATE message SET body = ? WHERE channel_id = ? AND ts = ?", dump(body), channel_id, ts
        )

    def delete(self, channel_id: str, ts: str) -> None:
        """Hide a message from everyone. ``all`` still returns it."""
        self._state.write("UPDATE message SET deleted = 1 WHERE channel_id = ? AND ts = ?", channel_id, ts)

    def history(self, channel_id: str, oldest: float, latest: float, *, inclusive: bool) -> list[str]:
        """The ``ts`` of the messages in a channel between two timestamps, newest first.

        ``inclusive`` keeps messages at exactly ``oldest`` or ``latest``.
        """
        found = self._state.rows(
            f"SELECT ts FROM message WHERE channel_id = ? AND {_PUBLIC} AND {_IN_CHANNEL}"  # noqa: S608 - constants
            " AND CAST(ts AS REAL) BETWEEN ? AND ? ORDER BY ts DESC",
            channel_id,
            oldest,
            latest,
        )
        return [row["ts"] for row in found if inclusive or oldest < float(row["ts"]) < latest]

    def replies(self, channel_id: str, thread_ts: str) -> list[Json]:
        """The messages of a thread, oldest first, starting with its parent."""
        found = self._state.rows(
            "SELECT * FROM message WHERE channel_id = ? AND (ts = ? OR thread_ts = ?)"  # noqa: S608 - constant
            f" AND {_PUBLIC} ORDER BY ts",
            channel_id,
            thread_ts,
            thread_ts,
        )
        return [self._with_reply_counts(row) for row in found]

    def seen_by(self, user_id: str, channel_id: str, *, thread_ts: str | None = None) -> list[Json]:
        """Everything a user sees in a channel or a thread, oldest first, in the form the page uses.

        The page's form adds ``_clock`` (workspace time), ``_ephemeral``, and ``_latest`` (the
        workspace time of the newest reply).
        """
        place, values = (
            (_IN_CHANNEL, ()) if thread_ts is None else ("(ts = ? OR thread_ts = ?)", (thread_ts, thread_ts))
        )
        found = self._state.rows(
            f"SELECT * FROM message WHERE channel_id = ? AND NOT deleted AND {place}"  # noqa: S608 - constants
            " AND (visible_to IS NULL OR visible_to = ?) ORDER BY ts",
            channel_id,
            *values,
            user_id,
        )
        return [self._for_page(row) for row in found]

    def get_for_page(self, channel_id: str, ts: str) -> Json | None:
        """One message in the form the page uses, ephemeral or not. See ``seen_by`` for that form."""
        row = self._state.row(
            "SELECT * FROM message WHERE channel_id = ? AND ts = ? AND NOT deleted", channel_id, ts
        )
        return None if row is None else self._for_page(row)

    def latest_ts(self, channel_id: str) -> str | None:
        """The ``ts`` of the newest message in the channel itself that everyone sees."""
        row = self._state.row(
            f"SELECT MAX(ts) AS ts FROM message WHERE channel_id = ? AND {_PUBLIC}"  # noqa: S608 - constant
            " AND thread_ts IS NULL",
            channel_id,
        )
        return row["ts"] if row else None

    def all(self, after: int = 0) -> list[Json]:
        """Every message ever accepted, in that order, deleted and ephemeral ones included.

        ``after`` skips the messages up to that ``accepted`` number.
        """
        return [
            {
                "accepted": row["accepted"],
                "channel": row["channel_id"],
                "ts": row["ts"],
                "thread_ts": row["thread_ts"],
                "ephemeral_for": row["visible_to"],
                "received": row["received_at"],
                "clock": row["workspace_time"],
                "deleted": bool(row["deleted"]),
                **{key: load(row["body"]).get(key) for key in ("user", "text", "metadata", "edited")},
            }
            for row in self._state.rows("SELECT * FROM message WHERE accepted > ? ORDER BY accepted", after)
        ]

    def _with_reply_counts(self, row: sqlite3.Row) -> Json:
        """The message of a row, with the fields Slack adds to the parent of a thread."""
        body = load(row["body"])
        if row["thread_ts"] is not None:
            return body
        replies = self._state.rows(
            f"SELECT ts, body FROM message WHERE channel_id = ? AND thread_ts = ? AND {_PUBLIC} ORDER BY ts",  # noqa: S608 - constant
            row["channel_id"],
            row["ts"],
        )
        if not replies:
            return body
        repliers = list(dict.fromkeys(load(reply["body"]).get("user") for reply in replies))
        return body | {
            "thread_ts": row["ts"],
            "reply_count": len(replies),
            "reply_users_count": len(repliers),
            "reply_users": repliers,
            "latest_reply": replies[-1]["ts"],
            "is_locked": False,
            "subscribed": False,
        }

    def _for_page(self, row: sqlite3.Row) -> Json:
        message = self._with_reply_counts(row)
        message |= {"_clock": row["workspace_time"], "_ephemeral": row["visible_to"] is not None}
        if "latest_reply" in message:
            latest = self._state.row(
                "SELECT workspace_time FROM message WHERE channel_id = ? AND ts = ?",
                row["channel_id"],
                message["latest_reply"],
            )
            message["_latest"] = latest["workspace_time"] if latest else None
        return message
