"""Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import secrets
from collections.abc import Mapping

from aiohttp import WSMsgType, web

from bot.local.app_client import Socket
from bot.local.state import Json
from bot.local.workspace_identity import APP_ID


class SocketMode:
    """The app's open sockets. A payload goes through one of them, in turn."""

    def __init__(self) -> None:
        self._tickets: set[str] = set()
        self._open: list[web.WebSocketResponse] = []
        self._turn = itertools.count()
        self._waiting: dict[str, asyncio.Future[Json | None]] = {}

    def ticket(self) -> str:
        """The right to open one socket."""
        ticket = secrets.token_urlsafe(12)
        self._tickets.add(ticket)
        return ticket

    def sender(self) -> Socket | None:
        """How to send something through a socket; None while none is open."""
        return self._send if self._open else None

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The route of an app's socket."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        self._open.append(socket)
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self._open),
                "debug_info": {"host": "local", "approximate_connection_time": 18060},
                "connection_info": {"app_id": APP_ID},
            }
        )
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acked(message.data)
        finally:
            self._open.remove(socket)
        return socket

    async def shut(self) -> None:
        for socket in list(self._open):
            with contextlib.suppress(ConnectionError):
                await socket.close()

    async def _send(
        self, kind: str, payload: Json, answers: bool, retry: Mapping[str, object]
    ) -> Json | None:
        envelope_id = secrets.token_hex(16)
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": answers,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry.get("num", 0), "retry_reason": retry.get("reason", "")}
        waiting: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = waiting
        try:
            await self._open[next(self._turn) % len(self._open)].send_json(envelope)
            return await waiting
        finally:
            del self._waiting[envelope_id]

    def _acked(self, text: str) -> None:
        try:
            said = json.loads(text)
        except ValueError:
            return
        waiting = self._waiting.get(said.get("envelope_id", "")) if isinstance(said, dict) else None
        if waiting is not None and not waiting.done():
            body = said.get("payload")
            # Bolt acks a command with a bare text as {"text": …}.
            waiting.set_result(body if isinstance(body, dict) else None)
