"""Starts and stops the local workspace: a small Slack for one machine."""

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
from bot.local.cross_site_guard import cross_site_guard
from bot.local.door_key import QUERY, is_loopback, key_required, new_key
from bot.local.faults import Faults
from bot.local.movable_clock import MovableClock
from bot.local.page_api import FILE_BYTES, PageApi, refusals_as_409
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
CLOCK_SAVE_SECONDS = 5.0
"""How often the clock is saved, and so how much time a crash can lose."""
COMMANDS: Mapping[str, tuple[str, str]] = {
    "paper": ("Find a paper · 논문 찾기", "looped | #scaling-law | by:saunshi | 2502.17416"),
    "tag": ("Papers with a tag · 태그로 찾기", "scaling-law"),
    "digest": (
        "This channel's daily papers · 이 채널의 논문 소식",
        "on | language ko | time 09:00 Asia/Seoul",
    ),
    "haru": ("Everything Haru does · 하루의 모든 기능", "paper looped | tag scaling-law | digest | help"),
}
"""Haru's slash commands without the slash: what each is for, and a usage hint."""

ClockMoved = Callable[[], Awaitable[None] | None]


class LocalWorkspace:
    """A small, faithful Slack on one machine: Web API, page, injected faults, and a clock one can move.

    Does not start the app. Keeps everything in one state file; to start over, delete that
    file before.
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
        """``app_url`` is where the app listens; ``/slack/events`` is added if it has no path.

        ``starts_at`` sets the clock of a new state file. Port 0 picks a free port.
        """
        self.host = host
        self.port = port
        self._key = None if is_loopback(host) else new_key()
        self._state = State(state)
        seed(self._state)
        self._clock = MovableClock(self._state, starts_at)
        self._socket_mode = SocketMode()
        self._app_client = AppClient(app_url, signing_secret, self._socket_mode.sender)
        self.team = Team(self._state, self._clock.now, PageEvents(), self._app_client.send_event)
        self.faults = Faults()
        responses = Responses(self.team, self._base_url)
        self.web_api = WebApi(self.team, self.faults, self._socket_mode, responses, self._base_url)
        self._page_api = PageApi(
            self.team,
            self._app_client,
            responses,
            self._clock,
            commands=tuple(
                {"name": f"/{name}", "about": about, "hint": hint} for name, (about, hint) in commands.items()
            ),
            base_url=self._base_url,
        )
        self._controls = Controls(self.team, self._clock, self.faults, self._call_clock_moved)
        self._on_clock_moved: list[ClockMoved] = []
        self._runner: web.AppRunner | None = None
        self._clock_saver: asyncio.Task[None] | None = None

    @property
    def clock(self) -> Clock:
        """The workspace's clock, which the page can move."""
        return self._clock

    @property
    def workspace(self) -> Workspace:
        return Workspace("", TEAM_ID)

    @property
    def bot_token(self) -> str:
        return str(self._state.fact("bot_token"))

    @property
    def app_token(self) -> str:
        """The token with which the app opens Socket Mode."""
        return str(self._state.fact("app_token"))

    @property
    def url(self) -> str:
        """The address of the page. It holds the key if other machines can reach the page."""
        return f"{self._base_url()}/" + (f"?{QUERY}={self._key}" if self._key else "")

    @property
    def api_url(self) -> str:
        """The address for the setting SLACK_API_URL."""
        return f"{self._base_url()}/api/"

    def on_clock_moved(self, callback: ClockMoved) -> None:
        """Call a function each time somebody has moved the clock, and await what it returns."""
        self._on_clock_moved.append(callback)

    def set_ack_timeout(self, seconds: float) -> None:
        """Change how long the app has to acknowledge a request. As in Slack, it is 3 seconds by default."""
        self._app_client.ack_timeout = seconds

    def move_clock(self, instant: datetime) -> None:
        """Move the clock without calling the functions given to ``on_clock_moved``. For tests."""
        self._clock.move(instant)

    async def start(self) -> None:
        """Start to serve the page and the API. OSError if the port is taken."""
        guards = [cross_site_guard(self.host)]
        if self._key is not None:
            guards.append(key_required(self._key))
        application = web.Application(
            middlewares=[*guards, refusals_as_409], client_max_size=FILE_BYTES + 1024
        )
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
        await self._app_client.open()
        self._clock_saver = asyncio.create_task(self._save_clock_regularly())

    async def stop(self) -> None:
        """Stop serving and close the state file. The clock stands still until the next start."""
        if self._clock_saver is not None:
            self._clock_saver.cancel()
            await asyncio.gather(self._clock_saver, return_exceptions=True)
        self.team.page_events.close()
        await self._socket_mode.close()
        await self.web_api.close()
        await self._app_client.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self._clock.save()
        self._state.close()

    def _base_url(self) -> str:
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - not bound here
        return f"http://{host}:{self.port}"

    async def _call_clock_moved(self) -> None:
        for callback in self._on_clock_moved:
            result = callback()
            if inspect.isawaitable(result):
                await result

    async def _save_clock_regularly(self) -> None:
        while True:
            await asyncio.sleep(CLOCK_SAVE_SECONDS)
            self._clock.save()


async def _index(request: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-cache"})
