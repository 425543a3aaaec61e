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

    def put(self, file_id: str, content: bytes) -> None:
        """Store the bytes of a file that is known."""
        self._state.write("UPDATE file SET content = ? WHERE id = ?", content, file_id)

    def change(self, file_id: str, **fields: object) -> Json:
        """Overwrite fields of a file object, and return it. KeyError if there is no such file."""
        file = self.get(file_id)
        if file is None:
            raise KeyError(file_id)
        file |= fields
        self._state.write("UPDATE file SET body = ? WHERE id = ?", dump(file), file_id)
        return file

    def get(self, file_id: str) -> Json | None:
        row = self._state.row("SELECT body FROM file WHERE id = ?", file_id)
        return None if row is None else load(row["body"])

    def content(self, file_id: str) -> bytes | None:
        row = self._state.row("SELECT content FROM file WHERE id = ?", file_id)
        return None if row is None else bytes(row["content"])
