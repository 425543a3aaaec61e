"""The pieces of a running process."""

from __future__ import annotations

import asyncio
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

NOW = datetime(2025, 2, 26, tzinfo=UTC)


def _haru(database: Database) -> Haru:
    return Haru(Settings(_env_file=None), database)  # type: ignore[call-arg]


async def test_lookup_is_prepared_first_and_after_each_change(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks a process that has begun to answer finds all prepared, also after something new came."""
    monkeypatch.setattr(lifecycle, "LOOK", 0.01)
    haru = _haru(database)
    with capture_logs() as logs:
        async with prepared(haru):
            assert [one["event"] for one in logs] == ["lookup_prepared"]
            async for _ in haru.archive.take_in(
                [Document("vault", "a.md", b"*Looped* (Ada)\n\nSaid.")], now=NOW
            ):
                pass
            for _ in range(500):
                if len(logs) == 2:
                    break
                await asyncio.sleep(0.01)
    assert [one["event"] for one in logs] == ["lookup_prepared"] * 2
    await haru.close()


async def test_what_nobody_foresaw_is_told_and_stops_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process begins all the same, and preparing is tried again."""

    async def broken() -> bool:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(lifecycle, "LOOK", 0.01)
    haru = _haru(database)
    monkeypatch.setattr(haru.archive, "prepare", broken)
    with capture_logs() as logs:
        async with prepared(haru):
            for _ in range(500):
                if len(logs) > 1:
                    break
                await asyncio.sleep(0.01)
    assert {one["event"] for one in logs} == {"preparing_crashed"}
    assert len(logs) > 1
    await haru.close()


async def test_a_database_that_is_away_keeps_nothing_from_starting(tmp_path: Path) -> None:
    """What could not be prepared is said, and tried again later."""
    haru = _haru(Database(f"sqlite:///{tmp_path}/empty.sqlite3"))
    with capture_logs() as logs:
        async with prepared(haru):
            pass
    assert [one["event"] for one in logs] == ["lookup_not_prepared"]
    await haru.close()
