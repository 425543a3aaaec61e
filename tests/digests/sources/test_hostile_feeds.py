"""Feeds made to keep a reader busy: read or refused, in time that grows as they do."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest

from digests.errors import DigestError, SourceError
from digests.model import Source, SourceKind
from digests.reading.document import read_document
from digests.sources.feed import item_document
from digests.sources.feed_formats import parse_feed

SOURCE = Source(1, "papers", SourceKind.FEED, "https://papers.example/feed")


def _rss(content: str, title: str = "2025-02-25") -> str:
    return (
        f"<rss><channel><item><guid>1</guid><title>{title}</title>"
        f"<description>{content}</description></item></channel></rss>"
    )


def _json(content: str) -> str:
    return '{"items": [{"id": "1", "content_html": "' + content + '"}]}'


def _attributes(size: int) -> str:
    return " ".join(f"a{number}='1'" for number in range(size // 12))


HOSTILE: dict[str, Callable[[int], str]] = {
    "deep outside an item": lambda n: "<rss>" + "<a>" * (n // 7) + "</a>" * (n // 7) + "</rss>",
    "deep inside an item": lambda n: _rss("<b>" * (n // 7) + "</b>" * (n // 7)),
    "deep and escaped, of a paper": lambda n: _rss("&lt;div&gt;" * (n // 11), "Gentle").replace(
        "<guid>1<", "<pubDate>2025-02-25</pubDate><link>https://arxiv.org/abs/2502.00001</link><guid>1<"
    ),
    "deep and escaped": lambda n: _rss("&lt;div&gt;" * (n // 11)),
    "many attributes": lambda n: _rss(f"<b {_attributes(n)}/>"),
    "many attributes, escaped": lambda n: _rss(f"&lt;b {_attributes(n)}&gt;x"),
    "many namespaces": lambda n: "<rss " + " ".join(f"xmlns:a{i}='b'" for i in range(n // 16)) + "/>",
    "a long unclosed tag": lambda n: "<rss><channel><item " + _attributes(n),
    "a long unclosed value": lambda n: "<rss><channel><item a='" + "a" * n,
    "a long unclosed CDATA": lambda n: "<rss><channel><item><title><![CDATA[" + "]]" * (n // 2),
    "many XML entities": lambda n: _rss("&amp;" * (n // 5)),
    "many HTML entities": lambda n: _rss("&nbsp;" * (n // 6)),
    "many entities in a title": lambda n: _rss("x", "&amp;nbsp;" * (n // 10)),
    "one endless reference": lambda n: _rss("x", "&amp;#" + "9" * n + ";"),
    "deep JSON lists": lambda n: '{"items": ' + "[" * n,
    "deep JSON objects": lambda n: '{"items": [' + '{"a":' * (n // 5),
    "JSON of quotes": lambda n: _json('\\"' * (n // 2)),
    "JSON of line breaks": lambda n: _json("a\\n" * (n // 3)),
    "JSON of halved characters": lambda n: _json("\\ud800" * (n // 6)),
    "a JSON string that never ends": lambda n: '{"items": [{"id": "' + "\\\\" * (n // 2),
}


def _seconds(feed: str) -> float:
    """The best of three readings, from the feed's bytes to its digests."""
    body = feed.encode()
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        with contextlib.suppress(SourceError):
            for item in parse_feed(body, media_type="text/xml", charset=None):
                with contextlib.suppress(DigestError):
                    read_document(item_document(SOURCE, item))
        best = min(best, time.process_time() - started)
    return best


@pytest.mark.parametrize("grow", HOSTILE.values(), ids=HOSTILE.keys())
def test_twice_the_feed_takes_at_most_thrice_the_time(grow: Callable[[int], str]) -> None:
    """A hostile feed is read, or refused as a feed or as a digest, in time in proportion to its size."""
    small, large = grow(300_000), grow(600_000)
    # A busy machine can slow one measurement down, but a square stays one however often it is measured.
    # What is refused at once takes less than a clock tells apart: two milliseconds are granted.
    assert any(_seconds(large) < 3 * _seconds(small) + 0.002 for _ in range(4))
