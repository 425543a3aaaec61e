"""Who may change a channel's settings, in words. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.language.catalogue import Catalogue, catalogue
from bot.messages.blocks import section
from bot.messages.message import Message


def refused(who: Sequence[str], *, language: str) -> Message:
    """Somebody who may not change the channel tried to: who may."""
    said = may_change_it(who, catalogue(language))
    return Message(said, (section(said),))


def managers(who: Sequence[str], *, language: str, everyone: bool, may_change: bool) -> Message:
    """Who may change the channel's settings, and to those how to name more."""
    words = catalogue(language)
    lines = [_everyone(words) if everyone else may_change_it(who, words)]
    if may_change:
        lines.append(
            words.gettext(
                "Use `/digest managers add @minji` to add a manager and `/digest managers remove @minji` "
                "to remove one."
            )
        )
    return Message("\n".join(lines), (section("\n".join(lines)),))


def unfit(users: Sequence[str], *, language: str) -> Message:
    """These were named and cannot be managers: bots, or people who left."""
    words = catalogue(language)
    said = words.gettext(
        "{people} can't be a manager. A manager must be a person with an active account.",
        people=people(users, words),
    )
    return Message(said, (section(said),))


def opened(*, everyone: bool, language: str) -> Message:
    """An admin decided who may change the channels of the workspace."""
    words = catalogue(language)
    if everyone:
        back = words.gettext("To undo this, use `/digest managers chosen`.")
        said = f"{_everyone(words)} {back}"
    else:
        said = words.gettext(
            "Again, only a channel's managers, its creator, the person who invited me and workspace "
            "admins can change its settings."
        )
    return Message(said, (section(said),))


def only_admins(*, language: str) -> Message:
    """Somebody who is no admin tried to decide for the whole workspace."""
    words = catalogue(language)
    said = words.gettext("That applies to the whole workspace, so only a workspace admin can change it.")
    return Message(said, (section(said),))


def may_change_it(who: Sequence[str], words: Catalogue) -> str:
    if not who:
        return words.gettext("A workspace admin can change this channel's settings.")
    return words.gettext(
        "Workspace admins can change this channel's settings, and so can {people}.", people=people(who, words)
    )


def people(users: Collection[str], words: Catalogue) -> str:
    """Mentions of up to five users, and how many others."""
    shown = [f"<@{user}>" for user in list(users)[:5]]
    rest = len(users) - len(shown)
    if rest:
        return words.ngettext("{names} and {n} other", "{names} and {n} others", rest, names=", ".join(shown))
    return words.names(shown)


def _everyone(words: Catalogue) -> str:
    return words.gettext("Everyone in this workspace except guests can change channel settings.")
