"""chat.*: https://docs.slack.dev/reference/methods/chat.postMessage and its neighbours."""

from __future__ import annotations

from bot.local import payloads
from bot.local.api.call import ApiError, Call
from bot.local.block_kit_rules import MESSAGE_TEXTS, message_problems, text_size
from bot.local.message_record import with_block_ids
from bot.local.state import Json, dump
from bot.local.workspace_identity import BOT_USER_ID, TEAM_ID

TEXT = 40_000
UPDATE_TEXT = 4_000
METADATA_BYTES = 8_000


def post_message(call: Call) -> Json:
    """chat.postMessage"""
    room = _target(call)
    content = checked_content(call)
    thread = call.optional("thread_ts")
    broadcast = thread is not None and call.flag("reply_broadcast")
    thread = _thread(call, room, thread)
    if thread is None and call.flag("reply_broadcast"):
        raise ApiError("invalid_arguments", "[ERROR] reply_broadcast needs thread_ts")
    body = _author(call) | content
    if thread is not None:
        body["parent_user_id"] = _parent_author(call, room, thread)
    if broadcast:
        body["subtype"] = "thread_broadcast"
    said = call.team.say(room, body, thread=thread)
    return {"channel": room["id"], "ts": said["ts"], "message": said}


def post_ephemeral(call: Call) -> Json:
    """chat.postEphemeral"""
    room = _target(call)
    person = call.text("user")
    if call.team.users.get(person) is None or not call.team.conversations.has(room["id"], person):
        raise ApiError("user_not_in_channel")
    content = checked_content(call)
    thread = _thread(call, room, call.optional("thread_ts"))
    said = call.team.say(room, _author(call) | content, thread=thread, person=person)
    return {"message_ts": said["ts"]}


def update(call: Call) -> Json:
    """chat.update"""
    room = _seen(call)
    ts = call.text("ts")
    old = call.team.messages.get(room["id"], ts)
    if old is None:
        raise ApiError("message_not_found")
    if old.get("user") != BOT_USER_ID:
        raise ApiError("cant_update_message")
    if room["is_archived"]:
        raise ApiError("is_archived")
    content = checked_content(call, most=UPDATE_TEXT)
    kept = {
        key: value for key, value in old.items() if not key.startswith(("reply_", "latest_", "is_", "sub"))
    }
    if "thread_ts" in kept and kept["thread_ts"] == ts:
        del kept["thread_ts"]
    if "subtype" in old:
        kept["subtype"] = old["subtype"]
    if call.structure("blocks") is not None or call.optional("text") is not None:
        # Blocks not sent again go away when there is new text, so that a text-only update shows.
        kept.pop("blocks", None)
    if call.structure("metadata") is None:
        content.pop("metadata", None)
    edited = {"user": BOT_USER_ID, "ts": f"{call.team.clock().timestamp():.6f}"}
    body = kept | content | {"edited": edited}
    call.team.amend(room, ts, body)
    return {"channel": room["id"], "ts": ts, "text": body["text"], "message": body}


def delete(call: Call) -> Json:
    """chat.delete"""
    room = _seen(call)
    ts = call.text("ts")
    old = call.team.messages.get(room["id"], ts)
    if old is None:
        raise ApiError("message_not_found")
    if old.get("user") != BOT_USER_ID:
        raise ApiError("cant_delete_message")
    call.team.remove(room, ts)
    return {"channel": room["id"], "ts": ts}


def get_permalink(call: Call) -> Json:
    """chat.getPermalink"""
    room = _seen(call)
    ts = call.text("message_ts")
    message = call.team.messages.get(room["id"], ts)
    if message is None:
        raise ApiError("message_not_found")
    link = f"{call.base_url}/archives/{room['id']}/p{ts.replace('.', '')}"
    if message.get("thread_ts", ts) != ts:
        link += f"?thread_ts={message['thread_ts']}&cid={room['id']}"
    return {"channel": room["id"], "permalink": link}


def checked_content(call: Call, *, most: int = TEXT) -> Json:
    """``text``, ``blocks`` and ``metadata`` as they will stand in the message; ApiError when refused."""
    text = call.optional("text") or ""
    blocks = call.structure("blocks")
    attachments = call.structure("attachments")
    if not text and not blocks and not attachments:
        raise ApiError("no_text")
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > most:
        raise ApiError("msg_too_long")
    content: Json = {"text": text}
    if blocks is not None:
        if not isinstance(blocks, list):
            raise ApiError("invalid_blocks_format")
        problems = message_problems(blocks)
        if problems:
            raise ApiError("invalid_blocks", *problems, errors=[problem[8:] for problem in problems])
        if text_size(blocks) > MESSAGE_TEXTS:
            raise ApiError("msg_blocks_too_long")
        if blocks:
            content["blocks"] = with_block_ids(blocks)
    metadata = call.structure("metadata")
    if metadata is not None:
        content["metadata"] = _metadata(metadata)
    return content


def _metadata(metadata: object) -> Json:
    if not isinstance(metadata, dict) or set(metadata) - {"event_type", "event_payload", "entities"}:
        raise ApiError("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise ApiError("invalid_metadata_schema")
    if len(dump(metadata).encode()) > METADATA_BYTES:
        raise ApiError("metadata_too_large")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}


def _target(call: Call) -> Json:
    """Where to post: a channel the bot is in, or a person's direct message by their id."""
    wanted = call.text("channel")
    if call.team.users.get(wanted) is not None and wanted != BOT_USER_ID:
        return call.team.conversations.direct_message(wanted)
    room = call.team.conversations.get(wanted) or call.team.conversations.named(wanted.removeprefix("#"))
    if room is None:
        raise ApiError("channel_not_found")
    if room["is_archived"]:
        raise ApiError("is_archived")
    if not call.team.conversations.has(room["id"], BOT_USER_ID):
        raise ApiError("channel_not_found" if room["is_private"] else "not_in_channel")
    return room


def _seen(call: Call) -> Json:
    room = call.room()
    if room["is_private"] and not call.team.conversations.has(room["id"], BOT_USER_ID):
        raise ApiError("channel_not_found")
    return room


def _thread(call: Call, room: Json, thread: str | None) -> str | None:
    if not thread:
        return None
    parent = call.team.messages.get(room["id"], thread)
    if parent is None:
        # Slack's clients differ here; a refusal shows an app that its thread is gone.
        raise ApiError("thread_not_found")
    if parent.get("thread_ts", thread) != thread:
        return str(parent["thread_ts"])
    return thread


def _parent_author(call: Call, room: Json, thread: str) -> str:
    parent = call.team.messages.get(room["id"], thread)
    return str(parent["user"]) if parent else TEAM_ID


def _author(call: Call) -> Json:
    return payloads.bot_author()
