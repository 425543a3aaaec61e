"""A scene for tests: Haru, a Slack of its own, and two channels with a delivery that is just due."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot import schema_version
from bot.app import Haru
from bot.channels.preferences import Channel, ChannelInfo, Language
from bot.clocks import FixedClock, Machine
from bot.ledger.states import Reason
from bot.local.faults import Setting
from bot.local.seed import ENGLISH_CHANNEL, KOREAN_CHANNEL, MINJI
from bot.local.workspace import LocalWorkspace
from config.settings import Settings
from digests.model import Document, Workspace
from digests.store.database import Database
from tests.bot.delivery.state_guard import guard_states

DAY = datetime(2025, 2, 25, 0, 0, tzinfo=UTC)
SAMPLE = Path(__file__).parents[3] / "bot" / "local" / "samples" / "2025-02-25.txt"


@dataclass
class Scene:
    """Haru, a Slack of its own, and two channels that were switched on the day before."""

    haru: Haru
    slack: LocalWorkspace
    channels: dict[str, Channel]
    minutes: int = 0

    def posted(self, channel_id: str) -> list[dict[str, Any]]:
        """What Haru posted to a channel, in order, by Slack's own record."""
        return [
            one for one in self.slack.team.messages.all() if one["channel"] == channel_id and one["metadata"]
        ]

    def standing(self, channel_id: str) -> list[dict[str, Any]]:
        """The posted messages as they are now, with their blocks."""
        found = (self.slack.team.messages.get(channel_id, one["ts"]) for one in self.posted(channel_id))
        return [one for one in found if one is not None]

    def fail(self, **odds: float) -> None:
        """Make ``chat.postMessage`` fail with these probabilities."""
        self.slack.faults.set(Setting.read({"odds": {"chat.postMessage": odds}, "seed": 7, "hang": 1.0}))

    async def settle(self) -> None:
        """Send and reconcile until nothing is open, for half a minute at most."""
        for _ in range(150):
            await self.haru.courier.drain()
            await self.haru.reconciler.run()
            if not await self.haru.ledger.open_parts.count():
                return
            await asyncio.sleep(0.2)
        raise AssertionError("parts are still open")

    async def prefer(self, **wanted: Any) -> None:
        """Change both channels' preferences, as an admin did hours ago."""
        for channel in self.channels.values():
            await self.haru.channels.change(
                channel, lambda old: replace(old, **wanted), user_id=MINJI, now=DAY - timedelta(hours=10)
            )

    async def switch(self, channel_id: str, *, on: bool, now: datetime) -> None:
        """Switch a channel on or off at this time."""
        changed, _ = await self.haru.channels.change(
            self.channels[channel_id], lambda old: replace(old, enabled=on), user_id=MINJI, now=now
        )
        self.channels[channel_id] = changed
        await self.haru.schedules.reschedule(changed, now=now, enabling=on)
        if not on:
            await self.haru.ledger.open_parts.call_off(changed.id, Reason.OFF)

    async def take_in(
        self, path: str, text: str, *, source: str = "samples", workspace: Workspace | None = None
    ) -> list[str]:
        """Import a document, as a source does, or for one workspace only; its status."""
        document = Document(source, path, text.encode())
        self.minutes += 1
        now = DAY + timedelta(minutes=self.minutes)
        taken = self.haru.archive.import_documents([document], now=now, workspace=workspace)
        return [one.status async for one in taken]


@asynccontextmanager
async def open_scene(
    database_url: str, folder: Path, *, machine: Machine | None = None
) -> AsyncIterator[Scene]:
    """Two channels whose delivery is just due. ``machine`` replaces the machine's clocks."""
    slack = LocalWorkspace(
        state=folder / "slack.sqlite3",
        app_url="http://127.0.0.1:9",
        signing_secret="s",
        port=0,
        starts_at=DAY,
    )
    await slack.start()
    database = Database(database_url)
    await schema_version.upgrade(database)
    async with database.write() as connection:
        await guard_states(connection)
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # no .env of whoever runs the tests
        haru_settle=timedelta(seconds=0.3) if machine is None else timedelta(seconds=120),
        haru_lease=timedelta(seconds=40),
    )
    clock = FixedClock(DAY + timedelta(seconds=1))
    haru = Haru(settings, database, clock=clock, api_url=slack.api_url, machine=machine)
    try:
        await haru.install_from_environment(slack.bot_token)
        document = Document("samples", "2025-02-25.txt", SAMPLE.read_bytes())
        assert [one.status async for one in haru.archive.import_documents([document], now=DAY)] == ["new"]
        channels = {}
        for channel_id, language in ((KOREAN_CHANNEL, Language.KO), (ENGLISH_CHANNEL, Language.EN)):
            made = await haru.channels.get_or_create(
                slack.workspace,
                channel_id,
                language=language,
                zone="Asia/Seoul",
                info=ChannelInfo(creator_id=MINJI),
            )
            before = DAY - timedelta(hours=20)
            changed, _ = await haru.channels.change(
                made, lambda old: replace(old, enabled=True), user_id=MINJI, now=before
            )
            await haru.schedules.reschedule(changed, now=before, enabling=True)
            channels[channel_id] = changed
        yield Scene(haru, slack, channels)
    finally:
        await haru.close()
        await slack.stop()
