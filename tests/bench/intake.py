"""Intake of the vault, against merely reading and hashing its files in the same run."""

from __future__ import annotations

import hashlib
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
    documents = folder.documents(material.VAULT)
    for document in documents:
        hashlib.sha256(document.content).hexdigest()
    reference = time.perf_counter() - started
    print(f"reading and hashing {len(documents)} files (reference): {reference:.2f} s")
    async with material.empty_database() as database:
        archive = Archive(database)
        for label in ("from nothing", "again, unchanged"):
            started = time.perf_counter()
            async for _ in archive.take_in(documents, now=datetime.now(UTC)):
                pass
            took = time.perf_counter() - started
            print(f"intake {label}: {took:.2f} s, {took / reference:.1f} times the reference")
