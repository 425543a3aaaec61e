"""Parses the names of authors, which digests write in parentheses. Pure."""

from __future__ import annotations

import re

_AND = re.compile(r" ?, ?(?:and |& )?| and | & ")
_SENTENCE = re.compile(r"[.?!] [가-힣]|[?!]$|[;=]")
_HANGUL = re.compile(r"[가-힣]")

MAX_NAME_LENGTH = 80
"""Characters of one author's name. Longer text in parentheses is prose."""

MAX_NAME_WORDS = 8
"""Words of one author's name. `Core Contributors of the Gemma 3 Team` is the longest known."""


def split_names(text: str) -> tuple[str, ...]:
    """The parts of a text between commas or `and`, with single spaces. They need not be names."""
    evened = " ".join(text.split())
    return tuple(name.strip() for name in _AND.split(evened) if name and name.strip())


def names_in(line: str) -> tuple[str, ...] | None:
    """The names in a line of the form ``(authors)``; None for any other line.

    The line ``()`` says that there are no authors.
    """
    if len(line) < 2 or line[0] != "(" or line[-1] != ")":
        return None
    if not line[1:-1].strip():
        return ()
    names = split_names(line[1:-1])
    return names if look_like_names(names) else None


def look_like_names(names: tuple[str, ...]) -> bool:
    """Whether all texts look like names of people or teams, not like prose or addresses."""
    if len(names) < 3 and any(":" in name for name in names):
        return False  # A team may stand before its people (`Team: A, B, C`); else it is prose.
    return bool(names) and all(map(_looks_like_name, names))


def _looks_like_name(name: str) -> bool:
    if len(name) > MAX_NAME_LENGTH or "://" in name or _SENTENCE.search(name):
        return False
    words = name.split()
    if _HANGUL.search(name):
        return len(words) <= 2 and len(name) <= 12
    return (
        len(words) <= MAX_NAME_WORDS and name[0] not in "#*<>[" and any(letter.isalpha() for letter in name)
    )
