"""What Slack accepts as blocks, elements and views, field by field.

Written from https://docs.slack.dev/reference/block-kit and its pages for each block,
element and composition object, not from what Haru sends: it is here to disagree with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from bot.local.json_shapes import Anything, Either, Family, Fields, Flag, Many, Number, Shape, Text
from bot.local.state import Json

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
# Not documented: https://github.com/slackapi/bolt-js/issues/2509
MESSAGE_TEXTS = 13_000
VIEW_BYTES = 250_000


def message_problems(blocks: object) -> list[str]:
    """What is wrong with a message's ``blocks``; empty when nothing is."""
    found = list(Many(_MESSAGE, MESSAGE_BLOCKS, least=0).problems(blocks, "/blocks"))
    if not found and isinstance(blocks, list):
        found = list(_repeated(blocks, "/blocks"))
    return found


def view_problems(view: object) -> list[str]:
    """What is wrong with a modal or App Home view; empty when nothing is."""
    found = list(VIEWS.problems(view, "/view"))
    if not found and isinstance(view, dict):
        found = list(_repeated(view["blocks"], "/view/blocks"))
    return found


def text_size(value: object) -> int:
    """All text of a message's blocks together, which Slack bounds at about MESSAGE_TEXTS."""
    if isinstance(value, Mapping):
        own = value.get("text")
        size = len(own.encode("utf-16-le", "surrogatepass")) // 2 if isinstance(own, str) else 0
        return size + sum(text_size(part) for part in value.values())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return sum(text_size(part) for part in value)
    return 0


def _repeated(blocks: list[Json], at: str) -> Iterator[str]:
    seen: set[str] = set()
    for place, block in enumerate(blocks):
        block_id = block.get("block_id")
        if block_id in seen:
            yield f"[ERROR] `block_id` already exists [json-pointer:{at}/{place}/block_id]"
        if block_id:
            seen.add(block_id)
        actions: set[str] = set()
        for number, element in enumerate(block.get("elements") or ()):
            action_id = element.get("action_id") if isinstance(element, dict) else None
            if action_id in actions:
                where = f"{at}/{place}/elements/{number}/action_id"
                yield f"[ERROR] `action_id` already exists [json-pointer:{where}]"
            if action_id:
                actions.add(action_id)


def _web_address(value: str) -> bool:
    return re.match(r"^(https?|mailto|slack|tel):", value) is not None


def _some_text(value: Json, at: str) -> Iterator[str]:
    if not value.get("text") and not value.get("fields"):
        yield f"[ERROR] must provide either `text` or `fields` [json-pointer:{at}]"


def _an_image(value: Json, at: str) -> Iterator[str]:
    if ("image_url" in value) == ("slack_file" in value):
        yield f"[ERROR] must provide either `image_url` or `slack_file` [json-pointer:{at}]"


def _options_or_groups(value: Json, at: str) -> Iterator[str]:
    if ("options" in value) == ("option_groups" in value):
        yield f"[ERROR] must provide either `options` or `option_groups` [json-pointer:{at}]"


def _known_initial(value: Json, at: str) -> Iterator[str]:
    """Slack refuses an initial option that is not, to the letter, one of the options."""
    groups = value.get("option_groups") or [{"options": value.get("options") or []}]
    options = [option for group in groups if isinstance(group, dict) for option in group.get("options") or []]
    if "initial_option" in value and value["initial_option"] not in options:
        yield f"[ERROR] must match one of the options [json-pointer:{at}/initial_option]"
    chosen = value.get("initial_options")
    for place, option in enumerate(chosen if isinstance(chosen, list) else ()):
        if option not in options:
            yield f"[ERROR] must match one of the options [json-pointer:{at}/initial_options/{place}]"


def _menu(value: Json, at: str) -> Iterator[str]:
    yield from _options_or_groups(value, at)
    yield from _known_initial(value, at)


Check = Callable[[Json, str], Iterator[str]]

_ID = Text(255)
_FLAG = Flag()
_URL = Text(3_000, form=_web_address)


def _plain(most: int | None) -> Family:
    return _texts(Fields({"text": Text(most)}, {"emoji": _FLAG}), None)


def _mrkdwn_or_plain(most: int | None) -> Family:
    return _texts(
        Fields({"text": Text(most)}, {"emoji": _FLAG}), Fields({"text": Text(most)}, {"verbatim": _FLAG})
    )


def _texts(plain: Fields, mrkdwn: Fields | None) -> Family:
    family = Family()
    family.kinds["plain_text"] = plain
    if mrkdwn is not None:
        family.kinds["mrkdwn"] = mrkdwn
    return family


