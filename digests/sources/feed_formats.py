"""Parses feeds (RSS, RDF, Atom and JSON Feed) into their items. Pure.

XML is parsed by expat's events, in one pass and without recursion, after ``feed_mending`` has mended what is
not quite XML. A feed that declares entities of its own is refused, so that none can expand without limit.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin
from xml.parsers import expat

from digests.errors import SourceError
from digests.reading.dates import date_within
from digests.reading.html_entities import unescape_entities
from digests.sources.charsets import decode_text
from digests.sources.feed_mending import mended, recovered

MAX_ITEMS = 2000
"""Items of one feed. A feed with more is an archive, which belongs in a folder."""


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One item of a feed. ``content`` is HTML; ``published`` is naive where the feed names no time zone.

    ``base`` is the address that relative links begin from. ``announced`` is arXiv's kind of announcement.
    """

    id: str
    title: str
    content: str
    published: datetime | None = None
    link: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    base: str = ""
    announced: str = ""


def parse_feed(body: bytes, *, media_type: str, charset: str | None) -> tuple[FeedItem, ...]:
    """The items of a feed in its order; SourceError when the body is no feed.

    An id belongs to one item: of items that share one (``N/A``), each is told by its link or title.
    """
    text = decode_text(body, charset)
    found: dict[str, FeedItem] = {}
    try:
        items = _json_items(text) if text.lstrip()[:1] == "{" else _xml_items(text)
    except _NotAFeedError as error:
        raise SourceError(_not_a_feed(text, media_type, str(error))) from error
    shared = _shared_ids(items)
    for item in items:
        own = replace(item, id=item.link or item.title or item.id) if item.id in shared else item
        if own.id in found and own != found[own.id] and item.id in shared:
            own = replace(own, id=f"{own.id} {own.title} {own.published}")
        found.setdefault(own.id, own)
    if len(found) > MAX_ITEMS:
        raise SourceError(f"The feed has more than {MAX_ITEMS:,} items; give its older ones as a folder.")
    return tuple(found.values())


def _shared_ids(items: Sequence[FeedItem]) -> set[str]:
    """The ids that items of different links or titles share."""
    by_id: dict[str, set[tuple[str, str]]] = {}
    for item in items:
        by_id.setdefault(item.id, set()).add((item.link, item.title))
    return {id_ for id_, different in by_id.items() if len(different) > 1}


class _NotAFeedError(Exception):
    """The body is not a feed; the message says why."""


