"""The feed source, against a real server on loopback that misbehaves in every way servers do."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from digests.errors import SourceError
from digests.model import Cursor, Fetch, Source, SourceKind
from digests.reading.document import read_document
from digests.sources.feed import FeedFetcher
from digests.sources.http_client import FetchLimits, HttpClient
from digests.sources.network_addresses import is_public_address
from tests.digests.sources.feed_server import FeedServer, item, rss
from tests.forward_proxy import ForwardProxy

LIMITS = FetchLimits(seconds=5, silent_seconds=5, size=1024 * 1024)


def _only(address: str) -> bool:
    return address == "127.0.0.1"


@pytest.fixture
async def web() -> AsyncIterator[HttpClient]:
    """A web in which 127.0.0.1 is trusted and nothing else is."""
    web = HttpClient(is_allowed=_only, limits=LIMITS)
    yield web
    await web.close()


async def _fetch(web: HttpClient, address: str, cursor: Cursor | None = None, zone: str = "UTC") -> Fetch:
    return await FeedFetcher(web).fetch(
        Source(1, "papers", SourceKind.FEED, address, cursor=cursor, zone=zone)
    )


async def test_an_item_is_a_newsletter(web: HttpClient, feed_server: FeedServer) -> None:
    """A feed's item becomes a document that reads as a digest, dated by its title, links kept."""
    (document,) = (await _fetch(web, feed_server.url())).documents
    digest = read_document(document)
    (entry,) = digest.entries
    assert (document.path, digest.date) == ("urn:issue:2025-02-25", date(2025, 2, 25))
    assert (entry.paper.title, entry.paper.arxiv_id) == ("Looped Transformers", "2502.17416")
    assert entry.commentary("ko") == "반복하는 트랜스포머 이야기예요."


async def test_a_feed_comes_through_the_proxy(
    web: HttpClient, feed_server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a proxy a name need mean nothing here, and a private address is refused all the same."""
    async with ForwardProxy(feed_server.port).running() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        (document,) = (await _fetch(web, "http://feeds.example/feed")).documents
        assert (document.path, proxy.hosts) == ("urn:issue:2025-02-25", ["feeds.example"])
        with pytest.raises(SourceError, match="leads to a private address"):
            await _fetch(web, "http://10.0.0.1/feed")
        assert proxy.hosts == ["feeds.example"]


async def test_an_unchanged_feed_is_not_sent_again(web: HttpClient, feed_server: FeedServer) -> None:
    """With the validators of the first answer the second is 304 and brings nothing; a change brings all."""
    first = await _fetch(web, feed_server.url())
    second = await _fetch(web, feed_server.url(), first.cursor)
    assert (list(second.documents), second.cursor) == ([], first.cursor)
    feed_server.feed = rss(item(), item("2025-02-26"))
    third = await _fetch(web, feed_server.url(), second.cursor)
    assert [one.path for one in third.documents] == ["urn:issue:2025-02-25", "urn:issue:2025-02-26"]
    assert [status for _, status in feed_server.requests] == [200, 304, 200]


@pytest.mark.parametrize("path", ["/euc-kr", "/latin"])
async def test_korean_arrives_whatever_the_server_says_of_it(
    web: HttpClient, feed_server: FeedServer, path: str
) -> None:
    """EUC-KR that only the declaration names, and UTF-8 announced as Latin 1, are read as Korean."""
    (document,) = (await _fetch(web, feed_server.url(path))).documents
    assert "반복하는 트랜스포머" in document.content.decode()


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/cut", "cut off in the middle"),
        ("/cut-gzip", "cut off in the middle"),
        ("/endless", "larger than 1 MB"),
        ("/bomb", "larger than 1 MB"),
        ("/page", "its feed is /feed"),
        ("/picture", "image/png, which is no feed"),
        ("/to-private", "127.0.0.2 leads to a private address"),
        ("/to-file", "no web address"),
        ("/round", "redirects on and on"),
        ("/nowhere", "answers 404"),
    ],
)
async def test_trouble_is_said_in_a_sentence(
    web: HttpClient, feed_server: FeedServer, path: str, says: str
) -> None:
    """Each kind of bad answer is one SourceError whose sentence says what it was."""
    with pytest.raises(SourceError, match=says):
        await _fetch(web, feed_server.url(path))


@pytest.mark.parametrize("path", ["/hang", "/drip"])
async def test_a_slow_server_is_left(feed_server: FeedServer, path: str) -> None:
    """A server that says nothing, or a letter now and then, is given up after the whole time allowed."""
    web = HttpClient(
        is_allowed=_only, limits=FetchLimits(seconds=0.3, silent_seconds=0.2 if path == "/hang" else 5)
    )
    try:
        with pytest.raises(SourceError, match=r"within 0\.3 seconds"):
            await _fetch(web, feed_server.url(path))
    finally:
        await web.close()


async def test_a_redirect_within_what_is_allowed_is_followed(
    web: HttpClient, feed_server: FeedServer
) -> None:
    """A feed that moved to an allowed address is read there."""
    assert len(list((await _fetch(web, feed_server.url("/moved"))).documents)) == 1


async def test_a_wish_to_be_left_alone_is_kept(web: HttpClient, feed_server: FeedServer) -> None:
    """The Retry-After of an answer that is no feed goes along with the error."""
    with pytest.raises(SourceError, match="answers 429") as caught:
        await _fetch(web, feed_server.url("/busy"))
    assert caught.value.retry_after == timedelta(hours=2)


class _Liar(AbstractResolver):
    """Knows every name by an address on this machine, as a hostile name server would."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "papers.example", "[::ffff:127.0.0.1]", "2130706433"]
)
async def test_private_addresses_are_refused(feed_server: FeedServer, host: str) -> None:
    """Unless allowed, this machine is reached by no number, name, disguise, or name server's lie."""
    web = HttpClient(limits=LIMITS, resolver=_Liar() if host == "papers.example" else None)
    try:
        with pytest.raises(SourceError, match=r"private address|no web address"):
            await _fetch(web, feed_server.url(host=host))
    finally:
        await web.close()
    assert feed_server.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
        "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1%eth0", "fec0::1", "fd00::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::", "ff02::1", "localhost", "",
    ],
)  # fmt: skip
def test_what_is_not_public(address: str) -> None:
    """No private, local, reserved or disguised address counts as public."""
    assert not is_public_address(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_what_is_public(address: str) -> None:
    """Public addresses do, written as IPv6 too."""
    assert is_public_address(address)
