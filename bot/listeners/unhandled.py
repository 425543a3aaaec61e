"""What Slack sends that no other listener knows: acknowledged, so that nobody waits and nothing comes again.

Bolt answers it 404, and Slack counts that as a failure of the app: it asks three times more,
and after many it stops sending events at all
(https://docs.slack.dev/apis/events-api/#failure-conditions).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners.answering import answer, language_for
from bot.listeners.commands import haru_command
from bot.listeners.services import Services, asker_of

log = structlog.stdlib.get_logger(__name__)

_ANY = re.compile("")


def register(app: AsyncApp, services: Services) -> None:
    """Listen to everything that is left; to be called last."""
    app.use(_as_documented)

    async def command(
        ack: AsyncAck, respond: AsyncRespond, body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        log.warning("unknown_command", command=body.get("command"))
        asker = asker_of(body, client)
        work = haru_command(services, asker, "help")
        await answer(ack, respond, work, asker=asker, language=language_for(services, asker))

    async def anything(ack: AsyncAck, body: dict[str, Any]) -> None:
        log.info("unknown_request", type=body.get("type"))
        await ack()

    app.command(_ANY)(command)
    for listen in (app.event, app.action, app.shortcut, app.view, app.view_closed, app.options):
        listen(_ANY)(anything)


async def _as_documented(context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]) -> None:
    """Bolt's client gives every method a ``team_id``, which the methods that Haru calls do not document."""
    if context.client is not None:
        context.client.default_params.pop("team_id", None)
    await next_()
