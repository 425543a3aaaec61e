"""Slash commands: `/paper`, `/tag`, `/digest`, and `/haru`, which does what they do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners.answering import answer, language_for
from bot.listeners.digest_command import digest_command
from bot.listeners.search_answers import HELP, find, find_tag
from bot.listeners.services import Asker, Services, asker_of, language_here
from bot.messages.help import Topic, help_message
from bot.messages.message import Message
from bot.messages.mrkdwn import unescape

Command = Callable[[Services, Asker, str], Awaitable[Message]]


async def haru_command(services: Services, asker: Asker, typed: str) -> Message:
    """``/haru paper looped`` is ``/paper looped``; a word that is no command is looked up."""
    first, _, rest = typed.strip().partition(" ")
    command = _UNDER_HARU.get(first.casefold())
    if command is not None:
        return await command(services, asker, rest)
    if not first or first.casefold() in HELP:
        return help_message(Topic.HARU, language=await language_here(services, asker))
    return await find(services, asker, typed)


_UNDER_HARU: dict[str, Command] = {
    "paper": find,
    "논문": find,
    "tag": find_tag,
    "태그": find_tag,
    "digest": digest_command,
    "설정": digest_command,
}
_COMMANDS: dict[str, Command] = {
    "paper": find,
    "tag": find_tag,
    "digest": digest_command,
    "haru": haru_command,
}


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the four commands, under their prefix."""
    for name, command in _COMMANDS.items():
        app.command(f"/{services.prefix}{name}")(_listener(services, command))


def _listener(services: Services, command: Command) -> Callable[..., Awaitable[None]]:
    async def listen(
        ack: AsyncAck, respond: AsyncRespond, body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        asker = asker_of(body, client)
        typed = unescape(str(body.get("text") or ""))
        work = command(services, asker, typed)
        await answer(ack, respond, work, asker=asker, language=language_for(services, asker))

    return listen
