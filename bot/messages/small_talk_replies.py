"""Answers to greetings, thanks and other small talk. Pure."""

from __future__ import annotations

from bot.language.catalogue import catalogue_for, deferred
from bot.language.small_talk import SmallTalk
from bot.messages.blocks import section
from bot.messages.help import Topic, help_message
from bot.messages.message import Message

_REPLIES = {
    SmallTalk.GREETING: deferred("Hello! Tell me a word of a paper you half remember, and I'll look for it."),
    SmallTalk.THANKS: deferred("You're welcome!"),
    SmallTalk.GOODBYE: deferred("See you!"),
    SmallTalk.PRAISE: deferred("Glad to hear it!"),
}
_WITH_HELP = frozenset({SmallTalk.GREETING, SmallTalk.ABOUT})


def small_talk_reply(kind: SmallTalk, *, language: str) -> Message:
    """A short reply. To a greeting or a question about Haru it adds what Haru can do; it holds no papers."""
    help_text = help_message(Topic.HARU, language=language)
    if kind not in _REPLIES:
        return help_text
    text = catalogue_for(language).gettext(_REPLIES[kind])
    if kind not in _WITH_HELP:
        return Message(text, (section(text),))
    return Message(f"{text}\n{help_text.text}", (section(text), *help_text.blocks))
