"""files.info; the download itself is a route of the server."""

from __future__ import annotations

from bot.local.api.call import ApiError, Call
from bot.local.state import Json, load


def info(call: Call) -> Json:
    """files.info"""
    row = call.team.state.row("SELECT body FROM file WHERE id = ?", call.text("file"))
    if row is None:
        raise ApiError("file_not_found")
    return {"file": load(row["body"]), "comments": [], "response_metadata": {"next_cursor": ""}}
