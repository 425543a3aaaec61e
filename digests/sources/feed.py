"""An RSS, Atom or JSON feed: each item with a newsletter in it is a document."""

from __future__ import annotations

import asyncio
import html
from datetime import date
from zoneinfo import ZoneInfo

from digests.model import Document, Fetch, Source
from digests.reading.dates import date_of_line
from digests.sources.feed_formats import Item, items_of
from digests.sources.http_fetch import Web

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json,"
    " application/xml;q=0.9, application/json;q=0.9, text/xml;q=0.8, */*;q=0.5"
)
_TELLING = (".md", ".txt", ".html", ".htm")
"""Endings by which a document is read as what it is not: an item's address may have any."""


class Feed:
    """Fetches a feed's items. Does not remember them: what is the same, intake tells by its hash."""

    def __init__(self, web: Web) -> None:
        self._web = web

    async def fetch(self, source: Source) -> Fetch:
        """The feed's items, or none while it says that nothing changed (RFC 9110, section 13)."""
        cursor = source.cursor or {}
        validators = {str(name): str(value) for name, value in (cursor.get("validators") or {}).items()}
        answer = await self._web.get(source.location, accept=_ACCEPT, validators=validators)
        if answer is None:
            return Fetch((), cursor)
        items = await asyncio.to_thread(
            items_of, answer.body, media_type=answer.media_type, charset=answer.charset
        )
        return Fetch([document_of(source, item) for item in items], {"validators": answer.validators})


def document_of(source: Source, item: Item) -> Document:
    """An item as a document, named by its id."""
    path = item.id if not item.id.lower().endswith(_TELLING) else f"{item.id}#item"
    # Written out as a page, so that it is read as one whatever it begins with.
    page = f"<!doctype html><title>{html.escape(item.title)}</title>\n{item.content}"
    return Document(source.name, path, page.encode("utf-8", "replace"), _day(source, item))


def _day(source: Source, item: Item) -> date | None:
    """The day in the title, else the day it was published where the source is at home."""
    if said := date_of_line(item.title):
        return said
    if item.published is None:
        return None
    try:
        return (
            item.published.astimezone(ZoneInfo(source.zone)).date()
            if item.published.tzinfo
            else (item.published.date())
        )
    except OverflowError:
        return None  # A moment at the end of time.
