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

from bot import counts
from bot.workspaces.rate_limits import retry_after
from digests.errors import HaruError
from digests.model import without_credentials

UNREADABLE = "unreadable"
"""Stands for the code of an answer that has none, such as a body that was cut or an HTML page of a proxy."""

RATELIMITED = "ratelimited"
"""Slack's code for too many calls."""

_REFUSED_TOKENS = frozenset(
    {
        "access_denied",
        "account_inactive",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "token_expired",
        "token_revoked",
    }
)
"""What Slack answers to a token that it does not accept. https://docs.slack.dev/reference/methods/auth.test"""

NO_ANSWER = (
    SlackClientError,
    aiohttp.ClientError,
    OSError,  # with TimeoutError
)
"""What a call raises that Slack refuses or does not answer, where a library makes the call."""

_RAISED_BY_CLIENT = (
    *NO_ANSWER,
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
    def refuses_token(self) -> bool:
        """Whether Slack does not accept the token. Another token may then help."""
        return self.is_refusal and self.code in _REFUSED_TOKENS

    @property
    def is_rate_limit(self) -> bool:
        """Whether Slack asks to be called less often."""
        return self.status == 429 or self.code in (RATELIMITED, "rate_limited")


def start_failure(error: SlackCallError, *, setting: str, remedy: str, api_url: str) -> str:
    """Why a process that asked Slack about the token in ``setting`` cannot start, and what to do.

    ``remedy`` says where the token is. It stands in the sentence only if Slack does not accept the token.
    """
    address = without_credentials(api_url)
    if error.refuses_token:
        return f"Slack does not accept {setting} ({error.code}). {remedy}"
    if error.is_rate_limit:
        wait = f" in {error.retry_after:.0f} seconds" if error.retry_after else " in a minute"
        return f"Slack asks to be called less often ({error.code}). {setting} may be right; try again{wait}."
    if error.status is None:
        return (
            f"Slack cannot be reached at {address} ({error.code}), so {setting} was not checked."
            " Check the network, a proxy or firewall, and SLACK_API_URL."
        )
    if error.code == UNREADABLE:
        return (
            f"What answers at {address} (HTTP {error.status}) is not Slack, or Slack is in trouble, so"
            f" {setting} was not checked. Check SLACK_API_URL and a proxy in between, and https://slack-status.com."
        )
    return (
        f"Slack could not check {setting} ({error.code}, HTTP {error.status}). Try again in a minute;"
        " https://slack-status.com says whether Slack is in trouble."
    )


async def call(work: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """The answer to a call of a method of Slack's client. SlackCallError if it does not go well."""
    try:
        answer = await work
    except _RAISED_BY_CLIENT as error:
        failed = _call_error(error)
        if failed.is_rate_limit:
            counts.rate_limits["call"] += 1
        raise failed from error
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
