"""The method files.info. The download of a file is a route of ``web_api``."""

from __future__ import annotations

from bot.local.api.call import ApiError, Call
from bot.local.state import Json


def info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/files.info"""
    file = call.team.files.get(call.text("file"))
    if file is None:
        raise ApiError("file_not_found")
    return {"file": file, "comments": [], "response_metadata": {"next_cursor": ""}}
