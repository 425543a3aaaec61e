"""Makes the view object that Slack keeps for a modal or an App Home from the view an app sends."""

from __future__ import annotations

import hashlib
import secrets
import time

from bot.local.block_kit_rules import VIEW_BYTES, view_problems, with_block_ids
from bot.local.state import Json, dump
from bot.local.workspace_identity import APP_ID, BOT_ID, TEAM_ID


class ViewError(Exception):
    """Slack refuses a view. ``code`` is its error code, ``messages`` the details."""

    def __init__(self, code: str, messages: list[str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages or []


def new_view(view: Json, *, kind: str) -> Json:
    """The view object for a valid view of ``kind``, ``modal`` or ``home``. ViewError if it is invalid.

    https://docs.slack.dev/reference/views
    """
    problems = view_problems(view)
    if not problems and view["type"] != kind:
        problems = [f"[ERROR] unsupported type: {view['type']} [json-pointer:/view/type]"]
    if problems:
        raise ViewError("invalid_arguments", problems)
    if len(dump(view).encode()) > VIEW_BYTES:
        raise ViewError("view_too_large")
    view_id = "V" + secrets.token_hex(5).upper()
    now = f"{time.time():.6f}"
    return {
        "id": view_id,
        "team_id": TEAM_ID,
        "type": view["type"],
        "blocks": with_block_ids(view["blocks"]),
        "private_metadata": view.get("private_metadata") or "",
        "callback_id": view.get("callback_id") or "",
        "state": {"values": {}},
        "hash": f"{now}.{hashlib.sha256(f'{view_id}{now}'.encode()).hexdigest()[:8]}",
        "title": view.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "clear_on_close": view.get("clear_on_close") or False,
        "notify_on_close": view.get("notify_on_close") or False,
        "close": view.get("close"),
        "submit": view.get("submit"),
        "previous_view_id": None,
        "root_view_id": view_id,
        "app_id": APP_ID,
        "external_id": view.get("external_id") or "",
        "app_installed_team_id": TEAM_ID,
        "bot_id": BOT_ID,
    }
