"""The methods auth.test and users.info."""

from __future__ import annotations

from bot.local.api.call import ApiError, Call
from bot.local.state import Json
from bot.local.user_record import user_object
from bot.local.workspace_identity import BOT_ID, BOT_NAME, BOT_USER_ID, TEAM_ID, TEAM_NAME


def auth_test(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/auth.test"""
    return {
        "url": f"{call.base_url}/",
        "team": TEAM_NAME,
        "user": BOT_NAME,
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.info"""
    user = call.team.users.get(call.text("user"))
    if user is None:
        raise ApiError("user_not_found")
    return {"user": user_object(user, at=call.team.clock(), include_locale=call.flag("include_locale"))}
