"""How long a process takes to load the index, from the database to the first answer it could give.

The reference reads the same rows and unpacks them, and does nothing with them. ``LOADING=3854,100000``
also loads the large archive, which takes minutes to make.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import time
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

from digests.archive import Archive
from digests.store import index_rows
from digests.store.database import Database
from tests.bench import material
from tests.bench.roundtrip import fill

ROOT = Path(__file__).parents[2]
SIZES = "3854"


async def measure() -> None:
    """Load each size three times, each time in a new process; the median counts."""
    if not material.is_there():
        return
    for size in (int(one) for one in os.environ.get("LOADING", SIZES).split(",")):
        with TemporaryDirectory() as home:
            url = f"sqlite:///{home}/loading.sqlite3"
            await fill(url, size)
            runs = sorted([await _in_process(url) for _ in range(3)])
        loading, reading, memory = runs[1]
        print(
            f"  {size:,} papers: loaded in {loading:.2f} s, {loading / reading:.1f} times reading the rows"
            f" ({reading:.2f} s); the process takes {memory:.0f} MB at most",
            flush=True,
        )


async def load(url: str) -> None:
    """Print the seconds that loading takes, those that reading takes, and the most memory it took, in MB."""
    database = Database(url)
    archive = Archive(database)
    began = time.perf_counter()
    async with database.read() as connection:
        for row in await index_rows.rows_after(connection, "", 0):
            zlib.decompress(row.keys or b"")
    reading = time.perf_counter() - began
    began = time.perf_counter()
    await archive.prepare()
    loading = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    await database.close()
    print(loading, reading, memory)


async def _in_process(url: str) -> tuple[float, ...]:
    code = f"import asyncio; from tests.bench.loading import load; asyncio.run(load({url!r}))"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    return tuple(map(float, said.split()))
