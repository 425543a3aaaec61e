"""Recognises greetings, thanks and other small talk in a direct message or a mention.

The words are in ``small_talk.tsv``.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import cache
from importlib.resources import files


class SmallTalk(StrEnum):
    """What somebody says who asks for nothing."""

    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    PRAISE = "praise"
    ABOUT = "about"
    """A question about Haru itself."""


_LONGEST = 60
"""Characters; small talk is short, and a long message holds a question."""

_STRONGEST_FIRST = (
    SmallTalk.THANKS, SmallTalk.GOODBYE, SmallTalk.ABOUT, SmallTalk.GREETING, SmallTalk.PRAISE,
)  # fmt: skip
"""Which kind a message is that holds several: ``hi, thanks!`` is thanks."""


def small_talk(text: str) -> SmallTalk | None:
    """The kind of small talk that a message is, or None if it may ask for something."""
    if len(text) > _LONGEST:
        return None
    plain = unicodedata.normalize("NFC", text).casefold().replace("’", "'")
    plain = re.sub(r":[a-z0-9_+\-]+:", " ", plain)
    words = re.findall(r"[\w']+", plain)
    said = _without_stretching("".join(words))
    for kind in SmallTalk:
        if said in _said()[kind]:
            return kind
    kinds = [_kind(word) for word in words]
    is_small = all(kind or _is_around(word) for kind, word in zip(kinds, words, strict=True))
    return next((kind for kind in _STRONGEST_FIRST if kind in kinds), None) if is_small else None


def _kind(word: str) -> SmallTalk | None:
    short = _without_stretching(word)
    said = _said()
    return next((kind for kind in SmallTalk if word in said[kind] or short in said[kind]), None)


def _is_around(word: str) -> bool:
    return word in _said()["around"] or not word.strip("ㅋㅎㅠㅜ~^_")


def _without_stretching(word: str) -> str:
    """The word with letters that are repeated for emphasis written once: ``hiiii`` is ``hi``."""
    return re.sub(r"(.)\1{2,}", r"\1", re.sub(r"(?<=[가-힣])[ㅋㅎㅠㅜ~]+$", "", word))


@cache
def _said() -> dict[str, frozenset[str]]:
    """What is said by its kind, without spaces and punctuation."""
    table = files("bot.language").joinpath("small_talk.tsv").read_text(encoding="utf-8")
    said: dict[str, set[str]] = {kind: set() for kind in (*SmallTalk, "around")}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            kind, _, words = line.partition("\t")
            said[kind] |= {re.sub(r"[^\w']+", "", word) for word in words.split(",")}
    return {kind: frozenset(words) for kind, words in said.items()}
