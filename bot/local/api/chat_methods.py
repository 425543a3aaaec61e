"""The methods chat.postMessage, chat.postEphemeral, chat.update and chat.getPermalink."""

from __future__ import annotations

from bot.local import payloads
from bot.local.api.call import ApiError, Call
from bot.local.block_kit_rules import MESSAGE_TEXT_LENGTH, message_problems, text_length, with_block_ids
from bot.local.json_shapes import utf16_length
from bot.local.state import Json, dump
from bot.local.workspace_identity import BOT_USER_ID, TEAM_ID

POST_TEXT_LENGTH = 40_000
UPDATE_TEXT_BYTES = 4_000
"""Documented as characters. Here it is the stricter of what it may mean, so that a fault in Haru shows."""
METADATA_BYTES = 8_000


def post_message(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postMessage"""
    conversation = _writable_conversation(call)
    content = message_content(call)
    thread_ts = _thread(call, conversation)
    broadcast = call.flag("reply_broadcast")
    if broadcast and thread_ts is None:
        raise ApiError("invalid_arguments", "[ERROR] reply_broadcast needs thread_ts")
    body = payloads.bot_author() | content
    if thread_ts is not None:
        parent = call.team.messages.get(conversation["id"], thread_ts) or {}
        body["parent_user_id"] = str(parent.get("user", TEAM_ID))
    if broadcast:
        body["subtype"] = "thread_broadcast"
    message = call.team.post_message(conversation, body, thread_ts=thread_ts)
    return {"channel": conversation["id"], "ts": message["ts"], "message": message}


def post_ephemeral(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postEphemeral"""
    conversation = _writable_conversation(call)
    user_id = call.text("user")
    if call.team.users.get(user_id) is None or not call.team.conversations.has(conversation["id"], user_id):
        raise ApiError("user_not_in_channel")
    body = payloads.bot_author() | message_content(call)
    message = call.team.post_message(
        conversation, body, thread_ts=_thread(call, conversation), visible_to=user_id
    )
    return {"message_ts": message["ts"]}


def update(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.update"""
    conversation = call.visible_conversation()
    ts = call.text("ts")
    previous = call.team.messages.get(conversation["id"], ts)
    if previous is None:
        raise ApiError("message_not_found")
    if previous.get("user") != BOT_USER_ID:
        raise ApiError("cant_update_message")
    if conversation["is_archived"]:
        raise ApiError("is_archived")
    if len((call.optional("text") or "").encode("utf-8", "surrogatepass")) > UPDATE_TEXT_BYTES:
        raise ApiError("msg_too_long")
    for undocumented in ("unfurl_links", "unfurl_media"):
        if undocumented in call.arguments:
            raise ApiError("invalid_arguments", f"[ERROR] {undocumented} is no argument of chat.update")
    content = message_content(call)
    kept = _kept_fields(previous)
    if call.json_value("blocks") is not None or call.optional("text") is not None:
        # An update with text but without blocks removes the old blocks, so that the text shows.
        kept.pop("blocks", None)
    edited = {"user": BOT_USER_ID, "ts": f"{call.team.clock().timestamp():.6f}"}
    body = kept | content | {"edited": edited}
    call.team.update_message(conversation, ts, body)
    return {"channel": conversation["id"], "ts": ts, "text": body["text"], "message": body}


def unfurl(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.unfurl"""
    conversation = call.visible_conversation()
    ts = call.text("ts")
    message = call.team.messages.get(conversation["id"], ts)
    unfurls = call.json_value("unfurls")
    if message is None:
        raise ApiError("cannot_find_message")
    if not isinstance(unfurls, dict) or not unfurls:
        raise ApiError("missing_unfurls")
    attachments: list[Json] = []
    for url, shown in unfurls.items():
        if url not in message.get("text", ""):
            raise ApiError("cannot_unfurl_url")
        blocks = shown.get("blocks", []) if isinstance(shown, dict) else []
        if problems := message_problems(blocks):
            raise ApiError("cannot_parse_attachment", *problems[:1])
        attachments.append({"id": len(attachments) + 1, "from_url": url, "blocks": with_block_ids(blocks)})
    call.team.update_message(conversation, ts, dict(message) | {"attachments": attachments})
    return {}


def get_permalink(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.getPermalink"""
    conversation = call.visible_conversation()
    ts = call.text("message_ts")
    message = call.team.messages.get(conversation["id"], ts)
    if message is None:
        raise ApiError("message_not_found")
    link = f"{call.base_url}/archives/{conversation['id']}/p{ts.replace('.', '')}"
    if message.get("thread_ts", ts) != ts:
        link += f"?thread_ts={message['thread_ts']}&cid={conversation['id']}"
    return {"channel": conversation["id"], "permalink": link}


def message_content(call: Call) -> Json:
    """The ``text``, ``blocks`` and ``metadata`` of a call as the message stores them.

    ApiError if one of them is invalid or too large, or if there is nothing to show.
    """
    text = call.optional("text") or ""
    blocks = call.json_value("blocks")
    if not text and not blocks:
        raise ApiError("no_text")
    if utf16_length(text) > POST_TEXT_LENGTH:
        raise ApiError("msg_too_long")
    content: Json = {"text": text}
    if blocks is not None:
        valid = _valid_blocks(blocks)
        if valid:
            content["blocks"] = with_block_ids(valid)
    metadata = call.json_value("metadata")
    if metadata is not None:
        content["metadata"] = _valid_metadata(metadata)
    return content


def _valid_blocks(blocks: object) -> list[Json]:
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    problems = message_problems(blocks)
    if problems:
        errors = [problem.removeprefix("[ERROR] ") for problem in problems]
        raise ApiError("invalid_blocks", *problems, errors=errors)
    if text_length(blocks) > MESSAGE_TEXT_LENGTH:
        raise ApiError("msg_blocks_too_long")
    return blocks


def _valid_metadata(metadata: object) -> Json:
    if not isinstance(metadata, dict) or set(metadata) - {"event_type", "event_payload", "entities"}:
        raise ApiError("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise ApiError("invalid_metadata_schema")
    if len(dump(metadata).encode()) > METADATA_BYTES:
        raise ApiError("metadata_too_large")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}


def _kept_fields(previous: Json) -> Json:
    """The fields of a message that stay when it is updated: not the ones Slack computes for a thread."""
    kept = {
        key: value
        for key, value in previous.items()
        if not key.startswith(("reply_", "latest_", "is_", "subscribed"))
    }
    if kept.get("thread_ts") == previous["ts"]:
        del kept["thread_ts"]
    return kept


def _writable_conversation(call: Call) -> Json:
    """Where a message goes: a conversation the bot is in, or the direct message of a user id."""
    wanted = call.text("channel")
    if call.team.users.get(wanted) is not None and wanted != BOT_USER_ID:
        return call.team.conversations.direct_message(wanted)
    conversation = call.conversation()
    if conversation["is_archived"]:
        raise ApiError("is_archived")
    if not call.team.conversations.has(conversation["id"], BOT_USER_ID):
        raise ApiError("channel_not_found" if conversation["is_private"] else "not_in_channel")
    return conversation


def _thread(call: Call, conversation: Json) -> str | None:
    """The parent's ``ts`` for the ``thread_ts`` argument, which may also be that of a reply.

    Slack accepts some unknown timestamps. Here each is refused, so that a fault in Haru shows.
    """
    thread_ts = call.optional("thread_ts")
    if not thread_ts:
        return None
    message = call.team.messages.get(conversation["id"], thread_ts)
    if message is None:
        raise ApiError("thread_not_found")
    return str(message.get("thread_ts", thread_ts))
