"""What the operators are told of sources. Pure."""

from __future__ import annotations

from datetime import date

from bot.language.catalogue import catalogue_for
from bot.messages.blocks import section
from bot.messages.message import Message
from bot.messages.mrkdwn import brief


def missing_digest(name: str, day: date, *, error: str | None, language: str) -> Message:
    """A source that usually brings something on this weekday has brought nothing; why, if that is known."""
    catalogue = catalogue_for(language)
    said = catalogue.gettext(
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
    text = f"{said}\n{why}\n{how}"
    return Message(text, (section(text),))
