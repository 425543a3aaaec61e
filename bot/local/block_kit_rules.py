"""What Slack accepts as blocks, elements and views, field by field.

Written from https://docs.slack.dev/reference/block-kit and its page on each block, element
and composition object, never from what Haru sends. So it also covers what Haru does not use
yet, and it catches Haru where the two disagree.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping

from bot.local.json_shapes import (
    AnyOf,
    Anything,
    Array,
    Boolean,
    Integer,
    Object,
    Shape,
    TaggedUnion,
    Text,
    utf16_length,
)
from bot.local.state import Json

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_TEXT_LENGTH = 13_000
"""How long all texts of a message's blocks may be together, in UTF-16 units.

Slack does not document this limit: https://github.com/slackapi/bolt-js/issues/2509
"""
VIEW_BYTES = 250_000


def message_problems(blocks: object) -> list[str]:
    """What is wrong with the ``blocks`` of a message, in Slack's wording; empty if nothing is."""
    problems = list(Array(BLOCKS, MESSAGE_BLOCKS, min_items=0).problems(blocks, "/blocks"))
    if not problems and isinstance(blocks, list):
        problems = list(_repeated_ids(blocks, "/blocks"))
    return problems


def view_problems(view: object) -> list[str]:
    """What is wrong with a modal or App Home, in Slack's wording; empty if nothing is."""
    problems = list(VIEWS.problems(view, "/view"))
    if not problems and isinstance(view, dict):
        problems = list(_repeated_ids(view["blocks"], "/view/blocks"))
    return problems


def text_length(value: object) -> int:
    """The length of all texts in a message's blocks together, in UTF-16 units."""
    if isinstance(value, Mapping):
        text = value.get("text")
        length = utf16_length(text) if isinstance(text, str) else 0
        return length + sum(text_length(part) for part in value.values())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return sum(text_length(part) for part in value)
    return 0


def with_block_ids(blocks: list[Json]) -> list[Json]:
    """The blocks, with a new ``block_id`` for each that came without one, as Slack assigns them."""
    return [
        block if block.get("block_id") else block | {"block_id": secrets.token_hex(3)} for block in blocks
    ]


def _repeated_ids(blocks: list[Json], pointer: str) -> Iterator[str]:
    """Slack refuses a repeated ``block_id``, and a repeated ``action_id`` within one block."""
    block_ids: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = block.get("block_id")
        if block_id in block_ids:
            yield f"[ERROR] `block_id` already exists [json-pointer:{pointer}/{index}/block_id]"
        if block_id:
            block_ids.add(block_id)
        action_ids: set[str] = set()
        for position, element in enumerate(block.get("elements") or ()):
            action_id = element.get("action_id") if isinstance(element, dict) else None
            if action_id in action_ids:
                where = f"{pointer}/{index}/elements/{position}/action_id"
                yield f"[ERROR] `action_id` already exists [json-pointer:{where}]"
            if action_id:
                action_ids.add(action_id)


def _is_web_address(value: str) -> bool:
    return re.match(r"^(https?|mailto|slack|tel):", value) is not None


def _text_or_fields(value: Json, pointer: str) -> Iterator[str]:
    if not value.get("text") and not value.get("fields"):
        yield f"[ERROR] must provide either `text` or `fields` [json-pointer:{pointer}]"


def _one_image_source(value: Json, pointer: str) -> Iterator[str]:
    if ("image_url" in value) == ("slack_file" in value):
        yield f"[ERROR] must provide either `image_url` or `slack_file` [json-pointer:{pointer}]"


def _options_or_groups(value: Json, pointer: str) -> Iterator[str]:
    if ("options" in value) == ("option_groups" in value):
        yield f"[ERROR] must provide either `options` or `option_groups` [json-pointer:{pointer}]"


