"""A workspace's data is deleted: by an operator, or when its retention has ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select, update

from bot import workspace_deletion
from bot.channels import tables as channel_tables
from bot.clocks import FixedClock
from bot.ledger import tables
from bot.local.seed import KOREAN_CHANNEL
from bot.tables import metadata
from bot.workspace_deletion import (
    RETENTION,
    SHARED_TABLES,
    delete_expired_workspaces,
    delete_person,
    delete_workspace,
    rows_of_person,
    rows_of_workspaces,
)
from bot.workspaces.installations import Installation
from digests.errors import StoreError
from digests.model import Workspace
from digests.store import tables as archive_tables
from digests.store.database import Database
from tests.bot.delivery.scene import DAY, Scene, open_scene

PRIVATE = """2025-02-25
A Private Paper on Weevils
https://example.org/weevils
(Zyx Xanthopoulos)
우리끼리만 보는 글이에요.
#zyzzyva
"""
OTHER = Workspace("", "T999")
END = DAY + RETENTION


@pytest.fixture
async def scene(made_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """A delivery just due in two channels, on SQLite and on PostgreSQL."""
    async with open_scene(made_url, tmp_path) as made:
        yield made


async def _count(scene: Scene, table: Table) -> int:
    async with scene.haru.database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


async def _rows_left(scene: Scene) -> dict[str, int]:
    """The number of rows in each table, leaving out those that belong to no workspace."""
    left = {}
    async with scene.haru.database.read() as connection:
        for table, condition in rows_of_workspaces(lambda column: column != "").items():
            left[table.name] = await connection.scalar(
                select(func.count()).select_from(table).where(condition)
            )
        for name in SHARED_TABLES:
            left[name] = await connection.scalar(select(func.count()).select_from(metadata.tables[name]))
    return {name: count for name, count in left.items() if count}


async def _use(scene: Scene) -> Workspace:
    """Let a workspace add a private digest, get its posts, and save a paper."""
    workspace = scene.slack.workspace
    assert await scene.take_in("own.txt", PRIVATE, source="own", workspace=workspace) == ["new"]
    await scene.haru.user_languages.set(workspace, "U1", "en")
    await scene.haru.saved_papers.save(workspace, "U1", 1, now=DAY)
    await scene.haru.daily.tick(scene.haru.clock.now())
    await scene.settle()
    assert scene.posted(KOREAN_CHANNEL)
    return workspace


async def _uninstall(scene: Scene) -> Workspace:
    workspace = await _use(scene)
    await scene.haru.installations.uninstall(workspace, now=DAY, delete_after=END)
    return workspace


async def _give_channel_to_other(scene: Scene) -> None:
    """Let one of the two channels, and the posts in it, be another workspace's."""
    await scene.haru.installations.save(
        Installation(OTHER, bot_token=scene.slack.bot_token, bot_user_id="UHARU"), now=DAY
    )
    id_ = scene.channels[KOREAN_CHANNEL].id
    deliveries = select(tables.delivery.c.id).where(tables.delivery.c.channel_id == id_)
    async with scene.haru.database.write() as connection:
        for table, condition in (
            (tables.part, tables.part.c.delivery_id.in_(deliveries)),
            (tables.delivery, tables.delivery.c.channel_id == id_),
            (channel_tables.channel, channel_tables.channel.c.id == id_),
        ):
            await connection.execute(update(table).where(condition).values(workspace=OTHER.key))


def test_each_table_belongs_to_workspaces_or_is_named_as_shared() -> None:
    """A new table carries a workspace, refers to a table that does, or is listed with a reason."""
    derived = {table.name for table in rows_of_workspaces(lambda column: column == "T1")}
    assert derived | SHARED_TABLES.keys() == metadata.tables.keys()
    assert derived & SHARED_TABLES.keys() == set()
    assert all(SHARED_TABLES.values())


