"""auth.test, users.*, bots.info, team.info, oauth.v2.access."""

from __future__ import annotations

from bot.local.api.call import ApiError, Call, paged
from bot.local.state import Json
from bot.local.user_record import user_object
from bot.local.workspace_identity import (
    APP_ID,
    BOT_ID,
    BOT_NAME,
    BOT_USER_ID,
    TEAM_DOMAIN,
    TEAM_ID,
    TEAM_NAME,
)


def auth_test(call: Call) -> Json:
    """auth.test"""
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
    """users.info"""
    person = call.team.users.get(call.text("user"))
    if person is None:
        raise ApiError("user_not_found")
    return {"user": user_object(person, at=call.team.clock(), locale=call.flag("include_locale"))}


def list_all(call: Call) -> Json:
    """users.list"""
    now = call.team.clock()
    people = [user_object(one, at=now, locale=call.flag("include_locale")) for one in call.team.users.all()]
    page, cursor = paged(people, call)
    return {"members": page, "cache_ts": int(now.timestamp()), "response_metadata": {"next_cursor": cursor}}


def bot_info(call: Call) -> Json:
    """bots.info"""
    if (call.optional("bot") or BOT_ID) != BOT_ID:
        raise ApiError("bot_not_found")
    bot = {"id": BOT_ID, "deleted": False, "name": BOT_NAME, "updated": 1740400000}
    return {"bot": bot | {"app_id": APP_ID, "user_id": BOT_USER_ID, "icons": {}}}


def team_info(call: Call) -> Json:
    """team.info"""
    if (call.optional("team") or TEAM_ID) != TEAM_ID:
        raise ApiError("team_not_found")
    return {
        "team": {
            "id": TEAM_ID,
            "name": TEAM_NAME,
            "url": f"{call.base_url}/",
            "domain": TEAM_DOMAIN,
            "email_domain": "",
            "icon": {"image_default": True},
            "avatar_base_url": "",
            "is_verified": False,
        }
    }


def oauth_access(call: Call) -> Json:
    """oauth.v2.access: any code is good here, once a client id is given."""
    if not call.optional("client_id"):
        raise ApiError("invalid_client_id")
    if not call.optional("code"):
        raise ApiError("invalid_code")
    return {
        "access_token": call.team.state.fact("bot_token"),
        "token_type": "bot",
        "scope": ",".join(sorted(call.scopes)),
        "bot_user_id": BOT_USER_ID,
        "app_id": APP_ID,
        "team": {"name": TEAM_NAME, "id": TEAM_ID},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": "U0MINJI"},
    }
