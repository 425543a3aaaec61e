"""SQLite through Haru's own cursors (``digests/store/driver.py``), against plain aiosqlite in the same run.

The two take turns on the same file. Processor time is measured, and the best of ``ROUNDS`` counts, so that
other load on the machine changes the ratio as little as possible.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from tempfile import TemporaryDirectory
from unittest.mock import patch

import aiosqlite
from sqlalchemy import insert, select

from bot import schema_version
from digests.store import driver, tables
from digests.store.database import Database

ROUNDS = 9


async def measure() -> None:
    """Time three kinds of work with both; each line says how much more time plain aiosqlite takes."""
    with TemporaryDirectory() as home:
        url = f"sqlite:///{home}/bench.sqlite3"
        ours = Database(url)
        with patch.object(driver, "connect", aiosqlite.connect):
            plain = Database(url)
        await schema_version.upgrade(ours)
        works: dict[str, Callable[[Database], Coroutine[None, None, None]]] = {
            "reading, 12 statements a transaction": _read,
            "reading, 8 tasks at once": _read_concurrently,
            "writing, 50 statements a transaction": _write,
        }
        for label, work in works.items():
            times: dict[Database, list[float]] = {ours: [], plain: []}
            for database in (ours, plain):
                await work(database)  # Opens the pool's connections.
            for _ in range(ROUNDS):
                for database in (ours, plain):
                    started = time.process_time()
                    await work(database)
                    times[database].append(time.process_time() - started)
            ratio = min(times[plain]) / min(times[ours])
            milliseconds = min(times[ours]) * 1000
            print(f"{label}: {milliseconds:.1f} ms of processor time; aiosqlite alone {ratio:.2f} times that")
        await ours.close()
        await plain.close()


async def _read(database: Database) -> None:
    for _ in range(20):
        async with database.read() as connection:
            for _ in range(12):
                (await connection.execute(select(tables.source.c.name).limit(5))).all()


async def _read_concurrently(database: Database) -> None:
    await asyncio.gather(*(_read(database) for _ in range(8)))


async def _write(database: Database) -> None:
    async with database.write() as connection:
        for _ in range(50):
            name = str(time.perf_counter_ns())
            await connection.execute(
                insert(tables.source).values(name=name, kind="file", posts=True, enabled=True)
            )
