"""The answer to `/digest history`: what was sent on each of the last days, or why not. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.catalogue import Catalogue, catalogue_for
from bot.messages.blocks import context, section
from bot.messages.channel_card import LastPost, Outcome
from bot.messages.delivery_reasons import reason_text
from bot.messages.entry import packed
from bot.messages.message import Message


def post_history(posts: Sequence[LastPost], *, days: int, language: str) -> Message:
    """The posts of the last ``days`` days, a line each, the newest first."""
    catalogue = catalogue_for(language)
    if not posts:
        text = catalogue.gettext("Nothing was due in this channel in the last {days} days.", days=days)
        return Message(text, (section(text),))
    heading = catalogue.gettext("*The last {days} days*", days=days)
    lines = [heading, *(_line(post, catalogue) for post in posts)]
    note = catalogue.gettext("On other days no post was due: it was no posting day, or posting was off.")
    return Message("\n".join(lines), (*(section(text) for text in packed(lines)), context(note)))


def _line(post: LastPost, catalogue: Catalogue) -> str:
    day = catalogue.short_date(post.day)
    match post.outcome:
        case Outcome.SENT:
            what = catalogue.ngettext("{n} paper", "{n} papers", post.papers)
        case Outcome.SENDING | Outcome.WAITING:
            what = catalogue.gettext("on their way")
        case Outcome.DOUBT:
            what = catalogue.gettext("Slack hasn't confirmed them yet; I'm checking")
        case _:
            what = reason_text(post.reason or "unknown", catalogue)
    return f"{day} · {what}"
