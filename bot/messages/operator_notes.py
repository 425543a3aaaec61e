"""Messages to the people who operate the bot. Pure."""

from __future__ import annotations

from datetime import date

from bot.language.catalogue import catalogue_for
from bot.messages.blocks import section
from bot.messages.message import Message
from bot.messages.mrkdwn import brief


def missing_digest(name: str, day: date, *, error: str | None, language: str) -> Message:
    """Tells that a source has no digest on a weekday that usually has one. ``error`` is why, if known."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext(
        "*{name}* has brought nothing for {date} yet. On a {weekday} it usually has by now.",
        name=brief(name, 200),
        date=catalogue.date(day),
        weekday=catalogue.weekday_name(day.weekday()),
    )
    why = (
        catalogue.gettext("I couldn't fetch it: {error}", error=brief(error, 500))
        if error
        else catalogue.gettext("Fetching it works, so there may simply be no papers today.")
    )
    how = catalogue.gettext("`haru sources` shows the state of every source. I won't repeat this message.")
    text = f"{text}\n{why}\n{how}"
    return Message(text, (section(text),))
