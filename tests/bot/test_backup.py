"""Backing the database up, and restoring it without posting anything twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import backup
from bot.app import Haru
from bot.backup import BackupError
from bot.clocks import FixedClock
from bot.ledger import restoration
from bot.ledger.states import DeliveryState, Reason
from bot.local.seed import ENGLISH_CHANNEL
from digests.errors import SchemaError
from digests.store.database import Database
from tests.bot.delivery.scene import DAY, Scene, open_scene


def _left_over(folder: Path) -> list[Path]:
    return [*folder.glob("*restor*"), *folder.glob("*partial*")]


async def _reopen(scene: Scene, url: str, at: datetime) -> Haru:
    """Haru over a database that was restored at this time, which is years before the machine's."""
    database = Database(url)
    async with database.write() as connection:
        await restoration.begin_anew(connection, now=at, wall=at)
    scene.haru = Haru(scene.haru.settings, database, clock=FixedClock(at), api_url=scene.slack.api_url)
    return scene.haru


NEXT = "2025년 2월 26일\nA Paper of the Next Day\nhttps://arxiv.org/abs/2502.99999\n#test\n"


async def test_after_yesterdays_copy_is_restored_nothing_posted_comes_again(tmp_path: Path) -> None:
    """A copy from before today's post is restored after it: no repeat, and the next day's post comes."""
    url, copy = f"sqlite:///{tmp_path}/haru.sqlite3", tmp_path / "copy.sqlite3"
    async with open_scene(url, tmp_path) as scene:
        haru = scene.haru
        await haru.daily.tick(DAY + timedelta(minutes=1))  # in the copy as pending
        await backup.back_up(url, copy)
        await scene.settle()
        posted = len(scene.posted(ENGLISH_CHANNEL))
        assert posted
        await haru.database.close()
        restored_at = DAY + timedelta(hours=1)

        previous = await backup.restore(url, copy)

        assert previous == tmp_path / "haru.sqlite3.before-restore"
        again = await _reopen(scene, url, restored_at)
        try:
            for hours in (1, 2, 12):
                await again.daily.tick(DAY + timedelta(hours=hours))
                await scene.settle()
            assert len(scene.posted(ENGLISH_CHANNEL)) == posted
            channel = scene.channels[ENGLISH_CHANNEL]
            last = await again.ledger.history.last(channel.id)
            assert last is not None
            assert (last.state, last.reason) == (DeliveryState.FAILED, Reason.RESTORED)
            assert await scene.take_in("2025-02-26.txt", NEXT) == ["new"]
            await again.daily.tick(DAY + timedelta(days=1, minutes=1))
            await scene.settle()
            new = scene.posted(ENGLISH_CHANNEL)[posted:]
            assert "Next Day" in str(new)
        finally:
            await again.close()


async def test_a_day_that_came_after_the_copy_is_left_out(tmp_path: Path) -> None:
    """What the restored ledger knows nothing of, a whole day that was posted since, does not come again."""
    url, copy = f"sqlite:///{tmp_path}/haru.sqlite3", tmp_path / "copy.sqlite3"
    async with open_scene(url, tmp_path) as scene:
        await backup.back_up(url, copy)
        await scene.haru.daily.tick(DAY + timedelta(minutes=1))
        await scene.settle()
        posted = len(scene.posted(ENGLISH_CHANNEL))
        await scene.haru.database.close()
        await backup.restore(url, copy)
        at = DAY + timedelta(hours=1)
        again = await _reopen(scene, url, at)
        try:
            await again.daily.tick(at)
            await scene.settle()
            assert 0 < posted == len(scene.posted(ENGLISH_CHANNEL))
            last = await again.ledger.history.last(scene.channels[ENGLISH_CHANNEL].id)
            assert last is not None
            assert (last.state, last.reason) == (DeliveryState.SKIPPED, Reason.RESTORED)
        finally:
            await again.close()


async def test_what_cannot_be_restored_leaves_the_database_alone(tmp_path: Path) -> None:
    """A later schema, a file that is no database, and a database in use are refused in words."""
    url, copy = f"sqlite:///{tmp_path}/haru.sqlite3", tmp_path / "copy.sqlite3"
    async with open_scene(url, tmp_path) as scene:
        await backup.back_up(url, copy)
        assert copy.stat().st_mode & 0o777 == 0o600
        with pytest.raises(BackupError, match="exists already"):
            await backup.back_up(url, copy)
        with pytest.raises(BackupError, match="Another process uses"):
            await backup.restore(url, copy)
        assert await scene.haru.channels.all()
    before = (tmp_path / "haru.sqlite3").read_bytes()
    (tmp_path / "text").write_text("no database at all, but long enough to be looked at" * 20)
    with pytest.raises(BackupError, match="cannot be copied"):
        await backup.restore(url, tmp_path / "text")
    with closing(sqlite3.connect(copy)) as later:
        later.execute("UPDATE alembic_version SET version_num = '9999'")
        later.commit()
    with pytest.raises(SchemaError, match="9999"):
        await backup.restore(url, copy)
    assert (tmp_path / "haru.sqlite3").read_bytes() == before
    assert not _left_over(tmp_path)


async def test_on_postgresql_it_names_the_command() -> None:
    """PostgreSQL has tools of its own: the error names the whole command."""
    with pytest.raises(BackupError, match="pg_dump --format=custom"):
        await backup.back_up("postgresql://u@h/d", Path("copy"))
    with pytest.raises(BackupError, match=r"pg_restore .*haru restore --done"):
        await backup.restore("postgresql://u@h/d", Path("copy"))
