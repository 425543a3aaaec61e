"""The methods files.info, files.getUploadURLExternal and files.completeUploadExternal.

The download of a file, and the address that takes an upload, are routes of ``web_api``.
"""

from __future__ import annotations

import secrets

from bot.local import payloads
from bot.local.api.call import ApiError, Call
from bot.local.state import Json
from bot.local.workspace_identity import BOT_USER_ID


def info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/files.info"""
    file = call.team.files.get(call.text("file"))
    if file is None:
        raise ApiError("file_not_found")
    return {"file": file, "comments": [], "response_metadata": {"next_cursor": ""}}


def get_upload_url(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/files.getUploadURLExternal"""
    name, length = call.text("filename"), call.text("length")
    if not length.isdecimal() or int(length) == 0:
        raise ApiError("invalid_arguments", "[ERROR] must be greater than 0 [json-pointer:/length]")
    file_id = "F" + secrets.token_hex(5).upper()
    url = f"{call.base_url}/files/{file_id}"
    file: Json = {
        "id": file_id,
        "created": int(call.team.clock().timestamp()),
        "name": name,
        "title": name,
        "mimetype": "text/plain",
        "filetype": name.rpartition(".")[2].lower(),
        "user": BOT_USER_ID,
        "size": int(length),
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "url_private": url,
        "url_private_download": f"{url}?download=1",
    }
    call.team.files.add(file, b"")
    return {"upload_url": f"{call.base_url}/uploads/{file_id}", "file_id": file_id}


def complete_upload(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/files.completeUploadExternal"""
    given = call.json_value("files")
    if not isinstance(given, list) or not given:
        raise ApiError("invalid_arguments", "[ERROR] missing required field: files")
    files = []
    for one in given:
        file = call.team.files.get(str(one.get("id"))) if isinstance(one, dict) else None
        if file is None or len(call.team.files.content(file["id"]) or b"") != file["size"]:
            raise ApiError("file_not_found")
        files.append(call.team.files.change(file["id"], title=str(one.get("title") or file["name"])))
    channel_id = call.optional("channel_id")
    if channel_id:
        conversation = call.team.conversations.get(channel_id)
        if conversation is None or not call.team.conversations.has(channel_id, BOT_USER_ID):
            raise ApiError("channel_not_found")
        body = payloads.bot_author() | {"text": call.optional("initial_comment") or "", "files": files}
        call.team.post_message(conversation, body)
    return {"files": files}
