"""One request from Slack: who asks, where, and what Haru knows of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.permissions import Person, Rights
from bot.channels.preferences import Channel
from bot.language.reply_language import chosen_language, reply_language
from bot.listeners.request_workspace import mapping, workspace_of
from bot.listeners.services import Services
from bot.listeners.visible_archive import VisibleArchive
from bot.workspaces.installations import Installation
from bot.workspaces.slack_directory import CACHED_FOR, LAST_ANSWER_HOLDS_FOR, Conversation
from digests.model import Workspace

LONGEST_TYPED = 4000
"""How many characters of a command or message are read: what Slack advises for a message's text, and more
than any question or setting needs. The rest is cut off before anything looks at it.
"""


class Request:
    """A command, button press, submission or event: who asks, where, and the client to answer with.

    The channel, the reply language, the person's rights and the installation are read when a handler first
    asks for them, and kept for the rest of the request. After a change, ``in_channel`` makes a new request
    that reads them again. Does not answer.

    ``channel_id`` is empty where there is no channel, as in App Home. ``trigger_id`` opens a modal within
    three seconds of the request. ``thread_ts`` is the thread that an event was written in, or empty.
    ``response_url`` takes answers to a command or a press (``replies.respond_at_url``); it may be empty.
    """

    def __init__(
        self,
        services: Services,
        *,
        workspace: Workspace,
        user_id: str,
        channel_id: str,
        client: AsyncWebClient,
        trigger_id: str | None = None,
        thread_ts: str = "",
        response_url: str = "",
    ) -> None:
        self.services = services
        self.workspace = workspace
        self.user_id = user_id
        self.channel_id = channel_id
        self.client = client
        self.trigger_id = trigger_id
        self.thread_ts = thread_ts
        self.response_url = response_url
        self._channel: Channel | None = None
        self._channel_is_read = False
        self._channel_is_complete = False
        self._installation: Installation | None = None
        self._installation_is_read = False
        self._language: str | None = None
        self._rights: Rights | None = None
        self._rights_are_fresh = False

    @classmethod
    def from_body(cls, services: Services, body: Mapping[str, Any], client: AsyncWebClient) -> Request:
        """The request in the payload of a command, an interaction or an event."""
        return cls(
            services,
            workspace=workspace_of(body),
            user_id=_user_id(body),
            channel_id=_channel_id(body),
            client=client,
            trigger_id=str(body["trigger_id"]) if body.get("trigger_id") else None,
            thread_ts=str(mapping(body.get("event")).get("thread_ts") or ""),
            response_url=str(body.get("response_url") or ""),
        )

    def in_channel(self, channel_id: str) -> Request:
        """The same person's request about this channel, with nothing read yet."""
        return self._copy(channel_id=channel_id, user_id=self.user_id)

    def as_user(self, user_id: str) -> Request:
        """A request of another person in the same channel, to answer them in their language."""
        return self._copy(channel_id=self.channel_id, user_id=user_id)

    @property
    def is_direct(self) -> bool:
        """Whether it comes from the direct message with Haru."""
        return self.channel_id.startswith("D")

    async def known_channel(self) -> Channel | None:
        """The channel with its settings, or None if Haru does not know it."""
        if not self._channel_is_read:
            self._channel = await self.services.settings.find(self.workspace, self.channel_id)
            self._channel_is_read = True
        return self._channel

    async def channel(self) -> Channel:
        """The channel with its settings.

        A new channel is added turned off, with the person's language and time zone.
        """
        known = await self.known_channel()
        if known is not None and (known.creator_id is not None or self._channel_is_complete):
            return known
        conversation = await self.conversation()
        if self.is_direct:
            conversation = replace(conversation, creator_id=self.user_id)
        person = await self.person()
        self._channel = await self.services.settings.find_or_add(
            self.workspace,
            self.channel_id,
            conversation,
            language=self._language_by_locale(person),
            zone=person.zone,
        )
        self._channel_is_complete = True
        return self._channel

    async def language(self) -> str:
        """The language of the reply, ``ko`` or ``en``, by the order of ``reply_language``."""
        if self._language is None:
            chosen = chosen_language(
                *await self.services.user_languages.get_with_channel(
                    self.workspace, self.user_id, self.channel_id
                )
            )
            self._language = chosen or self._language_by_locale(await self.person())
        return self._language

    async def person(self, *, fresh: bool = False) -> Person:
        """The person who asks. ``fresh`` asks Slack now; otherwise its answer may be a minute old."""
        return await self._person(max_age=0 if fresh else CACHED_FOR)

    async def rights(self, *, fresh: bool = True) -> Rights:
        """What the person may do.

        Ask for ``fresh`` rights before a change; others may be a minute old, enough to show something.
        """
        if self._rights is None or (fresh and not self._rights_are_fresh):
            self._rights = Rights(
                await self.person(fresh=fresh),
                is_operator=self.user_id in self.services.operators,
                open_to_everyone=await self.services.policies.is_open(self.workspace),
            )
            self._rights_are_fresh = fresh
        return self._rights

    async def sees_own_papers(self) -> bool:
        """Whether the person may see the papers that belong to the workspace alone.

        Membership hardly ever changes, so an answer of Slack counts for as long as it holds at all.
        """
        return Rights(await self._person(max_age=LAST_ANSWER_HOLDS_FOR)).may_see_own_papers

    async def archive(self) -> VisibleArchive:
        """The archive as this person may see it. Every listener reads papers through it."""
        workspace = self.workspace if await self.sees_own_papers() else None
        return VisibleArchive(self.services.archive, workspace, until=self.services.latest_day)

    def archive_for_all(self) -> VisibleArchive:
        """The archive as everybody may see it: for what is shown in a channel unasked."""
        return VisibleArchive(self.services.archive, None, until=self.services.latest_day)

    async def installation(self) -> Installation | None:
        """Haru's installation in the workspace, or None if there is none any more."""
        if not self._installation_is_read:
            self._installation = await self.services.installations.get(self.workspace)
            self._installation_is_read = True
        return self._installation

    async def conversation(self) -> Conversation:
        """The conversation as Slack has it now: its name, its members, and whether Haru is one."""
        return await self.services.directory.conversation(self.client, self.channel_id)

    async def _person(self, *, max_age: float) -> Person:
        return await self.services.directory.person(
            self.client, self.workspace, self.user_id, max_age=max_age
        )

    def _language_by_locale(self, person: Person) -> str:
        return reply_language(None, None, person.locale, self.services.default_language)

    def _copy(self, *, channel_id: str, user_id: str) -> Request:
        return Request(
            self.services,
            workspace=self.workspace,
            user_id=user_id,
            channel_id=channel_id,
            client=self.client,
            trigger_id=self.trigger_id,
            response_url=self.response_url,
        )


def _user_id(body: Mapping[str, Any]) -> str:
    user, event = body.get("user"), mapping(body.get("event"))
    return str(
        body.get("user_id")
        or (mapping(user).get("id") if isinstance(user, dict) else user)
        or event.get("user")
        or event.get("user_id")
        or ""
    )


def _channel_id(body: Mapping[str, Any]) -> str:
    event = mapping(body.get("event"))
    return str(
        body.get("channel_id")
        or mapping(body.get("channel")).get("id")
        or mapping(body.get("container")).get("channel_id")
        or mapping(event.get("channel")).get("id")
        or event.get("channel")
        or event.get("channel_id")
        or ""
    )
