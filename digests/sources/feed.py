"""Fetches an RSS, Atom or JSON feed. Each item is one document."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from digests.model import Document, Fetch, Source
from digests.sources.http_client import HttpClient

if TYPE_CHECKING:
    from digests.sources.feed_formats import FeedItem

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json,"
    " application/xml;q=0.9, application/json;q=0.9, text/xml;q=0.8, */*;q=0.5"
)
_KNOWN_SUFFIXES = (".md", ".txt", ".html", ".htm")
"""Suffixes that decide how a document is read. An item's id may end in one by chance."""


class FeedFetcher:
    """Fetches a feed's items. Does not remember them: the import skips unchanged ones by their hash."""

    def __init__(self, client: HttpClient, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._client = client
        self._now = now

    async def fetch(self, source: Source) -> Fetch:
        """The feed's items; none when the server says that it has not changed (RFC 9110, section 13)."""
        from digests.sources.feed_formats import parse_feed

        cursor = source.cursor or {}
        validators = {str(name): str(value) for name, value in (cursor.get("validators") or {}).items()}
        response = await self._client.get(source.location, accept=_ACCEPT, validators=validators)
        if response is None:
            return Fetch((), cursor)
        items = await asyncio.to_thread(
            parse_feed, response.body, media_type=response.media_type, charset=response.charset
        )
        # A paper that arXiv announces as replaced is a new version, not a new paper.
        new = [item for item in items if not item.announced.startswith("replace")]
        known = {str(id_): str(day) for id_, day in (cursor.get("seen") or {}).items()}
        today = self._now().astimezone(ZoneInfo(source.zone)).date().isoformat()
        # Else an item without a date would be another document of another day with each day's poll.
        seen = {item.id: known.get(item.id, today) for item in new if _day(source, item) is None}
        documents = [
            item_document(source, item, date.fromisoformat(seen[item.id]) if item.id in seen else None)
            for item in new
        ]
        return Fetch(documents, {"validators": response.validators} | ({"seen": seen} if seen else {}))


_VERSION = re.compile(r"(?:(?<=\.\d{4})|(?<=\.\d{5}))v\d{1,3}$")


def item_document(source: Source, item: FeedItem, seen: date | None = None) -> Document:
    """The document of a feed item. Its path is the item's id, for a paper without arXiv's version.

    ``seen`` is the day the item was first seen, which dates an item that has no date.
    """
    path = item.id if not item.id.lower().endswith(_KNOWN_SUFFIXES) else f"{item.id}#item"
    from digests.sources.feed_papers import paper_text

    day = _day(source, item) or seen
    if text := paper_text(item, day):
        path = f"{_VERSION.sub('', path)}#paper.txt"
        return Document(source.name, path, text.encode("utf-8", "replace"), day)
    # A doctype makes sure that the document is read as HTML, whatever the content begins with.
    base = urljoin(source.location, item.base) if "://" in source.location else item.base
    head = f'<!doctype html><base href="{html.escape(base)}"><title>{html.escape(item.title)}</title>'
    page = f"{head}\n{item.content}"
    return Document(source.name, path, page.encode("utf-8", "replace"), day)


def _day(source: Source, item: FeedItem) -> date | None:
    """The day in the item's title, else the day it was published, in the source's time zone."""
    from digests.reading.dates import date_of_line

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
        return None  # An instant at the end of year 9999.
