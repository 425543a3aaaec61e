"""From a feed to the channel: a real process polls a real server, and the next morning's post has it."""

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


async def test_what_a_feed_brings_is_in_the_next_mornings_posts(tmp_path: Path) -> None:
    """What the feed held when it was added is not posted; what it brings afterwards is, in each channel."""
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
            # Due at once, and not in a quarter of an hour.
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
    """Everything posted, as soon as it is so much."""
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
