"""Memory: Haru at rest against a bare async Bolt app with SQLAlchemy imported, and intake's most."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from bot import schema_version
from digests.archive import Archive
from digests.sources import folder
from digests.store.database import Database
from tests.bench import material

ROOT = Path(__file__).parents[2]

_BARE = """
import sqlalchemy.ext.asyncio
from slack_bolt.adapter.aiohttp import to_bolt_request
from slack_bolt.async_app import AsyncApp
AsyncApp(token="xoxb-bare", signing_secret="bare")
"""
_HARU = """
import asyncio
import bot.cli
import bot.processes
from bot.app import Haru
from bot.http_server import web_application
from config.settings import Settings
from digests.store.database import Database
kept = []
async def rest():
    haru = Haru(Settings(_env_file=None), Database("sqlite:///{database}"))
    bolt = haru.bolt(signing_secret="haru")
    kept.append(web_application(bolt, signing_secret="haru", live=haru.health.live, ready=haru.health.live))
    if {is_loaded}:
        await haru.archive.prepare()
    await haru.close()
asyncio.run(rest())
"""
_INTAKE = """
import asyncio
from tests.bench.memory import take_in
asyncio.run(take_in({count}))
"""


async def measure() -> None:
    """At rest, Haru also with the vault loaded; then intake of its first thousand files, and of all."""
    bare = await _memory(_BARE, "VmRSS")
    empty = await _memory(_HARU.format(database="unused.sqlite3", is_loaded=False), "VmRSS")
    print(f"  at rest: haru {empty} MB, bare Bolt with SQLAlchemy {bare} MB: {empty / bare:.2f} times")
    if not material.is_there():
        return
    async with material.empty_database() as database:
        await material.take_in_vault(database)
        code = _HARU.format(database=f"{database.url.database}", is_loaded=True)
        loaded = await _memory(code, "VmRSS")
    print(f"  at rest with the vault's papers loaded: {loaded} MB: {loaded / bare:.2f} times")
    thousand, whole = [await _memory(_INTAKE.format(count=count), "VmHWM") for count in (1000, len(_vault()))]
    print(
        f"  intake: {thousand} MB at most for 1,000 files, {whole} MB for all: {whole / thousand:.2f} times"
    )


async def take_in(count: int) -> None:
    """Take so many notes into a new archive, each read when its turn comes."""
    with TemporaryDirectory() as home:
        database = Database(f"sqlite:///{home}/memory.sqlite3")
        await schema_version.upgrade(database)
        async for _ in Archive(database).import_documents(islice(_vault(), count), now=datetime.now(UTC)):
            pass
        await database.close()


def _vault() -> folder.FolderDocuments:
    return folder.documents_in(material.VAULT)


async def _memory(code: str, what: str) -> int:
    """A field of /proc/self/status, in MB, when a process of its own has run the code."""
    code += f"print(open('/proc/self/status').read().partition('{what}:')[2].split()[0])"
    with TemporaryDirectory() as home:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-W", "ignore", "-c", code,
            cwd=home, env={"PYTHONPATH": str(ROOT), "PATH": ""}, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, _ = await process.communicate()
    return int(said) // 1024
