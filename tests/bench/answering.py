"""An app that answers signed commands, in a process of its own: Haru over a database, or a bare Bolt app.

``python -m tests.bench.answering haru DATABASE_URL API_URL`` or ``… bare``. Prints its port; a
line on standard input ends it, and the most memory it took is printed in MB.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.app import Haru
from bot.http_server import Health, web_application
from bot.lifecycle import listening, prepared
from config.settings import Settings
from digests.store.database import Database

SECRET = "bench-signing-secret"


async def serve(which: str, database_url: str = "", api_url: str = "") -> None:
    """Answer until standard input ends."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    haru = None
    if which == "bare":
        application = web_application(_bare(), signing_secret=SECRET, live=_well, ready=_well)
    else:
        settings = Settings(_env_file=None)  # type: ignore[call-arg]  # no .env of whoever measures
        haru = Haru(settings, Database(database_url), api_url=api_url)
        application = web_application(
            haru.bolt(signing_secret=SECRET),
            signing_secret=SECRET,
            live=haru.health.live,
            ready=haru.health.live,
        )
    async with prepared(haru) if haru else nullcontext(), listening(application, "127.0.0.1", 0) as port:
        print(port, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    if haru is not None:
        await haru.close()
    print(peak_memory(), flush=True)


def peak_memory() -> int:
    """The most memory this process took, in MB; not the resource module's, which counts the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def _bare() -> AsyncApp:
    """What any Bolt app does at least: checks the signature, and acknowledges."""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-bare")

    app = AsyncApp(signing_secret=SECRET, authorize=authorize)

    @app.command("/paper")
    async def paper(ack: AsyncAck) -> None:
        await ack("Here I am.")

    return app


async def _well() -> Health:
    return Health()


class Answering:
    """Such a process as its caller sees it."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self.url = f"http://127.0.0.1:{port}/slack/events"

    async def end(self) -> int:
        """End it; the most memory it took, in MB. Zero when it has ended already."""
        said, _ = await self._process.communicate(b"\n") if self._process.returncode is None else (b"0", b"")
        return int(said or 0)


@asynccontextmanager
async def started(*words: str) -> AsyncIterator[Answering]:
    """The process, running while the block does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.answering", *words,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    app = Answering(process, int(await process.stdout.readline()))
    try:
        yield app
    finally:
        await app.end()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
