"""Every method the local workspace knows, with its tier and scopes."""

from __future__ import annotations

from bot.local.api import chat, conversations, files, people, views
from bot.local.api.call import Call, Method
from bot.local.pace import Tier
from bot.local.state import Json

_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")


def api_test(call: Call) -> Json:
    """api.test: says back what it was told."""
    return {"args": {key: value for key, value in call.arguments.items() if key != "token"}}


METHODS = {
    "api.test": Method(api_test, Tier.FOUR, anonymous=True),
    "auth.test": Method(people.auth_test, Tier.FREE),
    "bots.info": Method(people.bot_info, Tier.THREE, ("users:read",)),
    "chat.delete": Method(chat.delete, Tier.THREE, ("chat:write",)),
    "chat.getPermalink": Method(chat.get_permalink, Tier.FREE),
    "chat.postEphemeral": Method(chat.post_ephemeral, Tier.FOUR, ("chat:write",)),
    "chat.postMessage": Method(chat.post_message, Tier.SPECIAL, ("chat:write",)),
    "chat.update": Method(chat.update, Tier.THREE, ("chat:write",)),
    "conversations.history": Method(conversations.history, Tier.THREE, _HISTORY),
    "conversations.info": Method(conversations.info, Tier.THREE, _READ),
    "conversations.join": Method(conversations.join, Tier.THREE, ("channels:join",)),
    "conversations.list": Method(conversations.list_all, Tier.TWO, _READ),
    "conversations.members": Method(conversations.members, Tier.FOUR, _READ),
    "conversations.open": Method(conversations.open_direct, Tier.THREE, ("im:write", "mpim:write")),
    "conversations.replies": Method(conversations.replies, Tier.THREE, _HISTORY),
    "files.info": Method(files.info, Tier.FOUR, ("files:read",)),
    "oauth.v2.access": Method(people.oauth_access, Tier.FOUR, anonymous=True),
    "team.info": Method(people.team_info, Tier.THREE, ("team:read",)),
    "users.conversations": Method(conversations.of_user, Tier.THREE, _READ),
    "users.info": Method(people.info, Tier.FOUR, ("users:read",)),
    "users.list": Method(people.list_all, Tier.TWO, ("users:read",)),
    "views.open": Method(views.open_view, Tier.FOUR),
    "views.publish": Method(views.publish, Tier.FOUR),
    "views.push": Method(views.push, Tier.FOUR),
    "views.update": Method(views.update, Tier.FOUR),
}
"""apps.connections.open is not here: the server answers it, since it knows the socket's address."""
