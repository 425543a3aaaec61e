"""The local workspace as one thing to start and stop."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path

from aiohttp import web

from bot.clocks import Clock
from bot.local.app_client import AppClient
from bot.local.controls import Controls
from bot.local.cross_site_guard import guard
from bot.local.faults import Faults
from bot.local.movable_clock import MovableClock
from bot.local.page_api import FILE_BYTES, PageApi
from bot.local.page_events import PageEvents
from bot.local.responses import Responses
from bot.local.seed import seed
from bot.local.socket_mode import SocketMode
from bot.local.state import State
from bot.local.team import Team
from bot.local.web_api import WebApi
from bot.local.workspace_identity import TEAM_ID
from digests.model import Workspace

PAGE = Path(__file__).parent / "page"
KEEP_CLOCK = 5.0
COMMANDS: Mapping[str, tuple[str, str]] = {
    "paper": ("Find a paper · 논문 찾기", "looped | #scaling-law | by:saunshi | 2502.17416"),
    "tag": ("Papers with a tag · 태그로 찾기", "scaling-law"),
    "digest": (
        "This channel's daily papers · 이 채널의 논문 소식",
        "on | language ko | time 09:00 Asia/Seoul",
    ),
    "haru": ("Everything Haru does · 하루의 모든 기능", "paper looped | tag scaling-law | digest | help"),
}

Moved = Callable[[], Awaitable[None] | None]


class LocalWorkspace:
    """A small faithful Slack on one machine: Web API, page, faults, a clock that can be moved.

    ``app_url`` is where the app takes requests (``/slack/events`` is added to a bare
    address). Does not start the app, and keeps everything in the one file ``state``;
    whoever wants to start over deletes that file first.
    """

    def __init__(
        self,
        *,
        state: Path,
        app_url: str | Callable[[], str],
        signing_secret: str,
        host: str = "127.0.0.1",
        port: int = 8420,
        starts_at: datetime,
        commands: Mapping[str, tuple[str, str]] = COMMANDS,
    ) -> None:
        self.host = host
        self.port = port
        self._state = State(state)
        seed(self._state)
        self._clock = MovableClock(self._state, starts_at)
        self._sockets = SocketMode()
        self._outbox = AppClient(app_url, signing_secret, self._sockets.sender)
        self.team = Team(self._state, self._clock.now, PageEvents(), self._outbox)
        self.faults = Faults()
        answers = Responses(self.team, self._address)
        self.web_api = WebApi(self.team, self.faults, self._sockets, answers, self._address)
        self._page_api = PageApi(
            self.team,
            self._outbox,
            answers,
            self._clock,
            commands=tuple(
                {"name": f"/{name}", "about": about, "hint": hint} for name, (about, hint) in commands.items()
            ),
            base_url=self._address,
        )
        self._controls = Controls(
            self.team, self._clock, self.faults, self.web_api.rate_limits, self._tell_moved
        )
        self._on_moved: list[Moved] = []
        self._runner: web.AppRunner | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def clock(self) -> Clock:
        """The clock of the workspace, which the page moves."""
        return self._clock

    @property
    def workspace(self) -> Workspace:
        return Workspace("", TEAM_ID)

    @property
    def bot_token(self) -> str:
        return str(self._state.fact("bot_token"))

    @property
    def app_token(self) -> str:
        """For Socket Mode, which this Slack offers too."""
        return str(self._state.fact("app_token"))

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"{self._address()}/"

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL should be."""
        return f"{self._address()}/api/"

    def on_clock_moved(self, callback: Moved) -> None:
        """Call this, awaiting what it gives, each time someone has moved the clock."""
        self._on_moved.append(callback)

    def set_ack_timeout(self, seconds: float) -> None:
        """How long the app may take to acknowledge; 3 seconds, as in Slack, unless a test is in a hurry."""
        self._outbox.patience = seconds

    def move_clock(self, instant: datetime) -> None:
        """Move it without telling anyone, for tests."""
        self._clock.move(instant)

    async def start(self) -> None:
        """Open the page and the API; OSError when the port is taken."""
        application = web.Application(middlewares=[guard(self.host)], client_max_size=FILE_BYTES + 1024)
        application.add_routes(self.web_api.routes())
        application.add_routes(self._page_api.routes())
        application.add_routes(self._controls.routes())
        application.router.add_get("/", _index)
        application.router.add_get("/archives/{channel}/{message}", _index)
        application.router.add_static("/page", PAGE)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        try:
            await site.start()
        except OSError:
            await self._runner.cleanup()
            self._runner = None
            raise
        self.port = self._runner.addresses[0][1]
        await self._outbox.open()
        self._keeper = asyncio.create_task(self._keep_clock())

    async def stop(self) -> None:
        """Close everything; the clock stands still until the next start."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        self.team.page_events.end()
        await self._sockets.shut()
        await self.web_api.shut()
        await self._outbox.shut()
        if self._runner is not None:
            await self._runner.cleanup()
        self._clock.keep()
        self._state.close()

    def _address(self) -> str:
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - not bound here
        return f"http://{host}:{self.port}"

    async def _tell_moved(self) -> None:
        for callback in self._on_moved:
            answer = callback()
            if inspect.isawaitable(answer):
                await answer

    async def _keep_clock(self) -> None:
        while True:
            await asyncio.sleep(KEEP_CLOCK)
            self._clock.keep()


async def _index(request: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-cache"})
