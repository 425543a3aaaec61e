"""What can go wrong for somebody who uses Haru, in words. Never a stack trace, never a code alone. Pure."""

from __future__ import annotations

from enum import StrEnum

from bot.language.catalogue import catalogue, deferred
from bot.messages.blocks import section
from bot.messages.message import Message


class Problem(StrEnum):
    """Something a listener could not do. The value is its name in the logs."""

    UNEXPECTED = "unexpected"
    ARCHIVE_BUSY = "archive_busy"
    RESPONSE_EXPIRED = "response_expired"
    ENTRY_GONE = "entry_gone"
    CANNOT_POST = "cannot_post"
    MISSING_SCOPE = "missing_scope"
    NOT_HERE = "not_here"


_WORDS = {
    Problem.UNEXPECTED: deferred("Something went wrong on my side, and I've logged it. Please try again."),
    Problem.ARCHIVE_BUSY: deferred("My database isn't responding right now. Please try again in a moment."),
    Problem.RESPONSE_EXPIRED: deferred("That took too long, and Slack stopped waiting. Please ask again."),
    Problem.ENTRY_GONE: deferred("I no longer have this paper."),
    Problem.CANNOT_POST: deferred("I can't post in this channel. Invite me with `/invite @Haru` first."),
    Problem.MISSING_SCOPE: deferred(
        "I don't have the permission I need for that. A workspace admin can reinstall me to grant it."
    ),
    Problem.NOT_HERE: deferred("That only works in a channel or in a direct message to me."),
}


def problem(kind: Problem, *, language: str) -> Message:
    """The problem as one line."""
    said = text(kind, language=language)
    return Message(said, (section(said),))


def text(kind: Problem, *, language: str) -> str:
    """The problem as words alone, for a modal's error."""
    return catalogue(language).gettext(_WORDS[kind])
