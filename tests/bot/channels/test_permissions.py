"""Who may change a channel's settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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


def _person(user_id: str, **facts: Any) -> Person:
    """A person whom Slack knows."""
    return Person(user_id, is_known=True, **facts)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (_person("U1"), False),
        (_person("U1", is_admin=True), True),
        (_person("U1", is_admin=True, is_deactivated=True), False),
        (_person("U_INVITER"), True),
        (_person("U_CREATOR"), True),
        (_person("U_MANAGER"), True),
        (_person("U_MANAGER", is_deactivated=True), False),
        (_person("U_OPERATOR"), True),
    ],
)
def test_who_may(person: Person, expected: bool) -> None:
    """Admins, the creator, the inviter, managers and the operator's list; nobody deactivated."""
    rights = Rights(person, is_operator=person.user_id == "U_OPERATOR")
    assert rights.may_manage(CHANNEL) is expected


def test_a_workspace_may_open_it_to_everyone_but_guests() -> None:
    """Where a workspace opened its settings to everyone, members may manage a channel and guests may not."""
    assert Rights(_person("U1"), open_to_everyone=True).may_manage(CHANNEL)
    assert not Rights(_person("U1", is_guest=True), open_to_everyone=True).may_manage(CHANNEL)


def test_a_direct_message_belongs_to_its_person() -> None:
    """Nobody else manages somebody's direct message with Haru, not even an admin of an open workspace."""
    direct = replace(CHANNEL, channel_id="D1", inviter_id=None, creator_id="U1", managers=frozenset())
    assert Rights(_person("U1", is_guest=True)).may_manage(direct)
    assert not Rights(_person("U2", is_admin=True), is_operator=True, open_to_everyone=True).may_manage(
        direct
    )


def test_the_likeliest_are_named_first_and_once() -> None:
    """The inviter comes first, and a person with two reasons is named once."""
    assert people_who_may_manage(replace(CHANNEL, creator_id="U_INVITER")) == ["U_INVITER", "U_MANAGER"]


@pytest.mark.parametrize(
    ("person", "closed", "opened"),
    [
        (_person("U1"), False, True),
        (_person("U1", is_guest=True), False, False),
        (_person("U1", is_admin=True), True, True),
        (_person("U1", is_admin=True, is_deactivated=True), False, False),
        (_person("U_CREATOR"), False, True),
        (_person("U_OPERATOR"), True, True),
    ],
)
def test_who_may_give_a_digest(person: Person, closed: bool, opened: bool) -> None:
    """Admins and the operator's list; to have made a channel is not enough, unless the workspace is open."""
    is_operator = person.user_id == "U_OPERATOR"
    assert Rights(person, is_operator).may_add_papers is closed
    assert Rights(person, is_operator, open_to_everyone=True).may_add_papers is opened


@pytest.mark.parametrize("user_id", ["U1", "U_OPERATOR", "U_CREATOR", "U_INVITER", "U_MANAGER"])
@pytest.mark.parametrize("place", [CHANNEL, replace(CHANNEL, channel_id="D1", creator_id="U1")])
def test_a_person_who_is_not_known_has_no_rights(user_id: str, place: Channel) -> None:
    """Nothing is permitted to a person whom Slack did not describe, in an open workspace either."""
    rights = Rights(Person(user_id), is_operator=user_id == "U_OPERATOR", open_to_everyone=True)
    assert not rights.may_manage(place)
    assert rights.may_manage_if_checked(place) is None
    assert (rights.may_administer, rights.may_add_papers, rights.may_see_own_papers) == (False,) * 3


def test_a_foreign_person_has_no_direct_posts_and_sees_no_own_papers() -> None:
    """A person of another team sees only what every workspace has, in a direct message with Haru too."""
    rights = Rights(_person("U1", is_foreign=True, is_guest=True), open_to_everyone=True)
    assert not rights.may_manage(replace(CHANNEL, channel_id="D1", creator_id="U1"))
    assert not rights.may_see_own_papers
    assert Rights(_person("U1", is_guest=True)).may_see_own_papers
