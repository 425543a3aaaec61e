"""A whole Haru in virtual time: the real ledger on SQLite, and a scripted Slack."""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select

from bot import schema_version
from bot.app import Haru
from bot.channels import tables
from bot.channels.preferences import EVERY_DAY, Channel, Language, Layout, Preferences
from bot.clocks import Machine
from bot.ledger.states import Reason
from bot.workspaces.installations import Installation
from config.settings import Settings
from digests.model import Document, Workspace
from digests.store.database import Database
from tests.bot.delivery.state_guard import guard_states
from tests.soak.leap import LeapLoop
from tests.soak.mortal import CrashError, MortalDatabase
from tests.soak.slack import ScriptedSlack

BEGINS = datetime(2025, 3, 5, 12, 0, tzinfo=UTC)
WORKSPACES = (Workspace("", "T1"), Workspace("", "T2"))
LOOKS = {
    "C1": (WORKSPACES[0], Language.EN, Layout.DIGEST, "Asia/Seoul"),
    "C2": (WORKSPACES[0], Language.BOTH, Layout.DIGEST, "America/New_York"),
    "C3": (WORKSPACES[1], Language.KO, Layout.THREAD, "Europe/London"),
}
GRACE = timedelta(hours=4)
MEMORY = Path("/dev/shm")  # noqa: S108 - a database that need not outlive the test

_WORTH_A_LOOK = timedelta(minutes=10)
"""During a shorter wait no work is done in between."""

_NEXT = select(tables.channel.c.next_due_at)

Result = TypeVar("Result")


class Time:
    """Two clocks: the wall clock, which can be set back, and the monotonic clock, which cannot."""

    def __init__(self) -> None:
        self.wall = BEGINS
        self.real = BEGINS
        self.latest = BEGINS
        """The latest the wall clock has ever said."""

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> datetime:
        return self.real

    def uptime(self) -> float:
        return (self.real - BEGINS).total_seconds()

    def run(self, delta: timedelta, jump: timedelta = timedelta(0)) -> None:
        """Let time pass; the wall clock is also set by ``jump``."""
        self.wall += delta + jump
        self.real += delta
        self.latest = max(self.latest, self.wall)


class World:
    """A Haru whose process can die and start again, and its Slack. Call ``close`` when done."""

    def __init__(self, wrong: Callable[[Haru], None] | None = None) -> None:
        self._wrong = wrong
        self.time = Time()
        self.slack = ScriptedSlack(self.time.monotonic)
        self._runner = asyncio.Runner(loop_factory=LeapLoop)
        self._runner.get_loop().set_exception_handler(_tell)
        for end in ("", "-wal", "-shm"):
            (_home() / f"haru.sqlite3{end}").unlink(missing_ok=True)
        shutil.copyfile(_template(), _home() / "haru.sqlite3")
        self.is_corrected = False
        """Whether anything given was ever changed, so that looking for corrections is worth it."""
        self.haru = self._born()
        self.rows = {one.channel_id: one for one in self.do(self.haru.channels.all())}

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run to the end."""
        return self._runner.run(work)

    def work(self, *, wholly: bool = True) -> None:
        """Do what the clockwork does about once a second; with ``wholly`` also what it does more rarely.
        After a death the next process starts.
        """
        database = self.mortal()
        database.is_worker = True
        try:
            self.do(self._work(wholly))
        except CrashError:
            database.is_dead = True
        database.is_worker = False
        if database.is_dead:
            self.restart()

    def restart(self) -> None:
        """The process dies and another starts on the same database."""
        for channel in LOOKS:
            self.slack.doubted.setdefault(channel, self.time.real)
        self.do(self.haru.database.close())
        self.haru = self._born()
        self.do(self.haru.ledger.doubts.recover())

    def pass_time(self, delta: timedelta) -> None:
        """Let time pass; Haru works at each due instant on the way and at the end."""
        end = self.time.wall + delta
        if delta >= _WORTH_A_LOOK:
            self.work(wholly=False)
        for _ in range(12 if delta >= _WORTH_A_LOOK else 0):
            due = min((at for at in self._due() if self.time.wall < at < end), default=None)
            if due is None:
                break
            self.run(due - self.time.wall)
            self.work(wholly=False)
        self.run(end - self.time.wall)
        self.work()

    def run(self, delta: timedelta) -> None:
        """Let time pass without any work."""
        self.time.run(delta)
        self.slack.let_time_pass()

    def mortal(self) -> MortalDatabase:
        """The process's database, at whose commits it can die."""
        database = self.haru.database
        if not isinstance(database, MortalDatabase):
            raise TypeError("this world's databases are mortal")
        return database

    def channel(self, name: str) -> Channel:
        found = self.do(self.haru.channels.get(LOOKS[name][0], name))
        if found is None:
            raise AssertionError(f"{name} is gone")
        self.rows[name] = found
        return found

    def change(self, name: str, **values: Any) -> None:
        """Change a channel's settings, as `/digest` does."""
        now = self.time.now()

        def make(old: Preferences) -> Preferences:
            return replace(old, **values)

        async def apply() -> None:
            changed, changes = await self.haru.channels.change(self.rows[name], make, user_id="U1", now=now)
            if changes:
                enabling = values.get("enabled") is True
                await self.haru.schedules.reschedule(changed, now=now, enabling=enabling)
            if values.get("enabled") is False:
                await self.haru.ledger.open_parts.call_off(changed.id, Reason.OFF)

        self.do(apply())
        self.channel(name)

    def resume(self, channel: Channel) -> None:
        """Resume a channel, as when Haru is invited again."""
        resumed = self.do(self.haru.channels.resume(channel))
        self.do(self.haru.schedules.reschedule(resumed, now=self.time.now(), enabling=True))
        self.channel(channel.channel_id)

    def take_in(self, day: date, *, wording: int = 0) -> str:
        """Import a day's digest, or a corrected one; its status."""

        async def take() -> list[str]:
            taken = self.haru.archive.import_documents([digest(day, wording)], now=self.time.now())
            return [one.status.value async for one in taken]

        return self.do(take())[0]

    def close(self) -> None:
        """Close everything."""
        self.do(self.haru.database.close())
        self._runner.close()

    def _due(self) -> list[datetime]:
        async def ask() -> list[datetime]:
            async with self.haru.database.read() as connection:
                return [at for at in await connection.scalars(_NEXT) if at is not None]

        due = self.do(ask())
        # The wait for a late digest ends too.
        return [*due, *(at + GRACE for at in due)]

    async def _work(self, wholly: bool) -> None:
        await self.haru.clockwork.tick()
        await self.haru.courier.drain()
        if wholly:
            await self.haru.reconciler.run()
        if wholly and self.is_corrected:
            await self.haru.corrections.look(self.time.now())

    def _born(self) -> Haru:
        database = MortalDatabase(f"{_home()}/haru.sqlite3")
        haru = born(database, self.time, self.slack)
        if self._wrong is not None:
            self._wrong(haru)
        return haru


