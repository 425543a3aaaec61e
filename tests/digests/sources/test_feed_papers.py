"""Feeds with one paper an item, and feeds as they really are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from digests.errors import SourceError
from digests.model import Entry, Source, SourceKind
from digests.reading.document import read_document
from digests.sources.feed import FeedFetcher, item_document
from digests.sources.feed_formats import FeedItem, parse_feed
from digests.sources.http_client import HttpClient

SOURCE = Source(1, "s", SourceKind.FEED, "https://papers.example.org/feed.xml", zone="Asia/Seoul")
SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)
DIGEST = (
    '<p><a href="/abs/2502.00001">Gentle Routing for Experts</a></p><p>(Ada Kim, Ben Lee)</p>'
    "<p>라우팅을 부드럽게 합니다.</p><p>#moe</p>"
)


def _rss(*items: str, head: str = '<?xml version="1.0"?>') -> str:
    body = "".join(f"<item>{item}</item>" for item in items)
    return f'{head}<rss version="2.0" {SPACES}><channel><title>D</title>{body}</channel></rss>'


def _items(feed: str) -> tuple[FeedItem, ...]:
    return parse_feed(feed.encode(), media_type="application/xml", charset=None)


def _entry(item: FeedItem) -> Entry:
    (entry,) = read_document(item_document(SOURCE, item)).entries
    return entry


def test_an_item_of_arxivs_rss_is_a_paper() -> None:
    """Title, authors, abstract, link, date and categories of arXiv's item become one entry."""
    (item,) = _items(
        _rss(
            "<title>Gentle Routing for Experts</title><link>https://arxiv.org/abs/2502.00001</link>"
            "<description>arXiv:2502.00001v1 Announce Type: new \nAbstract: Routing is made gentle."
            "</description>"
            "<category>cs.LG</category><pubDate>Tue, 25 Feb 2025 00:00:00 -0500</pubDate>"
            "<arxiv:announce_type>new</arxiv:announce_type><dc:creator>Ada Kim, Ben Lee</dc:creator>"
        )
    )
    document = item_document(SOURCE, item)
    digest = read_document(document)
    (entry,) = digest.entries
    assert digest.date == date(2025, 2, 25)
    assert (entry.paper.title, entry.paper.arxiv_id) == ("Gentle Routing for Experts", "2502.00001")
    assert entry.paper.authors == ("Ada Kim", "Ben Lee")
    assert entry.paper.abstract == "Routing is made gentle."
    assert [tag.name for tag in entry.tags] == ["cs.lg"]
    assert item.announced == "new"


def test_an_entry_of_atom_is_a_paper() -> None:
    """Atom's authors and links are read, and the pdf beside the page is not the paper's link."""
    (item,) = _items(
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>q</title><entry>'
        "<id>http://arxiv.org/abs/2502.00001v1</id><published>2025-02-24T17:59:00Z</published>"
        "<title>Gentle Routing for Experts</title><summary>Routing is made gentle.</summary>"
        "<author><name>Ada Kim</name></author><author><name>Ben Lee</name></author>"
        '<link href="http://arxiv.org/abs/2502.00001v1" rel="alternate"/>'
        '<link title="pdf" href="http://arxiv.org/pdf/2502.00001v1" rel="related"/></entry></feed>'
    )
    entry = _entry(item)
    assert (entry.paper.authors, entry.paper.url) == (
        ("Ada Kim", "Ben Lee"),
        "https://arxiv.org/abs/2502.00001",
    )


def test_an_abstract_cannot_forge_the_grammar() -> None:
    """An abstract that looks like tags, authors or a link stays the abstract."""
    for text in ("#moe is a tag", "(Ada Kim)", "https://example.org/x", "<korean>x"):
        item = FeedItem("i", "Gentle Routing", f"Abstract: {text}", link="https://arxiv.org/abs/2502.00001")
        (entry,) = read_document(item_document(SOURCE, item, date(2025, 2, 25))).entries
        assert entry.paper.title == "Gentle Routing"
        assert entry.tags == ()
        assert entry.paper.authors == ()


CONTENT = f"<content:encoded><![CDATA[{DIGEST}]]></content:encoded>"
DAY = "<guid>g</guid><title>2025-02-25</title>"


