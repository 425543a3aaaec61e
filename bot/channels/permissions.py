"""Who may change a channel's settings, decide for a workspace, or add papers. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.preferences import Channel


@dataclass(frozen=True, slots=True)
class Person:
    """What Haru knows of a Slack user.

    ``is_known``: Slack said who this is. It defaults to False, so that a person who could not be looked up
    has no rights.
    ``is_foreign``: not a member of the workspace, as people of other teams in a Slack Connect channel are.
    ``is_guest``: a guest account, or foreign.
    ``locale`` is None for members of other organisations.
    """

    user_id: str
    is_known: bool = False
    is_foreign: bool = False
    is_admin: bool = False
    is_deactivated: bool = False
    is_guest: bool = False
    is_bot: bool = False
    locale: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Rights:
    """What one person may do in a workspace. The only place that decides it; asks nobody.

    A person who is not known has no rights, not even those of the operator or of a named manager: Slack may
    have deactivated the account. ``person.is_known`` tells that apart from a person who may not.

    ``is_operator``: the operator's settings name this person (``HARU_OPERATORS``).
    ``open_to_everyone``: a workspace admin opened the settings of all channels to everyone but guests.
    """

    person: Person
    is_operator: bool = False
    open_to_everyone: bool = False

    @property
    def is_active(self) -> bool:
        """Whether this is known to be a person with an active account. Nobody else may do anything."""
        return self.person.is_known and not (self.person.is_deactivated or self.person.is_bot)

    @property
    def may_see_own_papers(self) -> bool:
        """Whether they may see the papers that belong to the workspace alone. Guests may; foreign people see
        only the papers that Haru shares with every workspace.
        """
        return self.is_active and not self.person.is_foreign

    @property
    def may_administer(self) -> bool:
        """Whether they may decide for the whole workspace: admins, owners and the operator."""
        return self.is_active and (self.is_operator or self.person.is_admin)

    @property
    def may_add_papers(self) -> bool:
        """Whether they may add a digest of their own to the workspace.

        Admins, owners and the operator; in an open workspace everyone but guests. Stricter than
        ``may_manage``, because a digest reaches every channel and anybody can create a channel.
        """
        return self.may_administer or (self.open_to_everyone and self.is_active and not self.person.is_guest)

    def may_manage(self, channel: Channel) -> bool:
        """Whether they may change a channel's settings.

        Admins, owners, the operator, the channel's creator, the person who invited Haru, and its managers;
        in an open workspace everyone. Guests only where they were named a manager. A direct message
        with Haru belongs to its person alone; a foreign person cannot turn on a workspace's papers there.
        """
        if not self.is_active:
            return False
        if channel.is_direct:
            return channel.creator_id == self.person.user_id and not self.person.is_foreign
        if self.may_administer:
            return True
        if self.person.user_id in channel.managers:
            return True
        if self.person.is_guest:
            return False
        return self.open_to_everyone or self.person.user_id in (channel.creator_id, channel.inviter_id)

    def may_manage_if_checked(self, channel: Channel) -> bool | None:
        """As ``may_manage``; None if the person is not known, to say that instead of "no"."""
        return self.may_manage(channel) if self.person.is_known else None


def people_who_may_manage(channel: Channel) -> list[str]:
    """The user ids of those who may change a channel besides admins, the inviter first."""
    named = [channel.inviter_id, channel.creator_id, *sorted(channel.managers)]
    return list(dict.fromkeys(user for user in named if user))
