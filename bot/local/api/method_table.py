"""Every method the local workspace knows, with its tier and scopes."""

from __future__ import annotations

from bot.local.api import (
    chat_methods,
    conversations_methods,
    files_methods,
    users_methods,
    views_methods,
)
from bot.local.api.call import Call, Method
from bot.local.rate_limit_tiers import Tier
from bot.local.state import Json

_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")


def api_test(call: Call) -> Json:
    """api.test: says back what it was told."""
    return {"args": {key: value for key, value in call.arguments.items() if key != "token"}}


METHODS = {
    "api.test": Method(api_test, Tier.FOUR, anonymous=True),
    "auth.test": Method(users_methods.auth_test, Tier.FREE),
    "bots.info": Method(users_methods.bot_info, Tier.THREE, ("users:read",)),
    "chat.delete": Method(chat_methods.delete, Tier.THREE, ("chat:write",)),
    "chat.getPermalink": Method(chat_methods.get_permalink, Tier.FREE),
    "chat.postEphemeral": Method(chat_methods.post_ephemeral, Tier.FOUR, ("chat:write",)),
    "chat.postMessage": Method(chat_methods.post_message, Tier.SPECIAL, ("chat:write",)),
    "chat.update": Method(chat_methods.update, Tier.THREE, ("chat:write",)),
    "conversations.history": Method(conversations_methods.history, Tier.THREE, _HISTORY),
    "conversations.info": Method(conversations_methods.info, Tier.THREE, _READ),
    "conversations.join": Method(conversations_methods.join, Tier.THREE, ("channels:join",)),
    "conversations.list": Method(conversations_methods.list_all, Tier.TWO, _READ),
    "conversations.members": Method(conversations_methods.members, Tier.FOUR, _READ),
    "conversations.open": Method(conversations_methods.open_direct, Tier.THREE, ("im:write", "mpim:write")),
    "conversations.replies": Method(conversations_methods.replies, Tier.THREE, _HISTORY),
    "files.info": Method(files_methods.info, Tier.FOUR, ("files:read",)),
    "oauth.v2.access": Method(users_methods.oauth_access, Tier.FOUR, anonymous=True),
    "team.info": Method(users_methods.team_info, Tier.THREE, ("team:read",)),
    "users.conversations": Method(conversations_methods.of_user, Tier.THREE, _READ),
    "users.info": Method(users_methods.info, Tier.FOUR, ("users:read",)),
    "users.list": Method(users_methods.list_all, Tier.TWO, ("users:read",)),
    "views.open": Method(views_methods.open_view, Tier.FOUR),
    "views.publish": Method(views_methods.publish, Tier.FOUR),
    "views.push": Method(views_methods.push, Tier.FOUR),
    "views.update": Method(views_methods.update, Tier.FOUR),
}
"""apps.connections.open is not here: the server answers it, since it knows the socket's address."""
