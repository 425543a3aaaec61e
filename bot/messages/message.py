"""What Haru says, before anyone sends it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Block = dict[str, Any]
"""One Block Kit block, as Slack's JSON."""

View = dict[str, Any]
"""A modal or App Home view, as Slack's JSON."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message's text and blocks. Knows neither its channel nor its time.

    ``text`` is a full readable fallback. ``thread``: goes under the first message of
    the same delivery rather than into the channel. ``is_needless``: tells only that its papers
    were taken back, for whoever saw them; it is not posted anew.
    """

    text: str
    blocks: tuple[Block, ...] = field(default=())
    thread: bool = False
    is_needless: bool = False

    def payload(self) -> dict[str, Any]:
        """The arguments for ``chat.postMessage`` that are the message's own."""
        return {
            "text": self.text,
            "blocks": list(self.blocks),
            "unfurl_links": False,
            "unfurl_media": False,
        }
