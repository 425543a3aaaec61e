"""Users as Slack describes them."""

from __future__ import annotations

import pytest

from bot.workspaces.slack_directory import SlackDirectory
from digests.model import Workspace


class _Slack:
    def __init__(self, **user: object) -> None:
        self.user = user
        self.asked = 0

    async def users_info(self, **_: object) -> dict[str, object]:
        self.asked += 1
        return {"user": self.user}


@pytest.mark.parametrize(
    ("workspace", "user", "is_admin"),
    [
        (Workspace("", "T1"), {"team_id": "T1"}, True),
        (Workspace("", "T1"), {"team_id": "T2"}, False),
        (Workspace("", "T1"), {"team_id": "T1", "is_stranger": True}, False),
        (Workspace("E1", "T1"), {"team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}, True),
        (Workspace("E1", ""), {"team_id": "T2", "enterprise_user": {"enterprise_id": "E2"}}, False),
    ],
)
async def test_an_admin_of_another_organisation_is_a_guest(
    workspace: Workspace, user: dict[str, object], is_admin: bool
) -> None:
    """Slack Connect channels have members of other organisations; Enterprise Grid teams are not others."""
    slack = _Slack(is_admin=True, **user)
    person = await SlackDirectory().person(slack, workspace, "U1")  # type: ignore[arg-type]
    assert person.is_admin is is_admin
    assert person.is_guest is not is_admin


async def test_users_are_cached_unless_a_fresh_answer_is_wanted() -> None:
    """Two lookups make one request to Slack; ``fresh`` makes another."""
    slack, directory, here = _Slack(team_id="T1"), SlackDirectory(), Workspace("", "T1")
    for fresh in (False, False, True):
        await directory.person(slack, here, "U1", fresh=fresh)  # type: ignore[arg-type]
    assert slack.asked == 2
