"""The routes that the app calls: Web API methods, response URLs, file downloads, Socket Mode."""

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
from bot.local.workspace_identity import APP_ID

_NOT_CARRIED_OUT = {Fault.ERROR_BEFORE, Fault.DROP_BEFORE, Fault.HANG_BEFORE}


class WebApi:
    """Authorizes calls, limits their rate and injects faults. The methods themselves are in ``api``."""

    def __init__(
        self,
        team: Team,
        faults: Faults,
        socket_mode: SocketMode,
        responses: Responses,
        base_url: Callable[[], str],
    ) -> None:
        self._team = team
        self._faults = faults
        self._socket_mode = socket_mode
        self._responses = responses
        self._base_url = base_url
        self._late_calls: set[asyncio.Task[None]] = set()
        self.rate_limits = RateLimiter()
        self.on_call: Callable[[str, Json, Fault | None], None] | None = None
        """Receives the method, arguments and fault of each call within the rate limits. For tests."""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/api/{method}", self._call_method),
            web.post("/actions/{token}", self._post_response),
            web.get("/files/{file}", self._download_file),
            web.post("/uploads/{file}", self._take_upload),
            web.get("/socket", self._socket_mode.handle),
        ]

    async def close(self) -> None:
        """Give up the late calls that have not been carried out."""
        for task in self._late_calls:
            task.cancel()
        await asyncio.gather(*self._late_calls, return_exceptions=True)

    async def _call_method(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        if request.method not in ("GET", "POST"):
            return _response({"ok": False, "error": "invalid_http_method"})
        try:
            arguments = await _arguments(request)
            if name == "apps.connections.open":
                return _response(self._open_connection(request, arguments))
            method = METHODS.get(name)
            if method is None:
                raise ApiError("unknown_method", req_method=name)
            call = self._authorized_call(request, arguments, method)
        except ApiError as error:
            return _response(_error_body(error))
        wait = self.rate_limits.seconds_to_wait(name, method.tier, str(arguments.get("channel", "")))
        if wait:
            return _rate_limited(wait)
        return await self._carry_out(request, name, method, call)

    async def _carry_out(
        self, request: web.Request, name: str, method: Method, call: Call
    ) -> web.StreamResponse:
        """Carry out a call and respond, or do what the fault drawn for it says."""
        fault = self._faults.draw(name)
        if self.on_call is not None:
            self.on_call(name, call.arguments, fault)
        if fault is Fault.RATE_LIMITED:
            return _rate_limited(self._faults.setting.retry_after)
        if fault is Fault.LATE:
            self._carry_out_late(method, call)
            return _dropped(request)
        body = {} if fault in _NOT_CARRIED_OUT else _result(method, call)
        if fault in (Fault.ERROR_BEFORE, Fault.ERROR_AFTER):
            return web.Response(status=503, text="upstream connect error")
        if fault in (Fault.HANG_BEFORE, Fault.HANG_AFTER):
            await asyncio.sleep(self._faults.setting.hang)
        if fault is Fault.TRUNCATED:
            return await _truncated(request, body)
        return _response(body, scopes=call.scopes) if fault is None else _dropped(request)

    def _carry_out_late(self, method: Method, call: Call) -> None:
        async def late_call() -> None:
            await asyncio.sleep(self._faults.late_seconds())
            _result(method, call)

        task = asyncio.create_task(late_call())
        self._late_calls.add(task)
        task.add_done_callback(self._late_calls.discard)

    def _authorized_call(self, request: web.Request, arguments: Json, method: Method) -> Call:
        """The call, if its token is the bot's and has a scope that the method needs. Else ApiError."""
        state = self._team.state
        scopes = frozenset(state.fact("scopes"))
        token = _token(request, arguments)
        if token == state.fact("app_token"):
            raise ApiError("not_allowed_token_type")
        self._check_token(token, state.fact("bot_token"))
        if method.scopes and not scopes & set(method.scopes):
            raise ApiError("missing_scope", needed=",".join(method.scopes), provided=",".join(sorted(scopes)))
        return Call(self._team, arguments, self._base_url(), scopes)

    def _open_connection(self, request: web.Request, arguments: Json) -> Json:
        """https://docs.slack.dev/reference/methods/apps.connections.open"""
        token = _token(request, arguments)
        if token == self._team.state.fact("bot_token"):
            raise ApiError("not_allowed_token_type")
        self._check_token(token, self._team.state.fact("app_token"))
        address = self._base_url().replace("http", "ws", 1)
        ticket = self._socket_mode.issue_ticket()
        return {"ok": True, "url": f"{address}/socket?ticket={ticket}&app_id={APP_ID}"}

    def _check_token(self, token: str, expected: str) -> None:
        if not token:
            raise ApiError("not_authed")
        if token != expected:
            raise ApiError("invalid_auth")
        revoked = self._team.state.fact("revoked")
        if revoked:
            raise ApiError(revoked)

    async def _post_response(self, request: web.Request) -> web.Response:
        """Serve a response URL."""
        try:
            content = await request.json()
            if not isinstance(content, dict):
                raise ValueError("not an object")
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        try:
            self._responses.post_to_url(request.match_info["token"], content)
        except TokenError as error:
            return web.json_response({"ok": False, "error": str(error)}, status=404)
        except ApiError as error:
            return web.json_response(_error_body(error), status=400)
        return web.Response(text="ok")

    async def _take_upload(self, request: web.Request) -> web.Response:
        """Take the bytes of a file. The address is the permission, as in Slack."""
        file = self._team.files.get(request.match_info["file"])
        content = await request.read()
        if file is None or len(content) != file["size"]:
            raise web.HTTPBadRequest(text="no such upload, or not of the length that was announced")
        self._team.files.put(file["id"], content)
        return web.Response(text=f"OK - {len(content)}")

    async def _download_file(self, request: web.Request) -> web.Response:
        if _token(request, {}) != self._team.state.fact("bot_token"):
            # Slack shows a sign-in page with status 200, which the app must not take for the file.
            return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
        content = self._team.files.content(request.match_info["file"])
        if content is None:
            raise web.HTTPNotFound
        return web.Response(body=content, content_type="application/octet-stream")


async def _arguments(request: web.Request) -> Json:
    """The arguments of a call, from its query and its form or JSON body."""
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
    """The token of a call, empty if it has none."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and token:
        return token
    # Slack ignores a token in a JSON body: https://docs.slack.dev/apis/web-api/#authentication
    return str(arguments.get("token", "")) if request.content_type != "application/json" else ""


def _result(method: Method, call: Call) -> Json:
    try:
        return {"ok": True} | method.handle(call)
    except ApiError as error:
        return _error_body(error)


def _error_body(error: ApiError) -> Json:
    body: Json = {"ok": False, "error": error.code, **error.fields}
    if error.messages:
        body["response_metadata"] = {"messages": error.messages}
    return body


def _response(body: Json, *, scopes: Iterable[str] = ()) -> web.Response:
    """A response with the token's scopes in a header, as Slack sends them."""
    headers = {"X-OAuth-Scopes": ",".join(sorted(scopes))}
    return web.json_response(body, headers=headers, dumps=lambda value: json.dumps(value, ensure_ascii=False))


def _rate_limited(seconds: int) -> web.Response:
    return web.json_response(
        {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(seconds)}
    )


def _dropped(request: web.Request) -> web.Response:
    """Close the connection without a response. The value returned is never sent."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _truncated(request: web.Request, body: Json) -> web.StreamResponse:
    """Send the first half of a response, then close the connection."""
    text = json.dumps(body, ensure_ascii=False).encode()
    response = web.StreamResponse(
        headers={"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(text))}
    )
    await response.prepare(request)
    await response.write(text[: len(text) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
