"""How long a process takes from its start to its first message, with a post that is due already.

The reference is an interpreter that only imports the SDK, SQLAlchemy and aiohttp, without which no message
can be sent from this ledger. ``START=5`` starts each so many times.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

from aiohttp import web

from bot import schema_version
from bot.app import Haru
from bot.channels.preferences import EVERY_DAY, Language
from bot.workspaces.installations import Installation
from config.settings import Settings
from digests.model import Document, Workspace
from digests.store.database import Database

ROOT = Path(__file__).parents[2]
TEAM = Workspace("", "T1")
COMMANDS = {"worker": ["worker"], "deliver": ["deliver"]}
LIBRARIES = "import aiohttp, slack_sdk.web.async_client, sqlalchemy.ext.asyncio, aiosqlite"


async def measure() -> None:
    """The median time to the first message of each command, beside that of the reference."""
    rounds = int(os.environ.get("START", "5"))
    reference = statistics.median([await _import_libraries() for _ in range(rounds)])
    print(f"  importing the libraries alone: {reference:.2f} s")
    for name, command in COMMANDS.items():
        took = statistics.median([await _first_message(command) for _ in range(rounds)])
        print(
            f"  haru {name}: {took:.2f} s to the first message, {took / reference:.2f} times that", flush=True
        )


async def _import_libraries() -> float:
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", LIBRARIES)
    await process.wait()
    return time.perf_counter() - began


async def _first_message(command: list[str]) -> float:
    """Seconds from the start of ``haru COMMAND`` to its first chat.postMessage."""
    with tempfile.TemporaryDirectory() as home:
        address = f"sqlite:///{home}/haru.sqlite3"
        posted = asyncio.Event()
        async with _slack(posted) as api_url:
            await _make_due(address, api_url)
            environment = os.environ | {
                "DATABASE_URL": address, "SLACK_API_URL": api_url, "SLACK_BOT_TOKEN": "xoxb-1",
                "SLACK_SIGNING_SECRET": "s", "HARU_LOG_LEVEL": "error",
            }  # fmt: skip
            began = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", "from bot.cli import main; main()", *command,
                cwd=home, env=environment | {"PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            async with asyncio.timeout(60):
                await posted.wait()
            took = time.perf_counter() - began
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
    return took


async def _make_due(address: str, api_url: str) -> None:
    """A database with one channel whose post is due."""
    now = datetime.now(UTC)
    database = Database(address)
    await schema_version.upgrade(database)
    haru = Haru(Settings(_env_file=None), database, api_url=api_url)  # type: ignore[call-arg]  # no .env
    await haru.installations.save(Installation(TEAM, "xoxb-1", "U1"), now=now)
    document = Document("bench", f"{now.date()}.txt", _digest(now.date()).encode())
    async for _ in haru.archive.import_documents([document], now=now - timedelta(hours=1)):
        pass
    made = await haru.channels.get_or_create(TEAM, "C1", language=Language.EN, zone="UTC")
    at = now - timedelta(minutes=1)
    changed, _ = await haru.channels.change(
        made,
        lambda old: replace(old, enabled=True, days=EVERY_DAY, hour=clock_time(at.hour, at.minute)),
        user_id="U1",
        now=now - timedelta(days=1),
    )
    await haru.schedules.reschedule(changed, now=now - timedelta(hours=2), enabling=True)
    await haru.close()


def _digest(day: date) -> str:
    return f"{day}\nPaper\n(Ada Lovelace)\n오늘 읽은 논문이에요.\nWhat we read.\n#reading"


@asynccontextmanager
async def _slack(posted: asyncio.Event) -> AsyncIterator[str]:
    async def answer(request: web.Request) -> web.Response:
        if request.path.endswith("chat.postMessage"):
            posted.set()
        return web.json_response({"ok": True, "ts": "1.1", "team_id": TEAM.team_id, "user_id": "U1"})

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    finally:
        await runner.cleanup()
