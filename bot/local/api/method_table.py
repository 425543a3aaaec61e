"""The Web API methods that the local workspace offers, with their rate limits and scopes.

They are the methods that Haru calls. ``apps.connections.open`` is missing: ``web_api``
answers it, because only the server knows the address of its socket.
"""

from __future__ import annotations

from bot.local.api import (
    chat_methods,
    conversations_methods,
    files_methods,
    users_methods,
    views_methods,
)
from bot.local.api.call import Method
from bot.local.rate_limit_tiers import Tier

_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")

METHODS = {
    "auth.test": Method(users_methods.auth_test, Tier.UNLIMITED),
    "chat.getPermalink": Method(chat_methods.get_permalink, Tier.UNLIMITED),
    "chat.postEphemeral": Method(chat_methods.post_ephemeral, Tier.FOUR, ("chat:write",)),
    "chat.postMessage": Method(chat_methods.post_message, Tier.SPECIAL, ("chat:write",)),
    "chat.unfurl": Method(chat_methods.unfurl, Tier.THREE, ("links:write",)),
    "chat.update": Method(chat_methods.update, Tier.THREE, ("chat:write",)),
    "conversations.history": Method(conversations_methods.history, Tier.THREE, _HISTORY),
    "conversations.info": Method(conversations_methods.info, Tier.THREE, _READ),
    "conversations.open": Method(conversations_methods.open_direct, Tier.THREE, ("im:write",)),
    "conversations.replies": Method(conversations_methods.replies, Tier.THREE, _HISTORY),
    "files.completeUploadExternal": Method(files_methods.complete_upload, Tier.FOUR, ("files:write",)),
    "files.getUploadURLExternal": Method(files_methods.get_upload_url, Tier.FOUR, ("files:write",)),
    "files.info": Method(files_methods.info, Tier.FOUR, ("files:read",)),
    "users.info": Method(users_methods.info, Tier.FOUR, ("users:read",)),
    "views.open": Method(views_methods.open_modal, Tier.FOUR),
    "views.publish": Method(views_methods.publish, Tier.FOUR),
    "views.push": Method(views_methods.push, Tier.FOUR),
    "views.update": Method(views_methods.update, Tier.FOUR),
}
