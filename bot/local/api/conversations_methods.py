"""The methods conversations.history, conversations.info and conversations.replies."""

from __future__ import annotations

from bot.local.api.call import ApiError, Call, page_of
from bot.local.conversation_record import conversation_object
from bot.local.state import Json
from bot.local.workspace_identity import BOT_USER_ID

_END_OF_TIME = 1e12


def history(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.history"""
    conversation = _readable_conversation(call)
    found = call.team.messages.history(
        conversation["id"],
        call.timestamp("oldest", 0.0),
        call.timestamp("latest", _END_OF_TIME),
        inclusive=call.flag("inclusive"),
    )
    page, cursor = page_of([{"ts": ts} for ts in found], call)
    messages = [call.team.messages.get(conversation["id"], item["ts"]) for item in page]
    return {
        "messages": [_returned(call, message) for message in messages if message is not None],
        "has_more": bool(cursor),
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
        **_next_cursor(cursor),
    }


def replies(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.replies

    Returns the parent on every page, then the replies between ``oldest`` and ``latest``, oldest first.
    """
    conversation = _readable_conversation(call)
    ts = call.text("ts")
    message = call.team.messages.get(conversation["id"], ts)
    if message is None:
        raise ApiError("thread_not_found")
    oldest, latest = call.timestamp("oldest", 0.0), call.timestamp("latest", _END_OF_TIME)
    inclusive = call.flag("inclusive")
    parent, *all_replies = call.team.messages.replies(conversation["id"], message.get("thread_ts", ts))
    between = [
        reply
        for reply in all_replies
        if oldest < float(reply["ts"]) < latest or (inclusive and float(reply["ts"]) in (oldest, latest))
    ]
    page, cursor = page_of([_returned(call, reply) for reply in between], call)
    return {"messages": [_returned(call, parent), *page], "has_more": bool(cursor), **_next_cursor(cursor)}


def open_direct(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.open, for the direct message of one user."""
    user = call.team.users.get(call.text("users"))
    if user is None or user["id"] == BOT_USER_ID:
        raise ApiError("user_not_found")
    conversation = call.team.conversations.direct_message(user["id"])
    return {"no_op": True, "already_open": True, "channel": {"id": conversation["id"]}}


def info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.info"""
    conversation = call.visible_conversation()
    members = call.team.conversations.members(conversation["id"])
    body = conversation_object(
        conversation,
        is_member=BOT_USER_ID in members,
        member_count=len(members) if call.flag("include_num_members") else None,
    )
    if call.flag("include_locale"):
        body["locale"] = "en-US"
    return {"channel": body}


def _readable_conversation(call: Call) -> Json:
    """The call's conversation, if the bot is a member and has the scope to read its history."""
    conversation = call.visible_conversation()
    if not call.team.conversations.has(conversation["id"], BOT_USER_ID):
        raise ApiError("not_in_channel")
    if conversation["kind"] == "im":
        needed = "im:history"
    else:
        needed = "groups:history" if conversation["is_private"] else "channels:history"
    if needed not in call.scopes:
        raise ApiError("missing_scope", needed=needed, provided=",".join(sorted(call.scopes)))
    return conversation


def _returned(call: Call, message: Json) -> Json:
    """The message with its metadata only if the call asks for metadata."""
    if call.flag("include_all_metadata"):
        return message
    return {key: value for key, value in message.items() if key != "metadata"}


def _next_cursor(cursor: str) -> Json:
    return {"response_metadata": {"next_cursor": cursor}}
