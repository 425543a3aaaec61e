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
    Problem.UNEXPECTED: deferred("Something went wrong on my side. It is written down; please try again."),
    Problem.ARCHIVE_BUSY: deferred("The archive is busy just now. Please try again in a moment."),
    Problem.RESPONSE_EXPIRED: deferred("That took too long for Slack. Please ask again."),
    Problem.ENTRY_GONE: deferred("This paper is no longer in the archive."),
    Problem.CANNOT_POST: deferred("I cannot post in this channel. Invite me with `/invite @Haru` first."),
    Problem.MISSING_SCOPE: deferred("I lack a permission for that. A workspace admin can install me again."),
    Problem.NOT_HERE: deferred("That only works in a channel or in a message to me."),
}


def problem(kind: Problem, *, language: str) -> Message:
    """The problem as one line."""
    said = text(kind, language=language)
    return Message(said, (section(said),))


def text(kind: Problem, *, language: str) -> str:
    """The problem as words alone, for a modal's error."""
    return catalogue(language).gettext(_WORDS[kind])
