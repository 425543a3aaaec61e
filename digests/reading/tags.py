"""Parses tags, and gives every spelling of a tag the same canonical name. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from digests.model import Tag

_APART = re.compile(r"[\s_\-‐-―]+")
_FOREIGN = re.compile(r"[^\w\s\-‐-―+.]+")
_LABEL = re.compile(
    r"^[\s>*_\-+•]*(?:tags?|keywords?|topics?|태그|키워드|标签|標籤|关键词|タグ|キーワード)\s{0,3}(?:\*\*|__)?\s{0,3}[:：]\s{0,3}(?:\*\*|__)?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"#(?:19|20)\d\d")
_WORD = re.compile(r"#[\w#&][^\s#]*")
_COLOUR = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)

MAX_TAG_LENGTH = 100
"""Characters of a tag. A longer word is none."""

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
"""Canonical names that are replaced by another. Abbreviations (`lm`, `text2img`) stay tags of their own."""


def canonical(spelling: str) -> str:
    """The canonical name of a tag: ``scaling-law`` for ``scaling_law``, ``Scaling-Law`` and ``scaling law``.

    The empty string when no letter or digit is left.
    """
    return _canonical_kept(spelling) if len(spelling) <= MAX_TAG_LENGTH else _canonical(spelling)


def tag(spelling: str) -> Tag:
    """The Tag of a spelling. Its name is empty when the spelling has no letter or digit."""
    return Tag(canonical(spelling), spelling.strip().lstrip("#"))


def each_once(tags: Iterable[Tag]) -> tuple[Tag, ...]:
    """The tags in order, each name once with its first spelling, without those of an empty name."""
    found: dict[str, Tag] = {}
    for made in tags:
        if made.name:
            found.setdefault(made.name, made)
    return tuple(found.values())


def tags_of_words(words: Iterable[str]) -> tuple[str, ...]:
    """The words of a list of tags as they are written, without ``#`` and quotes, each once."""
    cleaned = (word.strip().strip("'\"[]").lstrip("#").strip() for word in words)
    return tuple(dict.fromkeys(word for word in cleaned if word and len(word) <= MAX_TAG_LENGTH))


def labelled_tags(line: str) -> tuple[Tag, ...] | None:
    """The tags of a line such as ``Tags: moe, routing`` or ``태그: #moe``; None for any other line."""
    found = _LABEL.match(line)
    if not found:
        return None
    rest = line[found.end() :].strip().strip("`")
    words = rest.split(",") if "," in rest else rest.split("#") if "#" in rest else rest.split()
    return each_once(map(tag, tags_of_words(words))) or None


def tags_of_line(line: str) -> tuple[Tag, ...] | None:
    """The tags of a line that has only tags, in order, each once; None for any other line."""
    if labelled := labelled_tags(line):
        return labelled
    if not line.startswith("#"):
        return None
    words = line.replace(",", " ").split() if line.count("#") > 1 else line.split()
    if not all(_is_tag(word) or (place and _YEAR.fullmatch(word)) for place, word in enumerate(words)):
        return None
    return each_once(map(tag, words)) or None


def tags_with_stray_letter(line: str) -> tuple[Tag, ...] | None:
    """The tags of a line such as ``#moe #rl l``, which ends in one stray letter; None for any other line."""
    said, _, last = line.rpartition(" ")
    return tags_of_line(said.rstrip()) if len(last) == 1 and last.isascii() and last.isalpha() else None


def tags_after_text(line: str) -> tuple[str, tuple[Tag, ...]]:
    """A line's text without the tags at its end, and those tags."""
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
