"""Asks Slack about users and conversations."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.permissions import Person
from bot.workspaces.slack_errors import SlackCallError, call
from digests.model import Workspace

log = structlog.stdlib.get_logger(__name__)

CACHED_FOR = 60.0
"""How many seconds a user is cached: long enough for a conversation, short enough for lost admin rights."""

LAST_ANSWER_HOLDS_FOR = 15 * 60.0
"""How many seconds the last answer about a user holds where Slack does not answer: longer than the minutes
of a rate limit and of most outages, but short for a user who lost admin rights and can cause rate limits.
"""

_NO_SUCH_USER = frozenset({"user_not_found", "users_not_found", "user_not_visible"})
"""Errors which are an answer: Slack knows no such user, or hides it from Haru."""

_CACHE_SIZE = 10_000
_NO_ACCESS = frozenset({"channel_not_found", "not_in_channel", "is_archived"})
"""Errors which say that Haru is not a member of a conversation."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A Slack channel or direct message. ``members`` is how many there are; ``is_member`` is about Haru."""

    name: str | None = None
    creator_id: str | None = None
    members: int = 0
    is_member: bool = False


class SlackDirectory:
    """Looks up users and conversations in Slack. Raises no error if Slack does not answer.

    ``seconds`` is a clock that never goes back, against which the age of an answer is measured.
    """

    def __init__(self, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._people: dict[tuple[Workspace, str], tuple[float, Person]] = {}

    async def person(
        self,
        client: AsyncWebClient,
        workspace: Workspace,
        user_id: str,
        *,
        max_age: float = CACHED_FOR,
    ) -> Person:
        """A user, by an answer of Slack that is at most ``max_age`` seconds old; 0 asks Slack now.

        If Slack does not answer, its last answer holds for ``LAST_ANSWER_HOLDS_FOR``. After that, and where
        there was none, the user is not known.
        """
        key = (workspace, user_id)
        answered_at, last = self._people.get(key, (-math.inf, Person(user_id)))
        if self._seconds() - answered_at < max_age:
            return last
        try:
            answer = await call(client.users_info(user=user_id, include_locale=True))
        except SlackCallError as error:
            log.info("person_unknown", user=user_id, code=error.code)
            if error.code in _NO_SUCH_USER:
                self._people.pop(key, None)
                return Person(user_id)
        else:
            person = _person(workspace, user_id, answer.get("user"))
            self._keep(key, person)
            return person
        return last if self._seconds() - answered_at < LAST_ANSWER_HOLDS_FOR else Person(user_id)

    def _keep(self, key: tuple[Workspace, str], person: Person) -> None:
        """Remember an answer; where there are too many, forget the oldest."""
        self._people.pop(key, None)
        if len(self._people) >= _CACHE_SIZE:
            del self._people[next(iter(self._people))]
        self._people[key] = (self._seconds(), person)

    async def conversation(self, client: AsyncWebClient, channel_id: str) -> Conversation:
        """A conversation as it is now.

        If Slack does not answer, ``is_member`` is True: a post to the conversation will show whether it is.
        """
        try:
            answer = await call(client.conversations_info(channel=channel_id, include_num_members=True))
        except SlackCallError as error:
            log.info("conversation_unknown", channel=channel_id, code=error.code)
            return Conversation(is_member=error.code not in _NO_ACCESS)
        found = answer.get("channel")
        if not isinstance(found, dict):
            return Conversation()
        return Conversation(
            name=found.get("name"),
            creator_id=found.get("creator"),
            members=int(found.get("num_members") or 0),
            is_member=bool(found.get("is_member", True)) or bool(found.get("is_im")),
        )


def _person(workspace: Workspace, user_id: str, user: Any) -> Person:
    """The person that a user object describes; not known if it does not say whose team the user is of."""
    if not isinstance(user, dict) or not user.get("team_id"):
        return Person(user_id)
    is_foreign = not _is_member(workspace, user)
    return Person(
        user_id,
        is_known=True,
        is_foreign=is_foreign,
        is_admin=not is_foreign and _is_admin(workspace, user),
        is_deactivated=bool(user.get("deleted")),
        is_bot=bool(user.get("is_bot")) or user_id == "USLACKBOT",
        is_guest=is_foreign or bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        locale=user.get("locale"),
        zone=user.get("tz"),
    )


def _is_member(workspace: Workspace, user: dict[str, Any]) -> bool:
    """Whether a user belongs to the workspace.

    Others come from another organisation, or from another workspace of the same one, through a shared
    channel. ``enterprise_user`` lists the user's workspaces in an organisation
    (https://docs.slack.dev/reference/objects/user-object). A workspace without a team id stands for the whole
    organisation.
    """
    if user.get("is_stranger"):
        return False
    grid = _enterprise_user(user)
    is_colleague = bool(grid) and grid.get("enterprise_id") == workspace.enterprise_id
    if grid and workspace.enterprise_id and not is_colleague:
        return False
    if user["team_id"] == workspace.team_id:
        return True
    teams = grid.get("teams")
    return is_colleague and (
        not workspace.team_id or (isinstance(teams, list) and workspace.team_id in teams)
    )


def _is_admin(workspace: Workspace, user: dict[str, Any]) -> bool:
    """Whether a member is an admin or owner of the workspace, or of its whole organisation.

    ``is_admin`` and ``is_owner`` of the user object are about the team that the object names.
    """
    grid = _enterprise_user(user)
    if workspace.enterprise_id and (grid.get("is_admin") or grid.get("is_owner")):
        return True
    if user["team_id"] != workspace.team_id:
        return False
    return bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner"))


def _enterprise_user(user: dict[str, Any]) -> dict[str, Any]:
    """What the user is in their organisation; empty outside of Enterprise Grid."""
    grid = user.get("enterprise_user")
    return grid if isinstance(grid, dict) else {}
