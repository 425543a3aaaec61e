"""The server side of Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import secrets
from collections.abc import Mapping

from aiohttp import WSMsgType, web

from bot.local.app_client import SocketSender
from bot.local.state import Json
from bot.local.workspace_identity import APP_ID


class SocketMode:
    """The app's open WebSocket connections. Payloads go to them in turn. Sends each payload once."""

    def __init__(self) -> None:
        self._tickets: set[str] = set()
        self._connections: list[web.WebSocketResponse] = []
        self._turn = itertools.count()
        self._awaiting_ack: dict[str, asyncio.Future[Json | None]] = {}

    def issue_ticket(self) -> str:
        """A secret that allows the app to open one connection."""
        ticket = secrets.token_urlsafe(12)
        self._tickets.add(ticket)
        return ticket

    def sender(self) -> SocketSender | None:
        """A function that sends a payload and waits for its acknowledgement. None without a connection."""
        return self._send if self._connections else None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until the app closes it. HTTPForbidden without a valid ticket."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden
        self._tickets.discard(ticket)
        connection = web.WebSocketResponse(heartbeat=30)
        await connection.prepare(request)
        self._connections.append(connection)
        await connection.send_json(
            {
                "type": "hello",
                "num_connections": len(self._connections),
                "debug_info": {"host": "local", "approximate_connection_time": 18060},
                "connection_info": {"app_id": APP_ID},
            }
        )
        try:
            async for message in connection:
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            self._connections.remove(connection)
        return connection

    async def close(self) -> None:
        """Close every connection."""
        for connection in list(self._connections):
            with contextlib.suppress(ConnectionError):
                await connection.close()

    async def _send(
        self, kind: str, payload: Json, accepts_response: bool, retry: Mapping[str, object]
    ) -> Json | None:
        envelope_id = secrets.token_hex(16)
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": accepts_response,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry.get("num", 0), "retry_reason": retry.get("reason", "")}
        ack: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        self._awaiting_ack[envelope_id] = ack
        try:
            await self._connections[next(self._turn) % len(self._connections)].send_json(envelope)
            return await ack
        finally:
            del self._awaiting_ack[envelope_id]

    def _acknowledged(self, text: str) -> None:
        """Resolve the wait for an envelope. Ignores text that acknowledges none."""
        try:
            message = json.loads(text)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        ack = self._awaiting_ack.get(message.get("envelope_id", ""))
        if ack is not None and not ack.done():
            # Bolt acknowledges a command with a plain text as {"text": …}.
            body = message.get("payload")
            ack.set_result(body if isinstance(body, dict) else None)
