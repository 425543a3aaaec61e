"""Answers to lookups: `/paper` and `/tag`, also when they are asked in a mention or a direct message."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from bot.listeners.permission_checks import refusal_to_administer
from bot.listeners.request import Request
from bot.messages import paper, search_results
from bot.messages.help import Topic, help_message
from bot.messages.message import Message
from bot.messages.refusals import Failure, failure
from digests.model import ArchivedEntry, Hit, Results, TagCount
from digests.reading.tags import canonical
from digests.search.guesses import meant_tag
from digests.search.question import names_a_time

HELP_WORDS = frozenset({"help", "?", "도움말", "도움", "사용법"})
"""What people type to see the help of a command."""

_WHY = re.compile(r"(?:why|왜)\s*:\s*(?P<question>.*)", re.IGNORECASE | re.DOTALL)
"""What admins put before a question to see how it is read: somebody complains of an answer."""

_SAVED = re.compile(r"(?:saved|저장|저장한|저장함)\s*:\s*(?P<question>.*)", re.IGNORECASE | re.DOTALL)
"""What people put before a question to search within the papers they saved."""

_TODAY_WORDS = frozenset({"today", "오늘"})

_MOST_USED_TAGS = 30
"""How many tags `/tag` alone lists."""

_TAGS_TO_SUGGEST_FROM = 1000
"""How many of the most used tags are read to describe a tag and to suggest others."""


async def find_papers(request: Request, typed: str) -> Message:
    """The answer to ``/paper typed``: a single paper in full, several as a list, none with suggestions."""
    question = typed.strip()
    if not question or question.casefold() in HELP_WORDS:
        return help_message(Topic.PAPER, language=await request.language())
    if question.casefold() in _TODAY_WORDS:
        return await _find_todays(request, question)
    if (why := _WHY.fullmatch(question)) and why["question"]:
        return await _explained(request, why["question"])
    # Both mostly wait for the database, so they wait side by side.
    language, results = await asyncio.gather(request.language(), _search(request, question))
    return await _answer(request, results, language)


async def _explained(request: Request, question: str) -> Message:
    """How a question is read and why its papers stand where they stand; for those who decide for the
    workspace."""
    if (refusal := await refusal_to_administer(request)) is not None:
        return refusal
    archive = await request.archive()
    explained = await archive.explain(question, now=await _day_in_channel(request))
    return search_results.explanation(question, explained, language=await request.language())


async def page_of_list(request: Request, question: str, offset: int) -> Message:
    """Another page of a list of papers, also when it holds only one."""
    is_today = question.casefold() in _TODAY_WORDS
    today = await _newest_posted_date(request) if is_today and not request.is_direct else None
    results = await _search(request, question, today=today, offset=offset)
    return await _list(request, results, await request.language())


async def find_tag(request: Request, typed: str) -> Message:
    """The answer to ``/tag typed``: the tag's papers, newest first; without a tag the most used ones."""
    language = await request.language()
    question = typed.strip()
    if question.casefold() in HELP_WORDS:
        return help_message(Topic.TAG, language=language)
    archive = await request.archive()
    counts = await archive.tags(limit=_TAGS_TO_SUGGEST_FROM if question else _MOST_USED_TAGS)
    if not question:
        return search_results.tag_list(counts, language=language)
    results = await archive.tagged(question, limit=search_results.PAGE)
    if not results.hits and (filters := _as_tag_filters(question, counts)):
        return await find_papers(request, filters)
    if not results.hits:
        suggested = [count for count in counts if count.tag.name in results.suggestions]
        return search_results.unknown_tag(question, suggested, language=language)
    tag = next((count for count in counts if count.tag.name == results.query), None)
    if tag is None:
        return search_results.results_page(results, language=language)
    return search_results.tag_page(_as_search(results), tag, language=language, typed=question)


def _as_tag_filters(typed: str, counts: Sequence[TagCount]) -> str | None:
    """Several tags as a question for papers that have them all: ``#rl #optimizer`` for ``rl optimizer``; None
    unless every word is a tag.
    """
    known = {count.tag.name: count.papers for count in counts}
    words = [word for word in re.split(r"[\s,+&]+", typed) if word.casefold() not in ("and", "그리고")]
    tags = [meant_tag(canonical(word.lstrip("#")), known) for word in words]
    return " ".join(f"#{tag}" for tag in tags) if len(tags) > 1 and all(tags) else None


