"""Asks Slack about users and conversations."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.permissions import Person
from bot.workspaces.slack_errors import error_code
from digests.model import Workspace

log = structlog.stdlib.get_logger(__name__)

CACHED_FOR = 60.0
"""How many seconds a user is cached: long enough for a conversation, short enough for lost admin rights."""

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
    """Looks up users and conversations in Slack. Raises no error if Slack does not answer."""

    def __init__(self) -> None:
        self._people: dict[tuple[Workspace, str], tuple[float, Person]] = {}

    async def person(
        self, client: AsyncWebClient, workspace: Workspace, user_id: str, *, fresh: bool = False
    ) -> Person:
        """A user, from the cache unless ``fresh``.

        If Slack does not answer: a user who is no admin and has no locale or time zone.
        """
        cached = self._people.get((workspace, user_id))
        if cached and not fresh and time.monotonic() - cached[0] < CACHED_FOR:
            return cached[1]
        try:
            answer = await client.users_info(user=user_id, include_locale=True)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.info("person_unknown", user=user_id, error=type(error).__name__)
            return Person(user_id)
        person = _person(workspace, user_id, answer.get("user"))
        if len(self._people) >= _CACHE_SIZE:
            self._people.clear()
        self._people[workspace, user_id] = (time.monotonic(), person)
        return person

    async def conversation(self, client: AsyncWebClient, channel_id: str) -> Conversation:
        """A conversation as it is now.

        If Slack does not answer, ``is_member`` is True: a post to the conversation will show whether it is.
        """
        try:
            answer = await client.conversations_info(channel=channel_id, include_num_members=True)
        except SlackApiError as error:
            code = error_code(error)
            log.info("conversation_unknown", channel=channel_id, code=code)
            return Conversation(is_member=code not in _NO_ACCESS)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.info("conversation_unknown", channel=channel_id, error=type(error).__name__)
            return Conversation(is_member=True)
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
    if not isinstance(user, dict):
        return Person(user_id)
    is_foreign = _is_foreign(workspace, user)
    is_admin = bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner"))
    return Person(
        user_id,
        is_admin=is_admin and not is_foreign,
        is_deactivated=bool(user.get("deleted")),
        is_bot=bool(user.get("is_bot")) or user_id == "USLACKBOT",
        is_guest=is_foreign or bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        locale=user.get("locale"),
        zone=user.get("tz"),
    )


def _is_foreign(workspace: Workspace, user: dict[str, Any]) -> bool:
    """Whether a user belongs to another organisation, as members of a Slack Connect channel may.

    The user's admin rights are then rights in that organisation, not here.
    """
    if user.get("is_stranger"):
        return True
    team = user.get("team_id")
    if not team or team == workspace.team_id:
        return False
    grid = user.get("enterprise_user")
    enterprise = grid.get("enterprise_id") if isinstance(grid, dict) else None
    return not workspace.enterprise_id or enterprise != workspace.enterprise_id
