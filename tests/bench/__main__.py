"""Measure intake and lookup over the real vault, each against a named reference in the same run."""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot import schema
from digests.archive import Archive
from digests.sources import folder
from digests.store.sessions import Database

SHARED = Path(__file__).parents[3] / "shared"
VAULT = SHARED / "vault" / "arXiv"
QUERIES = SHARED / "queries" / "dev.json"


def main() -> int:
    """Run everything; exit status 1 where the test material is not beside the checkout."""
    if not VAULT.exists():
        print(f"no vault at {VAULT}: nothing to measure")
        return 1
    asyncio.run(_measure())
    return 0


async def _measure() -> None:
    with tempfile.TemporaryDirectory() as home:
        database = Database(f"sqlite:///{home}/bench.sqlite3")
        await schema.upgrade(database)
        archive = Archive(database)
        await _intake(archive)
        await _lookup(archive)
        await database.close()


async def _intake(archive: Archive) -> None:
    started = time.perf_counter()
    documents = folder.documents(VAULT)
    for document in documents:
        hashlib.sha256(document.content).hexdigest()
    reference = time.perf_counter() - started
    print(f"reading and hashing {len(documents)} files (reference): {reference:.2f} s")
    for label in ("from nothing", "again, unchanged"):
        started = time.perf_counter()
        async for _ in archive.take_in(documents, now=datetime.now(UTC)):
            pass
        took = time.perf_counter() - started
        print(f"intake {label}: {took:.2f} s, {took / reference:.1f} times the reference")


async def _lookup(archive: Archive) -> None:
    queries: list[dict[str, Any]] = json.loads(QUERIES.read_text(encoding="utf-8"))
    scores: dict[str, list[float]] = defaultdict(list)
    times: list[float] = []
    for query in queries:
        started = time.perf_counter()
        found = await archive.search(query["query"], workspace=None, until=None, today=None, limit=10)
        times.append((time.perf_counter() - started) * 1000)
        scores[query["class"]].append(_ndcg([set(hit.documents) for hit in found.hits], query["relevant"]))
    print(f"\nnDCG@10 over {len(queries)} labelled queries")
    for name, values in scores.items():
        print(f"  {name:28} {statistics.mean(values):.3f}  ({len(values)})")
    times.sort()
    print(
        f"lookup p50 {statistics.median(times):.1f} ms, p95 {times[int(len(times) * 0.95)]:.1f} ms"
        f" (archive alone, no Slack)"
    )


def _ndcg(found: list[set[str]], relevant: list[dict[str, Any]]) -> float:
    left = [(set(one["documents"]), float(one["grade"])) for one in relevant]
    ideal = sorted((grade for _, grade in left), reverse=True)[:10]
    gained = 0.0
    for place, documents in enumerate(found):
        match = next((one for one in left if one[0] & documents), None)
        if match:
            gained += match[1] / math.log2(place + 2)
            left.remove(match)
    best = sum(grade / math.log2(place + 2) for place, grade in enumerate(ideal))
    return gained / best if best else 1.0


if __name__ == "__main__":
    sys.exit(main())