_CONFIRM = Fields(
    {"title": _plain(100), "text": _mrkdwn_or_plain(300), "confirm": _plain(30), "deny": _plain(30)},
    {"style": Text(one_of=("primary", "danger"))},
)
_OPTION = Fields({"text": _plain(75), "value": Text(150)}, {"description": _plain(75)})
_RICH_OPTION = Fields(
    {"text": _mrkdwn_or_plain(75), "value": Text(150)}, {"description": _mrkdwn_or_plain(75)}
)
_OVERFLOW_OPTION = Fields({"text": _plain(75)}, {"value": Text(150), "description": _plain(75), "url": _URL})
_GROUPS = Many(Fields({"label": _plain(75), "options": Many(_OPTION, 100)}), 100)
_DISPATCH = Fields({"trigger_actions_on": Many(Text(one_of=("on_enter_pressed", "on_character_entered")), 2)})
_FILTER = Fields(
    {},
    {
        "include": Many(Text(one_of=("im", "mpim", "private", "public")), 4),
        "exclude_external_shared_channels": _FLAG,
        "exclude_bot_users": _FLAG,
    },
)
_SLACK_FILE = Fields({}, {"id": _ID, "url": _URL})

ELEMENTS = Family()
"""Everything interactive, and images."""


def _element(
    name: str, needed: dict[str, Shape], optional: dict[str, Shape], also: Check | None = None
) -> None:
    ELEMENTS.kinds[name] = Fields(needed, {"action_id": _ID, **optional}, also)


_PICK: dict[str, Shape] = {"placeholder": _plain(150), "confirm": _CONFIRM, "focus_on_load": _FLAG}
_PICKS: dict[str, Shape] = _PICK | {"max_selected_items": Number(1)}
_WRITE: dict[str, Shape] = {
    "placeholder": _plain(150),
    "focus_on_load": _FLAG,
    "dispatch_action_config": _DISPATCH,
}
_DATE = Text(form=lambda value: re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None)
_TIME = Text(form=lambda value: re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value) is not None)

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
_element("overflow", {"options": Many(_OVERFLOW_OPTION, 5)}, {"confirm": _CONFIRM})
_element(
    "checkboxes",
    {"options": Many(_RICH_OPTION, 10)},
    {"initial_options": Many(_RICH_OPTION, 10), "confirm": _CONFIRM, "focus_on_load": _FLAG},
    _known_initial,
)
_element(
    "radio_buttons",
    {"options": Many(_RICH_OPTION, 10)},
    {"initial_option": _RICH_OPTION, "confirm": _CONFIRM, "focus_on_load": _FLAG},
    _known_initial,
)
_element(
    "static_select",
    {},
    _PICK | {"options": Many(_OPTION, 100), "option_groups": _GROUPS, "initial_option": _OPTION},
    _menu,
)
_element(
    "multi_static_select",
    {},
    _PICKS | {"options": Many(_OPTION, 100), "option_groups": _GROUPS, "initial_options": Many(_OPTION, 100)},
    _menu,
)
_element("external_select", {}, _PICK | {"min_query_length": Number(), "initial_option": _OPTION})
_element(
    "multi_external_select",
    {},
    _PICKS | {"min_query_length": Number(), "initial_options": Many(_OPTION, 100)},
)
_element("users_select", {}, _PICK | {"initial_user": _ID})
_element("multi_users_select", {}, _PICKS | {"initial_users": Many(_ID, 1_000)})
_element("channels_select", {}, _PICK | {"initial_channel": _ID, "response_url_enabled": _FLAG})
_element("multi_channels_select", {}, _PICKS | {"initial_channels": Many(_ID, 1_000)})
_conversation: dict[str, Shape] = {"default_to_current_conversation": _FLAG, "filter": _FILTER}
_element(
    "conversations_select",
    {},
    _PICK | _conversation | {"initial_conversation": _ID, "response_url_enabled": _FLAG},
)
_element(
    "multi_conversations_select", {}, _PICKS | _conversation | {"initial_conversations": Many(_ID, 1_000)}
)
_element("datepicker", {}, _PICK | {"initial_date": _DATE})
_element("timepicker", {}, _PICK | {"initial_time": _TIME, "timezone": Text()})
_element("datetimepicker", {}, {"initial_date_time": Number(), "confirm": _CONFIRM, "focus_on_load": _FLAG})
_element(
    "plain_text_input",
    {},
    _WRITE
    | {
        "initial_value": Text(3_000, least=0),
        "multiline": _FLAG,
        "min_length": Number(0, 3_000),
        "max_length": Number(1, 3_000),
    },
)
_element("email_text_input", {}, _WRITE | {"initial_value": Text(least=0)})
_element("url_text_input", {}, _WRITE | {"initial_value": Text(least=0)})
_element(
    "number_input",
    {"is_decimal_allowed": _FLAG},
    _WRITE | {"initial_value": Text(least=0), "min_value": Text(), "max_value": Text()},
)
_element("file_input", {}, {"filetypes": Many(Text(), 100), "max_files": Number(1, 10)})
ELEMENTS.kinds["image"] = Fields(
    {"alt_text": Text(2_000)}, {"image_url": _URL, "slack_file": _SLACK_FILE}, _an_image
)

