"""Haru's real processes in front of the emulated Slack."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.slack import APP_TOKEN, BOT_TOKEN, SECRET, Slack
from tests.system.conftest import COMMAND, environment

__all__ = ["environment"]

DIGEST = """2025-02-25
Reasoning with Latent Thoughts: On the Power of Looped Transformers
https://arxiv.org/abs/2502.17416
(Nikunj Saunshi, Nishanth Dikkala)
Large models reason by depth.
같은 층을 여러 번 돌려 써요.
The same layers, again and again.
#transformer #reasoning
"""

Process = Callable[..., AbstractAsyncContextManager[asyncio.subprocess.Process]]


class Running:
    """Starts Haru's processes in one folder with one database, pointed at the emulated Slack."""

    def __init__(self, folder: Path, environment: dict[str, str], slack: Slack) -> None:
        self._folder = folder
        tokens = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_API_URL": slack.api_url, "HARU_HOST": "127.0.0.1"}
        self._environment = environment | tokens

    @asynccontextmanager
    async def process(self, *words: str, **variables: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """A process while the block lasts; it ends by itself on SIGTERM, without a traceback."""
        log = self._folder / f"{words[0]}.log"
        with log.open("w") as errors:
            started = await asyncio.create_subprocess_exec(
                *COMMAND, *words, cwd=self._folder, env=self._environment | variables, stderr=errors
            )
            try:
                yield started
            finally:
                if started.returncode is None:
                    started.send_signal(signal.SIGTERM)
                try:
                    await asyncio.wait_for(started.wait(), timeout=20)
                except TimeoutError:
                    started.kill()
                    raise
        assert started.returncode == 0, log.read_text()[-3000:]
        assert "Traceback" not in log.read_text(), log.read_text()[-3000:]

    def by_socket(self, **variables: str) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
        """``haru run`` in Socket Mode."""
        return self.process("run", SLACK_APP_TOKEN=APP_TOKEN, **variables)

    def by_http(self, port: int) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
        """``haru serve`` behind signed HTTP."""
        return self.process("serve", SLACK_SIGNING_SECRET=SECRET, PORT=str(port))

    async def said(self, *words: str, **variables: str) -> int:
        """The exit status of a command."""
        environment = self._environment | {"SLACK_SIGNING_SECRET": SECRET} | variables
        ran = await asyncio.create_subprocess_exec(*COMMAND, *words, cwd=self._folder, env=environment)
        return await asyncio.wait_for(ran.wait(), timeout=60)

    async def json(self, *words: str, **variables: str) -> Any:
        """What a command prints as JSON, once it has ended well."""
        ran = await asyncio.create_subprocess_exec(
            *COMMAND,
            *words,
            cwd=self._folder,
            env=self._environment | {"SLACK_SIGNING_SECRET": SECRET} | variables,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await asyncio.wait_for(ran.communicate(), timeout=60)
        assert ran.returncode == 0, errors.decode()[-3000:]
        return json.loads(output)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """The emulated Slack; whatever it complained of fails the test."""
    emulated = Slack()
    async with emulated.listening():
        yield emulated
    assert emulated.violations == []


@pytest.fixture
async def haru(tmp_path: Path, environment: dict[str, str], slack: Slack) -> Running:
    """Haru with one digest taken in."""
    (tmp_path / "2025-02-25.txt").write_text(DIGEST)
    running = Running(tmp_path, environment, slack)
    taken = await running.json("import", "2025-02-25.txt", "--json")
    assert taken["status"] == "new"
    return running


@pytest.fixture
def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
