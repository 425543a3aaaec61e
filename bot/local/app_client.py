"""Sends commands, interactions and events to the app: signed over HTTP, or through Socket Mode."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import aiohttp
import structlog

from bot.local.state import Json

log = structlog.stdlib.get_logger(__name__)

ACK_TIMEOUT = 3.0
"""Seconds within which an app must acknowledge a request."""
EVENT_RETRY_DELAYS = (0.5, 60.0, 300.0)
"""Seconds before each retry of an event: nearly at once, after a minute, after five minutes.

https://docs.slack.dev/apis/events-api/#errors
"""

SocketSender = Callable[[str, Json, bool, Mapping[str, object]], Awaitable[Json | None]]
"""Sends (type, payload, whether a response is accepted, retry fields) and returns the acknowledgement."""


class NoAckError(Exception):
    """The app did not acknowledge a request. The message is the error code that Slack shows."""


@dataclass(frozen=True)
class Ack:
    """What the app put into its acknowledgement: a JSON object, or text, or nothing."""

    body: Json | None = None
    text: str = ""


class AppClient:
    """Delivers requests to the app and waits for the acknowledgement. Does not build the payloads."""

    def __init__(
        self,
        app_url: str | Callable[[], str],
        signing_secret: str,
        socket: Callable[[], SocketSender | None],
    ) -> None:
        """``socket`` returns the sender of an open Socket Mode connection, which is preferred over HTTP."""
        self._app_url = app_url
        self._secret = signing_secret.encode()
        self._socket = socket
        self.ack_timeout = ACK_TIMEOUT
        self._session: aiohttp.ClientSession | None = None
        self._events: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Start the HTTP session. Requests before this fail with NoAckError."""
        self._session = aiohttp.ClientSession()

    async def close(self) -> None:
        """Give up the events that have not been delivered, and end the HTTP session."""
        for task in self._events:
            task.cancel()
        await asyncio.gather(*self._events, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def send_command(self, payload: Json) -> Ack:
        """Send a slash command. NoAckError if the app does not acknowledge it."""
        return await self._send("slash_commands", payload, payload)

    async def send_interaction(self, payload: Json) -> Ack:
        """Send an interaction, for instance a button press. NoAckError if the app does not acknowledge it."""
        return await self._send("interactive", payload, {"payload": _json(payload)})

    def send_event(self, envelope: Json) -> None:
        """Send an event in the background. Retries it if the app does not acknowledge it."""
        task = asyncio.create_task(self._send_event_with_retries(envelope))
        self._events.add(task)
        task.add_done_callback(self._events.discard)

    async def _send(self, kind: str, payload: Json, form: Json) -> Ack:
        socket = self._socket()
        if socket is not None:
            return Ack(body=await self._through(socket, kind, payload, accepts_response=True))
        status, content_type, text = await self._post(
            urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"}
        )
        if status != 200:
            raise NoAckError("dispatch_failed")
        if content_type == "application/json" and text:
            try:
                body = json.loads(text)
            except ValueError:
                raise NoAckError("invalid_json_response") from None
            if isinstance(body, dict):
                return Ack(body=body)
        return Ack(text=text)

    async def _send_event_with_retries(self, envelope: Json) -> None:
        reason = ""
        for attempt, delay in enumerate((0.0, *EVENT_RETRY_DELAYS)):
            await asyncio.sleep(delay)
            retry = {} if attempt == 0 else {"num": attempt, "reason": reason}
            try:
                await self._send_event_once(envelope, retry)
            except NoAckError as error:
                reason = "http_timeout" if str(error) == "operation_timeout" else "http_error"
                log.info("local_event_not_acknowledged", event_id=envelope["event_id"], reason=reason)
            else:
                return

    async def _send_event_once(self, envelope: Json, retry: Mapping[str, object]) -> None:
        socket = self._socket()
        if socket is not None:
            await self._through(socket, "events_api", envelope, retry=retry)
            return
        headers = {"Content-Type": "application/json"}
        if retry:
            headers |= {
                "X-Slack-Retry-Num": str(retry["num"]),
                "X-Slack-Retry-Reason": str(retry["reason"]),
            }
        status, _, _ = await self._post(_json(envelope), headers)
        if not 200 <= status < 300:
            raise NoAckError("http_error")

    async def _through(
        self,
        socket: SocketSender,
        kind: str,
        payload: Json,
        *,
        accepts_response: bool = False,
        retry: Mapping[str, object] | None = None,
    ) -> Json | None:
        try:
            async with asyncio.timeout(self.ack_timeout):
                return await socket(kind, payload, accepts_response, retry or {})
        except TimeoutError:
            raise NoAckError("operation_timeout") from None

    async def _post(self, body: str, headers: Mapping[str, str]) -> tuple[int, str, str]:
        """POST a signed request. Returns the status, the content type and the text of the response.

        https://docs.slack.dev/authentication/verifying-requests-from-slack
        """
        if self._session is None:
            raise NoAckError("dispatch_failed")
        timestamp = str(int(time.time()))
        signature = hmac.new(self._secret, f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
        signed = {
            **headers,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": f"v0={signature}",
        }
        try:
            timeout = aiohttp.ClientTimeout(total=self.ack_timeout)
            async with self._session.post(
                self._address(), data=body.encode(), headers=signed, timeout=timeout
            ) as response:
                return response.status, response.content_type, await response.text()
        except TimeoutError:
            raise NoAckError("operation_timeout") from None
        except aiohttp.ClientError:
            raise NoAckError("dispatch_failed") from None

    def _address(self) -> str:
        url = self._app_url if isinstance(self._app_url, str) else self._app_url()
        return url if urlsplit(url).path.strip("/") else f"{url.rstrip('/')}/slack/events"


def _json(payload: Json) -> str:
    return json.dumps(payload, ensure_ascii=False)
