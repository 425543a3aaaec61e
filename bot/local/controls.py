"""The workspace's controls: clock, faults, the record, and odd conditions for tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.local.faults import Fault, FaultError, Faults, Setting
from bot.local.movable_clock import MovableClock
from bot.local.page_api import answer_json, read_body
from bot.local.rate_limit_tiers import RateLimiter
from bot.local.team import Team

MORNING = time(9)
HOME = ZoneInfo("Asia/Seoul")
"""Where the workspace is: the morning everyone's button moves to, wherever they are."""


class Controls:
    """Routes under ``/local`` that belong to nobody in the workspace: Slack has none of them."""

    def __init__(
        self,
        team: Team,
        clock: MovableClock,
        faults: Faults,
        pace: RateLimiter,
        moved: Callable[[], Awaitable[None]],
    ) -> None:
        self._team = team
        self._clock = clock
        self._faults = faults
        self._pace = pace
        self._moved = moved

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/local/record", self._record),
            web.get("/local/clock", self._tell_time),
            web.put("/local/clock", self._move_clock),
            web.get("/local/faults", self._list_faults),
            web.post("/local/faults", self._set_faults),
            web.post("/local/events", self._event),
        ]

    async def _record(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        return answer_json({"messages": self._team.messages.all(int(after) if after.isdecimal() else 0)})

    async def _tell_time(self, request: web.Request) -> web.Response:
        return answer_json({"now": self._clock.now().isoformat()})

    async def _move_clock(self, request: web.Request) -> web.Response:
        """``{"now": ISO 8601}``, or ``{"to": "morning"}`` for the workspace's next nine o'clock."""
        body = await read_body(request)
        try:
            if body.get("to") == "morning":
                instant = next_morning(self._clock.now(), HOME)
            else:
                instant = datetime.fromisoformat(str(body.get("now")))
            self._clock.move(instant)
        except (ValueError, OverflowError) as error:
            raise web.HTTPBadRequest(text=f"This instant cannot be read: {error}") from error
        self._team.page_events.tell("clock", now=self._clock.now().isoformat())
        await self._moved()
        return await self._tell_time(request)

    async def _list_faults(self, request: web.Request) -> web.Response:
        known = [str(fault) for fault in Fault]
        return answer_json({**self._faults.setting.body(), "counts": self._faults.counts, "known": known})

    async def _set_faults(self, request: web.Request) -> web.Response:
        try:
            self._faults.set(Setting.read(await read_body(request)))
        except FaultError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return await self._list_faults(request)

    async def _event(self, request: web.Request) -> web.Response:
        """Tests only: any event for the app, other scopes, no rate limits, old URLs, a revoked token."""
        body = await read_body(request)
        if "pace" in body:
            self._pace.enforced = body["pace"] is True
        if "event" in body:
            self._team.event(body["event"])
        if "scopes" in body:
            self._team.state.remember("scopes", sorted(body["scopes"]))
        if "revoked" in body:
            self._team.state.remember("revoked", body["revoked"])
        if "age_response_urls" in body:
            self._team.response_urls.age(float(body["age_response_urls"]))
        if "person" in body:
            self._team.users.change(str(body["person"]), **body.get("facts", {}))
        return answer_json({})


def next_morning(now: datetime, zone: ZoneInfo) -> datetime:
    """The next nine o'clock in a zone, strictly after now."""
    local = now.astimezone(zone)
    morning = datetime.combine(local.date(), MORNING, zone)
    return morning if morning > local else datetime.combine(local.date() + timedelta(days=1), MORNING, zone)