def _initial_is_an_option(value: Json, pointer: str) -> Iterator[str]:
    """Slack refuses an initial option that does not equal one of the options in every field."""
    groups = value.get("option_groups") or [{"options": value.get("options") or []}]
    options = [option for group in groups if isinstance(group, dict) for option in group.get("options") or []]
    if "initial_option" in value and value["initial_option"] not in options:
        yield f"[ERROR] must match one of the options [json-pointer:{pointer}/initial_option]"
    initial = value.get("initial_options")
    for index, option in enumerate(initial if isinstance(initial, list) else ()):
        if option not in options:
            yield f"[ERROR] must match one of the options [json-pointer:{pointer}/initial_options/{index}]"


def _static_menu(value: Json, pointer: str) -> Iterator[str]:
    yield from _options_or_groups(value, pointer)
    yield from _initial_is_an_option(value, pointer)


Check = Callable[[Json, str], Iterator[str]]

_ID = Text(255)
_BOOLEAN = Boolean()
_URL = Text(3_000, matches=_is_web_address)


def _plain(max_length: int) -> TaggedUnion:
    texts = TaggedUnion()
    texts.types["plain_text"] = Object({"text": Text(max_length)}, {"emoji": _BOOLEAN})
    return texts


def _mrkdwn_or_plain(max_length: int) -> TaggedUnion:
    texts = _plain(max_length)
    texts.types["mrkdwn"] = Object({"text": Text(max_length)}, {"verbatim": _BOOLEAN})
    return texts


_CONFIRM = Object(
    {"title": _plain(100), "text": _mrkdwn_or_plain(300), "confirm": _plain(30), "deny": _plain(30)},
    {"style": Text(one_of=("primary", "danger"))},
)
_OPTION = Object({"text": _plain(75), "value": Text(150)}, {"description": _plain(75)})
_RICH_OPTION = Object(
    {"text": _mrkdwn_or_plain(75), "value": Text(150)}, {"description": _mrkdwn_or_plain(75)}
)
_OVERFLOW_OPTION = Object({"text": _plain(75)}, {"value": Text(150), "description": _plain(75), "url": _URL})
_OPTION_GROUPS = Array(Object({"label": _plain(75), "options": Array(_OPTION, 100)}), 100)
_DISPATCH_CONFIG = Object(
    {"trigger_actions_on": Array(Text(one_of=("on_enter_pressed", "on_character_entered")), 2)}
)
_CONVERSATION_FILTER = Object(
    {},
    {
        "include": Array(Text(one_of=("im", "mpim", "private", "public")), 4),
        "exclude_external_shared_channels": _BOOLEAN,
        "exclude_bot_users": _BOOLEAN,
    },
)
_SLACK_FILE = Object({}, {"id": _ID, "url": _URL})

ELEMENTS = TaggedUnion()
"""The block elements: everything interactive, and images."""


def _element(
    name: str, required: dict[str, Shape], optional: dict[str, Shape], check: Check | None = None
) -> None:
    ELEMENTS.types[name] = Object(required, {"action_id": _ID, **optional}, check)


_MENU: dict[str, Shape] = {"placeholder": _plain(150), "confirm": _CONFIRM, "focus_on_load": _BOOLEAN}
_MULTI_MENU: dict[str, Shape] = _MENU | {"max_selected_items": Integer(1)}
_TYPED: dict[str, Shape] = {
    "placeholder": _plain(150),
    "focus_on_load": _BOOLEAN,
    "dispatch_action_config": _DISPATCH_CONFIG,
}
_DATE = Text(matches=lambda value: re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None)
_TIME = Text(matches=lambda value: re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value) is not None)

