"""Buttons and menus on papers: what more there is of one, pages of lists, sharing and keeping."""

from __future__ import annotations

from dataclasses import replace

import structlog
from slack_sdk.errors import SlackApiError

from bot.language.reply_language import posting_languages
from bot.listeners.answering import say, show
from bot.listeners.button_press import Press, entry_of, gone, number, split
from bot.listeners.home import publish
from bot.listeners.search_answers import find, find_tag, open_hit, turn
from bot.listeners.services import language_of
from bot.messages import paper
from bot.messages.message import View
from bot.messages.other_language import asked, reading

log = structlog.stdlib.get_logger(__name__)


async def entry_menu(press: Press) -> None:
    kind, _, rest = press.value.partition(":")
    handler = {
        "abstract": abstract,
        "language": other_language,
        "related": related,
        "save": save,
        "unsave": unsave,
    }.get(kind)
    if handler is None:
        log.warning("menu_value_unknown")
        return
    await handler(replace(press, value=rest))


async def abstract(press: Press) -> None:
    entry, language = await entry_of(press, press.value)
    if entry is not None:
        await show(press.asker.client, press.body, paper.abstract(entry, language=language))


async def other_language(press: Press) -> None:
    id_, _, wanted = press.value.partition(":")
    entry, language = await entry_of(press, id_)
    if entry is not None:
        view = paper.other_language(entry, wanted, ui_language=language)
        await show(press.asker.client, press.body, view)


async def related(press: Press) -> None:
    entry, language = await entry_of(press, press.value)
    if entry is None:
        return
    near = await press.services.archive.related(
        entry.id, workspace=press.asker.workspace, until=press.services.until
    )
    await show(press.asker.client, press.body, paper.related(entry, near, language=language))


async def read_digest(press: Press) -> None:
    language, ids, page = asked(press.value)
    found = [await press.services.archive.digest(id_, workspace=press.asker.workspace) for id_ in ids]
    digests = [digest for digest in found if digest is not None]
    if not digests:
        await gone(press)
        return
    view: View = reading(digests, language, page)
    current = press.body.get("view")
    if isinstance(current, dict) and current.get("type") == "modal":
        await press.asker.client.views_update(view_id=current["id"], view=view)
    else:
        await show(press.asker.client, press.body, view)


async def save(press: Press) -> None:
    """Keep a paper for oneself: said in a window, since a post's button answers with one."""
    entry, language = await entry_of(press, press.value)
    if entry is None:
        return
    services, asker = press.services, press.asker
    new = await services.saved_papers.save(asker.workspace, asker.user_id, entry.id, now=services.clock.now())
    await show(asker.client, press.body, paper.saved(entry, language=language, new=new))
    if press.is_in_home:
        await publish(services, asker)


async def unsave(press: Press) -> None:
    """Keep it no longer, and show App Home without it. One that is gone can be let go of too."""
    services, asker = press.services, press.asker
    await services.saved_papers.remove(asker.workspace, asker.user_id, number(press.value))
    await publish(services, asker)


async def share(press: Press) -> None:
    entry, _ = await entry_of(press, press.value)
    if entry is None:
        return
    services, asker = press.services, press.asker
    channel = await services.channels.get(asker.workspace, asker.channel_id)
    spoken = (
        posting_languages(channel.preferences.language)[0]
        if channel
        else await language_of(services, asker, None)
    )
    message = paper.shared(entry, asker.user_id, language=spoken)
    try:
        await asker.client.chat_postMessage(
            channel=asker.channel_id,
            text=message.text,
            blocks=list(message.blocks),
            unfurl_links=False,
            unfurl_media=False,
        )
    except SlackApiError:
        # Where Haru is no member, the answer's own URL may still speak in the channel.
        await say(press.respond, message, in_channel=True)


async def open_one(press: Press) -> None:
    id_, offset, query = split(press.value, 3)
    message = await open_hit(press.services, press.asker, number(id_), number(offset), query)
    await say(press.respond, message, replace=True)


async def turned(press: Press) -> None:
    offset, query = split(press.value, 2)
    message = await turn(press.services, press.asker, query, number(offset))
    await say(press.respond, message, replace=True)


async def suggested(press: Press) -> None:
    await say(press.respond, await find(press.services, press.asker, press.value), replace=True)


async def of_tag(press: Press) -> None:
    await say(press.respond, await find_tag(press.services, press.asker, press.value), replace=True)
