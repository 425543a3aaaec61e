"""SQLite through Haru's own cursors (``digests/store/driver.py``), against plain aiosqlite in the same run.

The two take turns on the same file, and the best of ``ROUNDS`` counts, so that other load on the machine
changes the ratio as little as possible.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime
from tempfile import TemporaryDirectory
from unittest.mock import patch

import aiosqlite
from sqlalchemy import insert, select

from bot import schema_version
from digests.archive import Archive
from digests.sources import folder
from digests.store import driver, tables
from digests.store.database import Database
from tests.bench import material

ROUNDS = 15
QUERIES = ("looped transformers", "how do language models learn to reason", "diffusion", "강화학습")
DOCUMENTS = 300
"""Notes of the vault in the archive that is searched: few, so that the statements take most of the time."""


async def measure() -> None:
    """Time four kinds of work with both; each line says how many times as long plain aiosqlite takes."""
    with TemporaryDirectory() as home:
        url = f"sqlite:///{home}/bench.sqlite3"
        ours = Database(url)
        with patch.object(driver, "connect", aiosqlite.connect):
            plain = Database(url)
        await schema_version.upgrade(ours)
        if material.is_there():
            await _import_some(ours)
        works: dict[str, Callable[[Database], Coroutine[None, None, None]]] = {
            "reading, 12 statements a transaction": _read,
            "reading, 8 tasks at once": _read_concurrently,
            "writing, 50 statements a transaction": _write,
            "searching an archive": _search,
        }
        for label, work in works.items():
            with patch.object(driver, "connect", aiosqlite.connect):
                await work(plain)  # Opens the pool's connections.
            await work(ours)
            taken: dict[Database, list[float]] = {ours: [], plain: []}
            for _ in range(ROUNDS):
                for database in (ours, plain):
                    started = time.perf_counter()
                    await work(database)
                    taken[database].append(time.perf_counter() - started)
            ratio = min(taken[plain]) / min(taken[ours])
            milliseconds = min(taken[ours]) * 1000
            print(f"{label}: {milliseconds:.1f} ms; aiosqlite alone takes {ratio:.2f} times as long")
        await ours.close()
        await plain.close()


async def _import_some(database: Database) -> None:
    documents = sorted(folder.documents_in(material.VAULT), key=lambda document: document.path)[:DOCUMENTS]
    async for _ in Archive(database).import_documents(documents, now=datetime.now(UTC)):
        pass


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


async def _search(database: Database) -> None:
    archive = Archive(database)
    for query in QUERIES:
        await archive.search(query, workspace=None, until=date(2030, 1, 1), today=None)
