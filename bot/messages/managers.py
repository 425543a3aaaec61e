"""Who can change a channel's settings: the answers to ``/digest managers``. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.language.catalogue import Catalogue, catalogue_for
from bot.messages.blocks import section
from bot.messages.message import Message

_MENTIONS = 5


def managers_list(
    managers: Sequence[str], *, language: str, everyone: bool, may_change: bool | None
) -> Message:
    """Who can change the channel's settings, and how to add and remove managers for those who can.

    ``may_change`` is None if it could not be checked, which the answer says.
    ``everyone``: the workspace lets everyone except guests change them.
    """
    catalogue = catalogue_for(language)
    lines = [_everyone_can(catalogue) if everyone else who_can_change(managers, catalogue)]
    if may_change:
        lines.append(
            catalogue.gettext(
                "Use `/digest managers add @minji` to add a manager and `/digest managers remove @minji` "
                "to remove one."
            )
        )
    if may_change is None:
        lines.append(rights_not_checked(catalogue))
    text = "\n".join(lines)
    return Message(text, (section(text),))


def workspace_rule_changed(*, everyone: bool, language: str) -> Message:
    """Confirms to an admin who can change the channels of the workspace from now on."""
    catalogue = catalogue_for(language)
    if everyone:
        undo = catalogue.gettext("To undo this, use `/digest managers chosen`.")
        text = f"{_everyone_can(catalogue)} {undo}"
    else:
        text = catalogue.gettext(
            "From now on, only a channel's managers, its creator, the person who invited me and "
            "workspace admins can change its settings."
        )
    return Message(text, (section(text),))


def who_can_change(managers: Sequence[str], catalogue: Catalogue) -> str:
    """The sentence that names the users who can change a channel's settings."""
    if not managers:
        return catalogue.gettext("A workspace admin can change this channel's settings.")
    return catalogue.gettext(
        "Workspace admins can change this channel's settings, and so can {people}.",
        people=mentions(managers, catalogue),
    )


def rights_not_checked(catalogue: Catalogue) -> str:
    """The sentence that says that Slack did not tell who a person is, so that nothing is permitted."""
    return catalogue.gettext(
        "I couldn't check with Slack whether you can do this. Please try again in a moment."
    )


def mentions(users: Collection[str], catalogue: Catalogue) -> str:
    """Mentions of up to five users, and how many others there are."""
    shown = [f"<@{user}>" for user in list(users)[:_MENTIONS]]
    rest = len(users) - len(shown)
    if rest:
        names = ", ".join(shown)
        return catalogue.ngettext("{names} and {n} other", "{names} and {n} others", rest, names=names)
    return catalogue.join_names(shown)


def _everyone_can(catalogue: Catalogue) -> str:
    return catalogue.gettext("Everyone in this workspace except guests can change channel settings.")