async def test_data_is_kept_for_the_retention_and_then_deleted(scene: Scene) -> None:
    """Nothing is deleted a day early; then all of the workspace's data goes, and shared papers stay."""
    await _uninstall(scene)
    before = await _rows_left(scene)
    assert before.keys() >= {"part", "payload", "edition", "delivery", "channel", "reader", "commentary"}
    shared = await _count(scene, archive_tables.paper) - 1
    database = scene.haru.database
    assert await delete_expired_workspaces(database, FixedClock(END - timedelta(days=1))) == 0
    assert await _rows_left(scene) == before
    assert await delete_expired_workspaces(database, FixedClock(END)) == 1
    assert await _rows_left(scene) == {}
    assert await _count(scene, archive_tables.paper) == shared
    assert await delete_expired_workspaces(database, FixedClock(END)) == 0


async def test_a_workspace_that_was_installed_again_is_kept(scene: Scene) -> None:
    """Nothing is deleted if Haru is installed again before the retention ends, even in the same moment."""
    workspace = await _uninstall(scene)
    before = await _rows_left(scene)
    made = Installation(workspace, bot_token="xoxb-again", bot_user_id="UHARU")
    await scene.haru.installations.save(made, now=DAY + timedelta(days=3))
    assert await delete_expired_workspaces(scene.haru.database, FixedClock(END)) == 0
    assert not await delete_workspace(scene.haru.database, workspace, expired_at=END)
    assert await _rows_left(scene) == before


async def test_shared_rows_are_kept_for_another_workspace(scene: Scene) -> None:
    """A message and an edition that two workspaces were sent stay as long as one of the two does."""
    await scene.haru.daily.tick(scene.haru.clock.now())
    await _give_channel_to_other(scene)
    sent = await _count(scene, tables.payload)
    assert sent > 1
    assert await delete_workspace(scene.haru.database, scene.slack.workspace)
    async with scene.haru.database.read() as connection:
        needed = set(await connection.scalars(select(tables.part.c.payload)))
        left = set(await connection.scalars(select(tables.payload.c.sha256)))
        assert needed == left
        shown = set(await connection.scalars(select(tables.delivery.c.edition_id)))
        assert shown == set(await connection.scalars(select(tables.edition.c.id)))
    assert 0 < len(left) < sent


async def test_corrections_that_wait_count_as_messages(scene: Scene) -> None:
    """A correction's text is deleted with its workspace, and kept while another's message is to say it."""
    await scene.haru.daily.tick(scene.haru.clock.now())
    await _give_channel_to_other(scene)
    part, payload = tables.part.c, tables.payload
    theirs = part.workspace == scene.slack.workspace.key
    async with scene.haru.database.write() as connection:
        mine = (await connection.scalars(select(part.payload).where(theirs))).first()
        await connection.execute(insert(payload).values(sha256="private", body="{}"))
        await connection.execute(update(tables.part).where(theirs).values(desired="private"))
        await connection.execute(update(tables.part).where(part.workspace == OTHER.key).values(desired=mine))
    assert await delete_workspace(scene.haru.database, scene.slack.workspace)
    async with scene.haru.database.read() as connection:
        left = set(await connection.scalars(select(payload.c.sha256)))
    assert mine in left
    assert "private" not in left


async def test_an_organisation_is_deleted_with_its_workspaces(scene: Scene) -> None:
    """The data of its teams goes with it, except of a team that installed Haru by itself; its id still
    names it after the uninstall.
    """
    haru = scene.haru
    whole, team, own = Workspace("E1", ""), Workspace("E1", "T1"), Workspace("E1", "T2")
    elsewhere = Workspace("E11", "T1")
    for installed in (whole, own):
        made = Installation(installed, bot_token="xoxb-1", bot_user_id="UHARU")
        await haru.installations.save(made, now=DAY)
    for workspace in (team, own, elsewhere):
        await haru.user_languages.set(workspace, "U1", "ko")
    await haru.installations.uninstall(whole, now=DAY, delete_after=END)
    assert await haru.installations.with_id("E1") == [whole]
    assert await haru.installations.with_id("T2") == [own]
    assert await delete_expired_workspaces(haru.database, FixedClock(END)) == 1
    languages = [await haru.user_languages.get(workspace, "U1") for workspace in (team, own, elsewhere)]
    assert languages == [None, "ko", "ko"]
    assert await haru.installations.with_id("E1") == []


