"""What Slack sends to an app: signed over HTTP, or through an open socket."""

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

PATIENCE = 3.0
"""Seconds an app has to answer."""
RETRIES = (0.5, 60.0, 300.0)
"""When an event comes again: nearly at once, after a minute, after five.

https://docs.slack.dev/apis/events-api/#errors
"""

Socket = Callable[[str, Json, bool, Mapping[str, object]], Awaitable[Json | None]]
"""Sends (type, payload, accepts an answer, retry facts) and gives what the app acked with."""


class NoAnswerError(Exception):
    """The app did not answer as it should; the message is the code that Slack shows."""


@dataclass(frozen=True)
class Answer:
    """What the app said in its acknowledgement: JSON, or text, or nothing."""

    body: Json | None = None
    text: str = ""


class AppClient:
    """Knows how to reach the app. Does not know what it sends."""

    def __init__(
        self, app_url: str | Callable[[], str], signing_secret: str, socket: Callable[[], Socket | None]
    ) -> None:
        self._app_url = app_url
        self._secret = signing_secret.encode()
        self._socket = socket
        self.patience = PATIENCE
        self._session: aiohttp.ClientSession | None = None
        self._events: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._session = aiohttp.ClientSession()

    async def shut(self) -> None:
        for task in self._events:
            task.cancel()
        await asyncio.gather(*self._events, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def command(self, payload: Json) -> Answer:
        """Send a slash command; NoAnswerError when the app fails to acknowledge it."""
        return await self._ask("slash_commands", payload, payload)

    async def interaction(self, payload: Json) -> Answer:
        """Send a pressed button, a submitted view; NoAnswerError as for commands."""
        return await self._ask("interactive", payload, {"payload": _json(payload)})

    def event(self, envelope: Json) -> None:
        """Send an event in its own time, again if the app does not take it."""
        task = asyncio.create_task(self._insist(envelope))
        self._events.add(task)
        task.add_done_callback(self._events.discard)

    async def _ask(self, kind: str, payload: Json, form: Json) -> Answer:
        socket = self._socket()
        if socket is not None:
            try:
                async with asyncio.timeout(self.patience):
                    acked = await socket(kind, payload, True, {})
            except TimeoutError:
                raise NoAnswerError("operation_timeout") from None
            return Answer(body=acked)
        status, content_type, text = await self._post(
            urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"}
        )
        if status != 200:
            raise NoAnswerError("dispatch_failed")
        if content_type == "application/json" and text:
            try:
                body = json.loads(text)
            except ValueError:
                raise NoAnswerError("invalid_json_response") from None
            if isinstance(body, dict):
                return Answer(body=body)
        return Answer(text=text)

    async def _insist(self, envelope: Json) -> None:
        reason = ""
        for number, wait in enumerate((0.0, *RETRIES)):
            await asyncio.sleep(wait)
            retry = {} if number == 0 else {"num": number, "reason": reason}
            try:
                await self._give(envelope, retry)
            except NoAnswerError as error:
                reason = {"operation_timeout": "http_timeout"}.get(str(error), "http_error")
                log.info("local_event_not_taken", event_id=envelope["event_id"], reason=reason)
            else:
                return

    async def _give(self, envelope: Json, retry: Mapping[str, object]) -> None:
        socket = self._socket()
        if socket is not None:
            try:
                async with asyncio.timeout(self.patience):
                    await socket("events_api", envelope, False, retry)
            except TimeoutError:
                raise NoAnswerError("operation_timeout") from None
            return
        headers = {"Content-Type": "application/json"}
        if retry:
            headers |= {
                "X-Slack-Retry-Num": str(retry["num"]),
                "X-Slack-Retry-Reason": str(retry["reason"]),
            }
        status, _, _ = await self._post(_json(envelope), headers)
        if not 200 <= status < 300:
            raise NoAnswerError("http_error")

    async def _post(self, body: str, headers: Mapping[str, str]) -> tuple[int, str, str]:
        if self._session is None:
            raise NoAnswerError("app_absent")
        stamp = str(int(time.time()))
        signature = hmac.new(self._secret, f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        signed = {
            **headers,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signature}",
        }
        try:
            wait = aiohttp.ClientTimeout(total=self.patience)
            async with self._session.post(
                self._address(), data=body.encode(), headers=signed, timeout=wait
            ) as answer:
                return answer.status, answer.content_type, await answer.text()
        except TimeoutError:
            raise NoAnswerError("operation_timeout") from None
        except aiohttp.ClientError:
            raise NoAnswerError("dispatch_failed") from None

    def _address(self) -> str:
        url = self._app_url if isinstance(self._app_url, str) else self._app_url()
        return url if urlsplit(url).path.strip("/") else f"{url.rstrip('/')}/slack/events"


def _json(payload: Json) -> str:
    return json.dumps(payload, ensure_ascii=False)
