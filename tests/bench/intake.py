"""Intake of the vault, against merely reading and hashing its files in the same run."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import UTC, datetime

from digests.archive import Archive
from digests.sources import folder
from tests.bench import material


async def measure() -> None:
    """Take every note in, and again with nothing changed."""
    if not material.is_there():
        return
    started = time.perf_counter()
    documents = folder.documents_in(material.VAULT)
    for document in documents:
        hashlib.sha256(document.content).hexdigest()
    reference = time.perf_counter() - started
    print(f"reading and hashing {len(documents)} files (reference): {reference:.2f} s")
    for name, opened in (("SQLite", material.empty_database), ("PostgreSQL", material.empty_postgresql)):
        async with opened() as database:
            archive = Archive(database)
            for label in ("from nothing", "again, unchanged"):
                started, worked = time.perf_counter(), _processor_time()
                async for _ in archive.import_documents(documents, now=datetime.now(UTC)):
                    pass
                took, work = time.perf_counter() - started, _processor_time() - worked
                print(
                    f"intake {label}, {name}: {took:.2f} s, {took / reference:.1f} times the reference"
                    f" ({work:.2f} s of processor time)"
                )


def _processor_time() -> float:
    """Of this process and of those it started that ended; PostgreSQL's own is not among them."""
    return sum(os.times()[:4])
