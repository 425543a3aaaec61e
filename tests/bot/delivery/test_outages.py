"""The database goes away in the middle of a delivery, and comes back: nothing is lost or doubled.

The trouble begins when a message has just arrived in Slack and nobody has written that down,
and lasts while another channel's hour comes. `make crash` holds it for longer.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.channels.preferences import Language
from bot.delivery.clockwork import Clockwork
from bot.ledger import tables
from bot.ledger.ledger import open_ledger
from bot.ledger.states import PartState
from bot.local.seed import ENGLISH_CHANNEL, KOREAN_CHANNEL, MINJI
from digests.store import database as database_module
from tests.bot.delivery.scene import DAY, Scene, open_scene
from tests.postgres import postgres_server

LASTS = float(os.environ.get("HARU_OUTAGE_SECONDS", "1.5"))
DISK = 4 * 1024 * 1024

_HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""

Step = Callable[[], Awaitable[None]]


class MovableClock:
    """The clock that due times follow, moved by hand."""

    def __init__(self) -> None:
        self.instant = DAY + timedelta(seconds=1)

    def now(self) -> datetime:
        return self.instant


@pytest.mark.timeout(90 + 2 * LASTS)
async def test_postgresql_restarted_in_the_middle(tmp_path: Path) -> None:
    """PostgreSQL is killed and started again: the rest of the thread comes, once."""
    with postgres_server(str(tmp_path)) as server:

        async def end() -> None:
            os.kill(server.get_pid(), signal.SIGQUIT)

        async def start() -> None:
            await asyncio.to_thread(server.ensure_postgres_running)

        async with open_scene(server.get_uri(), tmp_path) as scene:
            said = await _play(scene, end, start)
            assert "cannot be opened" in said["job_failed", "tick"]
            assert ("results_kept", None) in said
            assert ("job_recovered", "tick") in said


@pytest.mark.timeout(90 + 2 * LASTS)
async def test_sqlite_locked_by_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process writes, writes wait, and the log says for how long."""
    monkeypatch.setattr(database_module, "SLOW_WRITE_WAIT", min(database_module.SLOW_WRITE_WAIT, LASTS / 2))
    path = tmp_path / "haru.sqlite3"
    async with open_scene(f"sqlite:///{path}", tmp_path) as scene, _holder(path) as (lock, unlock):
        said = await _play(scene, lock, unlock)
        assert ("database_was_busy", None) in said
        assert ("job_failed", "tick") not in said


