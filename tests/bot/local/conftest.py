"""Fixtures: a local workspace and a small Bolt app that it talks to, on free ports of this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.local.workspace import LocalWorkspace

SECRET = "local-signing-secret"
MORNING = datetime(2025, 2, 25, 0, 1, tzinfo=UTC)


@dataclass
class Slack:
    """A running workspace, the app it talks to, and clients for its Web API and for the page's API."""

    workspace: LocalWorkspace
    app: AsyncApp
    client: AsyncWebClient
    session: aiohttp.ClientSession

    async def ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, status: int = 200
    ) -> dict[str, Any]:
        """Call the page's API, check the status of the response, and return its JSON."""
        url = self.workspace.url.rstrip("/") + path
        async with self.session.request(method, url, json=body) as response:
            assert response.status == status, await response.text()
            answer: dict[str, Any] = (
                await response.json() if response.content_type == "application/json" else {}
            )
            return answer

    async def seen(self, person: str, channel: str = "C0NONMUN") -> list[dict[str, Any]]:
        """The messages that a user sees in a channel."""
        answer = await self.ask("GET", f"/local/messages?as={person}&channel={channel}")
        messages: list[dict[str, Any]] = answer["messages"]
        return messages

    async def write(
        self, text: str, person: str = "U0MINJI", channel: str = "C0NONMUN", status: int = 200, **more: Any
    ) -> dict[str, Any]:
        """Type a text into the composer and send it."""
        body = {"as": person, "channel": channel, "text": text, **more}
        return await self.ask("POST", "/local/messages", body, status)


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[Slack]:
    """A running workspace with an app."""
    port = 0
    workspace = LocalWorkspace(
        state=tmp_path / "slack.sqlite3",
        app_url=lambda: f"http://127.0.0.1:{port}",
        signing_secret=SECRET,
        port=0,
        starts_at=MORNING,
    )
    await workspace.start()
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(
            token=workspace.bot_token, base_url=workspace.api_url, session=session, retry_handlers=[]
        )
        app = AsyncApp(client=client, signing_secret=SECRET)

        async def events(request: web.Request) -> web.Response:
            return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

        application = web.Application()
        application.router.add_post("/slack/events", events)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        yield Slack(workspace, app, client, session)
        await workspace.stop()
        await runner.cleanup()
