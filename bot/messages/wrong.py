"""What was typed and cannot be used, in words: what was expected, with an example. Pure."""

from __future__ import annotations

from enum import StrEnum

from bot.language.catalogue import catalogue, deferred
from bot.messages.blocks import section
from bot.messages.message import Message
from bot.messages.mrkdwn import brief, clip


class Wrong(StrEnum):
    """What a value was meant to be."""

    COMMAND = "command"
    LANGUAGE = "language"
    LAYOUT = "layout"
    HOUR = "hour"
    ZONE = "zone"
    DAYS = "days"
    HOLIDAYS = "holidays"
    TAGS = "tags"
    UNKNOWN_TAG = "unknown_tag"
    MANAGERS = "managers"


_EXPECTED = {
    Wrong.COMMAND: deferred("I don't know that command. `/digest help` shows the ones I know."),
    Wrong.LANGUAGE: deferred("The language is `ko`, `en` or `both`: `/digest language ko`"),
    Wrong.LAYOUT: deferred("The layout is `digest`, `thread` or `stream`: `/digest layout thread`"),
    Wrong.HOUR: deferred("Write the time like `09:00` or `18:30`: `/digest time 09:00`"),
    Wrong.ZONE: deferred("Write the time zone like `Asia/Seoul`: `/digest time 09:00 Asia/Seoul`"),
    Wrong.DAYS: deferred("Write the days like `weekdays`, `daily` or `mon,wed`: `/digest days mon,wed`"),
    Wrong.HOLIDAYS: deferred(
        "Write the country as two letters, like `KR`: `/digest days weekdays except holidays KR`"
    ),
    Wrong.TAGS: deferred(
        "Write tags with + and -, or with and, or, not: `/digest tags +scaling-law -gan`, "
        "`/digest tags nlp and (robotics or planning)`"
    ),
    Wrong.UNKNOWN_TAG: deferred("No paper has that tag yet. To use it anyway, put it in quotes."),
    Wrong.MANAGERS: deferred("Mention people with @: `/digest managers add @minji`"),
}


def wrong(kind: Wrong, typed: str, *, language: str, near: str | None = None) -> Message:
    """The value was not understood. ``near`` is the whole command that was probably meant."""
    words = catalogue(language)
    expected = words.gettext(_EXPECTED[kind])
    if near:
        guess = words.gettext("Did you mean `{command}`?", command=brief(near.replace("`", "'"), 300))
        text = f"{guess}\n{expected}"
    elif typed.strip():
        text = words.gettext("‘{typed}’? {expected}", typed=brief(typed, 200), expected=expected)
    else:
        text = expected
    return Message(text, (section(text),))


def inline(kind: Wrong, *, language: str) -> str:
    """The same for the error below a modal's input: plain text, without the command."""
    return catalogue(language).gettext(_INLINE[kind])


def inline_near(names: str, near: str, *, language: str) -> str:
    """Below the input of tags: names that no paper has, and what was probably meant."""
    words = catalogue(language)
    said = words.gettext("No paper has {names} yet. Did you mean {near}?", names=names, near=near)
    return clip(said, 300)


_INLINE = {
    Wrong.COMMAND: deferred("I don't understand this."),
    Wrong.LANGUAGE: deferred("Choose a language."),
    Wrong.LAYOUT: deferred("Choose a layout."),
    Wrong.HOUR: deferred("Write the time like 09:00."),
    Wrong.ZONE: deferred("Write the time zone like Asia/Seoul."),
    Wrong.DAYS: deferred("Choose at least one day."),
    Wrong.HOLIDAYS: deferred("Choose a country from the list."),
    Wrong.TAGS: deferred("Write tags like +scaling-law -gan, or nlp and (robotics or planning)."),
    Wrong.UNKNOWN_TAG: deferred("No paper has that tag yet. To use it anyway, put it in quotes."),
    Wrong.MANAGERS: deferred("Choose people from this workspace."),
}
