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
from bot.language.catalogue import Catalogue, catalogue_for
from bot.messages import limits
from bot.messages.action_ids import Action
from bot.messages.blocks import actions, button, context, section
from bot.messages.entry import packed
from bot.messages.message import Message
from bot.messages.setting_names import FIELD_NAMES, recorded_value

LOG_LINES = 20


def channel_notice(changes: Sequence[Change], *, language: str) -> Message:
    """The quiet line in the channel: who changed what, from what, to what. Oldest first; several
    changes of one setting are told as one, from its first value to its last.
    """
    catalogue = catalogue_for(language)
    merged = [_change(change, catalogue) for change in _merged(changes)]
    people = catalogue.join_names(dict.fromkeys(f"<@{change.user_id}>" for change in changes))
    if not merged:
        said = catalogue.gettext("{people} changed the settings and changed them back.", people=people)
        return Message(said, (context(said),))
    said = catalogue.gettext("{people} changed: {what}", people=people, what=" · ".join(merged))
    if limits.size(said) <= limits.CONTEXT_TEXT:
        return Message(said, (context(said),))
    return Message(
        said, (context(catalogue.gettext("{people} changed: {what}", people=people, what=""), *merged),)
    )


def changes_made(
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
    catalogue = catalogue_for(language)
    if not changes:
        said = catalogue.gettext("That is already set.")
        return Message(said, (section(said),))
    lines = [catalogue.gettext("Done."), *(_change(change, catalogue) for change in changes)]
    if next_post:
        lines.append(catalogue.gettext("Next post: {moment}", moment=catalogue.moment(next_post, zone)))
    lines += [
        catalogue.gettext(
            "{user} had just changed this too ({what}). Your change came last, so it applies. I've "
            "let them know.",
            user=f"<@{change.user_id}>",
            what=_change(change, catalogue),
        )
        for change in overtaken
    ]
    row = actions([button(catalogue.gettext("Undo"), Action.UNDO, str(undo)) if undo is not None else None])
    return Message("\n".join(lines), (*(section(text) for text in packed(_fitting(lines, catalogue))), *row))


def change_log(changes: Sequence[Change], *, language: str, zone: str, undo: int | None = None) -> Message:
    """The newest changes of a channel, newest first as they are given."""
    catalogue = catalogue_for(language)
    if not changes:
        said = catalogue.gettext("Nobody has changed any settings here yet.")
        return Message(said, (section(said),))
    lines = [
        f"{catalogue.moment(change.at, zone)} · <@{change.user_id}> · {_change(change, catalogue)}"
        for change in changes[:LOG_LINES]
    ]
    heading = catalogue.gettext("*Changed settings in this channel*")
    row = actions(
        [
            button(catalogue.gettext("Undo the last change"), Action.UNDO, str(undo))
            if undo is not None
            else None
        ]
    )
    texts = [section(text) for text in packed(_fitting([heading, *lines], catalogue))]
    return Message("\n".join([heading, *lines])[: limits.MESSAGE_TEXT], (*texts, *row))


def overridden(changes: Sequence[Change], *, channel_id: str, language: str) -> Message:
    """Told to somebody whose change was replaced by one made at the same time."""
    catalogue = catalogue_for(language)
    lines = [
        catalogue.gettext(
            "{user} changed the settings of {channel} at the same time as you. Their change came "
            "last, so it applies:",
            user=f"<@{changes[0].user_id}>",
            channel=f"<#{channel_id}>",
        ),
        *(_change(change, catalogue) for change in changes),
    ]
    return Message("\n".join(lines), tuple(section(text) for text in packed(_fitting(lines, catalogue))))


def changes_undone(taken: Sequence[Change], *, language: str) -> Message:
    """These changes were taken back."""
    catalogue = catalogue_for(language)
    back = [replace(change, old=change.new, new=change.old) for change in taken]
    lines = [catalogue.gettext("Undone."), *(_change(change, catalogue) for change in back)]
    return Message("\n".join(lines), tuple(section(text) for text in packed(_fitting(lines, catalogue))))


def undo_refused(*, language: str) -> Message:
    """Somebody changed the same setting since: taking the change back would undo theirs."""
    catalogue = catalogue_for(language)
    said = catalogue.gettext(
        "This has been changed again since, so I left it as it is. `/digest log` shows who changed it."
    )
    return Message(said, (section(said),))


def _fitting(lines: Sequence[str], catalogue: Catalogue) -> list[str]:
    """The lines that a message has room for, and how many there are besides."""
    room = limits.MESSAGE_BLOCKS_TEXT - limits.BUTTON_TEXT - limits.CONTEXT_TEXT // 10
    shown: list[str] = []
    for line in lines:
        room -= limits.size(line) + 1
        if room < 0:
            break
        shown.append(line)
    left = len(lines) - len(shown)
    return shown + ([catalogue.ngettext("and {n} more", "and {n} more", left)] if left else [])


def _merged(changes: Sequence[Change]) -> list[Change]:
    merged: dict[str, Change] = {}
    for change in changes:
        first = merged.get(change.field, change)
        merged[change.field] = Change(change.user_id, change.field, first.old, change.new, change.at)
    return [change for change in merged.values() if change.old != change.new]


def _change(change: Change, catalogue: Catalogue) -> str:
    return catalogue.gettext(
        "{field}: {old} → {new}",
        field=catalogue.gettext(FIELD_NAMES[change.field]),
        old=recorded_value(change.field, change.old, catalogue),
        new=recorded_value(change.field, change.new, catalogue),
    )
