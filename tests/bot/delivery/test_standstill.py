"""A process that stands still inside a transaction holds nobody else up for good.

To the others it is a connection that has locked rows and says nothing more: so it is played here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from bot.channels.preferences import Layout
from bot.ledger import tables
from bot.ledger.states import PartState
from digests.store import database as database_module
from digests.store.database import Database
from tests.bot.delivery.scene import Scene, open_scene


@pytest.fixture
async def scene(postgres_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """On PostgreSQL: SQLite lets go of what a process held only when that process ends."""
    async with open_scene(postgres_url, tmp_path) as made:
        yield made


@pytest.fixture
async def frozen(scene: Scene, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """Another replica's connections, which may stand still for one second."""
    monkeypatch.setattr(database_module, "IDLE_TRANSACTION_TIMEOUT", 1.0)
    database = Database(postgres_url)
    yield database
    await database.close()


async def test_doubts_are_found_past_rows_that_a_frozen_process_holds(scene: Scene, frozen: Database) -> None:
    """A part that a frozen process has locked is skipped; others are doubted at once, and that one later."""
    await scene.haru.daily.tick(scene.haru.clock.now())
    held, other = await _expired(scene)
    async with asyncio.timeout(0.9), frozen.engine.connect() as connection:
        await connection.execute(select(tables.part.c.id).where(tables.part.c.id == held).with_for_update())
        assert await scene.haru.ledger.doubts.expire_leases() == 1
        assert await _states(scene) == {held: PartState.SENDING, other: PartState.DOUBT}
        await connection.rollback()
    assert await scene.haru.ledger.doubts.expire_leases() == 1
    assert await _states(scene) == {held: PartState.DOUBT, other: PartState.DOUBT}


async def test_what_is_too_late_is_given_up_past_them(scene: Scene, frozen: Database) -> None:
    """A late part that a frozen process has locked is skipped; others are given up at once."""
    await scene.haru.daily.tick(scene.haru.clock.now())
    async with scene.haru.database.write() as connection:
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        await connection.execute(update(tables.part).values(give_up_at=long_ago))
    held, _ = sorted(await _states(scene))
    async with asyncio.timeout(0.9), frozen.engine.connect() as connection:
        await connection.execute(select(tables.part.c.id).where(tables.part.c.id == held).with_for_update())
        assert await scene.haru.ledger.open_parts.give_up() == 1
        await connection.rollback()
    assert await scene.haru.ledger.open_parts.give_up() == 1


async def test_a_post_is_given_up_as_a_whole(scene: Scene, frozen: Database) -> None:
    """A post of which another process has locked a part is left to the next look, so that no two wait for
    each other.
    """
    await scene.prefer(layout=Layout.THREAD)
    await scene.haru.daily.tick(scene.haru.clock.now())
    async with scene.haru.database.write() as connection:
        long_ago = datetime.now(UTC) - timedelta(days=2)
        await connection.execute(update(tables.part).values(give_up_at=long_ago))
    first, *others = sorted(await _states(scene))
    async with asyncio.timeout(0.9), frozen.engine.connect() as connection:
        await connection.execute(select(tables.part.c.id).where(tables.part.c.id == first).with_for_update())
        assert await scene.haru.ledger.open_parts.give_up() == len(others) // 2 + 1
        await connection.rollback()
    assert await scene.haru.ledger.open_parts.give_up() == len(others) // 2 + 1


async def test_the_database_ends_a_transaction_that_stands_still(scene: Scene, frozen: Database) -> None:
    """A frozen process that holds a lane delays its posts until the database ends its transaction."""
    async with frozen.engine.connect() as connection:
        await connection.execute(
            tables.lane.insert().values(
                workspace=scene.slack.workspace.key,
                organisation="",
                free_at=datetime.now(UTC),
                next_at=None,
            )
        )
        async with asyncio.timeout(20):
            opened = await scene.haru.daily.tick(scene.haru.clock.now())
        assert [one.status for one in opened] == ["posting", "posting"]
        with pytest.raises(DBAPIError):
            await connection.execute(select(tables.lane))
        await connection.invalidate()
    await scene.settle()
    assert [len(scene.posted(channel)) for channel in scene.channels] == [1, 1]


async def _expired(scene: Scene) -> list[int]:
    """Have a replica that died long ago hold both first messages; their ids."""
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    async with scene.haru.database.write() as connection:
        rows = await connection.execute(
            update(tables.part)
            .values(state=PartState.SENDING, owner="dead", attempt=1, lease_until=long_ago)
            .returning(tables.part.c.id)
        )
        return sorted(rows.scalars())


async def _states(scene: Scene) -> dict[int, str]:
    async with scene.haru.database.read() as connection:
        rows = await connection.execute(select(tables.part.c.id, tables.part.c.state))
        return {row.id: row.state for row in rows}
