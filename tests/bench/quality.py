"""Search quality over the labelled queries (nDCG@10 by class), and the time of a bare lookup."""

from __future__ import annotations

import json
import math
import statistics
import time
from collections import defaultdict
from typing import Any

from tests.bench import material


async def measure() -> None:
    """Ask every labelled query of the whole vault on SQLite."""
    if not material.is_there():
        return
    queries: list[dict[str, Any]] = json.loads(material.QUERIES.read_text(encoding="utf-8"))
    scores: dict[str, list[float]] = defaultdict(list)
    times: list[float] = []
    async with material.empty_database() as database:
        archive = await material.take_in_vault(database)
        for query in queries:
            started = time.perf_counter()
            found = await archive.search(query["query"], workspace=None, until=None, today=None, limit=10)
            times.append((time.perf_counter() - started) * 1000)
            hits = [set(hit.documents) for hit in found.hits]
            scores[query["class"]].append(ndcg(hits, query["relevant"]))
    print(f"nDCG@10 over {len(queries)} labelled queries")
    for name, values in scores.items():
        print(f"  {name:28} {statistics.mean(values):.3f}  ({len(values)})")
    times.sort()
    print(
        f"lookup p50 {statistics.median(times):.1f} ms, p95 {times[int(len(times) * 0.95)]:.1f} ms"
        f" (archive alone, no Slack)"
    )


def ndcg(found: list[set[str]], relevant: list[dict[str, Any]]) -> float:
    """nDCG@10 of one ranked list; a relevant paper counts once, by any of its documents."""
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
