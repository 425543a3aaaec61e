"""Search quality over the labelled queries: nDCG@10 by class, beside what one would have otherwise, and
the time of a bare lookup.
"""

from __future__ import annotations

import json
import math
import statistics
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from digests.archive import Archive
from digests.search import meaning
from digests.store import tables
from digests.store.database import Database
from tests.bench import material, rivals
from tests.semantic import semantic

BEYOND_WORDS = frozenset({"cross-lingual", "hard English paraphrases", "hard Korean paraphrases"})
"""Classes that the lexical mean leaves out."""

PEOPLE = "people: "

Queries = Sequence[Mapping[str, Any]]
Found = list[set[str]]


async def measure() -> None:
    """Ask every labelled query of both databases, with and without meaning, and of the rivals."""
    if not material.is_there():
        return
    queries = labelled()
    scores: dict[str, dict[str, float]] = {}
    async with material.empty_database() as small, material.empty_postgresql() as large:
        ours: dict[str, list[Found]] = {}
        times: dict[str, list[float]] = {}
        for name, database in (("ours, SQLite", small), ("ours, PostgreSQL", large)):
            ours[name], times[name] = await ask(await material.take_in_vault(database), queries)
        pages, documents = await _pages(small)
        with rivals.on_sqlite(pages) as engines:
            scores |= _rivals(engines, documents, queries)
        with rivals.on_postgresql(
            large.url.set(drivername="postgresql").render_as_string(False), pages
        ) as engines:
            scores |= _rivals(engines, documents, queries)
        with semantic():
            for name, database in (("with meaning, SQLite", small), ("with meaning, PostgreSQL", large)):
                archive = Archive(database, encoder=meaning.installed())
                while await archive.encode(most=512):
                    pass
                ours[name], times[name] = await ask(archive, queries)
    scores |= {name: by_class(found, queries) for name, found in ours.items()}
    _print(scores, queries)
    for one, other in (
        ("ours, SQLite", "ours, PostgreSQL"),
        ("with meaning, SQLite", "with meaning, PostgreSQL"),
    ):
        if one in ours:
            same = sum(mine == theirs for mine, theirs in zip(ours[one], ours[other], strict=True))
            print(f"{one} and {other}: same ten results in the same order: {same} of {len(queries)}")
    for name, taken in times.items():
        taken.sort()
        print(
            f"{name}: lookup p50 {statistics.median(taken):.1f} ms,"
            f" p95 {taken[int(len(taken) * 0.95)]:.1f} ms (archive alone, no Slack)"
        )


def labelled() -> Queries:
    """The queries of both files; the classes of those that people typed begin with ``PEOPLE``."""
    dev: list[dict[str, Any]] = json.loads(material.QUERIES.read_text(encoding="utf-8"))
    people: list[dict[str, Any]] = json.loads(material.PEOPLE.read_text(encoding="utf-8"))
    return [*dev, *({**query, "class": PEOPLE + query["class"]} for query in people)]


async def ask(archive: Archive, queries: Queries) -> tuple[list[Found], list[float]]:
    """The documents of the ten best of each query, in order, and how long each took."""
    found: list[Found] = []
    times: list[float] = []
    for query in queries:
        started = time.perf_counter()
        results = await archive.search(
            query["query"], workspace=None, until=None, today=None, now=material.NOW, limit=10
        )
        times.append((time.perf_counter() - started) * 1000)
        documents = await archive.document_paths(results)
        found.append([set(documents[hit.entry.paper_id]) for hit in results.hits])
    return found, times


def _rivals(
    engines: Mapping[str, rivals.Rival], documents: Mapping[int, set[str]], queries: Queries
) -> dict[str, dict[str, float]]:
    return {
        name: by_class([[documents[id_] for id_ in ask(query["query"])] for query in queries], queries)
        for name, ask in engines.items()
    }


async def _pages(database: Database) -> tuple[list[rivals.Page], dict[int, set[str]]]:
    """Every paper's texts, and the documents it stands in."""
    entry, paper = tables.entry.c, tables.paper.c
    fields: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    documents: dict[int, set[str]] = defaultdict(set)
    async with database.read() as connection:
        for row in await connection.execute(
            select(
                entry.paper_id, entry.abstract, paper.title, paper.authors, paper.url, tables.document.c.path
            )
            .join_from(tables.entry, tables.paper)
            .join(tables.document, tables.document.c.id == entry.document_id)
        ):
            own = fields[row.paper_id]
            own["title"] = [row.title]
            own["authors"] = [", ".join(row.authors)]
            own["abstract"] += [row.abstract or "", row.url or ""]
            documents[row.paper_id].add(row.path)
        for table, name, column in (
            (tables.commentary, "commentary", tables.commentary.c.text),
            (tables.entry_tag, "tags", tables.entry_tag.c.name),
        ):
            rows = await connection.execute(select(entry.paper_id, column).join_from(tables.entry, table))
            for paper_id, text in rows:
                fields[paper_id][name].append(text)
    names = ("title", "authors", "tags", "commentary", "abstract")
    pages = [
        rivals.Page(paper_id, tuple("\n".join(own[name]) for name in names))
        for paper_id, own in sorted(fields.items())
    ]
    return pages, documents


def by_class(found: Sequence[Found], queries: Queries) -> dict[str, float]:
    """The mean nDCG@10 of each class."""
    scores: dict[str, list[float]] = defaultdict(list)
    for hits, query in zip(found, queries, strict=True):
        scores[query["class"]].append(ndcg(hits, query["relevant"]))
    return {name: statistics.mean(values) for name, values in scores.items()}


def _print(scores: Mapping[str, Mapping[str, float]], queries: Queries) -> None:
    classes = list(dict.fromkeys(str(query["class"]) for query in queries))
    print(f"nDCG@10 over {len(queries)} labelled queries")
    for at, name in enumerate(scores):
        print(f"  [{at + 1}] {name}")
    print(f"{'':28}" + "".join(f"{f'[{at + 1}]':>7}" for at in range(len(scores))))
    for name in classes:
        print(f"  {name:26}" + "".join(f"{found[name]:7.3f}" for found in scores.values()))
    people = [name for name in classes if name.startswith(PEOPLE)]
    means = [statistics.mean(found[name] for name in people) for found in scores.values()]
    print(f"  {f'mean of the {len(people)} of people':26}" + "".join(f"{mean:7.3f}" for mean in means))
    lexical = [name for name in classes if name not in BEYOND_WORDS and name not in people]
    means = [statistics.mean(found[name] for name in lexical) for found in scores.values()]
    print(f"  {f'mean of the {len(lexical)} lexical':26}" + "".join(f"{mean:7.3f}" for mean in means))


def ndcg(found: Found, relevant: list[dict[str, Any]]) -> float:
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
