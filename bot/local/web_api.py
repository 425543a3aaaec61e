"""The routes an app calls: the Web API, response URLs, file downloads."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable

from aiohttp import web

from bot.local.api.call import ApiError, Call, Method
from bot.local.api.method_table import METHODS
from bot.local.faults import Fault, Faults
from bot.local.interaction_tokens import TokenError
from bot.local.rate_limit_tiers import RateLimiter
from bot.local.responses import Responses
from bot.local.socket_mode import SocketMode
from bot.local.state import Json
from bot.local.team import Team

_BEFORE = {Fault.ERROR_BEFORE, Fault.DROP_BEFORE, Fault.HANG_BEFORE}


class WebApi:
    """Who may call what how often, and what goes wrong on purpose; the methods themselves are in ``api``."""

    def __init__(
        self, team: Team, faults: Faults, sockets: SocketMode, answers: Responses, base_url: Callable[[], str]
    ) -> None:
        self._team = team
        self._faults = faults
        self._sockets = sockets
        self._answers = answers
        self._base_url = base_url
        self._later: set[asyncio.Task[None]] = set()
        self.rate_limits = RateLimiter()
        self.on_call: Callable[[str, Json, Fault | None], None] | None = None
        """Told of each call that the pace let through, with the fault it met: for tests that count calls."""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/api/{method}", self._method),
            web.post("/actions/{token}", self._answer),
            web.get("/files/{file}", self._file),
            web.get("/socket", self._sockets.serve),
        ]

    async def shut(self) -> None:
        for task in self._later:
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)

    async def _method(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        if request.method not in ("GET", "POST"):
            return _answered({"ok": False, "error": "invalid_http_method"})
        try:
            arguments = await _arguments(request)
            if name == "apps.connections.open":
                return _answered(self._connection(request, arguments))
            method = METHODS.get(name)
            if method is None:
                raise ApiError("unknown_method", req_method=name)
            call = self._call(request, arguments, method)
        except ApiError as error:
            return _answered(_refusal(error))
        wait = self.rate_limits.hold(name, method.tier, str(arguments.get("channel", "")))
        if wait:
            return _rate_limited(wait)
        return await self._with_fault(request, name, method, call)

    async def _with_fault(
        self, request: web.Request, name: str, method: Method, call: Call
    ) -> web.StreamResponse:
        fault = self._faults.draw(name)
        if self.on_call is not None:
            self.on_call(name, call.arguments, fault)
        if fault is Fault.RATE_LIMITED:
            return _rate_limited(self._faults.setting.retry_after)
        if fault is Fault.LATE:
            self._do_later(method, call)
            return _dropped(request)
        body = {} if fault in _BEFORE else _done(method, call)
        if fault in (Fault.ERROR_BEFORE, Fault.ERROR_AFTER):
            return web.Response(status=503, text="upstream connect error")
        if fault in (Fault.HANG_BEFORE, Fault.HANG_AFTER):
            await asyncio.sleep(self._faults.setting.hang)
        if fault is Fault.TRUNCATED:
            return await _truncated(request, body)
        return _answered(body, scopes=call.scopes) if fault is None else _dropped(request)

    def _do_later(self, method: Method, call: Call) -> None:
        async def late() -> None:
            await asyncio.sleep(self._faults.lateness())
            _done(method, call)

        task = asyncio.create_task(late())
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    def _call(self, request: web.Request, arguments: Json, method: Method) -> Call:
        state = self._team.state
        scopes = frozenset(state.fact("scopes"))
        if not method.anonymous:
            token = _token(request, arguments)
            if token == state.fact("app_token"):
                raise ApiError("not_allowed_token_type")
            self._check(token, state.fact("bot_token"))
            if method.scopes and not scopes & set(method.scopes):
                raise ApiError(
                    "missing_scope", needed=",".join(method.scopes), provided=",".join(sorted(scopes))
                )
        return Call(self._team, arguments, self._base_url(), scopes)

    def _connection(self, request: web.Request, arguments: Json) -> Json:
        token = _token(request, arguments)
        if token == self._team.state.fact("bot_token"):
            raise ApiError("not_allowed_token_type")
        self._check(token, self._team.state.fact("app_token"))
        address = self._base_url().replace("http", "ws", 1)
        return {"ok": True, "url": f"{address}/socket?ticket={self._sockets.ticket()}&app_id=A0HARU"}

    def _check(self, token: str, expected: str) -> None:
        if not token:
            raise ApiError("not_authed")
        if token != expected:
            raise ApiError("invalid_auth")
        revoked = self._team.state.fact("revoked")
        if revoked:
            raise ApiError(revoked)

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            content = await request.json()
            if not isinstance(content, dict):
                raise ValueError("not an object")
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        try:
            self._answers.take(request.match_info["token"], content)
        except TokenError as error:
            return web.json_response({"ok": False, "error": str(error)}, status=404)
        except ApiError as error:
            return web.json_response(_refusal(error), status=400)
        return web.Response(text="ok")

    async def _file(self, request: web.Request) -> web.Response:
        if _token(request, {}) != self._team.state.fact("bot_token"):
            # Slack answers 200 with a page to sign in; the app must not take it for the file.
            return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
        row = self._team.state.row("SELECT content FROM file WHERE id = ?", request.match_info["file"])
        if row is None:
            raise web.HTTPNotFound
        return web.Response(body=row["content"], content_type="application/octet-stream")


async def _arguments(request: web.Request) -> Json:
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        text = await request.text()
        try:
            body = json.loads(text) if text else {}
        except ValueError:
            raise ApiError("invalid_json") from None
        if not isinstance(body, dict):
            raise ApiError("json_not_object")
        return arguments | body
    if request.method == "POST":
        form = await request.post()
        arguments |= {key: value for key, value in form.items() if isinstance(value, str)}
    return arguments


def _token(request: web.Request, arguments: Json) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and token:
        return token
    # A token in JSON is not taken: https://docs.slack.dev/apis/web-api/#authentication
    return str(arguments.get("token", "")) if request.content_type != "application/json" else ""


def _done(method: Method, call: Call) -> Json:
    try:
        return {"ok": True} | method.handle(call)
    except ApiError as error:
        return _refusal(error)


def _refusal(error: ApiError) -> Json:
    body: Json = {"ok": False, "error": error.code, **error.facts}
    if error.messages:
        body["response_metadata"] = {"messages": error.messages}
    return body


def _answered(body: Json, *, scopes: Iterable[str] = ()) -> web.Response:
    """An answer; its header tells what the token may do, as Slack's does."""
    headers = {"X-OAuth-Scopes": ",".join(sorted(scopes))}
    return web.json_response(body, headers=headers, dumps=lambda value: json.dumps(value, ensure_ascii=False))


def _rate_limited(seconds: int) -> web.Response:
    return web.json_response(
        {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(seconds)}
    )


def _dropped(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _truncated(request: web.Request, body: Json) -> web.StreamResponse:
    text = json.dumps(body, ensure_ascii=False).encode()
    response = web.StreamResponse(
        headers={"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(text))}
    )
    await response.prepare(request)
    await response.write(text[: len(text) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
