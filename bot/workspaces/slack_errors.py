"""The errors of calls to Slack: the one place that knows what Slack's client raises.

The client raises SlackApiError for a refusal; for a body that it cannot parse, the same error around a
response without data; AttributeError for JSON that is no object; and whatever aiohttp and the decoding of a
body raise.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.workspaces.rate_limits import retry_after
from digests.errors import HaruError

UNREADABLE = "unreadable"
"""Stands for the code of an answer that has none, such as a body that was cut or an HTML page of a proxy."""

RATELIMITED = "ratelimited"
"""Slack's code for too many calls."""

_RAISED_BY_CLIENT = (
    SlackClientError,
    aiohttp.ClientError,
    OSError,  # with TimeoutError
    ValueError,
    LookupError,
    AttributeError,
    RecursionError,
)


class SlackCallError(HaruError):
    """A call to Slack did not go well: Slack refused it, or gave no answer that can be read.

    ``code`` is Slack's, such as ``not_in_channel``; UNREADABLE for an answer without one; or what became of
    the connection. ``status`` is None if there was no answer. ``retry_after`` is in seconds.
    """

    def __init__(
        self,
        code: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"Slack: {code}" if status is None else f"Slack: {code} (HTTP {status})")
        self.code = code
        self.status = status
        self.retry_after = retry_after
        self.headers = headers or {}

    @property
    def is_refusal(self) -> bool:
        """Whether Slack itself said no. False: nobody knows what it would say."""
        if self.is_rate_limit or self.code == UNREADABLE:
            return False
        return self.status is not None and self.status < 500

    @property
    def is_rate_limit(self) -> bool:
        """Whether Slack asks to be called less often."""
        return self.status == 429 or self.code in (RATELIMITED, "rate_limited")


async def call(work: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """The answer to a call of a method of Slack's client. SlackCallError if it does not go well."""
    try:
        answer = await work
    except _RAISED_BY_CLIENT as error:
        raise _call_error(error) from error
    if isinstance(getattr(answer, "data", None), bytes):
        # The client takes a body of type application/gzip for a file.
        raise SlackCallError(UNREADABLE, status=answer.status_code)
    return answer


def _call_error(error: Exception) -> SlackCallError:
    if isinstance(error, (aiohttp.ClientError, OSError)):
        return SlackCallError(type(error).__name__)
    if not isinstance(error, SlackApiError):
        return SlackCallError(UNREADABLE, status=200)
    # Of a body that cannot be parsed, the response is aiohttp's, which has no data.
    response: Any = error.response
    data = response if isinstance(response, dict) else getattr(response, "data", None)
    status = getattr(response, "status_code", None) or getattr(response, "status", None)
    headers = {str(name).lower(): str(value) for name, value in _headers(response).items()}
    return SlackCallError(
        str((data.get("error") if isinstance(data, dict) else None) or UNREADABLE),
        status=status if isinstance(status, int) else 200,
        retry_after=retry_after(headers.get("retry-after")),
        headers=headers,
    )


def _headers(response: Any) -> Mapping[Any, Any]:
    headers = getattr(response, "headers", None)
    return headers if isinstance(headers, Mapping) else {}
