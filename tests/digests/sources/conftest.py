"""What the sources' tests share: a feed server, and an archive with its polling."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from digests.archive import Archive
from digests.model import SourceKind
from digests.sources.polling import Poller
from digests.sources.source_list import Sources
from digests.store.database import Database
from tests.digests.sources.feed_server import FeedServer
from tests.digests.sources.polled_archive import EVERY, House, Shelf


@pytest.fixture
async def feed_server() -> AsyncIterator[FeedServer]:
    """A feed server on 127.0.0.1 and 127.0.0.2."""
    async with FeedServer().running() as server:
        yield server


@pytest.fixture
def house(database: Database) -> House:
    """A house whose source holds one note of Monday."""
    shelf = Shelf()
    shelf.put("250224 Looped.md", "Looped Transformers")
    archive = Archive(database)
    polling = Poller(database, archive, {SourceKind.GIT: shelf}, interval=EVERY, jitter=lambda: 0.0)
    return House(database, shelf, archive, Sources(database), polling)
