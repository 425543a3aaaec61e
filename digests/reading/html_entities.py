"""Replaces HTML's character references, such as ``&amp;`` and ``&#54620;``, by their characters. Pure."""

from __future__ import annotations

import html
import re

_ENDLESS = re.compile(r"&#[0-9]{100,};?")
"""Numbers too long for any character. Python refuses to parse thousands of digits."""


def unescape_entities(text: str) -> str:
    """The text with its character references replaced; a number of no character becomes U+FFFD."""
    return html.unescape(_ENDLESS.sub("\ufffd", text))
