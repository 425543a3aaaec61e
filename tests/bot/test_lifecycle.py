"""Starting and stopping the parts of a process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import lifecycle
from bot.app import Haru
from bot.lifecycle import prepared
from config.settings import Settings
from digests.model import Document
from digests.store.database import Database

ROOT = Path(__file__).parents[2]
NOW = datetime(2025, 2, 26, tzinfo=UTC)


def _haru(database: Database) -> Haru:
    return Haru(Settings(_env_file=None), database)  # type: ignore[call-arg]


async def _import(haru: Haru, path: str) -> None:
    document = Document("vault", path, f"*Looped {path}* (Ada)\n\nSaid.".encode())
    async for _ in haru.archive.import_documents([document], now=NOW):
        pass


def test_a_worker_loads_neither_search_nor_what_answers_people() -> None:
    """A process that has just started has a post to send: what it does not need for that is loaded later."""
    heavy = {
        "alembic", "bot.listeners", "bot.local.workspace", "digests.reading.document", "digests.search.index",
        "dulwich", "holidays", "lxml", "numpy", "pybtex", "slack_bolt", "slack_sdk.oauth",
    }  # fmt: skip
    program = f"import sys, bot.processes; print(sorted({heavy!r} & sys.modules.keys()))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"


async def test_search_is_prepared_first_and_after_each_change(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process prepares search before it answers people, and again after the archive has changed."""
    monkeypatch.setattr(lifecycle, "PREPARE_EVERY", 0.01)
    haru = _haru(database)
    await _import(haru, "a.md")
    with capture_logs() as logs:
        async with prepared(haru):
            assert [entry["event"] for entry in logs] == ["search_prepared"]
            await _import(haru, "b.md")
            for _ in range(500):
                if len(logs) == 2:
                    break
                await asyncio.sleep(0.01)
    assert [entry["event"] for entry in logs] == ["search_prepared"] * 2
    await haru.close()


async def test_an_unforeseen_error_is_logged_and_stops_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process starts anyway, and tries to prepare search again."""

    async def broken() -> bool:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(lifecycle, "PREPARE_EVERY", 0.01)
    haru = _haru(database)
    monkeypatch.setattr(haru.archive, "prepare", broken)
    with capture_logs() as logs:
        async with prepared(haru):
            for _ in range(500):
                if len(logs) > 1:
                    break
                await asyncio.sleep(0.01)
    assert {entry["event"] for entry in logs} == {"search_preparation_crashed"}
    assert len(logs) > 1
    await haru.close()


async def test_a_process_starts_without_its_database(tmp_path: Path) -> None:
    """If the database is away, the log says that search is not prepared, and the process starts."""
    haru = _haru(Database(f"sqlite:///{tmp_path}/empty.sqlite3"))
    with capture_logs() as logs:
        async with prepared(haru):
            pass
    assert [entry["event"] for entry in logs] == ["search_not_prepared"]
    await haru.close()