async def test_one_failed_deletion_does_not_stop_the_others(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workspace that cannot be deleted is tried again the next time; the others are deleted meanwhile."""
    haru = scene.haru
    first, second = Workspace("", "T001"), Workspace("", "T002")
    for workspace in (first, second):
        made = Installation(workspace, bot_token="xoxb-1", bot_user_id="UHARU")
        await haru.installations.save(made, now=DAY)
        await haru.installations.uninstall(workspace, now=DAY, delete_after=END)

    async def fail(database: Database, workspace: Workspace, **options: Any) -> bool:
        if workspace == first:
            raise StoreError("The database failed")
        return await delete_workspace(database, workspace, **options)

    with monkeypatch.context() as patched:
        patched.setattr(workspace_deletion, "delete_workspace", fail)
        assert await delete_expired_workspaces(haru.database, FixedClock(END)) == 1
    assert await haru.installations.with_id("T001") == [first]
    assert await haru.installations.with_id("T002") == []
    assert await delete_expired_workspaces(haru.database, FixedClock(END)) == 1


async def test_no_byte_of_a_deleted_workspace_stays_in_the_files(scene: Scene, tmp_path: Path) -> None:
    """On SQLite, private words and the bot token are in no file after the deletion; shared papers are."""
    if not scene.haru.database.is_sqlite:
        pytest.skip("PostgreSQL keeps its files to itself")
    workspace = await _use(scene)
    async with scene.haru.database.write() as connection:
        # A message of an earlier version, which no part refers to any more.
        await connection.execute(insert(tables.payload).values(sha256="0" * 64, body="zyzzyva, corrected"))
    words = [b"Weevils", b"zyzzyva", "우리끼리만".encode(), scene.slack.bot_token.encode()]

    def found() -> set[bytes]:
        content = b"".join(file.read_bytes() for file in tmp_path.glob("haru.sqlite3*"))
        return {word for word in words if word in content}

    assert found() == set(words)
    assert await delete_workspace(scene.haru.database, workspace)
    assert found() == set()


async def test_one_person_is_deleted_and_others_stay(scene: Scene) -> None:
    """A person's saves, language and lines in the change log go; another's, whose id is longer, stay."""
    workspace = await _use(scene)
    id_ = scene.channels[KOREAN_CHANNEL].id
    await scene.haru.user_languages.set(workspace, "U12", "ko")
    change = channel_tables.setting_change
    lines = [("U9", "", "U1 U3"), ("U1", "", "x"), ("U12", "U12", "U12 U3")]
    async with scene.haru.database.write() as connection:
        for user, old, new in lines:
            await connection.execute(
                insert(change).values(
                    channel_id=id_, user_id=user, field="managers", old=old, new=new, at=DAY
                )
            )
    assert await delete_person(scene.haru.database, workspace, "U1") == 4
    async with scene.haru.database.read() as connection:
        for table, condition in rows_of_person(workspace, "U1").items():
            assert not list(await connection.execute(select(table).where(condition))), table.name
        named = set(await connection.scalars(select(change.c.user_id)))
        assert "U12" in named
        assert not named & {"U1", "U9"}
        readers = list(await connection.scalars(select(channel_tables.reader.c.user_id)))
        assert readers == ["U12"]


def test_each_table_with_a_person_is_covered() -> None:
    """Every table that has a ``user_id`` column is among those that a person's deletion looks at."""
    named = {table.name for table in metadata.sorted_tables if "user_id" in table.c}
    assert {table.name for table in rows_of_person(OTHER, "U1")} == named
