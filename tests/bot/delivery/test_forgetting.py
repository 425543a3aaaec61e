"""What was kept of a workspace is deleted: when it is told so, or when the time for it is over."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from bot.channels import tables as channel_tables
from bot.clock import FixedClock
from bot.ledger import tables
from bot.local.seed import KOREAN_CHANNEL
from bot.workspace_deletion import Forgetting, forget_workspace
from bot.workspaces.installations import Installation
from digests.model import Workspace
from digests.store import tables as archive_tables
from tests.bot.delivery.scene import DAY, Scene

KEPT = timedelta(days=30)
PRIVATE = """2025-02-25
A Private Paper on Weevils
https://example.org/weevils
(Zyx Xanthopoulos)
우리끼리만 보는 글이에요.
#zyzzyva
"""


async def _count(scene: Scene, table: object) -> int:
    async with scene.haru.database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)) or 0)  # type: ignore[arg-type]


async def _left(scene: Scene) -> dict[str, int]:
    """How many rows are left of what belongs to a workspace."""
    # The ledger's own clock is noted in the same table.
    paces = select(tables.pace).where(tables.pace.c.workspace != "").subquery("pace")
    of_workspace = (
        tables.part, tables.payload, tables.delivery, tables.lane, paces, channel_tables.channel,
        channel_tables.setting_change, channel_tables.reader,
    )  # fmt: skip
    return {table.name: left for table in of_workspace if (left := await _count(scene, table))}


async def _uninstalled(scene: Scene) -> Workspace:
    """A workspace with posts and a digest of its own, from which Haru was removed on that day."""
    workspace = scene.slack.workspace
    assert await scene.take_in("own.txt", PRIVATE, source="own", workspace=workspace) == ["new"]
    await scene.haru.readers.choose_language(workspace, "U1", "en")
    await scene.haru.deliveries.tick(scene.haru.clock.now())
    await scene.settle()
    assert scene.posted(KOREAN_CHANNEL)
    await scene.haru.installations.uninstall(workspace, now=DAY, delete_after=DAY + KEPT)
    return workspace


async def test_an_uninstalled_workspace_is_kept_as_long_as_was_said_and_then_deleted(scene: Scene) -> None:
    """The day before nothing is touched; on the day settings, ledger, messages and private papers go, and
    what all share stays.
    """
    await _uninstalled(scene)
    shared = await _count(scene, archive_tables.paper) - 1
    early = Forgetting(scene.haru.database, clock=FixedClock(DAY + KEPT - timedelta(days=1)))
    assert await early.look() == 0
    assert set(await _left(scene)) >= {"part", "payload", "delivery", "channel", "reader"}
    late = Forgetting(scene.haru.database, clock=FixedClock(DAY + KEPT))
    assert await late.look() == 1
    assert await _left(scene) == {}
    assert await _count(scene, archive_tables.paper) == shared
    assert await late.look() == 0


async def test_a_workspace_that_came_back_is_kept(scene: Scene) -> None:
    """Installed again before the day, nothing of it is deleted, not even in that very moment."""
    workspace = await _uninstalled(scene)
    before = await _left(scene)
    made = Installation(workspace, bot_token="xoxb-again", bot_user_id="UHARU")
    await scene.haru.installations.save(made, now=DAY + timedelta(days=3))
    assert await Forgetting(scene.haru.database, clock=FixedClock(DAY + KEPT)).look() == 0
    assert not await forget_workspace(scene.haru.database, workspace, due=DAY + KEPT)
    assert await _left(scene) == before


async def test_another_workspace_keeps_what_both_were_sent(scene: Scene) -> None:
    """A message that two workspaces got is there as long as one of them is."""
    workspace = scene.slack.workspace
    other = Workspace("", "T999")
    made = Installation(other, bot_token=scene.slack.bot_token, bot_user_id="UHARU")
    await scene.haru.installations.save(made, now=DAY)
    await scene.haru.deliveries.tick(scene.haru.clock.now())
    async with scene.haru.database.write() as connection:
        korean = scene.channels[KOREAN_CHANNEL].id
        theirs = select(tables.delivery.c.id).where(tables.delivery.c.channel_id == korean)
        await connection.execute(
            tables.part.update().where(tables.part.c.delivery_id.in_(theirs)).values(workspace=other.key)
        )
        await connection.execute(
            tables.delivery.update().where(tables.delivery.c.channel_id == korean).values(workspace=other.key)
        )
        await connection.execute(
            channel_tables.channel.update()
            .where(channel_tables.channel.c.id == korean)
            .values(workspace=other.key)
        )
    sent = await _count(scene, tables.payload)
    assert sent > 1
    assert await forget_workspace(scene.haru.database, workspace)
    async with scene.haru.database.read() as connection:
        kept = set(await connection.scalars(select(tables.part.c.payload)))
        left = set(await connection.scalars(select(tables.payload.c.sha256)))
    assert kept == left
    assert 0 < len(left) < sent


async def test_an_organisation_is_forgotten_with_all_its_workspaces(scene: Scene) -> None:
    """What its teams set goes with it, except where one installed Haru by itself; so does one that is
    named by its id after it was uninstalled.
    """
    haru = scene.haru
    whole, team, own = Workspace("E1", ""), Workspace("E1", "T1"), Workspace("E1", "T2")
    for one in (whole, own):
        made = Installation(one, bot_token="xoxb-1", bot_user_id="UHARU")
        await haru.installations.save(made, now=DAY)
    for one in (team, own, Workspace("E11", "T1")):
        await haru.readers.choose_language(one, "U1", "ko")
    await haru.installations.uninstall(whole, now=DAY, delete_after=DAY + KEPT)
    assert await haru.installations.kept("E1") == [whole]
    assert await haru.installations.kept("T2") == [own]
    assert await Forgetting(haru.database, clock=FixedClock(DAY + KEPT)).look() == 1
    said = [await haru.readers.language(one, "U1") for one in (team, own, Workspace("E11", "T1"))]
    assert said == [None, "ko", "ko"]
    assert await haru.installations.kept("E1") == []