def _tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Ignore an unretrieved task that the death of its process has ended."""
    if not isinstance(context.get("exception"), CrashError):
        loop.default_exception_handler(context)


def born(database: Database, time: Time, slack: ScriptedSlack) -> Haru:
    """Haru as it is built, except for its clock and its Slack."""
    settings = Settings(_env_file=None)  # type: ignore[call-arg]  # no .env of whoever runs the tests
    machine = Machine(wall=time.now, uptime=time.uptime, boot_id="soak")
    haru = Haru(settings, database, clock=time, api_url="http://127.0.0.1:9/api/", machine=machine)
    setattr(haru.wire, "send", slack.send)  # noqa: B010 - mypy guards methods
    setattr(haru.clients, "client", slack.client)  # noqa: B010
    return haru


def title(day: date) -> str:
    """A title that no other day has."""
    return f"Papers of {day:%B} the {day.day} Reconsidered"


def digest(day: date, wording: int = 0) -> Document:
    """A day's digest with one paper."""
    lines = [
        day.isoformat(),
        title(day),
        "(Ada Lovelace, Alan Turing)",
        f"논문을 {day}에 읽고 {wording}번째로 고쳐 쓴 한국어 해설이에요.",
        f"What {day} has to say, in wording number {wording}.",
        "#scaling-law",
    ]
    return Document("soak", f"{day}.txt", "\n".join(lines).encode())


@cache
def _home() -> Path:
    """This process's folder for databases. One world at a time uses it."""
    home = tempfile.mkdtemp(prefix="haru-soak-", dir=MEMORY if MEMORY.exists() else None)
    atexit.register(shutil.rmtree, home)
    return Path(home)


@cache
def _template() -> Path:
    """A database with the channels, made once and copied for every world."""
    path = _home() / "template.sqlite3"

    async def make() -> None:
        database = Database(f"sqlite:///{path}")
        await schema_version.upgrade(database)
        async with database.write() as connection:
            await guard_states(connection)
        time = Time()
        haru = born(database, time, ScriptedSlack(time.monotonic))
        for workspace in WORKSPACES:
            made = Installation(workspace, f"xoxb-{workspace.team_id}", "U0HARU")
            await haru.installations.save(made, now=BEGINS - timedelta(days=30))
        for name, (workspace, language, layout, zone) in LOOKS.items():
            channel = await haru.channels.get_or_create(
                workspace, name, language=language, zone=zone, layout=layout
            )
            changed, _ = await haru.channels.change(
                channel,
                lambda old: replace(old, enabled=True, days=EVERY_DAY),
                user_id="U1",
                now=BEGINS - timedelta(days=2),
            )
            await haru.schedules.reschedule(changed, now=BEGINS, enabling=True)
        async with database.engine.connect() as connection:
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        await haru.clients.close()
        await database.close()

    asyncio.run(make())
    return path
