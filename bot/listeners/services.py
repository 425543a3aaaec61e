"""What listeners work with, and who is asking."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.change_log import ChangeLog
from bot.channels.channel_store import Channels
from bot.channels.management_policies import ManagementPolicies
from bot.channels.permissions import Person, may_administer, may_give, may_manage
from bot.channels.preferences import Channel, Language
from bot.channels.saved_papers import SavedPapers
from bot.channels.user_languages import UserLanguages
from bot.clocks import Clock
from bot.delivery.deliveries import Deliveries
from bot.language.reply_language import reply_language
from bot.workspaces.files import Files
from bot.workspaces.installations import Installations
from bot.workspaces.slack_directory import SlackDirectory
from digests.archive import Archive
from digests.model import Workspace
from digests.sources.source_list import Sources

_EARLIEST_DAY = timedelta(hours=14)
"""Where a day begins first (UTC+14): no digest dated later can be anybody's today."""


def latest_day(clock: Clock) -> date:
    """The last day whose digests can be seen."""
    return (clock.now() + _EARLIEST_DAY).date()


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a listener may call. Built once, by the composition root."""

    archive: Archive
    sources: Sources
    channels: Channels
    changes: ChangeLog
    user_languages: UserLanguages
    saved_papers: SavedPapers
    policies: ManagementPolicies
    deliveries: Deliveries
    installations: Installations
    directory: SlackDirectory
    clock: Clock
    files: Files
    wake: Callable[[], Awaitable[None]]
    default_language: str
    operators: frozenset[str]
    prefix: str = ""
    posting: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a manual post is looked for and opened."""
    keeping: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a given digest is taken in: of two presses the second finds it there."""

    @property
    def until(self) -> date:
        """The last day whose digests can be seen."""
        return latest_day(self.clock)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, where, and the client to answer with. ``trigger_id`` opens a modal, for three seconds."""

    workspace: Workspace
    user_id: str
    channel_id: str
    client: AsyncWebClient
    trigger_id: str | None = None

    @property
    def is_direct(self) -> bool:
        return self.channel_id.startswith("D")


def asker_of(body: Mapping[str, Any], client: AsyncWebClient) -> Asker:
    """Who sent a command, an interaction or an event, and in which workspace."""
    event = _mapping(body.get("event"))
    user = body.get("user")
    container = _mapping(body.get("container"))
    channel = body.get("channel")
    return Asker(
        _workspace(body),
        str(
            body.get("user_id")
            or (user.get("id") if isinstance(user, dict) else user)
            or event.get("user")
            or event.get("user_id")
            or ""
        ),
        str(
            body.get("channel_id")
            or (channel.get("id") if isinstance(channel, dict) else None)
            or container.get("channel_id")
            or _mapping(event.get("channel")).get("id")
            or event.get("channel")
            or event.get("channel_id")
            or ""
        ),
        client,
        str(body["trigger_id"]) if body.get("trigger_id") else None,
    )


def _workspace(body: Mapping[str, Any]) -> Workspace:
    """The workspace whose Haru was asked: in a channel shared through Slack Connect not always the one
    the person belongs to. The order is that in which Bolt looks for the installation.

    An organisation that installed Haru as a whole names no team in an event's authorization, nor in
    an interaction: there it is the team of the event, or of the person. That
    ``is_enterprise_install`` is a string in commands does not matter here.
    """
    event = _mapping(body.get("event"))
    team = body.get("team")
    enterprise = body.get("enterprise")
    authorizations = body.get("authorizations")
    authorized = _mapping(authorizations[0]) if isinstance(authorizations, list) and authorizations else {}
    enterprise_id = (
        (enterprise if isinstance(enterprise, str) else _mapping(enterprise).get("id"))
        or authorized.get("enterprise_id")
        or (None if authorized else body.get("enterprise_id"))
        or _mapping(team).get("enterprise_id")
    )
    team_id = (
        _mapping(body.get("view")).get("app_installed_team_id")
        or (team if isinstance(team, str) else _mapping(team).get("id"))
        or authorized.get("team_id")
        or body.get("context_team_id")
        or body.get("team_id")
        or event.get("team")
        or _mapping(body.get("user")).get("team_id")
    )
    return Workspace(str(enterprise_id or ""), str(team_id or ""))


async def language_of(services: Services, asker: Asker, channel: Channel | None) -> str:
    """The language of a reply to this person; DESIGN.md section 2."""
    chosen = await services.user_languages.get(asker.workspace, asker.user_id)
    return await _reply_language(services, asker, chosen, channel.preferences.language if channel else None)


async def language_here(services: Services, asker: Asker) -> str:
    """The same where they ask, of a channel that need not be looked up for anything else."""
    chosen, preferred = await services.user_languages.get_with_channel(
        asker.workspace, asker.user_id, asker.channel_id
    )
    return await _reply_language(services, asker, chosen, preferred)


async def _reply_language(services: Services, asker: Asker, chosen: str | None, preferred: str | None) -> str:
    if chosen:
        return reply_language(chosen, None, None, services.default_language)
    if preferred is not None and preferred != Language.BOTH:
        return reply_language(None, preferred, None, services.default_language)
    person = await services.directory.person(asker.client, asker.workspace, asker.user_id)
    return reply_language(None, None, person.locale, services.default_language)


async def manager(services: Services, asker: Asker, channel: Channel, *, fresh: bool = True) -> Person | None:
    """The asker, if they may change this channel's settings; None otherwise.

    A direct message with Haru is its person's own.
    """
    person = await services.directory.person(asker.client, asker.workspace, asker.user_id, fresh=fresh)
    if channel.is_direct:
        return person if channel.creator_id in (None, asker.user_id) else None
    everyone = await services.policies.is_open(asker.workspace)
    allowed = may_manage(person, channel, operators=services.operators, open_to_everyone=everyone)
    return person if allowed else None


async def administrator(services: Services, asker: Asker) -> Person | None:
    """The asker, if they may decide for the whole workspace; None otherwise."""
    person = await services.directory.person(asker.client, asker.workspace, asker.user_id, fresh=True)
    return person if may_administer(person, operators=services.operators) else None


async def giver(services: Services, asker: Asker, *, fresh: bool = True) -> Person | None:
    """The asker, if they may give the workspace a digest; None otherwise."""
    person = await services.directory.person(asker.client, asker.workspace, asker.user_id, fresh=fresh)
    everyone = await services.policies.is_open(asker.workspace)
    return person if may_give(person, operators=services.operators, open_to_everyone=everyone) else None


async def channel_here(services: Services, asker: Asker) -> Channel:
    """The channel asked in; a new one takes the asker's zone and language, and is off."""
    known = await services.channels.get(asker.workspace, asker.channel_id)
    if known is not None and known.creator_id is not None:
        return known
    room = await services.directory.conversation(asker.client, asker.channel_id)
    person = await services.directory.person(asker.client, asker.workspace, asker.user_id)
    spoken = reply_language(None, None, person.locale, services.default_language)
    return await services.channels.get_or_create(
        asker.workspace,
        asker.channel_id,
        language=Language(spoken),
        zone=person.zone,
        name=room.name,
        creator_id=asker.user_id if asker.is_direct else room.creator_id,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
