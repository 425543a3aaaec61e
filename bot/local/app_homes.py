"""The App Home that Haru has published for each user."""

from __future__ import annotations

from bot.local.state import Json, State, dump, load
from bot.local.view_objects import ViewError, new_view


class AppHomes:
    """Stores one home view per user. Tells neither the page nor the app of a change."""

    def __init__(self, state: State) -> None:
        self._state = state

    def publish(self, user_id: str, view: Json, *, expected_hash: str | None) -> Json:
        """Replace a user's App Home. ViewError if the view is invalid or ``expected_hash`` is out of date."""
        current = self.get(user_id)
        if expected_hash is not None and current is not None and expected_hash != current["hash"]:
            raise ViewError("hash_conflict")
        published = new_view(view, kind="home")
        if current is not None:
            published |= {"id": current["id"], "root_view_id": current["id"]}
        self._state.write("INSERT OR REPLACE INTO app_home VALUES (?, ?)", user_id, dump(published))
        return published

    def get(self, user_id: str) -> Json | None:
        row = self._state.row("SELECT body FROM app_home WHERE user_id = ?", user_id)
        return None if row is None else load(row["body"])
