"""Links to papers that people write in a channel: a paper that the archive knows is shown under its link.

https://docs.slack.dev/reference/events/link_shared
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog

from bot.channels.preferences import Language
from bot.language.reply_language import posting_languages
from bot.listeners.request import Request
from bot.messages.unfurl import unfurl
from bot.workspaces.slack_errors import SlackCallError, call
from digests.model import ArchivedEntry

log = structlog.stdlib.get_logger(__name__)

MOST = 5
"""Links of one message that are looked at."""


async def link_shared(request: Request, event: dict[str, Any]) -> None:
    """Show the papers that a message links to, each once an hour in a channel.

    Only where Haru is a member, and where the channel's admins left it on. The papers are those that all may
    see: people of other teams may read the channel, and what Haru shows stays there.
    """
    ts = str(event.get("message_ts") or "")
    links = event.get("links")
    if not event.get("is_bot_user_member") or "." not in ts or not isinstance(links, list):
        return
    channel = await request.known_channel()
    if channel is not None and not channel.preferences.links:
        return
    language = posting_languages(channel.preferences.language if channel else Language.BOTH)[0]
    if channel is None:
        language = await request.language()
    unfurls = {}
    for url in dict.fromkeys(str(link.get("url") or "") for link in links[:MOST] if isinstance(link, dict)):
        entry = await _known(request, url)
        if entry is not None and await _is_first(request, entry):
            unfurls[url] = {"blocks": unfurl(entry, language=language)}
    if not unfurls:
        return
    try:
        await call(request.client.chat_unfurl(channel=request.channel_id, ts=ts, unfurls=unfurls))
    except SlackCallError as error:
        # Nobody asked for it: the link is there without a paper, as it would be without Haru.
        log.info("not_unfurled", code=error.code)


async def _known(request: Request, url: str) -> ArchivedEntry | None:
    """The paper at an address, if the archive has it and all may see it."""
    found = await request.archive_for_all().search(url, today=None, now=None, limit=1, offset=0)
    return found.hits[0].entry if found.is_direct and found.hits else None


async def _is_first(request: Request, entry: ArchivedEntry) -> bool:
    """Whether the paper has not been shown in the channel within this hour; across replicas."""
    now: datetime = request.services.clock.now()
    shown = f"unfurl:{request.channel_id}:{entry.paper_id}:{now:%y%m%d%H}"
    return await request.services.handled_events.claim(request.workspace, shown, now=now)