_element(
    "button",
    {"text": _plain(75)},
    {
        "url": _URL,
        "value": Text(2_000),
        "style": Text(one_of=("primary", "danger")),
        "confirm": _CONFIRM,
        "accessibility_label": Text(75),
    },
)
_element("overflow", {"options": Array(_OVERFLOW_OPTION, 5)}, {"confirm": _CONFIRM})
_element(
    "checkboxes",
    {"options": Array(_RICH_OPTION, 10)},
    {"initial_options": Array(_RICH_OPTION, 10), "confirm": _CONFIRM, "focus_on_load": _BOOLEAN},
    _initial_is_an_option,
)
_element(
    "radio_buttons",
    {"options": Array(_RICH_OPTION, 10)},
    {"initial_option": _RICH_OPTION, "confirm": _CONFIRM, "focus_on_load": _BOOLEAN},
    _initial_is_an_option,
)
_element(
    "static_select",
    {},
    _MENU | {"options": Array(_OPTION, 100), "option_groups": _OPTION_GROUPS, "initial_option": _OPTION},
    _static_menu,
)
_element(
    "multi_static_select",
    {},
    _MULTI_MENU
    | {
        "options": Array(_OPTION, 100),
        "option_groups": _OPTION_GROUPS,
        "initial_options": Array(_OPTION, 100),
    },
    _static_menu,
)
_element("external_select", {}, _MENU | {"min_query_length": Integer(), "initial_option": _OPTION})
_element(
    "multi_external_select",
    {},
    _MULTI_MENU | {"min_query_length": Integer(), "initial_options": Array(_OPTION, 100)},
)
_element("users_select", {}, _MENU | {"initial_user": _ID})
_element("multi_users_select", {}, _MULTI_MENU | {"initial_users": Array(_ID, 1_000)})
_element("channels_select", {}, _MENU | {"initial_channel": _ID, "response_url_enabled": _BOOLEAN})
_element("multi_channels_select", {}, _MULTI_MENU | {"initial_channels": Array(_ID, 1_000)})
_CONVERSATION_MENU: dict[str, Shape] = {
    "default_to_current_conversation": _BOOLEAN,
    "filter": _CONVERSATION_FILTER,
}
_element(
    "conversations_select",
    {},
    _MENU | _CONVERSATION_MENU | {"initial_conversation": _ID, "response_url_enabled": _BOOLEAN},
)
_element(
    "multi_conversations_select",
    {},
    _MULTI_MENU | _CONVERSATION_MENU | {"initial_conversations": Array(_ID, 1_000)},
)
_element("datepicker", {}, _MENU | {"initial_date": _DATE})
_element("timepicker", {}, _MENU | {"initial_time": _TIME, "timezone": Text()})
_element(
    "datetimepicker", {}, {"initial_date_time": Integer(), "confirm": _CONFIRM, "focus_on_load": _BOOLEAN}
)
_element(
    "plain_text_input",
    {},
    _TYPED
    | {
        "initial_value": Text(3_000, min_length=0),
        "multiline": _BOOLEAN,
        "min_length": Integer(0, 3_000),
        "max_length": Integer(1, 3_000),
    },
)
_element("email_text_input", {}, _TYPED | {"initial_value": Text(min_length=0)})
_element("url_text_input", {}, _TYPED | {"initial_value": Text(min_length=0)})
_element(
    "number_input",
    {"is_decimal_allowed": _BOOLEAN},
    _TYPED | {"initial_value": Text(min_length=0), "min_value": Text(), "max_value": Text()},
)
_element("file_input", {}, {"filetypes": Array(Text(), 100), "max_files": Integer(1, 10)})
ELEMENTS.types["image"] = Object(
    {"alt_text": Text(2_000)}, {"image_url": _URL, "slack_file": _SLACK_FILE}, _one_image_source
)

_SELECTS = tuple(name for name in ELEMENTS.types if name.endswith("_select"))
_PICKERS = ("datepicker", "timepicker", "datetimepicker")
_CHOICE_LISTS = ("checkboxes", "radio_buttons")
_IN_SECTION = ELEMENTS.only(
    "button", "overflow", "image", "datepicker", "timepicker", *_CHOICE_LISTS, *_SELECTS
)
_IN_ACTIONS = ELEMENTS.only(
    "button",
    "overflow",
    *_PICKERS,
    *_CHOICE_LISTS,
    *(name for name in _SELECTS if not name.startswith("multi_")),
)
_TYPED_INPUTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "file_input")
_IN_INPUT = ELEMENTS.only(*_TYPED_INPUTS, *_PICKERS, *_CHOICE_LISTS, *_SELECTS)

