"""A JSON schema of what Slack accepts, written independently of the code it checks.

Written from Slack's reference (https://docs.slack.dev/reference/block-kit and
https://docs.slack.dev/reference/views) and compared with the types that Slack publishes
(@slack/types 3.2.0). It holds only what the bot uses: anything else is an error.
"""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator

Schema = dict[str, Any]


def _object(required: Schema, optional: Schema | None = None) -> Schema:
    return {
        "type": "object",
        "properties": required | (optional or {}),
        "required": list(required),
        "additionalProperties": False,
    }


def _string(most: int, least: int = 1) -> Schema:
    return {"type": "string", "minLength": least, "maxLength": most}


def _plain(most: int) -> Schema:
    return _object({"type": {"const": "plain_text"}, "text": _string(most)}, {"emoji": {"type": "boolean"}})


def _mrkdwn(most: int) -> Schema:
    # Slack's default is false, but the bot's texts come from others and must be verbatim.
    return _object({"type": {"const": "mrkdwn"}, "text": _string(most), "verbatim": {"const": True}})


def _text(most: int) -> Schema:
    return {"oneOf": [_plain(most), _mrkdwn(most)]}


def _list(items: Schema, most: int, least: int = 1) -> Schema:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


_ACTION = {"action_id": _string(255)}
_CONFIRM = _object(
    {"title": _plain(100), "text": _text(300), "confirm": _plain(30), "deny": _plain(30)},
    {"style": {"enum": ["primary", "danger"]}},
)
# The reference says 150 for a value, the published types say 75.
_OPTION = _object({"text": _plain(75), "value": _string(75)}, {"description": _plain(75)})
_BUTTON = _object(
    {"type": {"const": "button"}, "text": _plain(75), **_ACTION},
    {
        "value": _string(2000),
        "url": _string(3000),
        "style": {"enum": ["primary", "danger"]},
        "confirm": _CONFIRM,
        "accessibility_label": _string(75),
    },
)
# Slack once required at least two options, and other implementations still do.
_OVERFLOW = _object({"type": {"const": "overflow"}, **_ACTION, "options": _list(_OPTION, 5, 2)})
_SELECT = _object(
    {"type": {"const": "static_select"}, **_ACTION, "options": _list(_OPTION, 100)},
    {"initial_option": _OPTION, "placeholder": _plain(150)},
)
_RADIO = _object(
    {"type": {"const": "radio_buttons"}, **_ACTION, "options": _list(_OPTION, 10)},
    {"initial_option": _OPTION},
)
_CHECKBOXES = _object(
    {"type": {"const": "checkboxes"}, **_ACTION, "options": _list(_OPTION, 10)},
    {"initial_options": _list(_OPTION, 10)},
)
_TIME = _object(
    {"type": {"const": "timepicker"}, **_ACTION},
    {"initial_time": {"pattern": r"^\d\d:\d\d$"}, "placeholder": _plain(150), "timezone": _string(64)},
)
_TYPED = _object(
    {"type": {"const": "plain_text_input"}, **_ACTION},
    {
        "initial_value": _string(3000),
        "multiline": {"type": "boolean"},
        "max_length": {"type": "integer", "minimum": 1, "maximum": 3000},
        "placeholder": _plain(150),
    },
)
_USERS = _object(
    {"type": {"const": "multi_users_select"}, **_ACTION},
    {"initial_users": _list(_string(32), 1000), "placeholder": _plain(150)},
)
_BLOCK_ID = {"block_id": _string(255)}
_HEADER = _object({"type": {"const": "header"}, "text": _plain(150)}, _BLOCK_ID)
_CONTEXT = _object({"type": {"const": "context"}, "elements": _list(_text(3000), 10)}, _BLOCK_ID)
_ACTIONS = _object(
    {"type": {"const": "actions"}, "elements": _list({"oneOf": [_BUTTON, _OVERFLOW, _SELECT]}, 25)},
    _BLOCK_ID,
)
_SECTION = _object(
    {"type": {"const": "section"}},
    {
        "text": _text(3000),
        "fields": _list(_text(2000), 10),
        "accessory": {"oneOf": [_BUTTON, _OVERFLOW, _SELECT]},
    }
    | _BLOCK_ID,
) | {"anyOf": [{"required": ["text"]}, {"required": ["fields"]}]}
_INPUT = _object(
    {
        "type": {"const": "input"},
        "label": _plain(2000),
        "element": {"oneOf": [_SELECT, _RADIO, _CHECKBOXES, _TIME, _TYPED, _USERS]},
    },
    {"hint": _plain(2000), "optional": {"type": "boolean"}, "dispatch_action": {"type": "boolean"}}
    | _BLOCK_ID,
)

_SHOWN = [_HEADER, _CONTEXT, _ACTIONS, _SECTION]

MESSAGE = _object(
    {
        "text": _string(40_000),
        "blocks": _list({"oneOf": _SHOWN}, 50, 0),
        "unfurl_links": {"const": False},
        "unfurl_media": {"const": False},
    }
)
MODAL = _object(
    {
        "type": {"const": "modal"},
        "callback_id": _string(255),
        "title": _plain(24),
        "close": _plain(24),
        "blocks": _list({"oneOf": [*_SHOWN, _INPUT]}, 100),
    },
    {"submit": _plain(24), "private_metadata": _string(3000)},
)
HOME = _object({"type": {"const": "home"}, "blocks": _list({"oneOf": _SHOWN}, 100)})

_MESSAGE = Draft202012Validator(MESSAGE)
_VIEWS = {"modal": Draft202012Validator(MODAL), "home": Draft202012Validator(HOME)}


def check_message(payload: dict[str, Any]) -> None:
    """Fails if the payload is not one that chat.postMessage documents."""
    _MESSAGE.validate(payload)


def check_view(view: dict[str, Any]) -> None:
    """Fails if the view is not one that views.open or views.publish documents."""
    _VIEWS[view["type"]].validate(view)
    if view["type"] == "modal" and any(block["type"] == "input" for block in view["blocks"]):
        assert "submit" in view, "a modal with inputs needs a submit button"
