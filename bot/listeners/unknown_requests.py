"""Acknowledges what no other listener knows, so that Slack does not send it again.

Bolt answers unknown requests with 404. Slack counts that as a failure of the app, sends an event three more
times, and after many failures stops sending events
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
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners.commands import haru_command
from bot.listeners.request import Request
from bot.listeners.services import Services
from bot.listeners.timely_answer import answer_command

log = structlog.stdlib.get_logger(__name__)

_ANY = re.compile("")


def register(app: AsyncApp, services: Services) -> None:
    """Listen to every request. Call it last: Bolt asks listeners in the order they were added."""
    app.use(_without_team_id)

    async def answer_with_help(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        log.warning("unknown_command", command=body.get("command"))
        request = Request.from_body(services, body, client)
        await answer_command(ack, request, haru_command(request, "help"))

    async def acknowledge(ack: AsyncAck, body: dict[str, Any]) -> None:
        log.info("unknown_request", type=body.get("type"))
        await ack()

    app.command(_ANY)(answer_with_help)
    for listen in (app.event, app.action, app.shortcut, app.view, app.view_closed, app.options):
        listen(_ANY)(acknowledge)


async def _without_team_id(context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]) -> None:
    """Drop the ``team_id`` that Bolt adds to every call: the methods Haru calls do not document it."""
    if context.client is not None:
        context.client.default_params.pop("team_id", None)
    await next_()
