"""Which workspace a request is about, by payloads as Slack sends them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.listeners.request_workspace import workspace_of
from digests.model import Workspace

COMMAND = {"command": "/paper", "team_id": "T1", "user_id": "U1", "is_enterprise_install": "false"}
GRID_COMMAND = COMMAND | {"enterprise_id": "E1", "is_enterprise_install": "true"}
BUTTON = {"type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"}}
GRID_BUTTON = BUTTON | {"team": {"id": "T1", "enterprise_id": "E1"}}
ORGANISATION_BUTTON = BUTTON | {"team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True}
SHARED_MODAL = {
    "type": "view_submission",
    "team": {"id": "T2"},
    "user": {"id": "U2", "team_id": "T2"},
    "view": {"app_installed_team_id": "T1"},
}
EVENT = {
    "type": "event_callback",
    "team_id": "T1",
    "authorizations": [{"enterprise_id": None, "team_id": "T1", "is_enterprise_install": False}],
    "event": {"type": "app_mention", "team": "T1"},
}
SHARED_EVENT = EVENT | {
    "team_id": "T2",
    "enterprise_id": "E2",
    "event": {"type": "app_mention", "team": "T2"},
}
ORGANISATION_EVENT = EVENT | {
    "authorizations": [{"enterprise_id": "E1", "team_id": None, "is_enterprise_install": True}],
    "context_team_id": "T1",
    "enterprise_id": "E1",
}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(COMMAND, Workspace("", "T1"), id="command"),
        pytest.param(GRID_COMMAND, Workspace("E1", "T1"), id="command in an organisation"),
        pytest.param(BUTTON, Workspace("", "T1"), id="button"),
        pytest.param(GRID_BUTTON, Workspace("E1", "T1"), id="button in an organisation"),
        pytest.param(ORGANISATION_BUTTON, Workspace("E1", "T1"), id="button, installed by an organisation"),
        pytest.param(SHARED_MODAL, Workspace("", "T1"), id="modal of a person from elsewhere"),
        pytest.param(EVENT, Workspace("", "T1"), id="event"),
        pytest.param(SHARED_EVENT, Workspace("", "T1"), id="event of a person from elsewhere"),
        pytest.param(ORGANISATION_EVENT, Workspace("E1", "T1"), id="event, installed by an organisation"),
    ],
)
def test_the_workspace_is_the_one_haru_was_asked_in(body: dict[str, Any], expected: Workspace) -> None:
    """The workspace is that of the installation that was asked, not that of a person from another one."""
    assert workspace_of(body) == expected


@pytest.mark.parametrize(
    "body", [{}, {"team": None, "user": None, "view": 1}, {"authorizations": [None], "event": "x"}]
)
def test_a_payload_without_a_workspace_names_none(body: dict[str, Any]) -> None:
    """Ids that a payload does not hold are empty, whatever stands in their place."""
    assert workspace_of(body) == Workspace("", "")
