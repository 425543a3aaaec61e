"""Who may change a channel's settings, decide for a workspace, or add papers. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.preferences import Channel


@dataclass(frozen=True, slots=True)
class Person:
    """What Haru knows of a Slack user.

    ``is_guest``: a guest account, or a member of another organisation in a Slack Connect channel.
    ``locale`` is None for members of other organisations.
    """

    user_id: str
    is_admin: bool = False
    is_deactivated: bool = False
    is_guest: bool = False
    is_bot: bool = False
    locale: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Rights:
    """What one person may do in a workspace. The only place that decides it; asks nobody.

    ``is_operator``: the operator's settings name this person (``HARU_OPERATORS``).
    ``open_to_everyone``: a workspace admin opened the settings of all channels to everyone but guests.
    """

    person: Person
    is_operator: bool = False
    open_to_everyone: bool = False

    @property
    def is_active(self) -> bool:
        """Whether this is a person with an active account. Nobody else may do anything."""
        return not (self.person.is_deactivated or self.person.is_bot)

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
        with Haru belongs to its person alone.
        """
        if channel.is_direct:
            return channel.creator_id == self.person.user_id
        if self.may_administer:
            return True
        if not self.is_active:
            return False
        if self.person.user_id in channel.managers:
            return True
        if self.person.is_guest:
            return False
        return self.open_to_everyone or self.person.user_id in (channel.creator_id, channel.inviter_id)


def people_who_may_manage(channel: Channel) -> list[str]:
    """The user ids of those who may change a channel besides admins, the inviter first."""
    named = [channel.inviter_id, channel.creator_id, *sorted(channel.managers)]
    return list(dict.fromkeys(user for user in named if user))
