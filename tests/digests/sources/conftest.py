"""What the sources' tests share: a feed server, and an archive with its polling."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.digests.sources.feed_server import FeedServer


@pytest.fixture
async def feed_server() -> AsyncIterator[FeedServer]:
    """A feed server on 127.0.0.1 and 127.0.0.2."""
    async with FeedServer().running() as server:
        yield server
