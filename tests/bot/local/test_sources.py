"""Test of the way from a feed to a channel, with a real process and a real server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from tests.bot.local.test_haru import process
from tests.digests.sources.feed_server import FeedServer, item, rss

pytestmark = pytest.mark.timeout(120)


async def test_new_feed_items_are_posted_the_next_morning(tmp_path: Path) -> None:
    """Items that were in the feed when it was added are not posted. Later ones are, in each channel."""
    port = unused_port()
    url = f"http://127.0.0.1:{port}/local/"
    allowed = {"HARU_LOCAL_PORT": str(port), "HARU_ALLOW_PRIVATE_ADDRESSES": "true"}
    async with FeedServer().running() as server, aiohttp.ClientSession() as session:
        server.feed = rss(item("2025-02-26", title="Whales Before", id_="before", arxiv_id="2502.00001"))
        async with process(tmp_path, "sources", "add", server.url(), "--name", "papers", **allowed) as added:
            assert await added.wait() == 0
        server.feed = rss(
            item("2025-02-26", title="Whales Before", id_="before", arxiv_id="2502.00001"),
            item("2025-02-26", title="Sharks Afterwards", id_="afterwards", arxiv_id="2502.00002"),
        )
        async with process(tmp_path, "run", **allowed):
            await _record(session, url, count=2)
            # Makes the source due at once instead of in a quarter of an hour.
            async with process(tmp_path, "sources", "on", "papers", **allowed) as switched:
                assert await switched.wait() == 0
            for _ in range(300):
                if len(server.requests) >= 2:
                    break
                await asyncio.sleep(0.1)
            await asyncio.sleep(1)
            await session.put(f"{url}clock", json={"to": "morning"})
            posts = (await _record(session, url, count=4))[2:]
    texts = [post["text"] for post in posts]
    assert ["Sharks Afterwards" in text for text in texts] == [True, True]
    assert not any("Whales Before" in text for text in texts)


async def _record(session: aiohttp.ClientSession, url: str, *, count: int) -> list[dict[str, Any]]:
    """Every message, as soon as there are ``count`` of them."""
    messages: list[dict[str, Any]] = []
    for _ in range(300):
        try:
            async with session.get(f"{url}record") as answer:
                messages = (await answer.json())["messages"]
        except aiohttp.ClientError:
            pass
        if len(messages) >= count:
            return messages
        await asyncio.sleep(0.1)
    raise AssertionError([message["text"][:60] for message in messages])
