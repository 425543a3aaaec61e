"""A question turned into an answer: for commands, mentions and direct messages alike."""

from __future__ import annotations

import asyncio
from datetime import date
from zoneinfo import ZoneInfo

from bot.channels.preferences import Channel
from bot.listeners.services import Asker, Services, language_here, language_of
from bot.messages import paper, search_results
from bot.messages.help import Topic, help_message
from bot.messages.message import Message
from bot.messages.problems import Problem, problem
from digests.model import Results
from digests.search import times

HELP = frozenset({"help", "?", "도움말", "도움", "사용법"})
_TODAY = frozenset({"today", "오늘"})


async def find(services: Services, asker: Asker, typed: str) -> Message:
    """The answer to ``/paper typed``: one entry whole, several as a list, none with guesses."""
    question = typed.strip()
    if not question or question.casefold() in HELP:
        return help_message(Topic.PAPER, language=await language_here(services, asker))
    if question.casefold() in _TODAY:
        channel = await services.channels.get(asker.workspace, asker.channel_id)
        language = await language_of(services, asker, channel)
        today = await _today(services, channel, question)
        if channel is not None and today is None:
            return search_results.nothing_today(language=language)
        found = await _search(services, asker, question, today)
    else:
        # Neither waits for the other: most of both is waiting for the database.
        language, found = await asyncio.gather(
            language_here(services, asker), _search(services, asker, question, None)
        )
    if found.hits and (found.total == 1 or found.is_direct):
        return paper.answer(
            found.hits[0].entry,
            language=language,
            corrections=found.corrections,
            can_share=not asker.is_direct,
        )
    return _listing(found, language)


async def turn(services: Services, asker: Asker, question: str, offset: int) -> Message:
    """Another page of a list, or the list again after one of its hits; a list even of one."""
    channel = await services.channels.get(asker.workspace, asker.channel_id)
    found = await _search(services, asker, question, await _today(services, channel, question), offset)
    return _listing(found, await language_of(services, asker, channel))


async def find_tag(services: Services, asker: Asker, typed: str) -> Message:
    """The answer to ``/tag typed``: the tag's papers, newest first; without a word the most used tags."""
    channel = await services.channels.get(asker.workspace, asker.channel_id)
    language = await language_of(services, asker, channel)
    question = typed.strip()
    if question.casefold() in HELP:
        return help_message(Topic.TAG, language=language)
    counts = await services.archive.tags(
        workspace=asker.workspace, until=services.until, limit=30 if not question else 1000
    )
    if not question:
        return search_results.tags(counts, language=language)
    found = await services.archive.tagged(
        question, workspace=asker.workspace, until=services.until, limit=search_results.PAGE
    )
    if not found.hits:
        near = [one for one in counts if one.tag.name in found.suggestions]
        return search_results.no_tag(question, near, language=language)
    tag = next((one for one in counts if one.tag.name == found.query), None)
    if tag is None:
        return search_results.listing(found, language=language)
    return search_results.tagged(_as_search(found), tag, language=language, typed=question)


async def open_hit(services: Services, asker: Asker, entry_id: int, offset: int, query: str) -> Message:
    """A hit opened in place of its list, with the way back."""
    language = await language_here(services, asker)
    entry = await services.archive.entry(entry_id, workspace=asker.workspace, until=services.until)
    if entry is None:
        return problem(Problem.ENTRY_GONE, language=language)
    return paper.answer(entry, language=language, back=(query, offset), can_share=not asker.is_direct)


async def _today(services: Services, channel: Channel | None, question: str) -> date | None:
    """The newest digest this channel has had, where that is what is asked for."""
    if channel is None or question.casefold() not in _TODAY:
        return None
    return await services.deliveries.newest_had(channel, now=services.clock.now())


async def _day(services: Services, asker: Asker, question: str) -> date | None:
    """The day it is in the channel, where a question names a time from where one stands."""
    if not times.named(question):
        return None
    channel = await services.channels.get(asker.workspace, asker.channel_id)
    return services.clock.now().astimezone(ZoneInfo(channel.preferences.zone if channel else "UTC")).date()


async def _search(
    services: Services, asker: Asker, question: str, today: date | None, offset: int = 0
) -> Results:
    return await services.archive.search(
        question,
        workspace=asker.workspace,
        until=services.until,
        today=today,
        now=await _day(services, asker, question),
        limit=search_results.PAGE,
        offset=max(offset, 0),
    )


def _listing(found: Results, language: str) -> Message:
    if not found.hits:
        return search_results.nothing(found, language=language)
    return search_results.listing(found, language=language)


def _as_search(found: Results) -> Results:
    # Pages of a tag are pages of the question `#tag`, so that one button does for both.
    return Results(f"#{found.query}", found.hits, found.total, found.offset, found.corrections)
