"""conversations.*: https://docs.slack.dev/reference/methods?family=conversations"""

from __future__ import annotations

from bot.local.api.call import ApiError, Call, paged
from bot.local.conversation_record import conversation_object
from bot.local.state import Json
from bot.local.workspace_identity import BOT_USER_ID

_FOREVER = 1e12


def history(call: Call) -> Json:
    """conversations.history"""
    room = _readable(call)
    found = call.team.messages.history(
        room["id"],
        call.moment("oldest", 0.0),
        call.moment("latest", _FOREVER),
        inclusive=call.flag("inclusive"),
    )
    page, cursor = paged([{"ts": ts} for ts in found], call)
    messages = [call.team.messages.get(room["id"], one["ts"]) for one in page]
    return {
        "messages": [_shown(call, message) for message in messages if message is not None],
        "has_more": bool(cursor),
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
        **_next(cursor),
    }


def replies(call: Call) -> Json:
    """conversations.replies: the first message always, then the replies within the window, oldest first."""
    room = _readable(call)
    ts = call.text("ts")
    message = call.team.messages.get(room["id"], ts)
    if message is None:
        raise ApiError("thread_not_found")
    thread = message.get("thread_ts", ts)
    oldest, latest = call.moment("oldest", 0.0), call.moment("latest", _FOREVER)
    inclusive = call.flag("inclusive")
    parent, *rest = call.team.messages.replies(room["id"], thread)
    rest = [
        one
        for one in rest
        if oldest < float(one["ts"]) < latest or (inclusive and float(one["ts"]) in (oldest, latest))
    ]
    page, cursor = paged([_shown(call, one) for one in rest], call)
    return {"messages": [_shown(call, parent), *page], "has_more": bool(cursor), **_next(cursor)}


def info(call: Call) -> Json:
    """conversations.info"""
    room = _visible(call)
    members = len(call.team.conversations.members(room["id"])) if call.flag("include_num_members") else None
    member = call.team.conversations.has(room["id"], BOT_USER_ID)
    body = conversation_object(room, member=member, members=members)
    if call.flag("include_locale"):
        body["locale"] = "en-US"
    return {"channel": body}


def list_all(call: Call) -> Json:
    """conversations.list"""
    wanted = (call.optional("types") or "public_channel").split(",")
    if set(wanted) - {"public_channel", "private_channel", "im", "mpim"}:
        raise ApiError("invalid_types")
    rooms = call.team.conversations
    found = []
    for room in rooms.all():
        member = rooms.has(room["id"], BOT_USER_ID)
        hidden = room["is_private"] and not member
        archived = room["is_archived"] and call.flag("exclude_archived")
        if _kind(room) in wanted and not hidden and not archived:
            found.append(conversation_object(room, member=member, members=len(rooms.members(room["id"]))))
    page, cursor = paged(found, call)
    return {"channels": page, **_next(cursor)}


def members(call: Call) -> Json:
    """conversations.members"""
    room = _visible(call)
    page, cursor = paged([{"id": one} for one in call.team.conversations.members(room["id"])], call)
    return {"members": [one["id"] for one in page], **_next(cursor)}


def open_direct(call: Call) -> Json:
    """conversations.open; groups of several people are not kept here."""
    channel = call.optional("channel")
    if channel:
        room = call.room()
    else:
        people = [one for one in call.text("users").split(",") if one]
        if len(people) != 1:
            raise ApiError("too_many_users" if len(people) > 8 else "method_not_supported_for_channel_type")
        if call.team.users.get(people[0]) is None or people[0] == BOT_USER_ID:
            raise ApiError("user_not_found")
        room = call.team.conversations.direct_message(people[0])
    if call.flag("return_im"):
        return {"channel": conversation_object(room, member=True)}
    return {"channel": {"id": room["id"]}}


def join(call: Call) -> Json:
    """conversations.join"""
    room = _visible(call)
    if room["kind"] != "channel" or room["is_private"]:
        raise ApiError("method_not_supported_for_channel_type")
    if room["is_archived"]:
        raise ApiError("is_archived")
    already = call.team.conversations.has(room["id"], BOT_USER_ID)
    call.team.join(room, BOT_USER_ID)
    body: Json = {"channel": conversation_object(room, member=True)}
    if already:
        body |= {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return body


def of_user(call: Call) -> Json:
    """users.conversations"""
    person = call.optional("user") or BOT_USER_ID
    wanted = (call.optional("types") or "public_channel").split(",")
    found = [
        conversation_object(room, member=call.team.conversations.has(room["id"], BOT_USER_ID))
        for room in call.team.conversations.of(person)
        if _kind(room) in wanted
        and not (room["is_private"] and not call.team.conversations.has(room["id"], BOT_USER_ID))
        and not (room["is_archived"] and call.flag("exclude_archived"))
    ]
    page, cursor = paged(found, call)
    return {"channels": page, **_next(cursor)}


def _kind(room: Json) -> str:
    if room["kind"] == "im":
        return "im"
    return "private_channel" if room["is_private"] else "public_channel"


def _visible(call: Call) -> Json:
    room = call.room()
    if room["is_private"] and not call.team.conversations.has(room["id"], BOT_USER_ID):
        raise ApiError("channel_not_found")
    return room


def _readable(call: Call) -> Json:
    room = _visible(call)
    if not call.team.conversations.has(room["id"], BOT_USER_ID):
        raise ApiError("not_in_channel")
    needed = {"im": "im:history", "private_channel": "groups:history"}.get(_kind(room), "channels:history")
    if needed not in call.scopes:
        raise ApiError("missing_scope", needed=needed, provided=",".join(sorted(call.scopes)))
    return room


def _shown(call: Call, message: Json) -> Json:
    if call.flag("include_all_metadata"):
        return message
    return {key: value for key, value in message.items() if key != "metadata"}


def _next(cursor: str) -> Json:
    return {"response_metadata": {"next_cursor": cursor}}