_LINKED_FEED = re.compile(
    r"<link\b[^<>]{0,500}\btype\s*=\s*[\"']application/(?:rss\+xml|atom\+xml|feed\+json)[\"'][^<>]{0,500}>",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\bhref\s*=\s*[\"']([^\"'<>\s]{1,500})[\"']", re.IGNORECASE)


def _not_a_feed(text: str, media_type: str, reason: str) -> str:
    """The sentence for the operator; a page that names its feed leads there."""
    link = _LINKED_FEED.search(text[:200_000])
    address = _ADDRESS.search(link[0]) if link else None
    if address:
        feed = html.unescape(address[1])
        return f"The address answers with a page ({media_type}), not a feed; its feed is {feed}."
    return f"The address answers with {media_type}, which is no feed that can be read: {reason}."


def _json_items(text: str) -> list[FeedItem]:
    """Items of a JSON Feed (https://www.jsonfeed.org/version/1.1/)."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _NotAFeedError("it is not whole JSON") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise _NotAFeedError("it has no list of items")
    return [_json_item(item) for item in feed["items"] if isinstance(item, dict)]


def _json_item(item: Mapping[str, Any]) -> FeedItem:
    def said(name: str) -> str:
        value = item.get(name)
        return str(value) if isinstance(value, str | int | float) else ""

    content = said("content_html") or _paragraphs(said("content_text"))
    people = item.get("authors") or [item.get("author")]
    named = (
        [person.get("name") for person in people if isinstance(person, dict)]
        if isinstance(people, list)
        else []
    )
    tags = item.get("tags")
    return _item(
        identity=said("id") or said("url"),
        title=said("title"),
        content=content,
        published=said("date_published") or said("date_modified"),
        link=said("external_url") or said("url"),
        authors=tuple(str(name) for name in named if isinstance(name, str)),
        categories=tuple(str(name) for name in tags if isinstance(name, str))
        if isinstance(tags, list)
        else (),
    )


_XML_BASE = "http://www.w3.org/XML/1998/namespace base"
_RDF_ABOUT = "http://www.w3.org/1999/02/22-rdf-syntax-ns# about"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DUBLIN = "http://purl.org/dc/elements/1.1/"
_ATOMS = frozenset({"http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#"})
_PLAIN = _ATOMS | {"", "http://purl.org/rss/1.0/", "http://backend.userland.com/rss2"}
"""Namespaces of the formats themselves; others have titles and descriptions of pictures and podcasts."""

_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})


def _xml_items(text: str) -> list[FeedItem]:
    whole = mended(_UNSPEAKABLE.sub("", text))
    try:
        return _expat_items(whole)
    except _NotAFeedError:
        readable = recovered(whole)
        if readable is None:
            raise
        return _expat_items(readable)


def _expat_items(text: str) -> list[FeedItem]:
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _check_doctype
    try:
        # Given text, expat takes no notice of the declared encoding.
        parser.Parse(text, True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise _NotAFeedError(f"{what} in line {error.lineno}") from error
    if not reader.is_feed:
        raise _NotAFeedError("it holds neither RSS nor Atom")
    return reader.items


def _check_doctype(_name: str, _system: str | None, _public: str | None, declares: int) -> None:
    """SourceError when a feed declares entities, or attributes by default: either can blow it up."""
    if declares:
        raise SourceError(
            "The feed declares entities or attributes of its own, which Haru does not expand;"
            " publish it without a DTD."
        )


@dataclass(slots=True)
class _Fields:
    """What has been read of an item so far; the first of each wins."""

    said: dict[str, str] = field(default_factory=dict)
    authors: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    base: str = ""

    def say(self, name: str, value: str) -> None:
        if not value.strip():
            return
        if name in ("author", "category"):
            (self.authors if name == "author" else self.categories).append(
                _one_line(unescape_entities(value))
            )
        else:
            self.said.setdefault(name, value)

    def item(self) -> FeedItem:
        said = self.said
        link = said.get("link", "").strip()
        return _item(
            link=link,
            authors=tuple(self.authors),
            categories=tuple(self.categories),
            base=self.base or link,
            announced=said.get("announced", "").strip(),
            identity=said.get("id", "").strip() or link,
            title=said.get("title", ""),
            content=said.get("content") or said.get("summary", ""),
            published=said.get("published") or said.get("updated", ""),
        )


class _Reader:
    """Takes expat's events. Holds one item's fields at a time, and the items that ended."""

    def __init__(self) -> None:
        self.items: list[FeedItem] = []
        self.is_feed = False
        self._depth = 0
        self._fields: _Fields | None = None
        self._item_depth = 0
        self._name: str | None = None
        self._name_depth = 0
        self._form = "html"
        self._heard: list[str] = []
        self._base = ""
        self._in_author = False

    def start(self, full_name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        space, _, name = full_name.rpartition(" ")
        if self._depth == 1:
            self.is_feed = name in ("rss", "RDF", "feed")
            self._base = attributes.get(_XML_BASE, "")
            return
        if self._fields is None:
            if name in ("item", "entry") and self.is_feed:
                self._fields, self._item_depth = _Fields(), self._depth
                self._fields.say("id", attributes.get(_RDF_ABOUT, ""))
                self._fields.base = attributes.get(_XML_BASE, self._base)
            return
        if self._name is not None:
            # Markup inside a field: XHTML in Atom, or HTML that nobody escaped.
            self._heard.append(_opening(name, attributes))
        elif self._depth == self._item_depth + 1:
            if name == "content" and _XML_BASE in attributes:
                self._fields.base = urljoin(self._fields.base, attributes[_XML_BASE])
            self._in_author = space in _ATOMS and name in ("author", "contributor")
            self._begin(space, name, attributes)
        elif self._depth == self._item_depth + 2 and self._in_author and name == "name":
            self._name, self._name_depth, self._heard, self._form = "author", self._depth, [], "text"

    def end(self, full_name: str) -> None:
        name = full_name.rpartition(" ")[2]
        if self._fields is not None:
            if self._name is not None and self._depth == self._name_depth:
                self._fields.say(self._name, self._value())
                self._name = None
            elif self._name is not None and name not in _VOID:
                self._heard.append(f"</{name}>")
            elif self._depth == self._item_depth:
                self.items.append(self._fields.item())
                self._fields = None
        self._depth -= 1

    def text(self, text: str) -> None:
        if self._name is not None:
            # Text beside markup is text; text alone is whatever the field's form says.
            self._heard.append(html.escape(text, quote=False) if self._form == "xhtml" else text)

    def _begin(self, space: str, name: str, attributes: dict[str, str]) -> None:
        atom = space in _ATOMS
        if atom and name == "link":
            if attributes.get("rel", "alternate") == "alternate" and self._fields:
                self._fields.say("link", attributes.get("href", ""))
            return
        if atom and name == "category" and self._fields:
            self._fields.say("category", attributes.get("label") or attributes.get("term", ""))
            return
        if atom and name in ("author", "contributor"):
            return
        known = _FIELDS.get(("" if space in _PLAIN else space, name))
        if known is None:
            return
        self._name, self._name_depth, self._heard = known, self._depth, []
        said = attributes.get("type", "text" if atom else "html")
        self._form = {"text": "text", "xhtml": "xhtml", "text/plain": "text"}.get(said, "html")

    def _value(self) -> str:
        value = "".join(self._heard)
        is_content = self._name in ("content", "summary")
        return _paragraphs(value) if is_content and self._form == "text" else value


_FIELDS = {
    ("", "guid"): "id",
    ("", "id"): "id",
    ("", "title"): "title",
    ("", "link"): "link",
    (_CONTENT, "encoded"): "content",
    ("", "content"): "content",
    ("", "description"): "summary",
    ("", "summary"): "summary",
    ("", "pubDate"): "published",
    ("", "published"): "published",
    ("", "issued"): "published",
    (_DUBLIN, "date"): "published",
    (_DUBLIN, "creator"): "author",
    ("", "author"): "author",
    ("", "category"): "category",
    (_DUBLIN, "subject"): "category",
    ("http://arxiv.org/schemas/atom", "announce_type"): "announced",
    ("", "updated"): "updated",
    ("", "modified"): "updated",
}


def _opening(name: str, attributes: Mapping[str, str]) -> str:
    said = "".join(f' {key.rpartition(" ")[2]}="{html.escape(value)}"' for key, value in attributes.items())
    return f"<{name}{said}>"


def _item(
    *, identity: str, title: str, content: str, published: str, link: str = "", **more: Any
) -> FeedItem:
    title, link = _one_line(unescape_entities(title)), _one_line(link)
    return FeedItem(
        _one_line(identity) or link or title or published,
        title,
        content,
        _instant(published.strip()),
        link,
        **more,
    )


def _one_line(text: str) -> str:
    """Text for a name: no line breaks, and nothing a database would not keep."""
    return " ".join(_UNSPEAKABLE.sub("", text).encode("utf-8", "replace").decode("utf-8").split())


def _instant(text: str) -> datetime | None:
    """The moment, as RSS (RFC 822) or Atom (RFC 3339) writes it; naive when it names no zone."""
    if not text or len(text) > 100:
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(text)
        except (ValueError, TypeError, OverflowError):
            continue
    # A local form, such as 2025년 2월 25일 or 2025/02/25 09:00.
    day = date_within(text)
    return datetime.combine(day, time(12)) if day else None


def _paragraphs(text: str) -> str:
    """Plain text as HTML, a paragraph a line."""
    return "".join(f"<p>{line}</p>\n" for line in _escaped_lines(text))


def _escaped_lines(text: str) -> Iterator[str]:
    return (html.escape(line, quote=False) for line in text.splitlines() if line.strip())
