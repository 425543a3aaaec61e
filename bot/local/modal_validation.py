"""Checks a modal's input as Slack's own clients do, before the app hears of the submission. Pure."""

from __future__ import annotations

import re

from bot.local.state import Json

_VALUE_KEYS = (
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
"""The keys under which the kinds of input hold their value in ``state.values``."""


def input_errors(blocks: list[Json], values: Json) -> Json:
    """The error of each invalid input, by ``block_id``; empty if the modal may be submitted.

    An error is ``{"code": …}``, with ``n`` for a length limit. The page has the text for each code.
    """
    errors: Json = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        state = values.get(block["block_id"], {}).get(element.get("action_id", ""), {})
        value = next((state[key] for key in _VALUE_KEYS if state.get(key)), None)
        if value is None:
            if not block.get("optional"):
                errors[block["block_id"]] = {"code": "required"}
        elif isinstance(value, str):
            error = _text_error(element, value)
            if error is not None:
                errors[block["block_id"]] = error
    return errors


def _text_error(element: Json, text: str) -> Json | None:
    if len(text) < element.get("min_length", 0):
        return {"code": "too_short", "n": element["min_length"]}
    if len(text) > element.get("max_length", 3_000):
        return {"code": "too_long", "n": element.get("max_length", 3_000)}
    if element["type"] == "email_text_input" and not re.fullmatch(r"\S+@\S+\.\S+", text):
        return {"code": "email"}
    if element["type"] == "url_text_input" and not re.match(r"https?://\S", text):
        return {"code": "url"}
    if element["type"] == "number_input":
        return _number_error(element, text)
    return None


def _number_error(element: Json, text: str) -> Json | None:
    form = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(form, text):
        return {"code": "number"}
    least, most = element.get("min_value"), element.get("max_value")
    if (least and float(text) < float(least)) or (most and float(text) > float(most)):
        return {"code": "number"}
    return None
