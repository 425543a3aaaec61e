"""Buttons and menus on papers: abstracts, translations, related papers, pages, sharing and saving."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog

from bot.channels.shares import MOST_AN_HOUR, Claim
from bot.language.reply_language import posting_languages
from bot.listeners.app_home import publish_home
from bot.listeners.button_press import ButtonPress, value_number, value_parts
from bot.listeners.lookup import find_papers, find_tag, open_paper, page_of_list, saved_entries
from bot.listeners.replies import respond_at_url, send_file, send_to_channel
from bot.listeners.request import Request
from bot.messages import paper
from bot.messages.other_language import digest_modal, parse_button_value
from bot.messages.refusals import Failure, failure
from bot.messages.search_results import nothing_saved
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
        "cite": cite,
        "save": save,
        "unsave": unsave,
        "read": mark_read,
        "unread": mark_unread,
    }.get(name)
    if handler is None:
        log.warning("menu_value_unknown")
        return
    await handler(replace(press, value=value))
    if press.is_in_home and name in ("abstract", "language"):
        await mark_read(replace(press, value=value.partition(":")[0]))


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


async def cite(press: ButtonPress) -> None:
    """Open a modal with the paper as BibTeX and RIS."""
    from digests import citations

    entry = await _entry(press, press.value)
    if entry is not None:
        bibtex = citations.bibtex(entry.paper, citations.Keys().of(entry.paper))
        language = await press.request.language()
        await press.open_modal(
            paper.citation(entry, bibtex=bibtex, ris=citations.ris(entry), language=language)
        )


async def save(press: ButtonPress) -> None:
    """Keep a paper for the person.

    The button of a private answer shows it; elsewhere a modal says so, because all see a post alike.
    """
    entry_id, back = _entry_and_back(press.value)
    entry = await _entry(press, entry_id)
    if entry is None:
        return
    request = press.request
    is_new = await request.services.saved_papers.save(
        request.workspace, request.user_id, entry.id, now=request.services.clock.now()
    )
    if back is not None and press.is_in_private_answer:
        await respond_at_url(press.request, await open_paper(request, entry.id, *back), replace=True)
        return
    await press.open_modal(paper.saved(entry, language=await request.language(), new=is_new))
    if press.is_in_home:
        await publish_home(request)


async def unsave(press: ButtonPress) -> None:
    """Keep a paper no longer, and show App Home without it; works for a paper that is gone too."""
    request = press.request
    entry_id, back = _entry_and_back(press.value)
    await request.services.saved_papers.remove(request.workspace, request.user_id, value_number(entry_id))
    if back is not None and press.is_in_private_answer:
        answer = await open_paper(request, value_number(entry_id), *back)
        await respond_at_url(press.request, answer, replace=True)
        return
    if press.view is not None and press.is_in_modal:
        view = paper.unsaved(language=await request.language())
        await call(request.client.views_update(view_id=press.view["id"], view=view))
    await publish_home(request)


async def mark_read(press: ButtonPress) -> None:
    """Remember that the person has read a saved paper, and show App Home so."""
    await _mark(press, read_at=press.request.services.clock.now())


async def mark_unread(press: ButtonPress) -> None:
    """Show a saved paper as not read."""
    await _mark(press, read_at=None)


async def _mark(press: ButtonPress, *, read_at: datetime | None) -> None:
    request = press.request
    await request.services.saved_papers.mark(
        request.workspace, request.user_id, value_number(press.value), read_at=read_at
    )
    await publish_home(request)


async def export(press: ButtonPress) -> None:
    """Give the person the papers they saved, or those that a question finds among them, in a format.

    As a file in the direct message where the workspace lets Haru write files, else as text in a modal.
    """
    from digests import citations

    request = press.request
    name, question = value_parts(press.value, 2)
    language = await request.language()
    as_format = next((one for one in citations.Format if one == name), citations.Format.BIBTEX)
    document = citations.Document(as_format)
    pieces = [document.paper(entry) for entry in await saved_entries(request, question)]
    if not pieces:
        await press.reply(nothing_saved(question, language=language, any_saved=bool(question)))
        return
    installation = await request.installation()
    if installation is None or "files:write" not in installation.scopes:
        shown = [document.heading + pieces[0], *pieces[1:]]
        await press.open_modal(paper.exported_text(shown, title=_FORMATS[as_format][0], language=language))
        return
    title, suffix = _FORMATS[as_format]
    file = f"haru-saved.{suffix}"
    await press.open_modal(paper.exported_file(file, len(pieces), language=language))
    # Excel reads a CSV file as UTF-8 only with this mark.
    mark = "\ufeff" if as_format is citations.Format.CSV else ""
    await send_file(
        request,
        file,
        mark + document.heading + "".join(pieces),
        title=title,
        comment=paper.exported_comment(len(pieces), language=language),
    )


_FORMATS = {"bibtex": ("BibTeX", "bib"), "ris": ("RIS", "ris"), "csv": ("CSV", "csv")}
"""Each format's name and the ending of its files."""


