"""Every "no" to a person: not permitted, mistyped, failed, or a file or document that cannot be read. Pure.

Why a post did not come to a channel is in ``bot.messages.delivery_reasons``.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from bot.language.catalogue import Catalogue, catalogue_for, deferred
from bot.messages.blocks import section
from bot.messages.managers import mentions, rights_not_checked, who_can_change
from bot.messages.message import Message
from bot.messages.mrkdwn import brief, clip, escape
from bot.shared_file import FileProblem
from digests.errors import REFUSAL_SENTENCES, RefusalReason


class Failure(StrEnum):
    """Something a listener could not do. The value is its name in the logs."""

    UNEXPECTED = "unexpected"
    ARCHIVE_BUSY = "archive_busy"
    RESPONSE_EXPIRED = "response_expired"
    ENTRY_GONE = "entry_gone"
    CANNOT_POST = "cannot_post"
    MISSING_SCOPE = "missing_scope"
    NOT_HERE = "not_here"
    NOT_A_MEMBER = "not_a_member"
    PEOPLE_NOT_CHECKED = "people_not_checked"
    ONLY_MEMBERS = "only_members"


class Mistyped(StrEnum):
    """What a typed value should have been."""

    COMMAND = "command"
    LANGUAGE = "language"
    LAYOUT = "layout"
    HOUR = "hour"
    ZONE = "zone"
    DAYS = "days"
    HOLIDAYS = "holidays"
    PAUSE = "pause"
    EXTRA = "extra"
    TAGS = "tags"
    LINKS = "links"
    UNKNOWN_TAG = "unknown_tag"
    MANAGERS = "managers"


_FAILURES = {
    Failure.UNEXPECTED: deferred("Something went wrong on my side, and I've logged it. Please try again."),
    Failure.ARCHIVE_BUSY: deferred("My database isn't responding right now. Please try again in a moment."),
    Failure.RESPONSE_EXPIRED: deferred("That took too long, and Slack stopped waiting. Please ask again."),
    Failure.ENTRY_GONE: deferred("I no longer have this paper."),
    Failure.CANNOT_POST: deferred("I can't post in this channel. Invite me with `/invite @Haru` first."),
    Failure.MISSING_SCOPE: deferred(
        "I don't have the permission I need for that. A workspace admin can reinstall me to grant it."
    ),
    Failure.NOT_HERE: deferred("That only works in a channel or in a direct message to me."),
    Failure.NOT_A_MEMBER: deferred(
        "I'm not in this channel yet. Invite me with `/invite @Haru`, then try again."
    ),
    Failure.PEOPLE_NOT_CHECKED: deferred(
        "I couldn't check with Slack who these people are. Please try again in a moment."
    ),
    Failure.ONLY_MEMBERS: deferred("I only post papers in direct messages to members of this workspace."),
}

_EXPECTED = {
    Mistyped.COMMAND: deferred("I don't know that command. `/digest help` shows the ones I know."),
    Mistyped.LANGUAGE: deferred("The language is `ko`, `en` or `both`: `/digest language ko`"),
    Mistyped.LAYOUT: deferred("The layout is `digest`, `thread` or `stream`: `/digest layout thread`"),
    Mistyped.HOUR: deferred("Write the time like `09:00` or `6:30pm`: `/digest time 09:00`"),
    Mistyped.ZONE: deferred(
        "Write the time zone as a city, a country, an offset or its name, like `Seoul`, `UTC+9` or "
        "`Asia/Seoul`: `/digest time 09:00 Seoul`"
    ),
    Mistyped.DAYS: deferred(
        "Write the days like `weekdays`, `daily`, `mon-thu` or `mon,wed`: `/digest days mon,wed`"
    ),
    Mistyped.HOLIDAYS: deferred(
        "I don't know this country's holidays. Write the country like `Germany` or `KR`: "
        "`/digest days weekdays except holidays KR`"
    ),
    Mistyped.PAUSE: deferred(
        "Write how long, like `until monday`, `tomorrow` or `3 days`: `/digest pause until monday`. "
        "`/digest off` stops the papers until you turn them on again."
    ),
    Mistyped.EXTRA: deferred(
        "I don't understand this here, so I changed nothing. `/digest help` shows what I know."
    ),
    Mistyped.TAGS: deferred(
        "Write tags with + and -, or with and, or, not: `/digest tags +scaling-law -gan`, "
        "`/digest tags nlp and (robotics or planning)`"
    ),
    Mistyped.LINKS: deferred("Papers under links are `on` or `off`: `/digest links off`"),
    Mistyped.UNKNOWN_TAG: deferred("No paper has that tag yet. To use it anyway, put it in quotes."),
    Mistyped.MANAGERS: deferred("Mention people with @: `/digest managers add @minji`"),
}

_EXPECTED_IN_MODAL = {
    Mistyped.COMMAND: deferred("I don't understand this."),
    Mistyped.LANGUAGE: deferred("Choose a language."),
    Mistyped.LAYOUT: deferred("Choose a layout."),
    Mistyped.HOUR: deferred("Write the time like 09:00."),
    Mistyped.ZONE: deferred("Write the time zone like Asia/Seoul."),
    Mistyped.DAYS: deferred("Choose at least one day."),
    Mistyped.HOLIDAYS: deferred("Choose a country from the list."),
    Mistyped.PAUSE: deferred("Write how long, like 3 days."),
    Mistyped.EXTRA: deferred("I don't understand this."),
    Mistyped.TAGS: deferred("Write tags like +scaling-law -gan, or nlp and (robotics or planning)."),
    Mistyped.UNKNOWN_TAG: deferred("No paper has that tag yet. To use it anyway, put it in quotes."),
    Mistyped.MANAGERS: deferred("Choose people from this workspace."),
}

_FILE_PROBLEMS = {
    FileProblem.UNSUPPORTED_TYPE: deferred("I can only read `.txt`, `.md` and `.html` files."),
    FileProblem.TOO_LARGE: deferred("This file is larger than 5 MB. Split it into one file per day."),
    FileProblem.MISSING_SCOPE: deferred(
        "I don't have permission to read files here. Paste the text with `/digest add`, or ask a "
        "workspace admin to reinstall me with that permission."
    ),
    FileProblem.DELETED: deferred("That file no longer exists."),
    FileProblem.UNAVAILABLE: deferred("I couldn't get the file from Slack. Please try again in a moment."),
    FileProblem.CHANGED: deferred("The file has changed since I showed it to you. Please send it again."),
}


def failure(kind: Failure, *, language: str) -> Message:
    """Says that something could not be done, without technical detail."""
    return _message(catalogue_for(language).gettext(_FAILURES[kind]))


def cannot_post_here(*, language: str, is_direct: bool) -> Message:
    """Refuses to post in a conversation without the app.

    ``is_direct``: it is a direct message between people, where nobody can invite an app.
    """
    return failure(Failure.NOT_HERE if is_direct else Failure.NOT_A_MEMBER, language=language)


def not_permitted(managers: Sequence[str], *, language: str) -> Message:
    """Refuses a change of a channel's settings, and names the users who can make it."""
    return _message(who_can_change(managers, catalogue_for(language)))


