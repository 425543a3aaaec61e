"""The routes that control the workspace itself: its clock, its faults, and the record of messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.local.faults import Fault, FaultError, Faults, Setting
from bot.local.movable_clock import MovableClock
from bot.local.page_api import json_response, read_json
from bot.local.team import Team

MORNING = time(9)
WORKSPACE_ZONE = ZoneInfo("Asia/Seoul")
"""The zone whose morning "Next morning" moves to, whichever user presses it."""


class Controls:
    """The routes under ``/local`` that act for no user. The real Slack has none of them."""

    def __init__(
        self,
        team: Team,
        clock: MovableClock,
        faults: Faults,
        clock_moved: Callable[[], Awaitable[None]],
    ) -> None:
        """``clock_moved`` is awaited after each move of the clock."""
        self._team = team
        self._clock = clock
        self._faults = faults
        self._clock_moved = clock_moved

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/local/record", self._record),
            web.get("/local/clock", self._get_clock),
            web.put("/local/clock", self._move_clock),
            web.get("/local/faults", self._get_faults),
            web.post("/local/faults", self._set_faults),
        ]

    async def _record(self, request: web.Request) -> web.Response:
        """Every message ever accepted, or those accepted after number ``after``."""
        after = request.query.get("after", "0")
        return json_response({"messages": self._team.messages.all(int(after) if after.isdecimal() else 0)})

    async def _get_clock(self, request: web.Request) -> web.Response:
        return json_response({"now": self._clock.now().isoformat()})

    async def _move_clock(self, request: web.Request) -> web.Response:
        """``{"now": ISO 8601}``, or ``{"to": "morning"}`` for the workspace's next nine o'clock."""
        body = await read_json(request)
        try:
            if body.get("to") == "morning":
                instant = next_morning(self._clock.now(), WORKSPACE_ZONE)
            else:
                instant = datetime.fromisoformat(str(body.get("now")))
            self._clock.move(instant)
        except (ValueError, OverflowError) as error:
            raise web.HTTPBadRequest(text=f"Cannot set the clock: {error}") from error
        self._team.page_events.publish("clock", now=self._clock.now().isoformat())
        await self._clock_moved()
        return await self._get_clock(request)

    async def _get_faults(self, request: web.Request) -> web.Response:
        known = [str(fault) for fault in Fault]
        return json_response({**self._faults.setting.body(), "counts": self._faults.counts, "known": known})

    async def _set_faults(self, request: web.Request) -> web.Response:
        try:
            self._faults.set(Setting.read(await read_json(request)))
        except FaultError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return await self._get_faults(request)


def next_morning(now: datetime, zone: ZoneInfo) -> datetime:
    """The first nine o'clock in a zone that is later than ``now``."""
    local = now.astimezone(zone)
    morning = datetime.combine(local.date(), MORNING, zone)
    return morning if morning > local else datetime.combine(local.date() + timedelta(days=1), MORNING, zone)
