"""The fallback text of messages, for notifications, screen readers and clients without blocks. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import limits
from bot.messages.mrkdwn import clip, escape, without_markdown

NOTIFICATION = 140
"""Characters of a notification that a phone shows, roughly."""

_LINE = 150


def fallback(whole: str, lines: Sequence[str]) -> str:
    """The raw text escaped if it is within the length Slack advises, else only ``lines``, each clipped."""
    whole, lines = without_markdown(whole), [without_markdown(line) for line in lines]
    text = escape(whole)
    if limits.size(text) <= limits.MESSAGE_TEXT:
        return text
    short: list[str] = []
    room = limits.MESSAGE_TEXT_HARD // 2
    for line in lines:
        short.append(escape(clip(line, _LINE)))
        room -= limits.size(short[-1])
        if room < 0:
            return "\n".join([*short, "…"])
    return "\n".join(short)


def whole_lines(lines: Sequence[str]) -> str:
    """The lines of mrkdwn that fit in the length Slack advises, then ``…``. Cuts no line or mention."""
    kept: list[str] = []
    room = limits.MESSAGE_TEXT - 2
    for line in lines:
        room -= limits.size(line) + 1
        if room < 0:
            return "\n".join([*kept, "…"])
        kept.append(line)
    return "\n".join(kept)


def notification_titles(names: Sequence[str]) -> str:
    """``DeepEP, Fractal Generative Models…``: as many titles as a notification shows."""
    shown = [clip(names[0], NOTIFICATION)]
    for name in names[1:]:
        if limits.size(", ".join([*shown, name])) > NOTIFICATION:
            return ", ".join(shown).removesuffix("…") + "…"
        shown.append(name)
    return ", ".join(shown)