BLOCKS = TaggedUnion()
"""The blocks of messages. Views allow most of them."""

_BLOCK_ID: dict[str, Shape] = {"block_id": _ID}


def _block(
    name: str, required: dict[str, Shape], optional: dict[str, Shape], check: Check | None = None
) -> None:
    BLOCKS.types[name] = Object(required, _BLOCK_ID | optional, check)


_block(
    "section",
    {},
    {
        "text": _mrkdwn_or_plain(3_000),
        "fields": Array(_mrkdwn_or_plain(2_000), 10),
        "accessory": _IN_SECTION,
        "expand": _BOOLEAN,
    },
    _text_or_fields,
)
_block("divider", {}, {})
_block("header", {"text": _plain(150)}, {})
_block("context", {"elements": Array(AnyOf((_mrkdwn_or_plain(3_000), ELEMENTS.only("image"))), 10)}, {})
_block("actions", {"elements": Array(_IN_ACTIONS, 25)}, {})
_block(
    "image",
    {"alt_text": Text(2_000)},
    {"image_url": _URL, "slack_file": _SLACK_FILE, "title": _plain(2_000)},
    _one_image_source,
)
_block(
    "input",
    {"label": _plain(2_000), "element": _IN_INPUT},
    {"hint": _plain(2_000), "optional": _BOOLEAN, "dispatch_action": _BOOLEAN},
)
_RICH_TEXT = TaggedUnion()
for _kind in ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"):
    _RICH_TEXT.types[_kind] = Object(
        {"elements": Array(Anything(), 1_000)},
        {name: Anything() for name in ("style", "indent", "offset", "border")},
    )
_block("rich_text", {"elements": Array(_RICH_TEXT, 1_000)}, {})
_block("markdown", {"text": Text(12_000)}, {})
_block(
    "video",
    {"alt_text": Text(), "title": _plain(200), "thumbnail_url": _URL, "video_url": _URL},
    {
        "author_name": Text(50),
        "description": _plain(200),
        "provider_icon_url": _URL,
        "provider_name": Text(),
        "title_url": _URL,
    },
)
_block("table", {"rows": Array(Array(Anything(), 20), 100)}, {"column_settings": Array(Anything(), 20)})

_IN_VIEW = BLOCKS.only(
    "section", "divider", "header", "context", "actions", "image", "input", "rich_text", "video"
)


def _submit_for_inputs(value: Json, pointer: str) -> Iterator[str]:
    """Slack refuses a modal that has an input block but no submit button."""
    blocks = value.get("blocks")
    types = (
        [block.get("type") for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []
    )
    if "input" in types and "submit" not in value:
        yield f"[ERROR] missing required field: submit [json-pointer:{pointer}]"


VIEWS = TaggedUnion()
"""Modals and App Homes."""
_VIEW_FIELDS: dict[str, Shape] = {
    "callback_id": Text(255, min_length=0),
    "private_metadata": Text(3_000, min_length=0),
    "external_id": Text(255, min_length=0),
}
VIEWS.types["modal"] = Object(
    {"title": _plain(24), "blocks": Array(_IN_VIEW, VIEW_BLOCKS, min_items=0)},
    _VIEW_FIELDS
    | {
        "close": _plain(24),
        "submit": _plain(24),
        "clear_on_close": _BOOLEAN,
        "notify_on_close": _BOOLEAN,
        "submit_disabled": _BOOLEAN,
    },
    _submit_for_inputs,
)
VIEWS.types["home"] = Object({"blocks": Array(_IN_VIEW, VIEW_BLOCKS, min_items=0)}, _VIEW_FIELDS)