async def share(press: ButtonPress) -> None:
    """Post a paper in the channel, in the channel's language; in the thread in which it was pressed.

    Once a paper and channel within an hour: who presses again gets a link to the message.
    """
    entry = await _entry(press, press.value)
    if entry is None:
        return
    request = press.request
    shares, place = request.services.shares, (request.workspace, request.channel_id, entry.paper_id)
    claimed = await shares.claim(*place, request.user_id, now=request.services.clock.now())
    if claimed.claim is not Claim.GRANTED:
        url = await _permalink(request, claimed.ts)
        is_shared = claimed.claim is Claim.SHARED_ALREADY
        await press.reply(
            paper.not_shared(url, is_shared=is_shared, most=MOST_AN_HOUR, language=await request.language())
        )
        return
    channel = await request.known_channel()
    language = posting_languages(channel.preferences.language)[0] if channel else await request.language()
    message = paper.shared(entry, request.user_id, language=language)
    try:
        await shares.sent(*place, await send_to_channel(request, message, thread_ts=press.thread_ts))
    except SlackCallError:
        # Where Haru is no member of the channel, the response URL may still post there.
        if not await respond_at_url(request, message, in_channel=True):
            await shares.release(*place)
            raise


async def _permalink(request: Request, ts: str | None) -> str | None:
    """The address of a message in the channel; None where there is none, or Slack does not tell."""
    if ts is None:
        return None
    try:
        answer = await call(request.client.chat_getPermalink(channel=request.channel_id, message_ts=ts))
    except SlackCallError as error:
        log.info("no_permalink", channel=request.channel_id, code=error.code)
        return None
    return str(answer.get("permalink") or "") or None


async def open_from_list(press: ButtonPress) -> None:
    """Show one paper of a list in place of the list."""
    entry_id, offset, question = value_parts(press.value, 3)
    answer = await open_paper(press.request, value_number(entry_id), value_number(offset), question)
    await respond_at_url(press.request, answer, replace=True)


async def turn_page(press: ButtonPress) -> None:
    """Show another page of a list in its place, or the list again in place of one of its papers."""
    offset, question = value_parts(press.value, 2)
    answer = await page_of_list(press.request, question, value_number(offset))
    await respond_at_url(press.request, answer, replace=True)


async def try_suggestion(press: ButtonPress) -> None:
    """Look up a suggested question in place of the answer that suggested it."""
    await respond_at_url(press.request, await find_papers(press.request, press.value), replace=True)


async def show_tag(press: ButtonPress) -> None:
    """Show the papers of a tag in place of the list of tags."""
    await respond_at_url(press.request, await find_tag(press.request, press.value), replace=True)


def _entry_and_back(value: str) -> tuple[str, tuple[int, str] | None]:
    """The id in the value of a save button, and in a private answer the page and query it came from."""
    entry_id, mark, rest = value.partition(":")
    offset, _, question = rest.partition(":")
    return entry_id, (value_number(offset), question) if mark else None


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
