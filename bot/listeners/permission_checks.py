"""Refuses those who may not do something, or whose rights could not be checked.

What people may do is decided in ``bot.channels.permissions``.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.channels.permissions import Person, Rights, people_who_may_manage
from bot.channels.preferences import Channel
from bot.listeners.request import Request
from bot.messages import refusals
from bot.messages.message import Message
from bot.messages.refusals import Failure, Mistyped, failure


async def refusal_to_manage(request: Request, channel: Channel) -> Message | None:
    """The refusal for a person who may not change the channel's settings; None for one who may."""
    rights = await request.rights()
    if rights.may_manage(channel):
        return None
    if channel.is_direct and rights.person.is_foreign:
        return failure(Failure.ONLY_MEMBERS, language=await request.language())
    return await _not_checked(request, rights) or refusals.not_permitted(
        people_who_may_manage(channel), language=await request.language()
    )


async def refusal_to_administer(request: Request) -> Message | None:
    """The refusal for a person who may not decide for the whole workspace; None for one who may."""
    rights = await request.rights()
    if rights.may_administer:
        return None
    return await _not_checked(request, rights) or refusals.only_admins_decide(
        language=await request.language()
    )


async def refusal_to_add_papers(request: Request) -> Message | None:
    """The refusal for a person who may not add papers to the workspace; None for one who may."""
    rights = await request.rights()
    if rights.may_add_papers:
        return None
    return await _not_checked(request, rights) or refusals.only_admins_add_papers(
        language=await request.language()
    )


async def refusal_of_managers(request: Request, user_ids: Iterable[str]) -> Message | None:
    """The refusal of new managers that are bots or deactivated, or that could not be checked; else None."""
    people = await _people(request, user_ids)
    unfit = [person.user_id for person in people if person.is_bot or person.is_deactivated]
    if unfit:
        return refusals.cannot_be_managers(unfit, language=await request.language())
    if not all(person.is_known for person in people):
        return failure(Failure.PEOPLE_NOT_CHECKED, language=await request.language())
    return None


async def error_of_managers_in_modal(request: Request, user_ids: Iterable[str]) -> str | None:
    """As ``refusal_of_managers``, as the text of an error below a modal's input."""
    people = await _people(request, user_ids)
    language = await request.language()
    if any(person.is_bot or person.is_deactivated for person in people):
        return refusals.mistyped_in_modal(Mistyped.MANAGERS, language=language)
    if not all(person.is_known for person in people):
        return failure(Failure.PEOPLE_NOT_CHECKED, language=language).text
    return None


async def _people(request: Request, user_ids: Iterable[str]) -> list[Person]:
    directory = request.services.directory
    return [
        await directory.person(request.client, request.workspace, user_id) for user_id in sorted(user_ids)
    ]


async def _not_checked(request: Request, rights: Rights) -> Message | None:
    """Says that Slack did not tell who the person is; None if it did."""
    if rights.person.is_known:
        return None
    return refusals.not_checked(language=await request.language())
