"""The test material beside the checkout, and an archive made of it. Nothing of it is in the project."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot import schema
from digests.archive import Archive
from digests.sources import folder
from digests.store.sessions import Database

SHARED = Path(__file__).parents[3] / "shared"
VAULT = SHARED / "vault" / "arXiv"
QUERIES = SHARED / "queries" / "dev.json"


def is_there() -> bool:
    """Whether the vault is beside the checkout; says so when it is not."""
    if not VAULT.exists():
        print(f"no vault at {VAULT}: not measured")
    return VAULT.exists()


@asynccontextmanager
async def empty_database() -> AsyncIterator[Database]:
    """A new SQLite database with the schema and nothing in it."""
    with TemporaryDirectory() as home:
        database = Database(f"sqlite:///{home}/bench.sqlite3")
        await schema.upgrade(database)
        yield database
        await database.close()


async def take_in_vault(database: Database) -> Archive:
    """The archive with every note of the vault."""
    archive = Archive(database)
    async for _ in archive.take_in(folder.documents(VAULT), now=datetime.now(UTC)):
        pass
    return archive
