"""Channels and direct messages, and who is in them."""

from __future__ import annotations

import secrets
import time

from bot.local.state import Json, State, dump, load
from bot.local.workspace_identity import BOT_USER_ID, TEAM_ID


class ConversationRecord:
    """Conversations of the workspace. Does not hold messages and tells nobody of a change."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, name: str, creator: str, *, channel_id: str | None = None, private: bool = False) -> Json:
        """A new channel with its creator in it."""
        body: Json = {
            "id": channel_id or "C" + secrets.token_hex(5).upper(),
            "name": name,
            "creator": creator,
            "created": int(time.time()),
            "is_private": private,
            "is_archived": False,
            "kind": "channel",
            "purpose": "",
        }
        self._state.write("INSERT INTO channel VALUES (?, ?)", body["id"], dump(body))
        self.join(body["id"], creator)
        return body

    def direct_message(self, person: str) -> Json:
        """The direct message of a person with Haru, made when there is none."""
        room = "D" + person.removeprefix("U")
        found = self.get(room)
        if found is not None:
            return found
        body: Json = {
            "id": room,
            "name": "",
            "creator": person,
            "created": int(time.time()),
            "is_private": True,
            "is_archived": False,
            "kind": "im",
            "user": person,
        }
        self._state.write("INSERT INTO channel VALUES (?, ?)", room, dump(body))
        self.join(room, person)
        self.join(room, BOT_USER_ID)
        return body

    def get(self, room: str) -> Json | None:
        row = self._state.row("SELECT body FROM channel WHERE id = ?", room)
        return None if row is None else load(row["body"])

    def named(self, name: str) -> Json | None:
        return next((room for room in self.all() if room["kind"] == "channel" and room["name"] == name), None)

    def all(self) -> list[Json]:
        return [load(row["body"]) for row in self._state.rows("SELECT body FROM channel ORDER BY rowid")]

    def of(self, person: str) -> list[Json]:
        """The conversations a person is in."""
        rows = self._state.rows(
            "SELECT body FROM channel JOIN member ON member.channel = channel.id"
            " WHERE person = ? ORDER BY channel.rowid",
            person,
        )
        return [load(row["body"]) for row in rows]

    def members(self, room: str) -> list[str]:
        return [
            row["person"] for row in self._state.rows("SELECT person FROM member WHERE channel = ?", room)
        ]

    def has(self, room: str, person: str) -> bool:
        return (
            self._state.row("SELECT 1 FROM member WHERE channel = ? AND person = ?", room, person) is not None
        )

    def join(self, room: str, person: str) -> None:
        self._state.write("INSERT OR IGNORE INTO member VALUES (?, ?)", room, person)

    def leave(self, room: str, person: str) -> None:
        self._state.write("DELETE FROM member WHERE channel = ? AND person = ?", room, person)

    def change(self, room: str, **facts: object) -> Json:
        """Set facts of a channel: ``name``, ``is_archived``."""
        body = self.get(room)
        if body is None:
            raise KeyError(room)
        body |= facts
        self._state.write("UPDATE channel SET body = ? WHERE id = ?", dump(body), room)
        return body


def conversation_object(room: Json, *, member: bool, members: int | None = None) -> Json:
    """A conversation as ``conversations.info`` shows it.

    https://docs.slack.dev/reference/objects/conversation-object
    """
    if room["kind"] == "im":
        return {
            "id": room["id"],
            "created": room["created"],
            "is_archived": False,
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": TEAM_ID,
            "user": room["user"],
            "is_user_deleted": False,
            "priority": 0,
        }
    body: Json = {
        "id": room["id"],
        "name": room["name"],
        "name_normalized": room["name"],
        "is_channel": not room["is_private"],
        "is_group": room["is_private"],
        "is_im": False,
        "is_mpim": False,
        "is_private": room["is_private"],
        "created": room["created"],
        "updated": room["created"] * 1000,
        "is_archived": room["is_archived"],
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
        "creator": room["creator"],
        "is_member": member,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": room.get("purpose", ""), "creator": room["creator"], "last_set": 0},
        "previous_names": [],
    }
    if members is not None:
        body["num_members"] = members
    return body