_SELECTS = tuple(name for name in ELEMENTS.kinds if name.endswith("_select"))
_PICKERS = ("datepicker", "timepicker", "datetimepicker")
_CHOICES = ("checkboxes", "radio_buttons")
_ACCESSORIES = ELEMENTS.only("button", "overflow", "image", "datepicker", "timepicker", *_CHOICES, *_SELECTS)
_ROW = ELEMENTS.only(
    "button", "overflow", *_PICKERS, *_CHOICES, *(name for name in _SELECTS if not name.startswith("multi_"))
)
_WRITTEN = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "file_input")
_INPUTS = ELEMENTS.only(*_WRITTEN, *_PICKERS, *_CHOICES, *_SELECTS)

BLOCKS = Family()
"""Everything that messages and views are made of."""

_OWN_ID: dict[str, Shape] = {"block_id": _ID}


def _block(
    name: str, needed: dict[str, Shape], optional: dict[str, Shape], also: Check | None = None
) -> None:
    BLOCKS.kinds[name] = Fields(needed, _OWN_ID | optional, also)


_block(
    "section",
    {},
    {
        "text": _mrkdwn_or_plain(3_000),
        "fields": Many(_mrkdwn_or_plain(2_000), 10),
        "accessory": _ACCESSORIES,
        "expand": _FLAG,
    },
    _some_text,
)
_block("divider", {}, {})
_block("header", {"text": _plain(150)}, {})
_block("context", {"elements": Many(Either((_mrkdwn_or_plain(3_000), ELEMENTS.only("image"))), 10)}, {})
_block("actions", {"elements": Many(_ROW, 25)}, {})
_block(
    "image",
    {"alt_text": Text(2_000)},
    {"image_url": _URL, "slack_file": _SLACK_FILE, "title": _plain(2_000)},
    _an_image,
)
_block(
    "input",
    {"label": _plain(2_000), "element": _INPUTS},
    {"hint": _plain(2_000), "optional": _FLAG, "dispatch_action": _FLAG},
)
_RICH = Family()
for _kind in ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"):
    _RICH.kinds[_kind] = Fields(
        {"elements": Many(Anything(), 1_000)},
        {name: Anything() for name in ("style", "indent", "offset", "border")},
    )
_block("rich_text", {"elements": Many(_RICH, 1_000)}, {})
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
_block("table", {"rows": Many(Many(Anything(), 20), 100)}, {"column_settings": Many(Anything(), 20)})

_MESSAGE = BLOCKS
_IN_VIEW = BLOCKS.only(
    "section", "divider", "header", "context", "actions", "image", "input", "rich_text", "video"
)


def _submit_for_inputs(value: Json, at: str) -> Iterator[str]:
    blocks = value.get("blocks")
    kinds = (
        [block.get("type") for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []
    )
    if "input" in kinds and "submit" not in value:
        yield f"[ERROR] missing required field: submit [json-pointer:{at}]"


VIEWS = Family()
_ANY_VIEW: dict[str, Shape] = {
    "callback_id": Text(255, least=0),
    "private_metadata": Text(3_000, least=0),
    "external_id": Text(255, least=0),
}
VIEWS.kinds["modal"] = Fields(
    {"title": _plain(24), "blocks": Many(_IN_VIEW, VIEW_BLOCKS, least=0)},
    _ANY_VIEW
    | {
        "close": _plain(24),
        "submit": _plain(24),
        "clear_on_close": _FLAG,
        "notify_on_close": _FLAG,
        "submit_disabled": _FLAG,
    },
    _submit_for_inputs,
)
VIEWS.kinds["home"] = Fields({"blocks": Many(_IN_VIEW, VIEW_BLOCKS, least=0)}, _ANY_VIEW)
