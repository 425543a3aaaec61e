"""How an app's calls and answers are read, and held against what Slack publishes."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tests.bot.messages.slack_types import check_blocks, check_metadata, check_view_around

Json = dict[str, Any]


async def arguments(request: web.Request, *, reads: bool) -> tuple[Json, str | None]:
    """The arguments of a call, and what is wrong with how they came."""
    if request.content_type == "application/json":
        if reads:
            return {}, "JSON is taken only by methods that write"
        body = await request.json()
        return (body, None) if isinstance(body, dict) else ({}, "the body is no object")
    given = {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}
    structured = {"blocks", "view", "metadata", "attachments"}
    return {name: json.loads(value) if name in structured else value for name, value in given.items()}, None


def wrong_payload(arguments: Json) -> list[str]:
    """What Slack's own types say against blocks, metadata and views."""
    found = []
    try:
        if "blocks" in arguments:
            check_blocks(arguments["blocks"])
        if "metadata" in arguments:
            check_metadata(arguments["metadata"])
        if "view" in arguments:
            check_view_around(arguments["view"])
            check_blocks(arguments["view"]["blocks"])
    except Exception as error:  # noqa: BLE001 - whatever it is, it is said in the test
        found.append(str(error)[:500])
    return found


def held(block: Json) -> Json:
    """What an input holds as it was opened, as Slack tells it."""
    element = block["element"]
    kind = element["type"]
    known = {
        "static_select": ("selected_option", element.get("initial_option")),
        "radio_buttons": ("selected_option", element.get("initial_option")),
        "checkboxes": ("selected_options", element.get("initial_options", [])),
        "timepicker": ("selected_time", element.get("initial_time")),
        "multi_users_select": ("selected_users", element.get("initial_users", [])),
    }
    name, value = known.get(kind, ("value", element.get("initial_value")))
    return {"type": kind, name: value}
