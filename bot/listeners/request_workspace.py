"""Which workspace a Slack request is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from digests.model import Workspace


def workspace_of(body: Mapping[str, Any]) -> Workspace:
    """The workspace where Haru was asked, from the payload of a command, an interaction or an event.

    In a channel shared through Slack Connect it may differ from the workspace of the person who asks. Ids
    that the payload does not hold are empty. The order of the fields is the one in which Bolt looks for the
    installation (``slack_bolt/request/internals.py``), so that both find the same workspace.

    Where an organisation installed Haru as a whole, an event's authorization names no team, and an
    interaction has no team at all: then the team is that of the event, or of the person.
    """
    event = mapping(body.get("event"))
    team = body.get("team")
    enterprise = body.get("enterprise")
    authorization = _first_authorization(body)
    enterprise_id = (
        (enterprise if isinstance(enterprise, str) else mapping(enterprise).get("id"))
        or authorization.get("enterprise_id")
        # Beside an authorization this field names the organisation of the person who asks.
        or (None if authorization else body.get("enterprise_id"))
        or mapping(team).get("enterprise_id")
    )
    team_id = (
        mapping(body.get("view")).get("app_installed_team_id")
        or (team if isinstance(team, str) else mapping(team).get("id"))
        or authorization.get("team_id")
        or body.get("context_team_id")
        or body.get("team_id")
        or event.get("team")
        or mapping(body.get("user")).get("team_id")
    )
    return Workspace(str(enterprise_id or ""), str(team_id or ""))


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def _first_authorization(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first entry of an event's ``authorizations``; Slack sends one at most."""
    authorizations = body.get("authorizations")
    return mapping(authorizations[0]) if isinstance(authorizations, list) and authorizations else {}