def not_checked(*, language: str) -> Message:
    """Says that the person's rights could not be checked, which is neither a permission nor a refusal."""
    return _message(rights_not_checked(catalogue_for(language)))


def only_admins_decide(*, language: str) -> Message:
    """Refuses a decision for the whole workspace to somebody who is not an admin."""
    return _message(
        catalogue_for(language).gettext(
            "That applies to the whole workspace, so only a workspace admin can change it."
        )
    )


def only_admins_add_papers(*, language: str) -> Message:
    """Refuses papers from somebody who is not an admin."""
    return _message(
        catalogue_for(language).gettext(
            "Only workspace admins can add papers, because they go to every channel in the workspace."
        )
    )


def cannot_be_managers(users: Sequence[str], *, language: str) -> Message:
    """Refuses bots and deactivated accounts as managers of a channel."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext(
        "{people} can't be a manager. A manager must be a person with an active account.",
        people=mentions(users, catalogue),
    )
    return _message(text)


def mistyped(kind: Mistyped, typed: str, *, language: str, suggestion: str | None = None) -> Message:
    """Says what was expected in place of ``typed``, with an example.

    ``suggestion`` is the whole command that was probably meant.
    """
    catalogue = catalogue_for(language)
    expected = catalogue.gettext(_EXPECTED[kind])
    if suggestion:
        command = brief(suggestion.replace("`", "'"), 300)
        question = catalogue.gettext("Did you mean `{command}`?", command=command)
        return _message(f"{question}\n{expected}")
    if typed.strip():
        text = catalogue.gettext("‘{typed}’? {expected}", typed=brief(typed, 200), expected=expected)
        return _message(text)
    return _message(expected)


def unknown_tags(names: Sequence[str], known: Sequence[str], *, language: str) -> Message:
    """Refuses a filter with tags that no paper has, and names tags that papers have."""
    catalogue = catalogue_for(language)
    unknown = catalogue.join_names(f"‘{brief(name, 100)}’" for name in names)
    text = catalogue.gettext("No paper has the tag {names} yet, so I changed nothing.", names=unknown)
    if known:
        tags = brief(", ".join(known), 500)
        examples = catalogue.gettext("Papers have, for example: {tags}.", tags=tags)
        text = f"{text} {examples}"
    how = catalogue.gettext("To use a tag that is still to come, put it in quotes.")
    return _message(f"{text} {how}")


def mistyped_in_modal(kind: Mistyped, *, language: str) -> str:
    """The error below a modal's input, as plain text."""
    return catalogue_for(language).gettext(_EXPECTED_IN_MODAL[kind])


def unknown_tags_in_modal(tags: str, suggestion: str, *, language: str) -> str:
    """The error below the input of tags when no paper has ``tags``, as plain text."""
    text = catalogue_for(language).gettext(
        "No paper has {names} yet. Did you mean {near}?", names=tags, near=suggestion
    )
    return clip(text, 300)


def unreadable_file(problem: FileProblem, *, language: str, name: str = "") -> Message:
    """Says why a shared file could not be read. ``name`` is the file's."""
    text = catalogue_for(language).gettext(_FILE_PROBLEMS[problem])
    return _message(f"{escape(clip(name, 100))}: {text}" if name else text)


def unreadable_document(line: int | None, reason: RefusalReason, catalogue: Catalogue) -> str:
    """Why a document or an entry was not read, as mrkdwn, after the number of its line if it has one."""
    sentence = catalogue.gettext(
        REFUSAL_SENTENCES[reason.code], limit=catalogue.number(reason.limit), detail=reason.detail
    )
    text = brief(sentence, 500)
    if not line:
        return text
    return catalogue.gettext("Line {line}: {reason}", line=catalogue.number(line), reason=text)


def _message(text: str) -> Message:
    return Message(text, (section(text),))
