"""The files that users have uploaded to the local workspace."""

from __future__ import annotations

from bot.local.state import Json, State, dump, load


class FileRecord:
    """Stores files and finds them by id. Does not check who may see them."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, file: Json, content: bytes) -> None:
        """Store a file object, https://docs.slack.dev/reference/objects/file-object, and its bytes."""
        self._state.write("INSERT INTO file VALUES (?, ?, ?)", file["id"], dump(file), content)

    def get(self, file_id: str) -> Json | None:
        row = self._state.row("SELECT body FROM file WHERE id = ?", file_id)
        return None if row is None else load(row["body"])

    def content(self, file_id: str) -> bytes | None:
        row = self._state.row("SELECT content FROM file WHERE id = ?", file_id)
        return None if row is None else bytes(row["content"])
