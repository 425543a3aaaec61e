"""Feeds whose server breaks down: said, left alone for a while, and taken up again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from digests.archive import Archive
from digests.errors import SourceError
from digests.model import NewSource, Source, SourceKind
from digests.sources.feed import FeedFetcher
from digests.sources.http_client import FetchLimits, HttpClient
from digests.sources.polling import Poller, PollResult
from digests.sources.source_list import Sources
from digests.store.database import Database
from tests.digests.sources.feed_server import FeedServer
from tests.digests.sources.polled_archive import EVERY, NOW

HOUR = timedelta(hours=1)


@pytest.fixture
async def web() -> AsyncIterator[HttpClient]:
    """A web in which this machine's feed server may be asked."""
    web = HttpClient(
        is_allowed=lambda address: address == "127.0.0.1", limits=FetchLimits(seconds=5, silent_seconds=5)
    )
    yield web
    await web.close()


async def _polled(polling: Poller, now: datetime) -> dict[str, PollResult]:
    """What every source that is due brought, by its name."""
    due = await polling.claim_due(now=now, limit=9)
    return {source.name: await polling.poll(source, now=now) for source in due}


@pytest.mark.parametrize(
    ("status", "wish", "words", "wait"),
    [
        (500, None, "answers 500 Internal Server Error.", timedelta(seconds=30)),
        (503, "7200", "answers 503 Service Unavailable.", 2 * HOUR),
    ],
)
async def test_a_server_that_breaks_down_is_left_alone_and_taken_up_again(
    database: Database,
    web: HttpClient,
    feed_server: FeedServer,
    status: int,
    wish: str | None,
    words: str,
    wait: timedelta,
) -> None:
    """A failure names the status and waits; the poll's other source brings its own, the next answer heals."""
    sources = Sources(database)
    polling = Poller(
        database, Archive(database), {SourceKind.FEED: FeedFetcher(web)}, interval=EVERY, jitter=lambda: 0.0
    )
    for name, path in (("broken", "/feed"), ("sound", "/latin")):
        await sources.add(
            NewSource(
                feed_server.url(path),
                name=name,
                kind=SourceKind.FEED,
            ),
            now=NOW,
        )
    feed_server.status, feed_server.retry_after = status, wish
    polled = await _polled(polling, NOW)
    assert str(polled["broken"].error).endswith(words)
    assert (polled["sound"].error, polled["sound"].changed) == (None, 1)
    broken = await sources.get("broken")
    assert (broken.failures, broken.next_poll_at) == (1, NOW + wait)
    assert "broken" not in await _polled(polling, NOW + wait - timedelta(seconds=1))

    feed_server.status = 200
    polled = await _polled(polling, NOW + wait)
    assert (polled["broken"].error, polled["broken"].documents) == (None, 1)
    healed = await sources.get("broken")
    assert (healed.failures, healed.last_error, healed.next_poll_at) == (0, None, NOW + wait + EVERY)


@pytest.mark.parametrize(
    ("wish", "least", "most"),
    [
        ("in two hours", 1.9 * HOUR, 2 * HOUR),
        ("Tue, 25 Feb 2025 07:00:00 GMT", timedelta(0), timedelta(0)),
        ("9" * 5000, 24 * HOUR, timedelta(seconds=10**6)),
    ],
    ids=["date", "past", "endless"],
)
async def test_a_wish_may_be_a_moment(
    web: HttpClient, feed_server: FeedServer, wish: str, least: timedelta, most: timedelta
) -> None:
    """A Retry-After that names a moment is counted from the server's own; no number is too long."""
    if wish == "in two hours":  # from now, not from when the tests were collected
        wish = format_datetime(datetime.now(UTC) + 2 * HOUR, usegmt=True)
    feed_server.status, feed_server.retry_after = 503, wish
    with pytest.raises(SourceError, match="answers 503") as caught:
        await FeedFetcher(web).fetch(Source(1, "papers", SourceKind.FEED, feed_server.url()))
    assert caught.value.retry_after is not None
    assert least <= caught.value.retry_after <= most


async def test_a_wish_nobody_can_read_is_none(web: HttpClient, feed_server: FeedServer) -> None:
    """A Retry-After that is neither a number nor a moment leaves the status and no wish."""
    feed_server.status, feed_server.retry_after = 503, "soon"
    with pytest.raises(SourceError, match="answers 503") as caught:
        await FeedFetcher(web).fetch(Source(1, "papers", SourceKind.FEED, feed_server.url()))
    assert caught.value.retry_after is None
