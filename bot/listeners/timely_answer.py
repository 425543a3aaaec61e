"""Answers Slack within three seconds: in the acknowledgement if the answer is ready, else after it.

How long Slack waits, and how long an answer can still be sent afterwards (to a response URL, which takes
five answers within 30 minutes):
https://docs.slack.dev/interactivity/handling-user-interaction
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.listeners.error_answers import error_language, result_or_failure
from bot.listeners.replies import respond_at_url, send_privately
from bot.listeners.request import Request
from bot.messages.message import Message, View
from bot.messages.refusals import Failure, failure
from bot.workspaces.slack_errors import call

SLACK_WAITS = 3.0
"""Seconds that Slack waits for the acknowledgement of a command, a button press or a submission.

After that the person sees an error (``operation_timeout``), whatever the app does.
"""

ANSWER_IN_ACK_WITHIN = SLACK_WAITS / 2
"""Seconds an answer may take to be sent as the acknowledgement itself; the rest is for the network."""

_ACKNOWLEDGED_VIEW_SHOWS_AFTER = 0.5
"""Seconds until Slack has shown the view of an acknowledgement, which would replace an earlier update."""


async def answer_command(ack: AsyncAck, request: Request, answer: Awaitable[Message]) -> None:
    """Answer a slash command so that only the person who asked sees it.

    Errors are answered in words. If the response URL no longer works, an ephemeral message asks the person to
    try again.
    """
    task = asyncio.ensure_future(result_or_failure(answer, request))
    done, _ = await asyncio.wait({task}, timeout=ANSWER_IN_ACK_WITHIN)
    if done:
        await ack(response_type="ephemeral", **task.result().payload())
        return
    await ack()
    if not await respond_at_url(request, await task):
        expired = failure(Failure.RESPONSE_EXPIRED, language=await error_language(request))
        await send_privately(request, expired)


async def answer_submission(
    ack: AsyncAck, request: Request, view_id: str, next_view: Awaitable[View], *, waiting: View
) -> None:
    """Answer a modal's submission with the view that replaces it.

    ``waiting`` is shown meanwhile if that view takes long.
    """
    task = asyncio.ensure_future(next_view)
    done, _ = await asyncio.wait({task}, timeout=ANSWER_IN_ACK_WITHIN)
    if done:
        await ack(response_action="update", view=task.result())
        return
    await ack(response_action="update", view=waiting)
    await asyncio.wait({task, asyncio.ensure_future(asyncio.sleep(_ACKNOWLEDGED_VIEW_SHOWS_AFTER))})
    await call(request.client.views_update(view_id=view_id, view=task.result()))
