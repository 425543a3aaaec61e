"""Who may change a channel's settings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.channels.permissions import Person, may_give, may_manage, who_may
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
    assert may_manage(person, CHANNEL, operators={"U_OPERATOR"}) is expected


def test_a_workspace_may_open_it_to_everyone_but_guests() -> None:
    """Opened to everyone, members may and guests may not."""
    assert may_manage(Person("U1"), CHANNEL, operators=(), open_to_everyone=True)
    assert not may_manage(Person("U1", is_guest=True), CHANNEL, operators=(), open_to_everyone=True)


def test_the_likeliest_are_named_first_and_once() -> None:
    """The inviter comes first, and a person with two reasons is named once."""
    assert who_may(replace(CHANNEL, creator_id="U_INVITER")) == ["U_INVITER", "U_MANAGER"]


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
    assert may_give(person, operators={"U_OPERATOR"}) is closed
    assert may_give(person, operators={"U_OPERATOR"}, open_to_everyone=True) is opened
