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
                "`/digest managers add @minji` names one more, `/digest managers remove @minji` one less."
            )
        )
    return Message("\n".join(lines), (section("\n".join(lines)),))


def unfit(users: Sequence[str], *, language: str) -> Message:
    """These were named and cannot be managers: bots, or people who left."""
    words = catalogue(language)
    said = words.gettext(
        "{people} cannot manage a channel: a manager is a person with an account in use.",
        people=people(users, words),
    )
    return Message(said, (section(said),))


def opened(*, everyone: bool, language: str) -> Message:
    """An admin decided who may change the channels of the workspace."""
    words = catalogue(language)
    if everyone:
        back = words.gettext("`/digest managers chosen` takes that back.")
        said = f"{_everyone(words)} {back}"
    else:
        said = words.gettext(
            "Each channel's settings are for its own managers again, its creator, who invited me, and admins."
        )
    return Message(said, (section(said),))


def only_admins(*, language: str) -> Message:
    """Somebody who is no admin tried to decide for the whole workspace."""
    words = catalogue(language)
    said = words.gettext("That is for the whole workspace, so only a workspace admin can decide it.")
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
    return words.gettext("Everyone in this workspace but guests can change the settings of its channels.")
