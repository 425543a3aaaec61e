"""Tags: one canonical name for every way of writing it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from digests.model import Tag

_APART = re.compile(r"[\s_\-‐-―]+")
_FOREIGN = re.compile(r"[^\w\s\-‐-―+.]+")
_WORD = re.compile(r"#[\w#&][^\s#]*")
_COLOUR = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)

MAX_TAG_LENGTH = 100
"""Characters; a longer word is no tag."""

_ALIASES = {
    # Slips of the pen in the vault.
    "classificiation": "classification",
    "positive-unlabled": "positive-unlabeled",
    "self-improvment": "self-improvement",
    # One word there, two here.
    "metalearning": "meta-learning",
    "posttraining": "post-training",
    "pre-training": "pretraining",
}
"""Canonical names that mean another one. Shorthand (`lm`, `text2img`) is a tag of its own."""


def canonical(spelling: str) -> str:
    """``scaling_law``, ``Scaling-Law`` and ``scaling law`` are ``scaling-law``; "" if nothing is left."""
    return _canonical_kept(spelling) if len(spelling) <= MAX_TAG_LENGTH else _canonical(spelling)


def tag(spelling: str) -> Tag:
    """The tag of a spelling; its canonical name is empty when the spelling holds none."""
    return Tag(canonical(spelling), spelling.strip().lstrip("#"))


def each_once(tags: Iterable[Tag]) -> tuple[Tag, ...]:
    """The tags in order, each name once with its first spelling, nameless ones dropped."""
    found: dict[str, Tag] = {}
    for made in tags:
        if made.name:
            found.setdefault(made.name, made)
    return tuple(found.values())


def tags_of_line(line: str) -> tuple[Tag, ...] | None:
    """The tags of a line that holds nothing else, in order and each once; None for any other line."""
    if not line.startswith("#"):
        return None
    words = line.split()
    if not all(map(_is_tag, words)):
        return None
    return each_once(map(tag, words)) or None


def tags_with_slip(line: str) -> tuple[Tag, ...] | None:
    """The tags of a line of tags that ends in one stray letter; None for any other line."""
    said, _, last = line.rpartition(" ")
    return tags_of_line(said.rstrip()) if len(last) == 1 and last.isascii() and last.isalpha() else None


def tags_after_text(line: str) -> tuple[str, tuple[Tag, ...]]:
    """A line's text and the tags at its very end, each of which stands after a space."""
    if "#" not in line:
        return line, ()
    words = line.split()
    count = 0
    while count < len(words) and _is_tag(words[-1 - count]):
        count += 1
    if not count:
        return line, ()
    said = "" if count == len(words) else line.rsplit(None, count)[0]
    return said, each_once(map(tag, words[len(words) - count :]))


def _canonical(spelling: str) -> str:
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", spelling).casefold())
    # Letters that were apart may belong together now (Jamo), so the form is evened out again.
    letters = unicodedata.normalize("NFKC", _FOREIGN.sub("", text))
    name = _APART.sub("-", letters).strip("-.")
    return _ALIASES.get(name, name)


_canonical_kept = lru_cache(maxsize=4096)(_canonical)
"""A vault has some hundred spellings, each of them often."""


def _is_tag(word: str) -> bool:
    """Whether a word is ``#`` and a name: with a letter in it, no colour, no piece of an address."""
    if (
        word[0] != "#"
        or len(word) > MAX_TAG_LENGTH
        or not _WORD.fullmatch(word)
        or not any(letter.isalpha() for letter in word)
    ):
        return False
    return not (_COLOUR.fullmatch(word) and any(letter.isdigit() for letter in word))
