"""Buttons and menus on papers: abstracts, translations, related papers, pages, sharing and saving."""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.language.reply_language import posting_languages
from bot.listeners.app_home import publish_home
from bot.listeners.button_press import ButtonPress, value_number, value_parts
from bot.listeners.lookup import find_papers, find_tag, open_paper, page_of_list
from bot.listeners.replies import respond_at_url, send_to_channel
from bot.messages import paper
from bot.messages.other_language import digest_modal, parse_button_value
from bot.messages.refusals import Failure, failure
from bot.workspaces.slack_errors import SlackCallError, call
from digests.model import ArchivedEntry

log = structlog.stdlib.get_logger(__name__)


async def choose_from_menu(press: ButtonPress) -> None:
    """A choice in a paper's overflow menu: the value begins with the name of one of the buttons below."""
    name, _, value = press.value.partition(":")
    handler = {
        "abstract": show_abstract,
        "language": show_other_language,
        "related": show_related,
        "save": save,
        "unsave": unsave,
    }.get(name)
    if handler is None:
        log.warning("menu_value_unknown")
        return
    await handler(replace(press, value=value))


async def show_abstract(press: ButtonPress) -> None:
    """Open a modal with the paper's abstract."""
    entry = await _entry(press, press.value)
    if entry is not None:
        await press.open_modal(paper.abstract(entry, language=await press.request.language()))


async def show_other_language(press: ButtonPress) -> None:
    """Open a modal with the paper's commentary in the language that the value names."""
    entry_id, _, wanted = press.value.partition(":")
    entry = await _entry(press, entry_id)
    if entry is not None:
        ui_language = await press.request.language()
        await press.open_modal(paper.other_language(entry, wanted, ui_language=ui_language))


async def show_related(press: ButtonPress) -> None:
    """Open a modal with papers related to this one."""
    entry = await _entry(press, press.value)
    if entry is None:
        return
    related = await (await press.request.archive()).related(entry.id)
    await press.open_modal(paper.related(entry, related, language=await press.request.language()))


async def read_digest(press: ButtonPress) -> None:
    """Show a whole post in another language in a modal, or another page of it in the same modal."""
    request = press.request
    language, digest_ids, page = parse_button_value(press.value)
    archive = await request.archive()
    found = [await archive.digest(digest_id) for digest_id in digest_ids]
    digests = [digest for digest in found if digest is not None]
    if not digests:
        await _reply_gone(press)
        return
    view = digest_modal(digests, language, page)
    if press.view is not None and press.is_in_modal:
        await call(request.client.views_update(view_id=press.view["id"], view=view))
    else:
        await press.open_modal(view)


async def save(press: ButtonPress) -> None:
    """Keep a paper for the person, and say so in a modal: a button of a post cannot answer in its message."""
    entry = await _entry(press, press.value)
    if entry is None:
        return
    request = press.request
    is_new = await request.services.saved_papers.save(
        request.workspace, request.user_id, entry.id, now=request.services.clock.now()
    )
    await press.open_modal(paper.saved(entry, language=await request.language(), new=is_new))
    if press.is_in_home:
        await publish_home(request)


async def unsave(press: ButtonPress) -> None:
    """Keep a paper no longer, and show App Home without it; works for a paper that is gone too."""
    request = press.request
    await request.services.saved_papers.remove(request.workspace, request.user_id, value_number(press.value))
    await publish_home(request)


async def share(press: ButtonPress) -> None:
    """Post a paper in the channel, in the channel's language."""
    entry = await _entry(press, press.value)
    if entry is None:
        return
    request = press.request
    channel = await request.known_channel()
    language = posting_languages(channel.preferences.language)[0] if channel else await request.language()
    message = paper.shared(entry, request.user_id, language=language)
    try:
        await send_to_channel(request, message)
    except SlackCallError:
        # Where Haru is no member of the channel, the response URL may still post there.
        await respond_at_url(press.respond, message, in_channel=True)


async def open_from_list(press: ButtonPress) -> None:
    """Show one paper of a list in place of the list."""
    entry_id, offset, question = value_parts(press.value, 3)
    answer = await open_paper(press.request, value_number(entry_id), value_number(offset), question)
    await respond_at_url(press.respond, answer, replace=True)


async def turn_page(press: ButtonPress) -> None:
    """Show another page of a list in its place, or the list again in place of one of its papers."""
    offset, question = value_parts(press.value, 2)
    answer = await page_of_list(press.request, question, value_number(offset))
    await respond_at_url(press.respond, answer, replace=True)


async def try_suggestion(press: ButtonPress) -> None:
    """Look up a suggested question in place of the answer that suggested it."""
    await respond_at_url(press.respond, await find_papers(press.request, press.value), replace=True)


async def show_tag(press: ButtonPress) -> None:
    """Show the papers of a tag in place of the list of tags."""
    await respond_at_url(press.respond, await find_tag(press.request, press.value), replace=True)


async def _entry(press: ButtonPress, entry_id: str) -> ArchivedEntry | None:
    """The paper with this id if the person may see it; else None, after a reply that it is gone."""
    entry = None
    if value_number(entry_id):
        entry = await (await press.request.archive()).entry(value_number(entry_id))
    if entry is None:
        await _reply_gone(press)
    return entry


async def _reply_gone(press: ButtonPress) -> None:
    await press.reply(failure(Failure.ENTRY_GONE, language=await press.request.language()))
