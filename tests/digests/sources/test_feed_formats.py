"""Feeds of every format to their items; what is none is refused in a sentence, and nothing is blown up."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.errors import SourceError
from digests.sources.feed_formats import FeedItem, parse_feed
from tests.digests.sources.feed_server import item, rss

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Papers</title>{}</feed>"""


def _items(text: str | bytes, charset: str | None = None) -> tuple[FeedItem, ...]:
    body = text.encode() if isinstance(text, str) else text
    return parse_feed(body, media_type="text/xml", charset=charset)


def test_rss_prefers_the_whole_content() -> None:
    """An RSS item's content:encoded wins over its description, and its guid names it."""
    (one,) = _items(rss(item()))
    assert (one.id, one.title) == ("urn:issue:2025-02-25", "2025-02-25")
    assert "arxiv.org" in one.content
    assert one.content != "Short."


def test_atom_in_all_its_forms() -> None:
    """Atom's text, escaped HTML and XHTML contents all become HTML."""
    entry = "<entry><id>{0}</id><title>t</title><content type='{0}'>{1}</content></entry>"
    text, page, xhtml = _items(
        ATOM.format(
            entry.format("text", "a &lt; b\nsecond")
            + entry.format("html", "&lt;p&gt;one&lt;/p&gt;")
            + entry.format(
                "xhtml", "<div xmlns='http://www.w3.org/1999/xhtml'><p>a &lt; <b>b</b></p><br/></div>"
            )
        )
    )
    assert text.content == "<p>a &lt; b</p>\n<p>second</p>\n"
    assert page.content == "<p>one</p>"
    assert xhtml.content.endswith("<p>a &lt; <b>b</b></p><br></div>")


def test_json_feed() -> None:
    """A JSON Feed's items carry id, title, HTML and date."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {"id": "1", "title": "t", "content_html": "<p>x</p>", "date_published": "2025-02-25T00:00:00Z"},
            {"id": 2, "content_text": "plain"},
            "not an item",
        ],
    }
    first, second = _items(json.dumps(feed))
    assert first == FeedItem("1", "t", "<p>x</p>", datetime(2025, 2, 25, tzinfo=UTC))
    assert (second.id, second.content) == ("2", "<p>plain</p>\n")


@pytest.mark.parametrize(
    "said",
    [
        "<pubDate>Tue, 25 Feb 2025 07:00:00 +0900</pubDate>",
        "<dc:date xmlns:dc='http://purl.org/dc/elements/1.1/'>2025-02-24T22:00:00Z</dc:date>",
    ],
)
def test_dates_as_feeds_write_them(said: str) -> None:
    """RFC 822 and RFC 3339 name the same moment."""
    (one,) = _items(f"<rss><channel><item><guid>1</guid>{said}</item></channel></rss>")
    assert one.published == datetime(2025, 2, 24, 22, tzinfo=UTC)


def test_other_namespaces_titles_are_not_the_items() -> None:
    """The title of a picture or of a podcast is not taken for the item's."""
    (one,) = _items(
        "<rss xmlns:media='http://search.yahoo.com/mrss/'><channel><item><guid>1</guid>"
        "<media:title>A picture</media:title><title>The papers</title></item></channel></rss>"
    )
    assert one.title == "The papers"


def test_html_characters_and_forbidden_bytes_are_survived() -> None:
    """&nbsp; and control characters, which XML does not know, do not make a feed unreadable."""
    (one,) = _items(
        "<rss><channel><item><guid>1</guid><title>a&nbsp;b\x0b&amp;c</title></item></channel></rss>"
    )
    assert one.title == "a b&c"


def test_an_old_doctype_is_no_harm() -> None:
    """RSS 0.91 names a DTD elsewhere, which is not fetched."""
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss-0.91.dtd">'
    assert len(_items(doctype + "<rss><channel><item><guid>1</guid></item></channel></rss>")) == 1


def test_an_id_given_twice_counts_once() -> None:
    """The first of two items with one id is kept: feeds are newest first."""
    assert len(_items(rss(item(title="new"), item(title="old")))) == 1


LAUGHS = "<!DOCTYPE rss [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            f"{LAUGHS}]><rss><channel><item><title>&a9;</title></item></channel></rss>",
            "entities or attributes of its own",
        ),
        (
            "<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss><channel><item>"
            "<title>&x;</title></item></channel></rss>",
            "entities or attributes of its own",
        ),
        (
            "<!DOCTYPE rss [<!ENTITY % x SYSTEM 'http://127.0.0.1/'> %x;]><rss/>",
            "entities or attributes of its own",
        ),
        (
            "<!DOCTYPE rss [<!ATTLIST b a CDATA 'xxxxxxxx'>]><rss><b/><b/><b/></rss>",
            "entities or attributes of its own",
        ),
        ("<rss><channel><item>", "in line 1"),
        ("<html><body/></html>", "neither RSS nor Atom"),
        ('{"items": {}}', "no list of items"),
        ("[" * 100_000, "no feed"),
        ('{"items": ' + "[" * 100_000, "not whole JSON"),
        ("", "no feed"),
    ],
)
def test_what_is_no_feed_is_refused(text: str, says: str) -> None:
    """Bombs, files asked for by entity, broken XML and JSON are each refused with their reason."""
    with pytest.raises(SourceError, match=says):
        _items(text)


def test_a_deep_feed_is_read_without_recursion() -> None:
    """A hundred thousand nested elements neither overflow anything nor are taken for an item."""
    depth = 100_000
    (one,) = _items(
        f"<rss><channel><item><guid>1</guid><description>{'<b>' * depth}{'</b>' * depth}</description>"
        "</item></channel></rss>"
    )
    assert one.content.count("<b>") == depth


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "euc-kr", "cp949", "iso2022_kr"])
def test_korean_in_every_encoding(encoding: str) -> None:
    """Whatever encoding a feed declares, its Korean is read."""
    (one,) = _items(rss(item(), encoding=encoding).encode(encoding))
    assert "반복하는" in one.content


@given(st.binary(max_size=400), st.sampled_from([None, "euc-kr", "utf-7", "idna", "nonsense", "a\0b"]))
def test_any_bytes_are_read_or_refused(body: bytes, charset: str | None) -> None:
    """No bytes, under any name of an encoding, raise anything but a SourceError."""
    for content in (body, b"<rss><channel><item>" + body + b"</item></channel></rss>", b'{"items":[' + body):
        try:
            _items(content, charset)
        except SourceError:
            continue
