"""The shapes of what Slack sends an app.

https://docs.slack.dev/interactivity/implementing-slash-commands,
https://docs.slack.dev/reference/interaction-payloads and https://docs.slack.dev/apis/events-api
"""

from __future__ import annotations

import secrets
import time

from bot.local.state import Json
from bot.local.workspace_identity import APP_ID, BOT_ID, BOT_NAME, BOT_USER_ID, TEAM_DOMAIN, TEAM_ID

VERIFICATION_TOKEN = "local-verification"  # noqa: S105 - Slack's deprecated field, checked by nobody


def command(person: Json, room: Json, name: str, text: str, *, trigger: str, response_url: str) -> Json:
    """A slash command, as the fields of its form. ``is_enterprise_install`` is a string, as in Slack."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": room["id"],
        "channel_name": room_name(room),
        "user_id": person["id"],
        "user_name": person["name"],
        "command": name,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger,
    }


def interaction(kind: str, person: Json, *, trigger: str | None = None, **facts: object) -> Json:
    """What every interaction has in common, and its own facts."""
    body: Json = {
        "type": kind,
        "user": {
            "id": person["id"],
            "username": person["name"],
            "name": person["name"],
            "team_id": TEAM_ID,
        },
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    if trigger is not None:
        body["trigger_id"] = trigger
    return body | facts


def event(body: Json) -> Json:
    """The envelope around an event."""
    now = time.time()
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event": {"event_ts": f"{now:.6f}"} | body,
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


def bot_author(name: str = BOT_NAME) -> Json:
    """The fields that mark a message as Haru's."""
    return {
        "user": BOT_USER_ID,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "team": TEAM_ID,
        "bot_profile": {
            "id": BOT_ID,
            "app_id": APP_ID,
            "user_id": BOT_USER_ID,
            "name": name,
            "icons": {},
            "deleted": False,
            "updated": 1740400000,
            "team_id": TEAM_ID,
        },
    }


def room_name(room: Json) -> str:
    """What a payload calls a conversation; a direct message has no name of its own."""
    return "directmessage" if room["kind"] == "im" else str(room["name"])


def channel_type(room: Json) -> str:
    """``channel_type`` of a message event."""
    if room["kind"] == "im":
        return "im"
    return "group" if room["is_private"] else "channel"
