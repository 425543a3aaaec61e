"""A press of a button or a choice of a menu, and the ways to answer one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.listeners.answering import say, tell
from bot.listeners.services import Asker, Services, language_of
from bot.messages.message import Message
from bot.messages.problems import Problem, problem
from digests.model import ArchivedEntry


@dataclass(frozen=True, slots=True)
class Press:
    """One press of a button or choice of a menu. The value is read with the presser's own eyes:
    it names things by id, and says nothing of whether they may be seen.
    """

    services: Services
    asker: Asker
    body: dict[str, Any]
    value: str
    respond: AsyncRespond

    @property
    def has_message(self) -> bool:
        return bool(self.body.get("response_url"))

    @property
    def is_in_home(self) -> bool:
        view = self.body.get("view")
        return isinstance(view, dict) and view.get("type") == "home"


async def answer(press: Press, message: Message) -> None:
    """Answer the presser only: where the button was, else in the channel, else directly."""
    if press.has_message and await say(press.respond, message):
        return
    await tell(press.asker.client, press.asker.channel_id, press.asker.user_id, message)


async def replaced(press: Press, message: Message) -> None:
    """Answer in place of the message the button was in."""
    if not await say(press.respond, message, replace=True):
        await tell(press.asker.client, press.asker.channel_id, press.asker.user_id, message)


async def entry_of(press: Press, id_: str) -> tuple[ArchivedEntry | None, str]:
    """The entry of an id, if the presser may see it, and their language; they are told where it is gone."""
    services, asker = press.services, press.asker
    channel = await services.channels.get(asker.workspace, asker.channel_id)
    language = await language_of(services, asker, channel)
    entry = None
    if number(id_):
        entry = await services.archive.entry(number(id_), workspace=asker.workspace, until=services.until)
    if entry is None:
        await gone(press)
    return entry, language


async def gone(press: Press) -> None:
    """What the button is about is no longer there."""
    channel = await press.services.channels.get(press.asker.workspace, press.asker.channel_id)
    language = await language_of(press.services, press.asker, channel)
    await answer(press, problem(Problem.ENTRY_GONE, language=language))


def split(value: str, parts: int) -> list[str]:
    """The parts of a value; those it lacks are empty."""
    found = value.split(":", parts - 1)
    return found + [""] * (parts - len(found))


def number(text: str) -> int:
    """A number of a value we wrote; anything else, which only a forger writes, is 0."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def ids(value: str) -> tuple[int, ...]:
    """The numbers of a value, without what is none."""
    return tuple(number(part) for part in value.split(",") if number(part))