async def open_paper(request: Request, entry_id: int, offset: int, question: str) -> Message:
    """One paper in full, with a button back to that page of the list if a question led to it."""
    language = await request.language()
    entry = await (await request.archive()).entry(entry_id)
    if entry is None:
        return failure(Failure.ENTRY_GONE, language=language)
    return paper.answer(
        entry,
        language=language,
        back=(question, offset) if question else None,
        can_share=not request.is_direct,
        is_saved=await _is_saved(request, entry),
    )


async def saved_entries(request: Request, question: str) -> list[ArchivedEntry]:
    """All papers the person saved, newest first, or those of them that a question finds, best first."""
    saved = await request.services.saved_papers.newest(request.workspace, request.user_id, limit=None)
    archive = await request.archive()
    if not question:
        return await archive.entries([one.entry_id for one in saved.papers])
    results = await archive.search(
        question,
        today=None,
        now=await _day_in_channel(request) if names_a_time(question) else None,
        limit=max(len(saved.papers), 1),
        offset=0,
        within=frozenset(one.paper_id for one in saved.papers),
    )
    return [hit.entry for hit in results.hits]


async def _search_saved(request: Request, typed: str, question: str, offset: int) -> Results:
    """A page of the person's saved papers, as results of what they typed."""
    if question:
        saved = await request.services.saved_papers.newest(request.workspace, request.user_id, limit=None)
        within = frozenset(one.paper_id for one in saved.papers)
        results = await _search_archive(request, question, offset=offset, within=within)
        return replace(results, query=typed, suggestions=())
    entries = await saved_entries(request, "")
    page = entries[offset : offset + search_results.PAGE]
    return Results(typed, tuple(Hit(entry, 0.0) for entry in page), len(entries), offset)


async def _is_saved(request: Request, entry: ArchivedEntry) -> bool:
    saved_papers = request.services.saved_papers
    return bool(await saved_papers.among(request.workspace, request.user_id, [entry.id]))


async def _find_todays(request: Request, question: str) -> Message:
    """The papers of the newest digest the channel has had. In a direct message and where Haru does not post,
    those of the newest digest that the person may see, as in App Home.
    """
    language = await request.language()
    today = None if request.is_direct else await _newest_posted_date(request)
    if today is None and not request.is_direct and await request.known_channel() is not None:
        return search_results.no_posts_yet(language=language)
    return await _answer(request, await _search(request, question, today=today), language)


async def _newest_posted_date(request: Request) -> date | None:
    channel = await request.known_channel()
    return None if channel is None else await request.services.posts.newest_posted_date(channel)


async def _search(request: Request, question: str, *, today: date | None = None, offset: int = 0) -> Results:
    if saved := _SAVED.fullmatch(question):
        return await _search_saved(request, question, saved["question"].strip(), max(offset, 0))
    return await _search_archive(request, question, today=today, offset=offset)


async def _search_archive(
    request: Request,
    question: str,
    *,
    today: date | None = None,
    offset: int = 0,
    within: Collection[int] | None = None,
) -> Results:
    archive = await request.archive()
    return await archive.search(
        question,
        today=today,
        now=await _day_in_channel(request) if names_a_time(question) else None,
        limit=search_results.PAGE,
        offset=max(offset, 0),
        within=within,
    )


async def _day_in_channel(request: Request) -> date:
    """The day it is now in the channel, which `this month` and the like refer to."""
    channel = await request.known_channel()
    zone = channel.preferences.zone if channel else "UTC"
    return request.services.clock.now().astimezone(ZoneInfo(zone)).date()


async def _answer(request: Request, results: Results, language: str) -> Message:
    if results.hits and (results.total == 1 or results.is_direct):
        return paper.answer(
            results.hits[0].entry,
            language=language,
            found_by=results,
            can_share=not request.is_direct,
            is_saved=await _is_saved(request, results.hits[0].entry),
        )
    return await _list(request, results, language)


async def _list(request: Request, results: Results, language: str) -> Message:
    saved = _SAVED.fullmatch(results.query)
    if results.hits:
        page = search_results.results_page(results, language=language)
        return search_results.with_export(page, saved["question"], language=language) if saved else page
    if saved:
        any_saved = await request.services.saved_papers.newest(request.workspace, request.user_id, limit=1)
        return search_results.nothing_saved(
            saved["question"], language=language, any_saved=any_saved.count > 0
        )
    return search_results.no_results(results, language=language)


def _as_search(results: Results) -> Results:
    """The results as those of the question ``#tag``, so that the same buttons turn their pages."""
    return Results(f"#{results.query}", results.hits, results.total, results.offset, results.corrections)
