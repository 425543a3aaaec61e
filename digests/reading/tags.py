"""Tags: one canonical name for every way of writing it. Pure."""

from __future__ import annotations

import re
import unicodedata

from digests.model import Tag

_APART = re.compile(r"[\s_\-‐-―]+")
_FOREIGN = re.compile(r"[^\w\-+.]+", re.UNICODE)

TAG_WORD = re.compile(r"(?<!\S)#([^\s#]+)")
"""A tag as written in a line of tags: ``#`` and what follows it up to a space."""


def canonical(spelling: str) -> str:
    """``scaling_law``, ``Scaling-Law`` and ``scaling law`` are ``scaling-law``; "" if nothing is left."""
    text = unicodedata.normalize("NFKC", spelling).strip().lstrip("#").casefold()
    return _FOREIGN.sub("", _APART.sub("-", text)).strip("-.")


def tag(spelling: str) -> Tag:
    """The tag of a spelling; its canonical name is empty when the spelling holds none."""
    return Tag(canonical(spelling), spelling.strip().lstrip("#"))


def tags_of_line(line: str) -> tuple[Tag, ...] | None:
    """The tags of a line that holds nothing else, in order and each once; None for any other line."""
    words = line.split()
    if not words or not all(word.startswith("#") and len(word) > 1 for word in words):
        return None
    found = {made.name: made for made in map(tag, reversed(words)) if made.name}
    return tuple(reversed(found.values())) or None
