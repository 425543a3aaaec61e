"""Haru's listeners behind the local workspace, on a real database: people type, press and look."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import Haru
from bot.channels.preferences import Channel
from bot.local.seed import KOREAN_CHANNEL, MINJI
from bot.local.workspace import LocalWorkspace
from bot.running import listening
from bot.web import web_application
from config.settings import Settings
from digests.model import Document
from digests.sources import folder
from digests.store.sessions import Database

SECRET = "listeners-signing-secret"
MORNING = datetime(2025, 2, 25, 0, 30, tzinfo=UTC)
SAMPLES = Path(__file__).parents[3] / "bot" / "local" / "samples"


@dataclass
class Desk:
    """Haru and the workspace in front of it, with what a test does there."""

    haru: Haru
    workspace: LocalWorkspace
    session: aiohttp.ClientSession
    app_url: str

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Call the page's API; what it refuses fails the test."""
        url = self.workspace.url.rstrip("/") + path
        async with self.session.request(method, url, json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json() if answer.content_type == "application/json" else {}

    async def seen(self, person: str = MINJI, channel: str = KOREAN_CHANNEL) -> list[dict[str, Any]]:
        """What a person sees in a channel, oldest first."""
        answer = await self.ask("GET", f"/local/messages?as={person}&channel={channel}")
        return list(answer["messages"])

    async def write(self, text: str, person: str = MINJI, channel: str = KOREAN_CHANNEL) -> dict[str, Any]:
        """Type something; gives the newest message the person then sees."""
        await self.ask("POST", "/local/messages", {"as": person, "channel": channel, "text": text})
        return (await self.seen(person, channel))[-1]

    async def until(self, text: str, person: str = MINJI, channel: str = KOREAN_CHANNEL) -> dict[str, Any]:
        """Wait until a person's newest message holds this text; gives that message."""
        shown: list[dict[str, Any]] = []
        for _ in range(200):
            shown = await self.seen(person, channel)
            if shown and text in text_of(shown[-1]):
                return shown[-1]
            await asyncio.sleep(0.02)
        raise AssertionError(f"{text!r} never came last: {[one['text'][:80] for one in shown]}")

    async def press(
        self, message: dict[str, Any], action: str, person: str = MINJI, channel: str = KOREAN_CHANNEL
    ) -> None:
        """Press the first button of an action in a message."""
        block, element = found(message, action)
        await self.ask(
            "POST",
            "/local/actions",
            {
                "as": person,
                "channel": channel,
                "ts": message["ts"],
                "block_id": block,
                "action_id": element["action_id"],
            },
        )

    async def channel(self, channel: str = KOREAN_CHANNEL) -> Channel:
        """The channel as Haru keeps it."""
        known = await self.haru.channels.get(self.workspace.workspace, channel)
        assert known is not None
        return known


def found(message: dict[str, Any], action: str) -> tuple[str, dict[str, Any]]:
    """The block and the element of an action in a message or view."""
    for block in message["blocks"]:
        for element in (*block.get("elements", ()), block.get("accessory")):
            if element and str(element.get("action_id", "")).split(":")[0] == action:
                return block["block_id"], element
    raise AssertionError(f"no {action} in {text_of(message)}")


def text_of(message: dict[str, Any]) -> str:
    """Everything written in a message or view."""
    return json.dumps([message.get("text"), message.get("blocks")], ensure_ascii=False)


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    """The two channels, not yet set up, on a morning with one sample digest and older ones behind it."""
    address = ""
    workspace = LocalWorkspace(
        state=tmp_path / "slack.sqlite3",
        app_url=lambda: address,
        signing_secret=SECRET,
        port=0,
        starts_at=MORNING,
    )
    await workspace.start()
    settings = Settings(_env_file=None, haru_language="en")  # type: ignore[call-arg]
    haru = Haru(settings, database, clock=workspace.clock, api_url=workspace.api_url)
    application = web_application(
        haru.bolt(signing_secret=SECRET), live=haru.live, ready=haru.ready_to_answer
    )
    async with aiohttp.ClientSession() as session, listening(application, "127.0.0.1", 0) as port:
        address = f"http://127.0.0.1:{port}"
        await haru.install_from_environment(workspace.bot_token)
        async for _ in haru.archive.take_in(_samples(), now=MORNING):
            pass
        yield Desk(haru, workspace, session, f"{address}/slack/events")
        await workspace.stop()
    await haru.close_clients()


def _samples() -> list[Document]:
    kept = ("earlier/2025-02-24.txt", "2025-02-25.txt", "2025-02-26.txt")
    read = [one for one in folder.documents(SAMPLES) if one.path in kept]
    return [replace(one, source="samples") for one in read]
