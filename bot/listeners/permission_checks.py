"""Refuses those who may not do something. What they may is decided in ``bot.channels.permissions``."""

from __future__ import annotations

from bot.channels.permissions import people_who_may_manage
from bot.channels.preferences import Channel
from bot.listeners.request import Request
from bot.messages import refusals
from bot.messages.message import Message


async def refusal_to_manage(request: Request, channel: Channel) -> Message | None:
    """The refusal for a person who may not change the channel's settings; None for one who may."""
    if (await request.rights()).may_manage(channel):
        return None
    return refusals.not_permitted(people_who_may_manage(channel), language=await request.language())


async def refusal_to_administer(request: Request) -> Message | None:
    """The refusal for a person who may not decide for the whole workspace; None for one who may."""
    if (await request.rights()).may_administer:
        return None
    return refusals.only_admins_decide(language=await request.language())


async def refusal_to_add_papers(request: Request) -> Message | None:
    """The refusal for a person who may not add papers to the workspace; None for one who may."""
    if (await request.rights()).may_add_papers:
        return None
    return refusals.only_admins_add_papers(language=await request.language())
