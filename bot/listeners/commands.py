"""Slash commands: `/paper`, `/tag`, `/digest`, and `/haru`, which runs the other three."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot import counts
from bot.language.small_talk import small_talk
from bot.listeners.digest_command import digest_command, is_digest_command
from bot.listeners.lookup import HELP_WORDS, find_papers, find_tag
from bot.listeners.request import LONGEST_TYPED, Request
from bot.listeners.services import Services
from bot.listeners.timely_answer import answer_command
from bot.messages.help import Topic, help_message
from bot.messages.message import Message
from bot.messages.mrkdwn import unescape
from bot.messages.small_talk_replies import small_talk_reply

Command = Callable[[Request, str], Awaitable[Message]]
"""Gives the answer to what was typed after the command's name."""


async def haru_command(request: Request, typed: str) -> Message:
    """The answer to ``/haru typed``: ``/haru paper looped`` is ``/paper looped``, ``/haru off`` is
    ``/digest off``, small talk is answered as such, and everything else is looked up as a paper.
    """
    first, _, rest = typed.strip().partition(" ")
    command = _SUBCOMMANDS.get(first.casefold())
    if command is not None:
        return await command(request, rest)
    if not first or first.casefold() in HELP_WORDS:
        return help_message(Topic.HARU, language=await request.language())
    if kind := small_talk(typed):
        return small_talk_reply(kind, language=await request.language())
    today = request.services.clock.now().date()
    if await asyncio.to_thread(is_digest_command, typed, today=today):
        return await digest_command(request, typed)
    return await find_papers(request, typed)


_SUBCOMMANDS: dict[str, Command] = {
    "paper": find_papers,
    "논문": find_papers,
    "tag": find_tag,
    "태그": find_tag,
    "digest": digest_command,
    "설정": digest_command,
}
_COMMANDS: dict[str, Command] = {
    "paper": find_papers,
    "tag": find_tag,
    "digest": digest_command,
    "haru": haru_command,
}


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the four commands, under their prefix."""
    for name, command in _COMMANDS.items():
        app.command(f"/{services.prefix}{name}")(_listener(services, name, command))


def _listener(services: Services, name: str, command: Command) -> Callable[..., Awaitable[None]]:
    async def listen(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        request = Request.from_body(services, body, client)
        typed = unescape(str(body.get("text") or "")[:LONGEST_TYPED])
        started = time.monotonic()
        await answer_command(ack, request, command(request, typed))
        counts.count_answer(name, time.monotonic() - started)

    return listen
