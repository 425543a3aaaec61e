"""The index alone over a million short papers: how long it takes to make, how large it is, how long a
question takes. Not part of ``make bench``, since it runs for half an hour and takes some 3 GB:
``python -m tests.bench million``, and ``MILLION=100000`` for fewer.

The papers are titles, authors and tags of the vault dealt anew, without texts, written straight into the
tables: reading and recognising are measured elsewhere. The reference is FTS5 over the same words, which
knows no slip and no Korean inside a word.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert

from bot import schema_version
from digests.archive import Archive
from digests.model import Entry
from digests.store import index_rows, tables
from digests.store.database import Database
from tests.bench import material, rivals

COUNT = 1_000_000
_AT_ONCE = 10_000

Short = tuple[str, Sequence[str], Sequence[str]]
"""A title, authors, tags."""


async def measure() -> None:
    """Make the index, then ask every labelled query of it and of FTS5."""
    if not material.is_there():
        return
    count = int(os.environ.get("MILLION", COUNT))
    questions = [one["query"] for one in json.loads(material.QUERIES.read_text(encoding="utf-8"))]
    with TemporaryDirectory() as home, closing(sqlite3.connect(f"{home}/fts5.sqlite3")) as rival:
        rival.execute("CREATE VIRTUAL TABLE paper USING fts5(words, tokenize='unicode61')")
        database = Database(f"sqlite:///{home}/million.sqlite3")
        await schema_version.upgrade(database)
        ours = theirs = 0.0
        for start, papers in enumerate(_dealt(count)):
            ours += await _index(database, start * _AT_ONCE + 1, papers)
            theirs += _index_by_fts5(rival, papers)
        await database.analyse()
        files = _sizes(home)
        print(
            f"  {count:,} papers indexed in {ours:.0f} s of processor time, {files['million']} MB with the"
            f" papers; FTS5 {theirs:.0f} s, {files['fts5']} MB: {ours / theirs:.0f} times",
            flush=True,
        )
        archive = Archive(database)
        asked = [await _ask(archive, question) for question in questions * 2][len(questions) :]
        of_fts5 = [_ask_fts5(rival, question) for question in questions * 2][len(questions) :]
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
            mine, reference = _quantile(asked, share), _quantile(of_fts5, share)
            print(f"    {name} {mine:6.1f} ms, FTS5 {reference:6.1f} ms: {mine / reference:.2f} times")
        await database.close()


def _sizes(home: str) -> dict[str, int]:
    """The databases there are, in MB."""
    return {path.stem: path.stat().st_size >> 20 for path in Path(home).glob("*.sqlite3")}


def _dealt(count: int) -> Iterator[list[Short]]:
    """Papers with the halves of two titles, and the authors and tags of others."""
    entries = list(material.entries())
    chosen = random.Random(3)
    for start in range(0, count, _AT_ONCE):
        yield [_short(chosen, entries) for _ in range(min(_AT_ONCE, count - start))]


def _short(chosen: random.Random, entries: Sequence[Entry]) -> Short:
    first, second, third, fourth = (chosen.choice(entries) for _ in range(4))
    words, others = first.paper.title.split(), second.paper.title.split()
    title = " ".join((*words[: len(words) // 2], *others[len(others) // 2 :])) or "Untitled"
    return title, third.paper.authors[:3], [tag.name for tag in fourth.tags]


async def _index(database: Database, first: int, papers: Sequence[Short]) -> float:
    """Write papers and their index; the seconds of processor time that the index took."""
    day = date(2000, 1, 1) + timedelta(days=first // _AT_ONCE)
    now = datetime.now(UTC)
    async with database.write_archive() as connection:
        if first == 1:
            source = {"id": 1, "name": "dealt", "kind": "file", "posts": False, "enabled": True}
            await connection.execute(insert(tables.source), source)
        number = first // _AT_ONCE + 1
        digest = {"id": number, "source_id": 1, "name": f"{day}", "date": day, "backlog": True}
        await connection.execute(insert(tables.digest), {**digest, "imported_at": now})
        document = {"id": number, "source_id": 1, "path": f"{day}", "sha256": "", "digest_id": number}
        await connection.execute(insert(tables.document), {**document, "imported_at": now})
        rows: list[dict[str, Any]] = []
        for id_, (title, authors, _) in enumerate(papers, first):
            row = {"id": id_, "identity": f"url:{id_}", "title_key": f"{id_}"}
            rows.append({**row, "title": title, "authors": authors})
        await connection.execute(insert(tables.paper), rows)
        said = {"digest_id": number, "document_id": number, "line": 1, "sha256": "", "cites": [], "links": []}
        entries = [
            {**said, "id": id_, "paper_id": id_, "position": id_ - first, "title": title, "authors": authors}
            for id_, (title, authors, _) in enumerate(papers, first)
        ]
        await connection.execute(insert(tables.entry), entries)
        tags = [
            {"entry_id": id_, "position": place, "name": name, "spelling": name}
            for id_, (*_, names) in enumerate(papers, first)
            for place, name in enumerate(names)
        ]
        await connection.execute(insert(tables.entry_tag), tags)
        started = time.process_time()
        await index_rows.index_papers(connection, range(first, first + len(papers)))
        return time.process_time() - started


def _index_by_fts5(connection: sqlite3.Connection, papers: Sequence[Short]) -> float:
    started = time.process_time()
    rows = [(" ".join((title, *authors, *tags)),) for title, authors, tags in papers]
    with connection:
        connection.executemany("INSERT INTO paper (words) VALUES (?)", rows)
    return time.process_time() - started


async def _ask(archive: Archive, question: str) -> float:
    started = time.perf_counter()
    await archive.search(question, workspace=None, until=None, today=None, limit=10)
    return (time.perf_counter() - started) * 1000


def _ask_fts5(connection: sqlite3.Connection, question: str) -> float:
    started = time.perf_counter()
    statement = "SELECT rowid FROM paper WHERE paper MATCH ? ORDER BY bm25(paper) LIMIT 10"
    if words := rivals.any_of(question):
        connection.execute(statement, [words]).fetchall()
    return (time.perf_counter() - started) * 1000


def _quantile(times: Sequence[float], share: float) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[round(share * 100) - 1]
