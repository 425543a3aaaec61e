"""Who may change a channel's settings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.channels.permissions import Person, Rights, people_who_may_manage
from bot.channels.preferences import Channel, Language, Preferences
from digests.model import Workspace

CHANNEL = Channel(
    id=1,
    workspace=Workspace("", "T1"),
    channel_id="C1",
    preferences=Preferences(Language.KO),
    inviter_id="U_INVITER",
    creator_id="U_CREATOR",
    managers=frozenset({"U_MANAGER"}),
)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (Person("U1"), False),
        (Person("U1", is_admin=True), True),
        (Person("U1", is_admin=True, is_deactivated=True), False),
        (Person("U_INVITER"), True),
        (Person("U_CREATOR"), True),
        (Person("U_MANAGER"), True),
        (Person("U_MANAGER", is_deactivated=True), False),
        (Person("U_OPERATOR"), True),
    ],
)
def test_who_may(person: Person, expected: bool) -> None:
    """Admins, the creator, the inviter, managers and the operator's list; nobody deactivated."""
    rights = Rights(person, is_operator=person.user_id == "U_OPERATOR")
    assert rights.may_manage(CHANNEL) is expected


def test_a_workspace_may_open_it_to_everyone_but_guests() -> None:
    """Where a workspace opened its settings to everyone, members may manage a channel and guests may not."""
    assert Rights(Person("U1"), open_to_everyone=True).may_manage(CHANNEL)
    assert not Rights(Person("U1", is_guest=True), open_to_everyone=True).may_manage(CHANNEL)


def test_a_direct_message_belongs_to_its_person() -> None:
    """Nobody else manages somebody's direct message with Haru, not even an admin of an open workspace."""
    direct = replace(CHANNEL, channel_id="D1", inviter_id=None, creator_id="U1", managers=frozenset())
    assert Rights(Person("U1", is_guest=True)).may_manage(direct)
    assert not Rights(Person("U2", is_admin=True), is_operator=True, open_to_everyone=True).may_manage(direct)


def test_the_likeliest_are_named_first_and_once() -> None:
    """The inviter comes first, and a person with two reasons is named once."""
    assert people_who_may_manage(replace(CHANNEL, creator_id="U_INVITER")) == ["U_INVITER", "U_MANAGER"]


@pytest.mark.parametrize(
    ("person", "closed", "opened"),
    [
        (Person("U1"), False, True),
        (Person("U1", is_guest=True), False, False),
        (Person("U1", is_admin=True), True, True),
        (Person("U1", is_admin=True, is_deactivated=True), False, False),
        (Person("U_CREATOR"), False, True),
        (Person("U_OPERATOR"), True, True),
    ],
)
def test_who_may_give_a_digest(person: Person, closed: bool, opened: bool) -> None:
    """Admins and the operator's list; to have made a channel is not enough, unless the workspace is open."""
    is_operator = person.user_id == "U_OPERATOR"
    assert Rights(person, is_operator).may_add_papers is closed
    assert Rights(person, is_operator, open_to_everyone=True).may_add_papers is opened
