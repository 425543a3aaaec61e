"""Another Slack: a strict and forgetful stand-in written from its documentation alone.

It shares no code with Haru's own local workspace, so that a mistake is not made twice. It
complains of every method, argument or block that is not documented; leaves out of its
answers whatever is optional; and adds fields that nobody knows yet, as Slack does.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from tests.emulator.checks import arguments, held, wrong_payload
from tests.emulator.documented import ANSWER, METHODS, VIEW_ANSWER

Json = dict[str, Any]

BOT_TOKEN = "xoxb-900-901-emulated"
APP_TOKEN = "xapp-1-A9-902-emulated"
SECRET = "an emulated signing secret"
TEAM, CHANNEL, DIRECT = "T9TEAM", "C9PAPERS", "D9ADMIN"
ADMIN, MEMBER, BOT = "U9ADMIN", "U9MEMBER", "U9HARU"
UPDATE_TEXT_BYTES = 4_000
PATIENCE = 20.0
"""Seconds to wait for anything at all; a busy machine needs them, a good one does not."""

NEWS = {"a_field_of_next_year": {"nested": [1, None]}}


@dataclass(frozen=True)
class Call:
    """A call of the Web API, its JSON arguments read."""

    method: str
    arguments: Json


@dataclass
class Slack:
    """The stand-in. ``app_url`` sends requests there, signed; without it they go through a socket."""

    app_url: str | None = None
    calls: list[Call] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    opened: int = 0
    cut: set[str] = field(default_factory=set)
    """Methods whose answers break off in the middle of their JSON."""
    slow: dict[str, float] = field(default_factory=dict)
    """Methods whose answers take so many seconds."""
    refused: int = 0
    """So many of the next handshakes are refused, as those of a ticket that is too old."""
    uploads: dict[str, bytes] = field(default_factory=dict)
    """The bytes of uploaded files, by id."""
    scopes: str = ""
    """The scopes that the token has, as the header tells them."""
    _lengths: dict[str, int] = field(default_factory=dict)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _acks: dict[str, Json] = field(default_factory=dict)
    _answers: dict[str, list[Json]] = field(default_factory=dict)
    _tickets: set[str] = field(default_factory=set)
    _number: int = 0
    _url: str = ""

    @property
    def api_url(self) -> str:
        return f"{self._url}/api/"

    def answers_at(self, url: str) -> None:
        """Call itself by this address from now on, as whoever reaches it through a proxy knows it."""
        self._url = url

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Serve on a port of 127.0.0.1 that the system chooses."""
        application = web.Application()
        application.router.add_route("*", "/api/{method}", self._api)
        application.router.add_post("/answers/{name}", self._answer)
        application.router.add_get("/link", self._socket)
        application.router.add_post("/upload/v1/{file}", self._upload)
        runner = web.AppRunner(application, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield
        finally:
            await runner.cleanup()

    async def until(self, holds: Callable[[], Any], what: str) -> Any:
        """Wait until something is true, and give it; fail, saying what, when it never is."""
        async with self._changed:
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._changed.wait_for(holds)
            except TimeoutError:
                raise AssertionError(f"{what}; violations: {self.violations}") from None
        return holds()

    async def called(self, method: str, after: int = 0) -> Call:
        """The first call of a method since there were so many calls."""
        found: Call = await self.until(
            lambda: next((call for call in self.calls[after:] if call.method == method), None),
            f"{method} was not called: {[call.method for call in self.calls[after:]]}",
        )
        return found

    async def command(self, name: str, text: str, user: str = ADMIN) -> Json:
        """Write a slash command; what its asker sees, from the acknowledgement or the response_url."""
        made = self._next("answer")
        body = {
            "token": "deprecated", "team_id": TEAM, "channel_id": CHANNEL, "user_id": user,
            "command": name, "text": text, "api_app_id": "A9", "is_enterprise_install": "false",
            "response_url": f"{self._url}/answers/{made}", "trigger_id": self._next("trigger"),
            "a_field_of_next_year": "x",
        }  # fmt: skip
        acked = await self.send("slash_commands", body)
        if acked:
            self._check_answer(acked)
            return acked
        answers: list[Json] = await self.until(lambda: self._answers.get(made), f"{name} {text}: no answer")
        return answers[0]

    async def press(self, message: Json, action_id: str, user: str = ADMIN) -> str:
        """Press a button of an ephemeral message; the name its answers will have."""
        element = next(
            one
            for block in message["blocks"]
            for one in (*block.get("elements", ()), block.get("accessory", {}))
            if str(one.get("action_id", "")).partition(":")[0] == action_id
        )
        made = self._next("answer")
        action = {key: element[key] for key in ("type", "action_id", "value") if key in element}
        body = self._interaction("block_actions", user) | {
            "container": {"type": "message", "message_ts": "1740441600.000100", "channel_id": CHANNEL,
                          "is_ephemeral": True},
            "channel": {"id": CHANNEL, "name": "papers"},
            "response_url": f"{self._url}/answers/{made}",
            "actions": [action | {"block_id": "b1", "action_ts": "1740441600.000200"}],
        }  # fmt: skip
        await self.send("interactive", body)
        return made

    async def answered(self, name: str) -> Json:
        """What came to a response_url."""
        found: list[Json] = await self.until(lambda: self._answers.get(name), "no answer")
        return found[0]

    async def submit(self, view: Json, user: str = ADMIN, **typed: Json) -> Json:
        """Submit a modal as it was opened, some of its inputs changed; the acknowledgement."""
        values = {
            block["block_id"]: {block["element"]["action_id"]: typed.get(block["block_id"], held(block))}
            for block in view["blocks"]
            if block["type"] == "input"
        }
        shown = view | {"id": "V9", "team_id": TEAM, "hash": "h", "app_id": "A9", "bot_id": "B9",
                        "root_view_id": "V9", "previous_view_id": None, "external_id": "",
                        "state": {"values": values}, **NEWS}  # fmt: skip
        body = self._interaction("view_submission", user) | {"view": shown, "response_urls": []}
        acked = await self.send("interactive", body)
        for name in set(acked or {}) - VIEW_ANSWER:
            self.violations.append(f"a submitted view was answered with {name}")
        return acked or {}

    async def event(self, kind: str, user: str = ADMIN, **facts: Any) -> None:
        """Let something happen that the app listens to."""
        now = f"{time.time():.6f}"
        body = {
            "type": "event_callback", "team_id": TEAM, "api_app_id": "A9", "event_id": self._next("Ev"),
            "event_time": int(time.time()), **NEWS,
            "event": {"type": kind, "user": user, "ts": now, "event_ts": now, **facts, **NEWS},
        }  # fmt: skip
        await self.send("events_api", body)

    async def send(self, kind: str, payload: Json) -> Json | None:
        """Give the app a payload by socket or by signed HTTP; what it acknowledged it with."""
        if self.app_url is not None:
            return await self._post(kind, payload)
        socket: web.WebSocketResponse = await self.until(
            lambda: next((one for one in self.sockets if not one.closed), None), "no socket is open"
        )
        envelope_id = self._next("envelope")
        await socket.send_json(
            {"type": kind, "envelope_id": envelope_id, "payload": payload, **NEWS,
             "accepts_response_payload": kind != "events_api"}
        )  # fmt: skip
        acked: Json = await self.until(lambda: self._acks.get(envelope_id), f"{kind} was not acknowledged")
        return acked.get("payload") or None

    async def signed(self, body: str, content_type: str, *, secret: str = SECRET) -> tuple[int, str]:
        """POST a body to the app as Slack does; its status and text."""
        stamp = str(int(time.time()))
        signature = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signature}",
        }
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session,
            session.post(f"{self.app_url}/slack/events", data=body.encode(), headers=headers) as answer,
        ):
            return answer.status, await answer.text()

    def _next(self, name: str) -> str:
        self._number += 1
        return f"{name}{self._number}"

    def _interaction(self, kind: str, user: str) -> Json:
        return {
            "type": kind, "team": {"id": TEAM}, "user": {"id": user, "team_id": TEAM}, "api_app_id": "A9",
            "token": "deprecated", "trigger_id": self._next("trigger"), "enterprise": None,
            "is_enterprise_install": False, **NEWS,
        }  # fmt: skip

    async def _post(self, kind: str, payload: Json) -> Json | None:
        form = "application/x-www-form-urlencoded"
        if kind == "slash_commands":
            status, text = await self.signed(urlencode(payload), form)
        elif kind == "interactive":
            status, text = await self.signed(urlencode({"payload": json.dumps(payload)}), form)
        else:
            status, text = await self.signed(json.dumps(payload), "application/json")
        if status != 200:
            self.violations.append(f"{kind} was answered {status}: {text[:200]}")
        return json.loads(text) if text.startswith("{") else None

    async def _api(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        method = METHODS.get(name)
        if method is None:
            self.violations.append(f"{name} is not a method Haru may call")
            return web.json_response({"ok": False, "error": "unknown_method"})
        given, problem = await arguments(request, reads=method.reads)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or given.pop("token", "")
        wanted = APP_TOKEN if name == "apps.connections.open" else BOT_TOKEN
        if token != wanted:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        problems = [problem] if problem else []
        problems += [f"{one} is not an argument" for one in given.keys() - method.needs - method.may]
        problems += [f"{one} is missing" for one in method.needs - given.keys()]
        problems += wrong_payload(given)
        self.violations += [f"{name}: {one}" for one in problems]
        if problems:
            return web.json_response({"ok": False, "error": "invalid_arguments"})
        async with self._changed:
            self.calls.append(Call(name, given))
            self._changed.notify_all()
        await asyncio.sleep(self.slow.get(name, 0.0))
        answer = getattr(self, "_" + name.replace(".", "_"))(given)
        if name in self.cut:
            whole = json.dumps({"ok": True, **answer, **NEWS})
            return web.Response(text=whole[: len(whole) // 2], content_type="application/json")
        headers = {"X-OAuth-Scopes": self.scopes} if self.scopes else {}
        return web.json_response({"ok": True, **answer, **NEWS}, headers=headers)

    def _auth_test(self, _: Json) -> Json:
        return {"team_id": TEAM, "user_id": BOT, "url": "https://emulated.example/"}

    def _apps_connections_open(self, _: Json) -> Json:
        self.opened += 1
        return {"url": f"{self._url.replace('http', 'ws')}/link?ticket={self.opened}&app_id=A9"}

    def _users_info(self, arguments: Json) -> Json:
        user = arguments["user"]
        return {"user": {"id": user, "team_id": TEAM, "is_admin": user == ADMIN}}

    def _conversations_info(self, arguments: Json) -> Json:
        channel = arguments["channel"]
        if channel.startswith("D"):
            return {"channel": {"id": channel, "is_im": True, "user": ADMIN}}
        return {"channel": {"id": channel, "name": "papers", "is_channel": True, "is_member": True}}

    def _conversations_open(self, _: Json) -> Json:
        return {"channel": {"id": DIRECT}}

    def _files_getUploadURLExternal(self, arguments: Json) -> Json:  # noqa: N802 - the method's name
        self.uploads[file_id := self._next("F9")] = b""
        self._lengths[file_id] = int(arguments["length"])
        return {"upload_url": f"{self._url}/upload/v1/{file_id}", "file_id": file_id}

    def _files_completeUploadExternal(self, arguments: Json) -> Json:  # noqa: N802 - the method's name
        given = arguments["files"]
        files = json.loads(given) if isinstance(given, str) else given
        for file in files:
            if set(file) - {"id", "title", "highlight_type"} or file["id"] not in self.uploads:
                self.violations.append(f"files.completeUploadExternal: {file} is no uploaded file")
        return {"files": [{"id": file["id"], "title": file.get("title", "")} for file in files]}

    async def _upload(self, request: web.Request) -> web.Response:
        file_id, content = request.match_info["file"], await request.read()
        if len(content) != self._lengths.get(file_id):
            self.violations.append(f"{len(content)} bytes were uploaded where others were announced")
        self.uploads[file_id] = content
        return web.Response(text=f"OK - {len(content)}")

    def _conversations_history(self, _: Json) -> Json:
        return {"messages": [], "has_more": False}

    _conversations_replies = _conversations_history

    def _chat_postMessage(self, arguments: Json) -> Json:  # noqa: N802 - the method's name
        ts = f"{time.time():.0f}.{self._next('').zfill(6)}"
        return {"channel": arguments["channel"], "ts": ts, "message": {"text": arguments.get("text", "")}}

    def _chat_update(self, arguments: Json) -> Json:
        if len(arguments.get("text", "").encode()) > UPDATE_TEXT_BYTES:
            return {"ok": False, "error": "msg_too_long"}
        return {"channel": arguments["channel"], "ts": arguments["ts"], "text": arguments.get("text", "")}

    def _chat_postEphemeral(self, _: Json) -> Json:  # noqa: N802 - the method's name
        return {"message_ts": f"{time.time():.6f}"}

    def _chat_unfurl(self, arguments: Json) -> Json:
        if ("channel" in arguments) != ("ts" in arguments):
            self.violations.append("chat.unfurl needs channel and ts")
        for url, shown in arguments["unfurls"].items():
            self.violations += [f"chat.unfurl of {url}: {one}" for one in wrong_payload(shown)]
        return {}

    def _chat_getPermalink(self, arguments: Json) -> Json:  # noqa: N802 - the method's name
        return {"channel": arguments["channel"], "permalink": "https://emulated.example/archives/C9/p1"}

    def _views_open(self, arguments: Json) -> Json:
        return {"view": arguments["view"] | {"id": "V9", "hash": "h"}}

    _views_push = _views_update = _views_publish = _views_open

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        self._check_answer(body)
        async with self._changed:
            self._answers.setdefault(request.match_info["name"], []).append(body)
            self._changed.notify_all()
        return web.Response(text="ok")

    def _check_answer(self, body: Json) -> None:
        self.violations += [f"an answer holds {name}" for name in body.keys() - ANSWER]
        self.violations += [f"an answer: {one}" for one in wrong_payload(body)]

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query["ticket"]
        if ticket in self._tickets:
            self.violations.append(f"the ticket {ticket} was used twice")
        self._tickets.add(ticket)
        if self.refused:
            self.refused -= 1
            return web.Response(status=408)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {}, **NEWS})
        async with self._changed:
            self.sockets.append(socket)
            self._changed.notify_all()
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            said = json.loads(message.data)
            for name in said.keys() - {"envelope_id", "payload"}:
                self.violations.append(f"an acknowledgement holds {name}")
            async with self._changed:
                self._acks[said["envelope_id"]] = said
                self._changed.notify_all()
        return socket
