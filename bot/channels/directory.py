"""People and rooms as Slack tells of them, remembered briefly."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.permissions import Person
from digests.model import Workspace

log = structlog.stdlib.get_logger(__name__)

REMEMBERED = 60.0
"""Seconds an answer is good for: long enough for a conversation, short enough for a demotion."""

_MOST = 10_000
_NOT_THERE = frozenset({"channel_not_found", "not_in_channel", "is_archived"})


@dataclass(frozen=True, slots=True)
class Room:
    """A Slack conversation: its name, creator and members. ``is_member``: Haru is in it."""

    name: str | None = None
    creator_id: str | None = None
    members: int = 0
    is_member: bool = False
    is_direct: bool = False


class Directory:
    """Asks Slack who someone is and what a channel is. An answer it cannot get is a stranger's."""

    def __init__(self) -> None:
        self._people: dict[tuple[Workspace, str], tuple[float, Person]] = {}

    async def person(
        self, client: AsyncWebClient, workspace: Workspace, user_id: str, *, fresh: bool = False
    ) -> Person:
        """A user; ``fresh`` asks again. Somebody Slack does not tell of has no rights and no locale."""
        known = self._people.get((workspace, user_id))
        if known and not fresh and time.monotonic() - known[0] < REMEMBERED:
            return known[1]
        try:
            answer = await client.users_info(user=user_id, include_locale=True)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.info("person_unknown", user=user_id, error=type(error).__name__)
            return Person(user_id)
        person = _person(workspace, user_id, answer.get("user"))
        if len(self._people) >= _MOST:
            self._people.clear()
        self._people[workspace, user_id] = (time.monotonic(), person)
        return person

    async def room(self, client: AsyncWebClient, channel_id: str) -> Room:
        """A conversation as it is now; one Slack does not show Haru is one it is not in."""
        try:
            answer = await client.conversations_info(channel=channel_id, include_num_members=True)
        except SlackApiError as error:
            data = error.response.data
            code = str(data.get("error", "")) if isinstance(data, dict) else ""
            log.info("room_unknown", channel=channel_id, code=code)
            # Any other refusal says nothing of membership: the post itself will tell.
            return Room(is_member=code not in _NOT_THERE, is_direct=channel_id.startswith("D"))
        except (aiohttp.ClientError, TimeoutError) as error:
            log.info("room_unknown", channel=channel_id, error=type(error).__name__)
            return Room(is_member=True, is_direct=channel_id.startswith("D"))
        told = answer.get("channel")
        if not isinstance(told, dict):
            return Room()
        is_direct = bool(told.get("is_im"))
        return Room(
            name=told.get("name"),
            creator_id=told.get("creator"),
            members=int(told.get("num_members") or 0),
            is_member=bool(told.get("is_member", True)) or is_direct,
            is_direct=is_direct,
        )


def _person(workspace: Workspace, user_id: str, told: Any) -> Person:
    if not isinstance(told, dict):
        return Person(user_id)
    foreign = _is_foreign(workspace, told)
    admin = bool(told.get("is_admin") or told.get("is_owner") or told.get("is_primary_owner"))
    return Person(
        user_id,
        is_admin=admin and not foreign,
        is_deactivated=bool(told.get("deleted")),
        is_bot=bool(told.get("is_bot")) or user_id == "USLACKBOT",
        is_guest=foreign or bool(told.get("is_restricted") or told.get("is_ultra_restricted")),
        locale=told.get("locale"),
        zone=told.get("tz"),
    )


def _is_foreign(workspace: Workspace, told: dict[str, Any]) -> bool:
    """Someone of another organisation, met in a Slack Connect channel: an admin there is none here."""
    if told.get("is_stranger"):
        return True
    team = told.get("team_id")
    if not team or team == workspace.team_id:
        return False
    grid = told.get("enterprise_user")
    enterprise = grid.get("enterprise_id") if isinstance(grid, dict) else None
    return not workspace.enterprise_id or enterprise != workspace.enterprise_id
