"""The queries of delivery use an index, however much is in the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot import schema_version
from bot.ledger import lanes
from digests.store.database import Database
from tests.bot.delivery.scene import Scene, open_scene

GROWING = ("part", "delivery", "lane", "pace", "channel", "installation", "edition_entry", "entry")
"""Tables that have thousands of rows sooner or later."""

Asked = dict[str, Any]


async def test_a_round_of_deliveries_goes_through_no_table(tmp_path: Path) -> None:
    """Opening, claiming and recording use an index on SQLite, and scan no table that grows."""
    database_url = f"sqlite:///{tmp_path}/haru.sqlite3"
    async with open_scene(database_url, tmp_path) as scene:
        asked = _asked(scene)
        await scene.haru.daily.tick(scene.haru.clock.now())
        await scene.haru.courier.drain()
        assert len(asked) > 20
        scans = []
        async with scene.haru.database.read() as connection:
            for statement, parameters in asked.items():
                plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                scans += [
                    (step.detail, statement)
                    for step in plan
                    if step.detail.split(" USING ")[0] in [f"SCAN {table}" for table in GROWING]
                ]
    assert scans == []


async def test_of_thousands_of_lanes_only_the_first_are_looked_at(postgres_url: str) -> None:
    """PostgreSQL reads due lanes along their index, and stops when it has enough."""
    database = Database(postgres_url)
    await schema_version.upgrade(database)
    asked: Asked = {}
    try:
        async with database.write() as connection:
            await connection.exec_driver_sql(
                "INSERT INTO lane SELECT ':T' || n, '', now(), now() FROM generate_series(1, 5000) n"
            )
            await connection.exec_driver_sql(
                "INSERT INTO installation (workspace, bot_token, bot_user_id, scopes, installed_at)"
                " SELECT ':T' || n, 'x', 'U1', '[]', now() FROM generate_series(1, 5000) n"
            )
            _note(database, asked)
            assert len(await lanes.due(connection, now=datetime.now(UTC), limit=100)) == 100
            ((statement, parameters),) = asked.items()
            plan = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
            steps = " ".join(plan.scalars())
    finally:
        await database.close()
    assert "Sort" not in steps
    assert "using ix_lane_next_at" in steps


def _asked(scene: Scene) -> Asked:
    """The statements from now on, with the parameters of their last run."""
    asked: Asked = {}
    _note(scene.haru.database, asked)
    return asked


def _note(database: Database, asked: Asked) -> None:
    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def note(_: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "WITH")):
            asked[statement] = parameters[0] if many else parameters
