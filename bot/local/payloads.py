"""Builds what Slack sends to an app: slash commands, interaction payloads and events.

https://docs.slack.dev/interactivity/implementing-slash-commands,
https://docs.slack.dev/reference/interaction-payloads and https://docs.slack.dev/apis/events-api
"""

from __future__ import annotations

import secrets
import time

from bot.local.state import Json
from bot.local.workspace_identity import APP_ID, BOT_ID, BOT_NAME, BOT_USER_ID, TEAM_DOMAIN, TEAM_ID

VERIFICATION_TOKEN = "local-verification"  # noqa: S105 - Slack's deprecated field, which no app should check


def command(
    user: Json, conversation: Json, name: str, text: str, *, trigger_id: str, response_url: str
) -> Json:
    """The form fields of a slash command. ``is_enterprise_install`` is a string, as in Slack."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": conversation["id"],
        "channel_name": conversation_name(conversation),
        "user_id": user["id"],
        "user_name": user["name"],
        "command": name,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def interaction(kind: str, user: Json, *, trigger_id: str | None = None, **fields: object) -> Json:
    """An interaction payload: the fields that every kind has, and ``fields``."""
    body: Json = {
        "type": kind,
        "user": {
            "id": user["id"],
            "username": user["name"],
            "name": user["name"],
            "team_id": TEAM_ID,
        },
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    if trigger_id is not None:
        body["trigger_id"] = trigger_id
    return body | fields


def event_envelope(event: Json) -> Json:
    """The callback around an event, https://docs.slack.dev/apis/events-api/#callback-field"""
    now = time.time()
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event": {"event_ts": f"{now:.6f}"} | event,
        "type": "event_callback",
        "event_id": "Ev" + secrets.token_hex(5).upper(),
        "event_time": int(now),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": BOT_USER_ID,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{secrets.token_hex(12)}",
    }


def bot_author() -> Json:
    """The fields that mark a message as written by Haru."""
    return {
        "user": BOT_USER_ID,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "team": TEAM_ID,
        "bot_profile": {
            "id": BOT_ID,
            "app_id": APP_ID,
            "user_id": BOT_USER_ID,
            "name": BOT_NAME,
            "icons": {},
            "deleted": False,
            "updated": 1740400000,
            "team_id": TEAM_ID,
        },
    }


def conversation_name(conversation: Json) -> str:
    """The name of a conversation in a payload. Slack calls every direct message "directmessage"."""
    return "directmessage" if conversation["kind"] == "im" else str(conversation["name"])


def channel_type(conversation: Json) -> str:
    """The ``channel_type`` of a message event: ``im``, ``group`` or ``channel``."""
    if conversation["kind"] == "im":
        return "im"
    return "group" if conversation["is_private"] else "channel"
