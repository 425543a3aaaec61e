"""The methods of Slack's Web API that Haru may call, and their arguments, as documented.

Written from https://docs.slack.dev/reference/methods, a page a method. Nothing else may be
called, and nothing else be given: a real Slack ignores what it does not know, so that a
mistake would never be seen there.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Method:
    """One method: what it needs, what it may have, and whether it reads (and so takes no JSON body)."""

    needs: frozenset[str]
    may: frozenset[str]
    reads: bool = False


def _method(needs: str = "", may: str = "", *, reads: bool = False) -> Method:
    return Method(frozenset(needs.split()), frozenset(may.split()), reads)


_WRITTEN = "as_user attachments blocks link_names markdown_text parse text"
_NAMED = "icon_emoji icon_url username"

METHODS = {
    "apps.connections.open": _method(),
    "auth.test": _method(),
    "chat.getPermalink": _method("channel message_ts", reads=True),
    "chat.postEphemeral": _method("channel user", f"{_WRITTEN} {_NAMED} thread_ts"),
    "chat.postMessage": _method(
        "channel",
        f"{_WRITTEN} {_NAMED} metadata mrkdwn reply_broadcast thread_ts unfurl_links unfurl_media",
    ),
    "chat.unfurl": _method(
        "",
        "channel metadata source ts unfurl_id unfurls user_auth_blocks user_auth_message user_auth_required"
        " user_auth_url",
    ),
    "chat.update": _method("channel ts", f"{_WRITTEN} file_ids metadata reply_broadcast"),
    "conversations.history": _method(
        "channel", "cursor include_all_metadata inclusive latest limit oldest", reads=True
    ),
    "conversations.info": _method("channel", "include_locale include_num_members", reads=True),
    "conversations.replies": _method(
        "channel ts", "cursor include_all_metadata inclusive latest limit oldest", reads=True
    ),
    "conversations.open": _method("", "channel prevent_creation return_im users"),
    "files.completeUploadExternal": _method("files", "blocks channel_id channels initial_comment thread_ts"),
    "files.getUploadURLExternal": _method("filename length", "alt_txt snippet_type"),
    "files.info": _method("file", "count cursor limit page", reads=True),
    "users.info": _method("user", "include_locale", reads=True),
    "views.open": _method("view", "interactivity_pointer trigger_id"),
    "views.publish": _method("user_id view", "hash"),
    "views.push": _method("view", "interactivity_pointer trigger_id"),
    "views.update": _method("view", "external_id hash view_id"),
}

ANSWER = frozenset(
    {
        *("attachments", "blocks", "delete_original", "replace_original", "response_type", "text"),
        *("thread_ts", "unfurl_links", "unfurl_media"),
    }
)
"""What may answer a command, in its acknowledgement or at its response_url."""

VIEW_ANSWER = frozenset({"errors", "response_action", "view"})
"""What may answer a submitted view."""
