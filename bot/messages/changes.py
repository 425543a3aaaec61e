"""Changed settings in words: the quiet line in the channel, the answer to who changed them, the log. Pure.

The log keeps values as `/digest` takes them: ``ko``; ``thread``; ``09:00 Asia/Seoul``;
``01234`` or ``01234 KR`` (Monday 0, a country whose holidays are left out); ``+nlp -gan``;
``on``, ``off``; ``U1 U2``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.channels.preferences import Change
from bot.language.catalogue import Catalogue, catalogue
from bot.messages import limits
from bot.messages.action_ids import Action
from bot.messages.blocks import actions, button, context, section
from bot.messages.entry import joined
from bot.messages.message import Message
from bot.messages.setting_names import FIELDS, recorded

LOG_LINES = 20


def changed(changes: Sequence[Change], *, language: str) -> Message:
    """The quiet line in the channel: who changed what, from what, to what. Oldest first; several
    changes of one setting are told as one, from its first value to its last.
    """
    words = catalogue(language)
    merged = [_change(change, words) for change in _merged(changes)]
    people = words.names(dict.fromkeys(f"<@{change.user_id}>" for change in changes))
    if not merged:
        said = words.gettext("{people} changed the settings and changed them back.", people=people)
        return Message(said, (context(said),))
    said = words.gettext("{people} changed: {what}", people=people, what=" · ".join(merged))
    if limits.size(said) <= limits.CONTEXT_TEXT:
        return Message(said, (context(said),))
    return Message(
        said, (context(words.gettext("{people} changed: {what}", people=people, what=""), *merged),)
    )


def done(
    changes: Sequence[Change],
    *,
    language: str,
    next_post: datetime | None = None,
    zone: str = "UTC",
    undo: int | None = None,
    overtaken: Sequence[Change] = (),
) -> Message:
    """The answer to who made the changes. ``undo`` is the id of the change its button takes back;
    ``overtaken`` what others had made of the same settings a moment before.
    """
    words = catalogue(language)
    if not changes:
        said = words.gettext("That is already set.")
        return Message(said, (section(said),))
    lines = [words.gettext("Done."), *(_change(change, words) for change in changes)]
    if next_post:
        lines.append(words.gettext("Next post: {moment}", moment=words.moment(next_post, zone)))
    lines += [
        words.gettext(
            "{user} had just changed this too ({what}). Your change came last, so it applies. I've "
            "let them know.",
            user=f"<@{change.user_id}>",
            what=_change(change, words),
        )
        for change in overtaken
    ]
    row = actions([button(words.gettext("Undo"), Action.UNDO, str(undo)) if undo is not None else None])
    return Message("\n".join(lines), (*(section(text) for text in joined(_fitting(lines, words))), *row))


def log(changes: Sequence[Change], *, language: str, zone: str, undo: int | None = None) -> Message:
    """The newest changes of a channel, newest first as they are given."""
    words = catalogue(language)
    if not changes:
        said = words.gettext("Nobody has changed any settings here yet.")
        return Message(said, (section(said),))
    lines = [
        f"{words.moment(change.at, zone)} · <@{change.user_id}> · {_change(change, words)}"
        for change in changes[:LOG_LINES]
    ]
    heading = words.gettext("*Changed settings in this channel*")
    row = actions(
        [button(words.gettext("Undo the last change"), Action.UNDO, str(undo)) if undo is not None else None]
    )
    texts = [section(text) for text in joined(_fitting([heading, *lines], words))]
    return Message("\n".join([heading, *lines])[: limits.MESSAGE_TEXT], (*texts, *row))


def overtaken(changes: Sequence[Change], *, channel_id: str, language: str) -> Message:
    """Told to somebody whose change was replaced by one made at the same time."""
    words = catalogue(language)
    lines = [
        words.gettext(
            "{user} changed the settings of {channel} at the same time as you. Their change came "
            "last, so it applies:",
            user=f"<@{changes[0].user_id}>",
            channel=f"<#{channel_id}>",
        ),
        *(_change(change, words) for change in changes),
    ]
    return Message("\n".join(lines), tuple(section(text) for text in joined(_fitting(lines, words))))


def undone(taken: Sequence[Change], *, language: str) -> Message:
    """These changes were taken back."""
    words = catalogue(language)
    back = [replace(change, old=change.new, new=change.old) for change in taken]
    lines = [words.gettext("Undone."), *(_change(change, words) for change in back)]
    return Message("\n".join(lines), tuple(section(text) for text in joined(_fitting(lines, words))))


def not_undone(*, language: str) -> Message:
    """Somebody changed the same setting since: taking the change back would undo theirs."""
    words = catalogue(language)
    said = words.gettext(
        "This has been changed again since, so I left it as it is. `/digest log` shows who changed it."
    )
    return Message(said, (section(said),))


def _fitting(lines: Sequence[str], words: Catalogue) -> list[str]:
    """The lines that a message has room for, and how many there are besides."""
    room = limits.MESSAGE_BLOCKS_TEXT - limits.BUTTON_TEXT - limits.CONTEXT_TEXT // 10
    shown: list[str] = []
    for line in lines:
        room -= limits.size(line) + 1
        if room < 0:
            break
        shown.append(line)
    left = len(lines) - len(shown)
    return shown + ([words.ngettext("and {n} more", "and {n} more", left)] if left else [])


def _merged(changes: Sequence[Change]) -> list[Change]:
    merged: dict[str, Change] = {}
    for change in changes:
        first = merged.get(change.field, change)
        merged[change.field] = Change(change.user_id, change.field, first.old, change.new, change.at)
    return [change for change in merged.values() if change.old != change.new]


def _change(change: Change, words: Catalogue) -> str:
    return words.gettext(
        "{field}: {old} → {new}",
        field=words.gettext(FIELDS[change.field]),
        old=recorded(change.field, change.old, words),
        new=recorded(change.field, change.new, words),
    )
