"""Ways to send an answer: at the response URL, privately in a channel, or in the conversation itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import aiohttp
import structlog
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.listeners.request import Request
from bot.messages.message import Message
from bot.workspaces.slack_errors import SlackCallError, call

log = structlog.stdlib.get_logger(__name__)

LONGEST_WAIT = 300.0
"""Seconds after which an answer is no longer waited for; Slack asks for 30 or 60."""

_WAITS = (0.5, 2.0, 8.0)
"""Seconds before the second, third and fourth attempt where Slack does not say how long to wait."""


async def respond_at_url(
    request: Request, message: Message, *, replace: bool = False, in_channel: bool = False
) -> bool:
    """Send a message through the response URL; False if the URL does not work, or no longer.

    Only the person sees it, unless ``in_channel``. ``replace`` puts it in place of the message that holds the
    button. For how long and how often the URL works, see ``timely_answer``. No other host than Slack's is
    called, and no redirect followed: whoever could sign a request would otherwise choose what Haru calls.
    """
    url = request.response_url
    if not _is_slacks(url, request.client.base_url):
        log.warning("response_url_refused", url=url)
        return False
    answer = {
        "response_type": "in_channel" if in_channel else "ephemeral",
        "replace_original": replace,
        **message.payload(),
    }
    session = request.client.session
    if session is None:
        raise ValueError("the client of a request shares the session of all clients")
    try:
        async with session.request("POST", url, json=answer, allow_redirects=False) as response:
            status = response.status
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("response_url_failed", error=type(error).__name__)
        return False
    if status >= 300:
        log.warning("response_url_expired", status=status)
        return False
    return True


def _is_slacks(url: str, api_url: str) -> bool:
    """Whether a response URL is at one of Slack's hosts, or at that of ``SLACK_API_URL``."""
    try:
        parts, api = urlsplit(url), urlsplit(api_url)
    except ValueError:
        return False
    host = parts.hostname or ""
    is_slack = parts.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))
    return is_slack or (parts.scheme, host) == (api.scheme, api.hostname)


async def insist(send: Callable[[], Awaitable[AsyncSlackResponse]]) -> None:
    """Call Slack until it takes an answer: again after a rate limit, trouble of Slack's, or no answer at all.

    Waits as long as Slack asks for, at most ``LONGEST_WAIT``. SlackCallError if Slack refuses the answer, or
    takes it at no attempt. After a lost connection an answer may come twice, which is better than never.
    """
    for wait in (*_WAITS, None):
        try:
            await call(send())
            return
        except SlackCallError as error:
            if error.is_refusal or wait is None or (error.retry_after or 0) > LONGEST_WAIT:
                raise
            log.info("answer_tried_again", code=error.code)
            await asyncio.sleep(error.retry_after or wait)


async def send_privately(request: Request, message: Message) -> None:
    """Send a message that only the person sees: ephemeral in the channel, else as a direct message.

    An event that was written in a thread is answered in that thread.
    """
    try:
        if request.channel_id and not request.is_direct:
            await insist(
                lambda: request.client.chat_postEphemeral(
                    channel=request.channel_id,
                    user=request.user_id,
                    text=message.text,
                    blocks=list(message.blocks),
                    thread_ts=request.thread_ts or None,
                )
            )
            return
    except SlackCallError as error:
        # Haru or the person is not in the channel, or Slack took it at no attempt.
        log.info("sent_directly", code=error.code)
    await _send_directly(request, message)


async def send_to_channel(request: Request, message: Message, *, thread_ts: str = "") -> str:
    """Send a message that everyone in the channel sees, in a thread if one is given; returns its ``ts``.

    Once: nobody wants to see it twice.
    """
    answer = await call(
        request.client.chat_postMessage(
            channel=request.channel_id, thread_ts=thread_ts or None, **message.payload()
        )
    )
    return str(answer.get("ts") or "")


async def send_file(request: Request, name: str, content: str, *, title: str, comment: str) -> None:
    """Send the person a text file in the direct message, with a comment above it."""
    channel_id = await direct_message(request)
    await call(
        request.client.files_upload_v2(
            channel=channel_id, filename=name, content=content, title=title, initial_comment=comment
        )
    )


async def direct_message(request: Request) -> str:
    """The id of the person's direct message with Haru, which is opened if they have none yet."""
    if request.is_direct:
        return request.channel_id
    answer = await call(request.client.conversations_open(users=request.user_id))
    return str((answer.get("channel") or {}).get("id") or "")


async def answer_in_channel(request: Request, message: Message, *, thread_ts: str = "") -> None:
    """Answer so that everyone in the channel sees it, in a thread if one is given.

    Where Slack does not take it, the person of the request gets it as a direct message.
    """
    try:
        await insist(
            lambda: request.client.chat_postMessage(
                channel=request.channel_id, thread_ts=thread_ts or None, **message.payload()
            )
        )
    except SlackCallError as error:
        if request.is_direct or not request.user_id:
            raise
        log.info("sent_directly", code=error.code)
        await _send_directly(request, message)


async def _send_directly(request: Request, message: Message) -> None:
    await insist(
        lambda: request.client.chat_postMessage(
            channel=request.user_id, text=message.text, blocks=list(message.blocks)
        )
    )
