"""One way to answer: in time, whole, and in words when something failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners.services import Asker, Services, language_here
from bot.messages.message import Message, View
from bot.messages.problems import Problem, problem
from digests.errors import HaruError, StoreError

log = structlog.stdlib.get_logger(__name__)

Spoken = Callable[[], Awaitable[str]]
"""Finds out the language of somebody to whom something has to be said; asked only then."""

IN_THE_ACK = 1.5
"""Seconds an answer may take to go out in the acknowledgement itself; Slack waits 3 in all."""


async def answer(
    ack: AsyncAck, respond: AsyncRespond, work: Awaitable[Message], *, asker: Asker, language: Spoken
) -> None:
    """Answer a command to its asker only: in the ack if ready soon, else through the response URL.

    Where that URL has expired, an ephemeral message says so.
    """
    task = asyncio.ensure_future(guarded(work, language=language))
    done, _ = await asyncio.wait({task}, timeout=IN_THE_ACK)
    if done:
        message = task.result()
        await ack(**_ephemeral(message))
        return
    await ack()
    if not await say(respond, await task):
        expired = problem(Problem.RESPONSE_EXPIRED, language=await language())
        await tell(asker.client, asker.channel_id, asker.user_id, expired)


def language_for(services: Services, asker: Asker) -> Spoken:
    """The asker's language where it can be found out, else the operator's default: to say what went
    wrong must not go wrong itself.
    """

    async def spoken() -> str:
        try:
            return await language_here(services, asker)
        except StoreError:
            return services.default_language

    return spoken


async def guarded(work: Awaitable[Message], *, language: Spoken) -> Message:
    """The work's answer, or the words for what went wrong; what nobody foresaw is logged whole."""
    try:
        return await work
    except StoreError as error:
        log.error("archive_away", error=str(error))
        kind = Problem.ARCHIVE_BUSY
    except SlackApiError as error:
        code = _code(error)
        log.warning("slack_refused", code=code)
        kind = _PROBLEMS.get(code, Problem.UNEXPECTED)
    except (HaruError, aiohttp.ClientError, TimeoutError) as error:
        log.warning("listener_failed", error=type(error).__name__)
        kind = Problem.UNEXPECTED
    except Exception:
        # A person waits: they get words, and the log gets the traceback.
        log.exception("listener_crashed")
        kind = Problem.UNEXPECTED
    return problem(kind, language=await language())


async def say(
    respond: AsyncRespond,
    message: Message,
    *,
    replace: bool = False,
    in_channel: bool = False,
) -> bool:
    """Send through the response URL, which lives 30 minutes and five uses; False when it has expired."""
    answer = await respond(
        text=message.text,
        blocks=list(message.blocks),
        response_type="in_channel" if in_channel else "ephemeral",
        replace_original=replace,
        unfurl_links=False,
        unfurl_media=False,
    )
    if answer.status_code >= 400:
        log.warning("response_url_expired", status=answer.status_code)
        return False
    return True


async def show(client: AsyncWebClient, body: Mapping[str, Any], view: View) -> None:
    """Open a modal; from inside one, put the new one on top of it."""
    if "view" in body and _is_modal(body["view"]):
        await client.views_push(trigger_id=body["trigger_id"], view=view)
    else:
        await client.views_open(trigger_id=body["trigger_id"], view=view)


async def tell(client: AsyncWebClient, channel_id: str, user_id: str, message: Message) -> None:
    """Tell one person in a channel, so that only they see it; where that cannot be, in a direct message."""
    blocks = list(message.blocks)
    try:
        if channel_id and not channel_id.startswith("D"):
            await client.chat_postEphemeral(
                channel=channel_id, user=user_id, text=message.text, blocks=blocks
            )
            return
    except SlackApiError as error:
        log.info("told_directly", code=_code(error))
    await client.chat_postMessage(channel=user_id, text=message.text, blocks=blocks)


_PROBLEMS = {
    "not_in_channel": Problem.CANNOT_POST,
    "channel_not_found": Problem.CANNOT_POST,
    "is_archived": Problem.CANNOT_POST,
    "restricted_action": Problem.CANNOT_POST,
    "missing_scope": Problem.MISSING_SCOPE,
    "expired_trigger_id": Problem.RESPONSE_EXPIRED,
    "trigger_expired": Problem.RESPONSE_EXPIRED,
}


def _ephemeral(message: Message) -> dict[str, Any]:
    return {
        "text": message.text,
        "blocks": list(message.blocks),
        "response_type": "ephemeral",
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _code(error: SlackApiError) -> str:
    data = error.response.data
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def _is_modal(view: object) -> bool:
    return isinstance(view, dict) and view.get("type") == "modal"
