"""Who may change a channel's settings. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.channels.preferences import Channel


@dataclass(frozen=True, slots=True)
class Person:
    """A Slack user as far as Haru cares.

    ``is_guest``: restricted here, or a member of another organisation met through Slack Connect, whose
    ``locale`` is None.
    """

    user_id: str
    is_admin: bool = False
    is_deactivated: bool = False
    is_guest: bool = False
    is_bot: bool = False
    locale: str | None = None
    zone: str | None = None


def may_manage(
    person: Person,
    channel: Channel,
    *,
    operators: Collection[str],
    open_to_everyone: bool = False,
) -> bool:
    """Admins and owners, the channel's creator, who invited Haru, its managers, the operator's list.

    A workspace may open it to everyone but guests, who manage only where somebody named them. Nobody
    whose account is deactivated, and no bot.
    """
    if may_administer(person, operators=operators):
        return True
    if person.is_deactivated or person.is_bot:
        return False
    if person.user_id in channel.managers:
        return True
    if person.is_guest:
        return False
    return open_to_everyone or person.user_id in (channel.creator_id, channel.inviter_id)


def may_administer(person: Person, *, operators: Collection[str]) -> bool:
    """Whether somebody may decide for the whole workspace: admins and owners, and the operator's list."""
    if person.is_deactivated or person.is_bot:
        return False
    return person.user_id in operators or person.is_admin


def may_give(person: Person, *, operators: Collection[str], open_to_everyone: bool = False) -> bool:
    """Admins and owners, the operator's list, and everyone but guests where a workspace is open.

    Stricter than ``may_manage``: a digest reaches every channel of the workspace, and anybody
    can make a channel of their own.
    """
    if may_administer(person, operators=operators):
        return True
    return open_to_everyone and not (person.is_guest or person.is_deactivated or person.is_bot)


def who_may(channel: Channel) -> list[str]:
    """The people besides admins who may, to tell someone who may not; the likeliest first."""
    named = [channel.inviter_id, channel.creator_id, *sorted(channel.managers)]
    return list(dict.fromkeys(user for user in named if user))
