"""Modals in their stacks, and App Homes."""

from __future__ import annotations

import hashlib
import secrets
import time

from bot.local.block_kit_rules import VIEW_BYTES, view_problems
from bot.local.message_record import with_block_ids
from bot.local.state import Json, State, dump, load
from bot.local.workspace_identity import APP_ID, BOT_ID, TEAM_ID

STACK = 3


class ViewError(Exception):
    """Slack refuses the view; ``code`` is its word for why, ``messages`` the details."""

    def __init__(self, code: str, messages: list[str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages or []


class Views:
    """Whose modals are open, the topmost last. Tells neither the page nor the app."""

    def __init__(self, state: State) -> None:
        self._state = state

    def open(self, person: str, view: Json) -> Json:
        """A first modal; any that were open are gone."""
        made = self._made(person, view)
        with self._state.together():
            self._state.write("DELETE FROM view WHERE person = ?", person)
            self._keep(person, made)
        return made

    def push(self, person: str, view: Json) -> Json:
        """A modal on top of the others, three at the most."""
        stack = self.stack(person)
        if len(stack) >= STACK:
            raise ViewError("push_limit_reached")
        made = self._made(person, view)
        if stack:
            made |= {"root_view_id": stack[0]["id"], "previous_view_id": stack[-1]["id"]}
        self._keep(person, made)
        return made

    def update(self, view: Json, *, view_id: str | None, external_id: str | None, known: str | None) -> Json:
        """New content for a view that is open; what was typed stays where the input does."""
        old = self.get(view_id) if view_id else self._external(external_id or "")
        if old is None:
            raise ViewError("not_found")
        if known is not None and known != old["hash"]:
            raise ViewError("hash_conflict")
        row = self._state.row("SELECT person FROM view WHERE id = ?", old["id"])
        person = row["person"] if row else ""
        made = self._made(person, view) | {
            key: old[key] for key in ("id", "root_view_id", "previous_view_id", "state")
        }
        self._state.write("UPDATE view SET body = ? WHERE id = ?", dump(made), old["id"])
        return made

    def publish(self, person: str, view: Json, *, known: str | None) -> Json:
        """A person's App Home."""
        old = self.home(person)
        if known is not None and old is not None and known != old["hash"]:
            raise ViewError("hash_conflict")
        made = self._made(person, view, kind="home")
        if old is not None:
            made |= {"id": old["id"], "root_view_id": old["id"]}
        self._state.write("INSERT OR REPLACE INTO home VALUES (?, ?)", person, dump(made))
        return made

    def get(self, view_id: str) -> Json | None:
        row = self._state.row("SELECT body FROM view WHERE id = ?", view_id)
        return None if row is None else load(row["body"])

    def home(self, person: str) -> Json | None:
        row = self._state.row("SELECT body FROM home WHERE person = ?", person)
        return None if row is None else load(row["body"])

    def stack(self, person: str) -> list[Json]:
        rows = self._state.rows("SELECT body FROM view WHERE person = ? ORDER BY opened", person)
        return [load(row["body"]) for row in rows]

    def fill(self, view_id: str, values: Json) -> Json | None:
        """Note what the person has typed and chosen."""
        view = self.get(view_id)
        if view is None:
            return None
        view["state"] = {"values": values}
        self._state.write("UPDATE view SET body = ? WHERE id = ?", dump(view), view_id)
        return view

    def close(self, view_id: str) -> None:
        self._state.write("DELETE FROM view WHERE id = ?", view_id)

    def clear(self, person: str) -> None:
        self._state.write("DELETE FROM view WHERE person = ?", person)

    def _external(self, external_id: str) -> Json | None:
        for row in self._state.rows("SELECT body FROM view"):
            view = load(row["body"])
            if external_id and view["external_id"] == external_id:
                return view
        return None

    def _made(self, person: str, view: Json, *, kind: str = "modal") -> Json:
        problems = view_problems(view)
        if not problems and view["type"] != kind:
            problems = [f"[ERROR] unsupported type: {view['type']} [json-pointer:/view/type]"]
        if problems:
            raise ViewError("invalid_arguments", problems)
        if len(dump(view).encode()) > VIEW_BYTES:
            raise ViewError("view_too_large")
        external = view.get("external_id") or ""
        if external and self._external(external) is not None:
            raise ViewError("duplicate_external_id")
        view_id = "V" + secrets.token_hex(5).upper()
        stamp = f"{time.time():.6f}"
        made: Json = {
            "id": view_id,
            "team_id": TEAM_ID,
            "type": view["type"],
            "blocks": with_block_ids(view["blocks"]),
            "private_metadata": view.get("private_metadata") or "",
            "callback_id": view.get("callback_id") or "",
            "state": {"values": {}},
            "hash": f"{stamp}.{hashlib.sha256(f'{view_id}{stamp}'.encode()).hexdigest()[:8]}",
            "title": view.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
            "clear_on_close": view.get("clear_on_close") or False,
            "notify_on_close": view.get("notify_on_close") or False,
            "close": view.get("close"),
            "submit": view.get("submit"),
            "previous_view_id": None,
            "root_view_id": view_id,
            "app_id": APP_ID,
            "external_id": external,
            "app_installed_team_id": TEAM_ID,
            "bot_id": BOT_ID,
        }
        return made

    def _keep(self, person: str, view: Json) -> None:
        last = self._state.row("SELECT MAX(opened) AS n FROM view")
        self._state.write(
            "INSERT INTO view VALUES (?, ?, ?, ?)",
            view["id"],
            person,
            (last["n"] or 0) + 1 if last else 1,
            dump(view),
        )
