"""What Slack's own clients refuse in a modal before the app hears of it. Pure."""

from __future__ import annotations

import re

from bot.local.state import Json

_HELD = (
    "value",
    "selected_option",
    "selected_options",
    "selected_user",
    "selected_users",
    "selected_channel",
    "selected_channels",
    "selected_conversation",
    "selected_conversations",
    "selected_date",
    "selected_time",
    "selected_date_time",
    "files",
)


def complaints(blocks: list[Json], values: Json) -> Json:
    """Codes of what is wrong with each input, by ``block_id``; the page has words for them."""
    wrong: Json = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        state = values.get(block["block_id"], {}).get(element.get("action_id", ""), {})
        held = next((state[key] for key in _HELD if state.get(key)), None)
        if held is None:
            if not block.get("optional"):
                wrong[block["block_id"]] = {"code": "required"}
        elif isinstance(held, str):
            code = _wrong_text(element, held)
            if code is not None:
                wrong[block["block_id"]] = code
    return wrong


def _wrong_text(element: Json, held: str) -> Json | None:
    if len(held) < element.get("min_length", 0):
        return {"code": "too_short", "n": element["min_length"]}
    if len(held) > element.get("max_length", 3_000):
        return {"code": "too_long", "n": element.get("max_length", 3_000)}
    if element["type"] == "email_text_input" and not re.fullmatch(r"\S+@\S+\.\S+", held):
        return {"code": "email"}
    if element["type"] == "url_text_input" and not re.match(r"https?://\S", held):
        return {"code": "url"}
    if element["type"] == "number_input":
        form = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
        if not re.fullmatch(form, held):
            return {"code": "number"}
        least, most = element.get("min_value"), element.get("max_value")
        if (least and float(held) < float(least)) or (most and float(held) > float(most)):
            return {"code": "number"}
    return None