async def test_sqlite_locked_beyond_patience(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that waited too long fails with a log line, and is repeated until it succeeds."""
    monkeypatch.setattr(database_module, "SQLITE_BUSY_TIMEOUT", 0.3)
    path = tmp_path / "haru.sqlite3"
    async with open_scene(f"sqlite:///{path}", tmp_path) as scene, _holder(path) as (lock, unlock):
        said = await _play(scene, lock, unlock)
        assert "database is locked" in said["job_failed", "tick"]
        assert "database is locked" in said["results_kept", None]
        assert ("job_recovered", "tick") in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root mounts the disk itself")
def test_a_full_disk_of_no_root(request: pytest.FixtureRequest) -> None:
    """The next test in a user namespace, where a user who is not root may mount a disk."""
    inside = ["unshare", "--user", "--map-root-user", "--mount"]
    try:
        subprocess.run([*inside, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no name space may be made here")
    test = request.node.nodeid.replace(request.node.name, "test_a_full_disk")
    ran = subprocess.run(
        [*inside, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test],
        cwd=request.config.rootpath, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert "1 passed" in ran.stdout, ran.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk to fill")
async def test_a_full_disk(tmp_path: Path) -> None:
    """On a full disk results stay in memory; with room again, all are stored and everything is posted."""
    with _small_disk(tmp_path) as disk:
        path, filler = disk / "haru.sqlite3", disk / "filler"

        async def fill() -> None:
            # The space of the write-ahead log would last for a while.
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            with pytest.raises(OSError, match="No space left"):
                filler.write_bytes(b"\0" * DISK)

        async def clear() -> None:
            filler.unlink()

        async with open_scene(f"sqlite:///{path}", tmp_path) as scene:
            said = await _play(scene, fill, clear)
            assert "full" in said["job_failed", "tick"]
            assert "full" in said["results_kept", None]
            assert ("job_recovered", "tick") in said


async def _play(scene: Scene, begin: Step, end: Step) -> dict[tuple[str, str | None], str]:
    """Deliver with an outage in the middle. Checks that Slack has every part once, in order, in one thread.
    Returns the logged errors by event and job.
    """
    haru = scene.haru
    await scene.prefer(language=Language.BOTH)
    later, _ = await haru.channels.change(
        scene.channels[ENGLISH_CHANNEL],
        lambda old: replace(old, language=Language.EN, hour=time(9, 1)),
        user_id=MINJI,
        now=DAY - timedelta(hours=9),
    )
    await haru.schedules.reschedule(later, now=DAY - timedelta(hours=9))
    clock, struck = MovableClock(), asyncio.Event()

    send = haru.wire.send

    async def strike_after_sending(*asked: Any, **named: Any) -> Any:
        answer = await send(*asked, **named)
        if not struck.is_set():
            await begin()
            struck.set()
        return answer

    setattr(haru.wire, "send", strike_after_sending)  # noqa: B010 - mypy guards methods
    clockwork = Clockwork(
        clock=clock,
        daily=haru.daily,
        schedules=haru.schedules,
        courier=haru.courier,
        reconciler=haru.reconciler,
        corrections=haru.corrections,
        doubts=haru.ledger.doubts,
        reconcile=0.5,
    )
    with capture_logs() as lines:
        await clockwork.start(alone=haru.database.is_sqlite)
        async with asyncio.timeout(20):
            await struck.wait()
        # Another channel's hour comes while nothing can be stored.
        clock.instant += timedelta(minutes=2)
        await asyncio.sleep(LASTS)
        before = {channel: len(scene.posted(channel)) for channel in scene.channels}
        await end()
        await _until_all_is_posted(scene)
        await clockwork.stop()
    assert before == {KOREAN_CHANNEL: 1, ENGLISH_CHANNEL: 0}
    for channel in scene.channels:
        posted = scene.posted(channel)
        uids = [one["metadata"]["event_payload"]["part"] for one in posted]
        assert uids == await _uids(scene, channel)
        assert {one.get("thread_ts") or one["ts"] for one in posted} == {posted[0]["ts"]}
    assert [line for line in lines if line["event"] == "job_crashed"] == []
    return {(line["event"], line.get("job")): str(line.get("error")) for line in reversed(lines)}


async def _until_all_is_posted(scene: Scene) -> None:
    """Wait until all is posted, watching through a ledger of its own."""
    ledger = open_ledger(scene.haru.database, lease=timedelta(minutes=1), settle=timedelta(0))
    async with asyncio.timeout(40):
        # Neither Slack nor the ledger has a callback to wait for.
        while not all(map(scene.posted, scene.channels)) or await ledger.open_parts.count():  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def _uids(scene: Scene, channel: str) -> list[Any]:
    part = tables.part.c
    async with scene.haru.database.read() as connection:
        rows = await connection.execute(
            select(part.uid, part.state).where(part.slack_channel == channel).order_by(part.position)
        )
        found = rows.all()
    assert {row.state for row in found} == {PartState.SENT}
    return [row.uid for row in found]


@asynccontextmanager
async def _holder(path: Path) -> AsyncIterator[tuple[Step, Step]]:
    """Another process that begins a write, and ends it, when told to."""
    held: list[subprocess.Popen[str]] = []

    async def lock() -> None:
        command = [sys.executable, "-c", _HOLDER, str(path)]
        held.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))  # noqa: ASYNC220
        said = held[0].stdout
        assert said is not None
        assert await asyncio.to_thread(said.readline) == "held\n"

    async def unlock() -> None:
        await asyncio.to_thread(held[0].communicate, "", timeout=10)

    try:
        yield lock, unlock
    finally:
        for one in held:
            one.kill()
            one.communicate()


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    """A file system of this many bytes, in memory."""
    disk = folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("nothing may be mounted here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
