"""HTML's character references, ``&amp;`` and ``&#54620;``, as the characters they stand for. Pure."""

from __future__ import annotations

import html
import re

_ENDLESS = re.compile(r"&#[0-9]{100,};?")
"""No character has so long a number, and Python refuses to read thousands of digits as one."""


def unescape_entities(text: str) -> str:
    """The text with its references resolved; numbers that no character has become U+FFFD."""
    return html.unescape(_ENDLESS.sub("\ufffd", text))
