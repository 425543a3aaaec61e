"""Coverage-guided fuzzing of feeds: from the bytes of an answer to the items, and each item through `read`.

python -m tests.fuzz.feeds --runs 100000 --seed 1
"""

from __future__ import annotations

from pathlib import Path

import atheris

with atheris.instrument_imports(include=["digests.sources.feed_formats", "digests.sources.charsets"]):
    from digests.errors import DigestError, SourceError
    from digests.model import Source, SourceKind
    from digests.reading.document import read_document
    from digests.sources.feed import item_document
    from digests.sources.feed_formats import parse_feed

from tests.fuzz.engine import fuzz

CHARSETS = (None, "utf-8", "euc-kr", "iso-8859-1", "utf-16", "idna", "nonsense", "a\0b")
SOURCE = Source(1, "fuzz", SourceKind.FEED, "https://example.org/feed", zone="Asia/Seoul")

SLOWEST = 5
"""Seconds one input of at most LONGEST bytes may take; libFuzzer stops there."""

LONGEST = 2048

_PAGE = "2025-02-25<p>T</p><p>(A B, C D)</p><p>가나다</p><p>#x</p>"
SEEDS = [
    f'<?xml version="1.0"?><rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><item>'
    f"<guid>1</guid><title>2025-02-25</title><pubDate>Tue, 25 Feb 2025 07:00:00 +0900</pubDate>"
    f"<content:encoded><![CDATA[{_PAGE}]]></content:encoded></item></channel></rss>",
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a</id><updated>2025-02-25T00:00:00Z</updated>'
    '<link href="x"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>a&amp;b</p><br/>'
    '</div></content></entry><entry><content type="text">a &lt; b</content></entry></feed>',
    '{"version":"https://jsonfeed.org/version/1.1","items":[{"id":1,"content_html":"<p>x","title":"t",'
    '"date_published":"2025-02-25"},{"content_text":"\\ud800\\u0000","url":"u.md"}]}',
    '<!DOCTYPE rss [<!ENTITY a "b">]><rdf:RDF xmlns:rdf="r"><item><dc:date xmlns:dc='
    '"http://purl.org/dc/elements/1.1/">9999-12-31T23:59:59-12:00</dc:date>&nbsp;&a;</item></rdf:RDF>',
    '<html><link rel="alternate" type="application/rss+xml" href="/feed&amp;x"><p>a',
]


def test_one_input(data: bytes) -> None:
    """Read one answer; anything but items or a sentence is a finding."""
    if not data:
        return
    try:
        items = parse_feed(data[1:], media_type="text/xml", charset=CHARSETS[data[0] % len(CHARSETS)])
    except SourceError as error:
        check_sentence(error)
        return
    assert len({item.id for item in items}) == len(items)
    for item in items:
        document = item_document(SOURCE, item)
        assert "\0" not in document.path
        document.path.encode()
        try:
            read_document(document)
        except DigestError as error:
            check_sentence(error)


def check_sentence(error: Exception) -> None:
    """A refusal is a sentence."""
    assert str(error).endswith(".")


def write_corpus(folder: Path, _: int) -> None:
    """One feed of each format, and a page that is none."""
    for number, seed in enumerate(SEEDS):
        (folder / f"{number:04d}").write_bytes(b"\0" + seed.encode())


if __name__ == "__main__":
    fuzz(test_one_input, write_corpus, description=__doc__, longest=LONGEST, slowest=SLOWEST)
