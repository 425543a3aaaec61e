"""Runs Haru's listeners behind the local workspace, on a real database: tests type, press and look."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from slack_sdk.signature import SignatureVerifier

from bot.app import Haru
from bot.channels.preferences import Channel
from bot.http_server import web_application
from bot.language.command_names import use_prefix
from bot.lifecycle import listening
from bot.local.seed import KOREAN_CHANNEL, MINJI
from bot.local.workspace import COMMANDS, LocalWorkspace
from config.settings import Settings
from digests.model import Document
from digests.sources import folder
from digests.store.database import Database

SECRET = "listeners-signing-secret"
MORNING = datetime(2025, 2, 25, 0, 30, tzinfo=UTC)
SAMPLES = Path(__file__).parents[3] / "bot" / "local" / "samples"


Json = dict[str, Any]


@dataclass
class Desk:
    """Haru with the local workspace in front of it, and what a person does there.

    Failed requests to the workspace's page fail the test.
    """

    haru: Haru
    workspace: LocalWorkspace
    session: aiohttp.ClientSession
    app_url: str

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Call the page's API; returns the JSON it answers."""
        url = self.workspace.url.rstrip("/") + path
        async with self.session.request(method, url, json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json() if answer.content_type == "application/json" else {}

    async def seen(self, person: str = MINJI, channel: str = KOREAN_CHANNEL) -> list[dict[str, Any]]:
        """The messages a person sees in a channel, oldest first."""
        answer = await self.ask("GET", f"/local/messages?as={person}&channel={channel}")
        return list(answer["messages"])

    async def write(self, text: str, person: str = MINJI, channel: str = KOREAN_CHANNEL) -> dict[str, Any]:
        """Type a message; returns the newest message the person then sees."""
        await self.ask("POST", "/local/messages", {"as": person, "channel": channel, "text": text})
        return (await self.seen(person, channel))[-1]

    async def until(self, text: str, person: str = MINJI, channel: str = KOREAN_CHANNEL) -> dict[str, Any]:
        """Wait until a person's newest message holds this text; returns that message."""
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

    async def until_modal(self, person: str = MINJI, *, deep: int = 1) -> dict[str, Any]:
        """Wait until a person has ``deep`` modals open; returns the topmost."""
        for _ in range(150):
            views = (await self.ask("GET", f"/local/views?as={person}"))["views"]
            if len(views) == deep:
                return dict(views[-1])
            await asyncio.sleep(0.02)
        raise AssertionError("no modal opened")

    async def submit(
        self, view: dict[str, Any], values: dict[str, Any], person: str = MINJI
    ) -> dict[str, Any]:
        """Submit a modal; returns the errors it shows."""
        return await self.ask(
            "POST", "/local/submissions", {"as": person, "view": view["id"], "values": values}
        )

    async def send_interaction(self, payload: Json) -> None:
        """Send the app a signed interaction, and check that it accepts it."""
        status, _ = await self.send({"payload": json.dumps(payload)})
        assert status == 200

    async def send(
        self, form: dict[str, str] | dict[str, Any], *, secret: str = SECRET, age: int = 0
    ) -> tuple[int, str]:
        """Send the app a signed form, or an event if the form has its ``type``, as Slack does; returns the
        status and body of the answer.
        """
        is_event = form.get("type") == "event_callback"
        body = json.dumps(form) if is_event else urlencode(form)
        stamp = str(int(time.time()) - age)
        signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
        headers = {
            "content-type": "application/json" if is_event else "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": signature or "",
        }
        async with self.session.post(self.app_url, data=body, headers=headers) as answer:
            return answer.status, await answer.text()

    async def channel(self, channel: str = KOREAN_CHANNEL) -> Channel:
        """The channel as Haru stores it."""
        known = await self.haru.channels.get(self.workspace.workspace, channel)
        assert known is not None
        return known


async def eventually(what: Callable[[], Awaitable[Any]]) -> None:
    """Wait until a condition holds; fail after four seconds."""
    for _ in range(200):
        if await what():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to be")


def values_of(view: dict[str, Any]) -> dict[str, Any]:
    """The values of a modal's inputs when it opens, in the shape of its submission."""
    values = {}
    for block in view["blocks"]:
        element = block.get("element")
        if element:
            state: dict[str, Any] = {"type": element["type"]}
            for kept, given in _INITIAL:
                if given in element:
                    state[kept] = element[given]
            values[block["block_id"]] = {element["action_id"]: state}
    return values


_INITIAL = (
    ("selected_option", "initial_option"),
    ("selected_options", "initial_options"),
    ("selected_time", "initial_time"),
    ("selected_users", "initial_users"),
    ("value", "initial_value"),
)


def found(message: dict[str, Any], action: str) -> tuple[str, dict[str, Any]]:
    """The block id and the element of an action in a message or view."""
    for block in message["blocks"]:
        for element in (*block.get("elements", ()), block.get("accessory")):
            if element and str(element.get("action_id", "")).split(":")[0] == action:
                return block["block_id"], element
    raise AssertionError(f"no {action} in {text_of(message)}")


def text_of(message: dict[str, Any]) -> str:
    """All the text in a message or view, as JSON."""
    return json.dumps([message.get("text"), message.get("blocks")], ensure_ascii=False)


@pytest.fixture
def prefix() -> str:
    """The prefix of the command names; a test parametrizes it for another."""
    return ""


@pytest.fixture
async def desk(database: Database, tmp_path: Path, prefix: str) -> AsyncIterator[Desk]:
    """Haru in a workspace with two channels that are not set up, on a morning with one sample digest of the
    day and older ones.
    """
    address = ""
    workspace = LocalWorkspace(
        state=tmp_path / "slack.sqlite3",
        app_url=lambda: address,
        signing_secret=SECRET,
        port=0,
        starts_at=MORNING,
        commands={f"{prefix}{name}": said for name, said in COMMANDS.items()},
    )
    await workspace.start()
    settings = Settings(_env_file=None, haru_language="en", haru_command_prefix=prefix)  # type: ignore[call-arg]
    haru = Haru(settings, database, clock=workspace.clock, api_url=workspace.api_url)
    application = web_application(
        haru.bolt(signing_secret=SECRET),
        signing_secret=SECRET,
        live=haru.health.live,
        ready=haru.health.ready_to_answer,
    )
    async with aiohttp.ClientSession() as session, listening(application, "127.0.0.1", 0) as port:
        address = f"http://127.0.0.1:{port}"
        await haru.install_from_environment(workspace.bot_token)
        async for _ in haru.archive.import_documents(_samples(), now=MORNING):
            pass
        before = asyncio.all_tasks()
        yield Desk(haru, workspace, session, f"{address}/slack/events")
        # Listeners that are still running need the database, which is closed next.
        at_work = [task for task in asyncio.all_tasks() - before if "Listener" in repr(task.get_coro())]
        if at_work:
            await asyncio.wait(at_work, timeout=5)
        await workspace.stop()
    await haru.close_clients()
    use_prefix("")


def _samples() -> list[Document]:
    kept = ("earlier/2025-02-24.txt", "2025-02-25.txt", "2025-02-26.txt")
    read = [one for one in folder.documents_in(SAMPLES) if one.path in kept]
    return [replace(one, source="samples") for one in read]
