"""Text as people type or paste it, made plain: one form of each sign, no marks of Slack or Markdown. Pure."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 1000
"""Characters of a question that are read; a pasted page is no question."""

_SIGNS = str.maketrans(
    "“”„‟«»「」『』《》‘’‚‛`´—–−‐‑‒―",
    '""""""""""""' + "''''''" + "-------",
)
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_NOT_JAMO = re.compile("[^\u3131-\u318e]+")
"""All but single letters of Hangul, which people type on the wrong keyboard (ㅣㅐㄱㅁ) and to laugh (ㅋㅋ);
NFKC would take them for parts of syllables.
"""

_SLACK_LINK = re.compile(
    r"<(?:#[CG]\w*(?:\|([^>]*))?|((?:https?|mailto|tel):[^|>\s]+)(?:\|([^>]*))?|[@!][\w^]*(?:\|[^>]*)?)>"
)
_MARKDOWN_LINK = re.compile(r"\[([^\]\n]*)\]\(<?(https?://[^\s)>]+(?:\([^\s)]*\))?[^\s)>]*)>?[^)]*\)")
_EMOJI = re.compile(r"(?<!\w):[a-z0-9_+'-]{2,40}:(?:skin-tone-\d:)?(?!\w)")
_SYMBOL = re.compile("[\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_QUOTED_LINE = re.compile(r"(?m)^\s*(?:>|&gt;)+\s?")
_ESCAPED = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
"""What Slack escapes (https://docs.slack.dev/messaging/formatting-message-text#escaping); more would take
apart addresses: ``&note=1`` is no sign.
"""


def plain(typed: str) -> str:
    """The text with one form of each letter and sign: NFKC, straight quotes, plain minus, no invisible
    characters, no emoji, and Slack's links and channels as what they stand for. At most ``LONGEST`` long.
    """
    text = _NOT_JAMO.sub(
        lambda found: unicodedata.normalize("NFKC", found[0]), typed[:LONGEST].replace("\0", " ")
    )
    text = _SLACK_LINK.sub(_link, _INVISIBLE.sub("", text))
    text = _QUOTED_LINE.sub("", text).translate(_SIGNS)
    for written, sign in _ESCAPED:
        text = text.replace(written, sign)
    text = _MARKDOWN_LINK.sub(r" \1 \2 ", text)
    return _SYMBOL.sub(" ", _EMOJI.sub(" ", text))[:LONGEST]


def _link(found: re.Match[str]) -> str:
    channel, address, label = found.groups()
    if channel:
        # Slack's composer turns #scaling-law into a channel; the tag was meant.
        return f" #{channel} "
    if address is None or not address.startswith("http"):
        return f" {label or ''} "
    # Slack labels an address with itself, or shortened; other labels are words.
    is_address = not label or label.rstrip("…/") in address
    return f" {address} " if is_address else f" {label} {address} "
