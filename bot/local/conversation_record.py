"""The channels and direct messages of the local workspace, and their members."""

from __future__ import annotations

import secrets
import time

from bot.local.state import Json, State, dump, load
from bot.local.workspace_identity import BOT_USER_ID, TEAM_ID


class ConversationRecord:
    """Stores and finds conversations. Does not hold messages, and announces no change to page or app."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(
        self, name: str, creator_id: str, *, channel_id: str | None = None, private: bool = False
    ) -> Json:
        """Create a channel with its creator as the only member. Without ``channel_id``, makes up an id."""
        body: Json = {
            "id": channel_id or "C" + secrets.token_hex(5).upper(),
            "name": name,
            "creator": creator_id,
            "created": int(time.time()),
            "is_private": private,
            "is_archived": False,
            "kind": "channel",
        }
        self._state.write("INSERT INTO conversation VALUES (?, ?)", body["id"], dump(body))
        self.join(body["id"], creator_id)
        return body

    def direct_message(self, user_id: str) -> Json:
        """The direct message between a user and Haru, created on first use."""
        channel_id = "D" + user_id.removeprefix("U")
        found = self.get(channel_id)
        if found is not None:
            return found
        body: Json = {
            "id": channel_id,
            "name": "",
            "creator": user_id,
            "created": int(time.time()),
            "is_private": True,
            "is_archived": False,
            "kind": "im",
            "user": user_id,
        }
        self._state.write("INSERT INTO conversation VALUES (?, ?)", channel_id, dump(body))
        self.join(channel_id, user_id)
        self.join(channel_id, BOT_USER_ID)
        return body

    def get(self, channel_id: str) -> Json | None:
        row = self._state.row("SELECT body FROM conversation WHERE id = ?", channel_id)
        return None if row is None else load(row["body"])

    def find_channel(self, name: str) -> Json | None:
        """The channel with this name, without ``#``."""
        return next(
            (found for found in self.all() if found["kind"] == "channel" and found["name"] == name), None
        )

    def all(self) -> list[Json]:
        return [load(row["body"]) for row in self._state.rows("SELECT body FROM conversation ORDER BY rowid")]

    def members(self, channel_id: str) -> list[str]:
        """The ids of the members of a conversation."""
        rows = self._state.rows("SELECT user_id FROM member WHERE channel_id = ?", channel_id)
        return [row["user_id"] for row in rows]

    def has(self, channel_id: str, user_id: str) -> bool:
        """Whether the user is a member of the conversation."""
        found = self._state.row(
            "SELECT 1 FROM member WHERE channel_id = ? AND user_id = ?", channel_id, user_id
        )
        return found is not None

    def join(self, channel_id: str, user_id: str) -> None:
        self._state.write("INSERT OR IGNORE INTO member VALUES (?, ?)", channel_id, user_id)

    def leave(self, channel_id: str, user_id: str) -> None:
        self._state.write("DELETE FROM member WHERE channel_id = ? AND user_id = ?", channel_id, user_id)

    def change(self, channel_id: str, **fields: object) -> Json:
        """Overwrite fields of a channel, ``name`` or ``is_archived``, and return it. KeyError if unknown."""
        body = self.get(channel_id)
        if body is None:
            raise KeyError(channel_id)
        body |= fields
        self._state.write("UPDATE conversation SET body = ? WHERE id = ?", dump(body), channel_id)
        return body


def conversation_object(conversation: Json, *, is_member: bool, member_count: int | None = None) -> Json:
    """A conversation as ``conversations.info`` returns it. ``is_member`` is about Haru's bot user.

    https://docs.slack.dev/reference/objects/conversation-object
    """
    if conversation["kind"] == "im":
        return {
            "id": conversation["id"],
            "created": conversation["created"],
            "is_archived": False,
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": TEAM_ID,
            "user": conversation["user"],
            "is_user_deleted": False,
            "priority": 0,
        }
    creator_id = conversation["creator"]
    body: Json = {
        "id": conversation["id"],
        "name": conversation["name"],
        "name_normalized": conversation["name"],
        "is_channel": not conversation["is_private"],
        "is_group": conversation["is_private"],
        "is_im": False,
        "is_mpim": False,
        "is_private": conversation["is_private"],
        "created": conversation["created"],
        "updated": conversation["created"] * 1000,
        "is_archived": conversation["is_archived"],
        "is_general": False,
        "unlinked": 0,
        "is_shared": False,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "is_ext_shared": False,
        "context_team_id": TEAM_ID,
        "shared_team_ids": [TEAM_ID],
        "parent_conversation": None,
        "creator": creator_id,
        "is_member": is_member,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": creator_id, "last_set": 0},
        "previous_names": [],
    }
    if member_count is not None:
        body["num_members"] = member_count
    return body