@pytest.mark.parametrize(
    "feed",
    [
        _rss(DAY + CONTENT, head="\n\n <?xml version='1.0'?>"),
        _rss(DAY + "<link>https://arxiv.org/?a=1&b=2</link>" + CONTENT),
        _rss(DAY + '<media:thumbnail url="t.png"/>' + CONTENT),
        _rss(DAY + "<br>" + CONTENT),
    ],
    ids=["blank lines", "bare ampersand", "undeclared prefix", "unclosed element"],
)
def test_feeds_that_are_not_quite_xml_are_read(feed: str) -> None:
    """White space, ampersands, prefixes and elements that XML forbids do not keep a feed from being read."""
    (item,) = _items(feed)
    entry = _entry(item)
    assert entry.paper.title == "Gentle Routing for Experts"
    assert entry.commentary("ko") == "라우팅을 부드럽게 합니다."


def test_entities_are_not_expanded_by_the_recovering_parser() -> None:
    """A feed that is broken and declares entities is refused, and reads no file."""
    bomb = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + _rss("<title>&a;</title><b>", head="")
    with pytest.raises(SourceError):
        _items(bomb)


def test_items_of_one_guid_stay_apart() -> None:
    """Items that share a guid are told by their links."""
    items = _items(
        _rss(
            *(
                f"<guid>N/A</guid><title>{n}</title><link>https://papers.example.org/p/{n}</link>"
                for n in range(3)
            )
        )
    )
    assert len({item.id for item in items}) == 3


@pytest.mark.parametrize("said", ["2025년 2월 25일", "2025/02/25 09:00:00", "25 Feb 2025", "2025.02.25"])
def test_local_forms_of_dates_are_read(said: str) -> None:
    """A date that is neither RFC 822 nor RFC 3339 still dates its item."""
    (item,) = _items(_rss(f"<guid>g</guid><title>Daily</title><pubDate>{said}</pubDate>"))
    assert item_document(SOURCE, item).first_seen == date(2025, 2, 25)


@pytest.mark.parametrize("label", ["windows-949", "KSC_5601", "ks_c_5601-1987", "korean"])
def test_labels_of_encodings_that_browsers_know(label: str) -> None:
    """A Korean encoding is known by every label that browsers accept."""
    feed = _rss("<guid>g</guid><title>라우팅</title>", head="").encode("cp949")
    (item,) = parse_feed(feed, media_type="text/xml", charset=label)
    assert item.title == "라우팅"


async def test_an_item_without_a_date_keeps_the_day_it_was_first_seen() -> None:
    """A paper without a date is the same document on the next day, not a paper of that day."""
    undated = _rss("<title>Gentle Routing</title><link>https://arxiv.org/abs/2502.00001v1</link>")

    class Served:
        async def get(self, *_: Any, **__: Any) -> SimpleNamespace:
            return SimpleNamespace(
                body=undated.encode(), media_type="application/xml", charset=None, validators={}
            )

    days = iter([datetime(2026, 11, 30, 3, tzinfo=UTC), datetime(2026, 12, 1, 3, tzinfo=UTC)])
    fetcher = FeedFetcher(cast("HttpClient", Served()), now=lambda: next(days))
    first = await fetcher.fetch(SOURCE)
    second = await fetcher.fetch(replace(SOURCE, cursor=first.cursor))
    (one,), (other,) = first.documents, second.documents
    assert one == other
    assert one.first_seen == date(2026, 11, 30)
    assert "v1" not in one.path


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("Ada Kim (KAIST), Ben Lee (MIT)", ("Ada Kim", "Ben Lee")),
        ("Editor: Nature 2025", ()),
        ("ada@example.org (Ada Kim)", ("Ada Kim",)),
    ],
)
def test_what_is_no_name_is_left_out_of_the_authors(said: str, names: tuple[str, ...]) -> None:
    """Affiliations and editors are no authors, and never make the paper unreadable."""
    item = FeedItem("i", "Gentle Routing", "Abstract: x.", link="https://arxiv.org/abs/2502.00001")
    entry = _entry(replace(item, authors=(said,), published=datetime(2025, 2, 25, tzinfo=UTC)))
    assert entry.paper.authors == names
