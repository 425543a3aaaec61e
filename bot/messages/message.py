"""A rendered message, before anything sends it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Block = dict[str, Any]
"""One Block Kit block, as Slack's JSON."""

View = dict[str, Any]
"""A modal or App Home view, as Slack's JSON."""


@dataclass(frozen=True, slots=True)
class Message:
    """The text and blocks of one message. Does not know its channel or when it is sent.

    ``text`` is a complete fallback. ``thread``: it is a reply to the first message of its delivery.
    ``only_retracted``: it says only that its papers were taken down. It replaces a message that was
    posted, and is never posted itself.
    """

    text: str
    blocks: tuple[Block, ...] = field(default=())
    thread: bool = False
    only_retracted: bool = False

    def payload(self) -> dict[str, Any]:
        """The message's own arguments of ``chat.postMessage``."""
        return {
            "text": self.text,
            "blocks": list(self.blocks),
            "unfurl_links": False,
            "unfurl_media": False,
        }
