"""Users as Slack describes them, and what holds where it does not answer."""

from __future__ import annotations

from types import SimpleNamespace

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.channels.permissions import Person
from bot.workspaces.slack_directory import CACHED_FOR, LAST_ANSWER_HOLDS_FOR, SlackDirectory
from digests.model import Workspace

HERE = Workspace("", "T1")


class _Slack:
    def __init__(self, **user: object) -> None:
        self.user = user
        self.asked = 0
        self.error: Exception | None = None

    async def users_info(self, **_: object) -> dict[str, object]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return {"user": self.user}


def _colleague(team: str, *teams: str, **facts: object) -> dict[str, object]:
    return {"team_id": team, "enterprise_user": {"enterprise_id": "E1", "teams": list(teams)} | facts}


@pytest.mark.parametrize(
    ("workspace", "user", "is_admin", "is_foreign"),
    [
        (HERE, {"team_id": "T1"}, True, False),
        (HERE, {"team_id": "T2"}, False, True),
        (HERE, {"team_id": "T1", "is_stranger": True}, False, True),
        (HERE, _colleague("T2", "T1", "T2"), False, True),
        (Workspace("E1", "T1"), _colleague("T1", "T1"), True, False),
        (Workspace("E1", "T1"), _colleague("T2", "T2"), False, True),
        (Workspace("E1", "T1"), _colleague("T2"), False, True),
        (Workspace("E1", "T1"), _colleague("T2", "T1", "T2"), False, False),
        (Workspace("E1", "T1"), _colleague("T2", "T1", "T2", is_admin=True), True, False),
        (Workspace("E1", ""), _colleague("T2", "T2"), False, False),
        (Workspace("E1", ""), _colleague("T2", "T2", is_owner=True), True, False),
        (Workspace("E2", ""), _colleague("T2", "T2", is_owner=True), False, True),
        (Workspace("E2", "T1"), _colleague("T1", "T1"), False, True),
    ],
)
async def test_an_admin_elsewhere_is_no_admin_here(
    workspace: Workspace, user: dict[str, object], is_admin: bool, is_foreign: bool
) -> None:
    """An admin of another organisation, or of another workspace of the same one, is no admin; only admins of
    the workspace and of its whole organisation are. People who are not members are foreign.
    """
    slack = _Slack(is_admin=True, is_owner=True, **user)
    person = await SlackDirectory().person(slack, workspace, "U1")  # type: ignore[arg-type]
    assert person.is_known
    assert (person.is_admin, person.is_foreign, person.is_guest) == (is_admin, is_foreign, is_foreign)


async def test_users_are_cached_unless_a_fresh_answer_is_wanted() -> None:
    """Two lookups make one request to Slack; a wanted age of 0 makes another."""
    slack, directory = _Slack(team_id="T1"), SlackDirectory()
    for max_age in (CACHED_FOR, CACHED_FOR, 0):
        await directory.person(slack, HERE, "U1", max_age=max_age)  # type: ignore[arg-type]
    assert slack.asked == 2


def _refused(code: str) -> SlackApiError:
    response = SimpleNamespace(data={"ok": False, "error": code})
    return SlackApiError("refused", response)  # type: ignore[no-untyped-call]


FAILURES = [
    _refused("ratelimited"),
    _refused("internal_error"),
    aiohttp.ServerDisconnectedError(),
    TimeoutError(),
    ConnectionResetError(),
]


@pytest.mark.parametrize("error", FAILURES, ids=repr)
async def test_the_last_answer_holds_for_a_while(error: Exception) -> None:
    """Where Slack does not answer, its last answer holds for ``LAST_ANSWER_HOLDS_FOR``, and not longer."""
    now = 1000.0
    slack, directory = _Slack(team_id="T1", is_admin=True), SlackDirectory(seconds=lambda: now)

    async def asked() -> Person:
        return await directory.person(slack, HERE, "U1", max_age=0)  # type: ignore[arg-type]

    known, slack.error = await asked(), error
    now += LAST_ANSWER_HOLDS_FOR - 1
    assert await asked() == known
    now += 2
    assert await asked() == Person("U1")
    assert not Person("U1").is_known


async def test_a_user_whom_slack_does_not_know_is_not_known() -> None:
    """That Slack knows no such user is an answer: the last one holds no longer."""
    slack, directory = _Slack(team_id="T1", is_admin=True), SlackDirectory()
    await directory.person(slack, HERE, "U1")  # type: ignore[arg-type]
    slack.error = _refused("user_not_found")
    for max_age in (0, CACHED_FOR):
        assert await directory.person(slack, HERE, "U1", max_age=max_age) == Person("U1")  # type: ignore[arg-type]


@pytest.mark.parametrize("user", [{}, {"is_admin": True}, {"team_id": ""}])
async def test_an_answer_without_a_team_says_not_who_it_is(user: dict[str, object]) -> None:
    """A user object that names no team makes nobody known, and no admin."""
    person = await SlackDirectory().person(_Slack(**user), HERE, "U1")  # type: ignore[arg-type]
    assert person == Person("U1")
