"""Compares names of places as people type them: without case, accents, spaces and punctuation. Pure."""

from __future__ import annotations

import re
import unicodedata


def loose(name: str) -> str:
    """What is left of a name without what people vary: ``saopaulo`` for ``São Paulo`` and ``sao_paulo``."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name).casefold())
    letters = "".join(letter for letter in text if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", re.sub(r"[\s_\-.'’·]+", "", letters))
