"""Slack's limits, each with its source, and how Slack counts.

Lengths are in UTF-16 code units, which is what Slack counts: most emoji are two.
"""

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
"""Slack's clients cut longer labels off at about this length."""
BUTTON_VALUE = 2_000
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
OPTION_TEXT = 75
# https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
OVERFLOW_OPTIONS = 5
# https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
# https://docs.slack.dev/reference/views
VIEW_TITLE = 24
VIEW_BUTTON = 24
# https://docs.slack.dev/reference/methods/chat.postMessage advises at most 4,000 characters,
# and truncates messages of more than 40,000.
MESSAGE_TEXT = 4_000
MESSAGE_TEXT_HARD = 40_000
# https://docs.slack.dev/reference/methods/chat.update: the text of a correction, in characters. It may be
# counted in bytes of UTF-8, of which a Korean letter takes three; this many bytes fit either way.
UPDATE_TEXT_BYTES = 4_000
# Not documented: chat.postMessage fails with msg_blocks_too_long when the texts of all blocks together
# exceed about 13,000 characters (slackapi/bolt-js#2509 and others). This stays well below.
MESSAGE_BLOCKS_TEXT = 10_000
# Views fail with view_too_large above 250 kB of JSON; a Korean letter takes three bytes.
VIEW_TEXT = 60_000
# A longer address is shown as text: as a link it would use up the section it stands in.
URL = 1_000


def size(text: str) -> int:
    """The length of a text as Slack counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def texts(value: object) -> int:
    """The size of all texts in a block or in several, which MESSAGE_BLOCKS_TEXT limits."""
    if isinstance(value, str):
        return 0
    if isinstance(value, Mapping):
        own = value.get("text")
        return (size(own) if isinstance(own, str) else 0) + sum(texts(part) for part in value.values())
    if isinstance(value, Sequence):
        return sum(texts(part) for part in value)
    return 0
