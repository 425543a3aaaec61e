"""What Slack takes, each number with where it is written. Lengths are in UTF-16 units, Slack's own count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# https://docs.slack.dev/reference/block-kit/blocks
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
# https://docs.slack.dev/reference/block-kit/blocks/section-block
SECTION_TEXT = 3_000
# https://docs.slack.dev/reference/block-kit/blocks/header-block
HEADER_TEXT = 150
# https://docs.slack.dev/reference/block-kit/blocks/context-block
CONTEXT_TEXT = 3_000
# https://docs.slack.dev/reference/block-kit/blocks/actions-block
ACTIONS_ELEMENTS = 25
# https://docs.slack.dev/reference/block-kit/block-elements/button-element
BUTTON_TEXT = 75
BUTTON_SHOWN = 30
"""Longer labels are cut by Slack's clients at about this."""
BUTTON_VALUE = 2_000
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
OPTION_TEXT = 75
# https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
OVERFLOW_OPTIONS = 5
# https://docs.slack.dev/reference/block-kit/block-elements/multi-select-menu-element
# https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
# https://docs.slack.dev/reference/block-kit/blocks/input-block
# https://docs.slack.dev/reference/views
VIEW_TITLE = 24
VIEW_BUTTON = 24
# https://docs.slack.dev/reference/block-kit/blocks (action_id, block_id and callback_id)
# https://docs.slack.dev/reference/methods/chat.postMessage: "limit the text field to 4,000
# characters"; messages of more than 40,000 are truncated.
MESSAGE_TEXT = 4_000
MESSAGE_TEXT_HARD = 40_000
# Not documented: chat.postMessage answers msg_blocks_too_long when the texts of all blocks together
# pass about 13,000 characters (slackapi/bolt-js#2509 and others); Haru stays well below.
MESSAGE_BLOCKS_TEXT = 10_000
# Views answer view_too_large past 250 kB of JSON; Korean takes three bytes a letter.
VIEW_TEXT = 60_000
# A link longer than this is shown without being one: it would eat the section it stands in.
URL = 1_000


def size(text: str) -> int:
    """How long Slack thinks a text is."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def texts(value: object) -> int:
    """The size of all texts in a block, or in several: what MESSAGE_BLOCKS_TEXT bounds."""
    if isinstance(value, str):
        return 0
    if isinstance(value, Mapping):
        own = value.get("text")
        return (size(own) if isinstance(own, str) else 0) + sum(texts(part) for part in value.values())
    if isinstance(value, Sequence):
        return sum(texts(part) for part in value)
    return 0
