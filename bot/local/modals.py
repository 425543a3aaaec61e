"""Each user's stack of open modals."""

from __future__ import annotations

from bot.local.state import Json, State, dump, load
from bot.local.view_objects import ViewError, new_view

MAX_STACK = 3
"""How many modals may be open on top of each other: https://docs.slack.dev/surfaces/modals"""


class Modals:
    """Stores the open modals. Tells neither the page nor the app of a change."""

    def __init__(self, state: State) -> None:
        self._state = state

    def open(self, user_id: str, view: Json) -> Json:
        """Open a modal as the only one, closing any that were open. ViewError if the view is invalid."""
        opened = new_view(view, kind="modal")
        with self._state.transaction():
            self.close_all(user_id)
            self._add(user_id, opened)
        return opened

    def push(self, user_id: str, view: Json) -> Json:
        """Open a modal on top of the others. ViewError if three are open or the view is invalid."""
        stack = self.stack(user_id)
        if len(stack) >= MAX_STACK:
            raise ViewError("push_limit_reached")
        pushed = new_view(view, kind="modal")
        if stack:
            pushed |= {"root_view_id": stack[0]["id"], "previous_view_id": stack[-1]["id"]}
        self._add(user_id, pushed)
        return pushed

    def update(self, view_id: str, view: Json, *, expected_hash: str | None = None) -> Json:
        """Replace the content of an open modal, keeping its place in the stack and what the user entered.

        ViewError if it is not open, the view is invalid, or ``expected_hash`` is out of date.
        """
        current = self.get(view_id)
        if current is None:
            raise ViewError("not_found")
        if expected_hash is not None and expected_hash != current["hash"]:
            raise ViewError("hash_conflict")
        kept = {key: current[key] for key in ("id", "root_view_id", "previous_view_id", "state")}
        updated = new_view(view, kind="modal") | kept
        self._state.write("UPDATE modal SET body = ? WHERE id = ?", dump(updated), view_id)
        return updated

    def get(self, view_id: str) -> Json | None:
        row = self._state.row("SELECT body FROM modal WHERE id = ?", view_id)
        return None if row is None else load(row["body"])

    def stack(self, user_id: str) -> list[Json]:
        """A user's open modals, the topmost last."""
        rows = self._state.rows("SELECT body FROM modal WHERE user_id = ? ORDER BY opened", user_id)
        return [load(row["body"]) for row in rows]

    def set_values(self, view_id: str, values: Json) -> Json | None:
        """Store what the user entered as ``state.values``. Returns the view, None if it is not open."""
        view = self.get(view_id)
        if view is None:
            return None
        view["state"] = {"values": values}
        self._state.write("UPDATE modal SET body = ? WHERE id = ?", dump(view), view_id)
        return view

    def close(self, view_id: str) -> None:
        self._state.write("DELETE FROM modal WHERE id = ?", view_id)

    def close_all(self, user_id: str) -> None:
        self._state.write("DELETE FROM modal WHERE user_id = ?", user_id)

    def _add(self, user_id: str, view: Json) -> None:
        self._state.write(
            "INSERT INTO modal SELECT ?, ?, COALESCE(MAX(opened), 0) + 1, ? FROM modal",
            view["id"],
            user_id,
            dump(view),
        )
