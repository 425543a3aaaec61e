"""Tests of Haru as a real process with the local workspace as its Slack."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from bot.local.seed import JUNHO, KOREAN_CHANNEL, MINJI
from bot.local.workspace import LocalWorkspace

ROOT = Path(__file__).parents[3]
SECRET = "outside-signing-secret"
SAMPLE = ROOT / "bot" / "local" / "samples" / "2025-02-25.txt"
LOOPED = "Reasoning with Latent Thoughts"

pytestmark = pytest.mark.timeout(120)


@asynccontextmanager
async def process(folder: Path, *words: str, **variables: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a ``haru`` command in a folder and with its own environment. Interrupts it at the end."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HARU_", "SLACK_", "DATABASE"))
    }
    with (folder / "log").open("ab") as log:
        started = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "from bot.cli import main; main()",
            *words,
            cwd=folder,
            env=kept | {"PYTHONPATH": str(ROOT)} | variables,
            stdout=log,
            stderr=log,
        )
        try:
            yield started
        finally:
            if started.returncode is None:
                started.send_signal(signal.SIGINT)
            await started.wait()


async def until(session: aiohttp.ClientSession, workspace: LocalWorkspace, person: str, text: str) -> None:
    """Wait until a user sees a message with this text in the Korean channel."""
    shown: list[dict[str, Any]] = []
    for _ in range(150):
        where = {"as": person, "channel": KOREAN_CHANNEL}
        async with session.get(f"{workspace.url}local/messages", params=where) as answer:
            shown = (await answer.json())["messages"]
        if any(text in message["text"] for message in shown):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{text!r} did not arrive: {[message['text'][:60] for message in shown]}")


async def write(session: aiohttp.ClientSession, workspace: LocalWorkspace, person: str, text: str) -> int:
    body = {"as": person, "channel": KOREAN_CHANNEL, "text": text}
    async with session.post(f"{workspace.url}local/messages", json=body) as answer:
        return answer.status


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_haru_works_with_the_local_workspace_as_its_slack(tmp_path: Path, mode: str) -> None:
    """With tokens and SLACK_API_URL, Haru finds papers and posts, over Socket Mode and over HTTP."""
    port = unused_port()
    workspace = LocalWorkspace(
        state=tmp_path / "slack.sqlite3",
        app_url=f"http://127.0.0.1:{port}",
        signing_secret=SECRET,
        port=0,
        starts_at=datetime.now(UTC),
    )
    await workspace.start()
    variables = {
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_API_URL": workspace.api_url,
        "PORT": str(port),
        "HARU_HOST": "127.0.0.1",
    }
    credentials = {
        "socket": ("SLACK_APP_TOKEN", workspace.app_token),
        "http": ("SLACK_SIGNING_SECRET", SECRET),
    }
    name, value = credentials[mode]
    variables[name] = value
    async with process(tmp_path, "import", str(SAMPLE), **variables) as imported:
        assert await imported.wait() == 0
    async with aiohttp.ClientSession() as session, process(tmp_path, "run", **variables) as running:
        for _ in range(150):
            if await write(session, workspace, MINJI, "/paper looped") == 200:
                break
            await asyncio.sleep(0.1)
        await until(session, workspace, MINJI, LOOPED)
        assert await write(session, workspace, MINJI, "/digest on") == 200
        assert await write(session, workspace, MINJI, "/digest post") == 200
        await until(session, workspace, JUNHO, "논문 6편")
        running.send_signal(signal.SIGINT)
        assert await running.wait() == 0
    await workspace.stop()


async def test_a_restart_posts_nothing_again(tmp_path: Path) -> None:
    """After a restart, the messages are the same and nothing is posted twice."""
    texts: list[list[str]] = []
    for _ in range(2):
        port = unused_port()
        url = f"http://127.0.0.1:{port}/"
        async with (
            process(tmp_path, "run", HARU_LOCAL_PORT=str(port)),
            aiohttp.ClientSession() as session,
        ):
            messages: list[dict[str, Any]] = []
            for _ in range(200):
                await asyncio.sleep(0.1)
                try:
                    async with session.get(f"{url}local/record") as answer:
                        messages = (await answer.json())["messages"]
                except aiohttp.ClientError:
                    continue
                if len(messages) >= 2:
                    break
            await asyncio.sleep(2 if texts else 0)
            async with session.get(f"{url}local/record") as answer:
                messages = (await answer.json())["messages"]
            texts.append([message["text"] for message in messages])
    assert len(texts[0]) == 2
    assert texts[1] == texts[0]


@pytest.mark.parametrize(
    "fault",
    [
        "drop_after",
        *(
            pytest.param(fault, marks=pytest.mark.slow)
            for fault in ("drop_before", "error_after", "late", "rate_limited", "truncated")
        ),
    ],
)
async def test_each_post_arrives_once_despite_faults(tmp_path: Path, fault: str) -> None:
    """If the first attempts of all messages fail, each channel still has the day's post exactly once."""
    port = unused_port()
    url = f"http://127.0.0.1:{port}/local/"
    quick = {"HARU_LOCAL_PORT": str(port), "HARU_SETTLE": "PT2S", "HARU_LEASE": "PT5S"}

    async with process(tmp_path, "run", **quick), aiohttp.ClientSession() as session:

        async def record() -> list[dict[str, Any]]:
            try:
                async with session.get(f"{url}record") as answer:
                    messages: list[dict[str, Any]] = (await answer.json())["messages"]
                    return messages
            except aiohttp.ClientError:
                return []

        async def grown(count: int, tries: int) -> list[dict[str, Any]]:
            for _ in range(tries):
                messages = await record()
                if len(messages) >= count:
                    return messages
                await asyncio.sleep(0.1)
            raise AssertionError([message["text"][:60] for message in await record()])

        await grown(2, 200)
        faults = {"odds": {"chat.postMessage": {fault: 1.0}}, "late": [0.5, 1.0]}
        await session.post(f"{url}faults", json=faults)
        await session.put(f"{url}clock", json={"to": "morning"})
        for _ in range(100):
            async with session.get(f"{url}faults") as answer:
                if (await answer.json())["counts"].get(fault, 0) >= 2:
                    break
            await asyncio.sleep(0.1)
        await session.post(f"{url}faults", json={})
        await grown(4, 400)
        await asyncio.sleep(6)
        posts = [(message["channel"], message["text"][:20]) for message in await record()]
    assert len(posts) == len(set(posts)) == 4
