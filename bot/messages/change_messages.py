"""Messages about changed settings: the notice in the channel, the answer to the changer, the log. Pure.

A recorded value has the form that `/digest` takes: ``ko``; ``thread``; ``09:00 Asia/Seoul``;
``01234`` or ``01234 KR`` (weekdays with Monday 0, and a country whose holidays are skipped);
``+nlp -gan``; ``on`` or ``off``; ``U1 U2``.
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
from bot.messages.fallback import whole_lines
from bot.messages.message import Message
from bot.messages.setting_names import FIELD_NAMES, recorded_value

LOG_LINES = 20
"""The most changes the log shows."""


def channel_notice(changes: Sequence[Change], *, language: str) -> Message:
    """The notice in the channel: who changed which settings, from what to what.

    ``changes`` are oldest first. Several changes of one setting become one, from the first value to
    the last.
    """
    catalogue = catalogue_for(language)
    merged = [_change(change, catalogue) for change in _merged(changes)]
    people = catalogue.join_names(dict.fromkeys(f"<@{change.user_id}>" for change in changes))
    if not merged:
        text = catalogue.gettext("{people} changed the settings and changed them back.", people=people)
        return Message(text, (context(text),))
    text = catalogue.gettext("{people} changed: {what}", people=people, what=" · ".join(merged))
    if limits.size(text) <= limits.CONTEXT_TEXT:
        return Message(text, (context(text),))
    return Message(
        text, (context(catalogue.gettext("{people} changed: {what}", people=people, what=""), *merged),)
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
    """The answer to the person who made the changes.

    ``undo`` is the id of the change that the button undoes. ``overtaken`` are changes that others made
    to the same settings a moment before, and that this one replaced.
    """
    catalogue = catalogue_for(language)
    if not changes:
        text = catalogue.gettext("That is already set.")
        return Message(text, (section(text),))
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
    """The newest changes of a channel, in the order given (newest first)."""
    catalogue = catalogue_for(language)
    if not changes:
        text = catalogue.gettext("Nobody has changed any settings here yet.")
        return Message(text, (section(text),))
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
    return Message(whole_lines([heading, *lines]), (*texts, *row))


def overridden(changes: Sequence[Change], *, channel_id: str, language: str) -> Message:
    """Tells somebody that a change made at the same time replaced theirs."""
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


def changes_undone(undone: Sequence[Change], *, language: str) -> Message:
    """Confirms that ``taken`` changes were undone."""
    catalogue = catalogue_for(language)
    reversed_changes = [replace(change, old=change.new, new=change.old) for change in undone]
    lines = [catalogue.gettext("Undone."), *(_change(change, catalogue) for change in reversed_changes)]
    return Message("\n".join(lines), tuple(section(text) for text in packed(_fitting(lines, catalogue))))


def undo_refused(*, language: str) -> Message:
    """Refuses to undo a change, because the setting was changed again since."""
    catalogue = catalogue_for(language)
    text = catalogue.gettext(
        "This has been changed again since, so I left it as it is. `/digest log` shows who changed it."
    )
    return Message(text, (section(text),))


def _fitting(lines: Sequence[str], catalogue: Catalogue) -> list[str]:
    """The lines that fit into one message, and a last line with the number of those that do not."""
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
    """One change per field, from its first value to its last; none where both are the same."""
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
