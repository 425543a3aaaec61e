"""The workspace itself: its people, channels and messages, and the news of them for pages and app."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from bot.local import payloads
from bot.local.conversation_record import ConversationRecord
from bot.local.interaction_tokens import ResponseUrls, Triggers
from bot.local.message_record import MessageRecord
from bot.local.modals import Views
from bot.local.page_events import PageEvents
from bot.local.state import Json, State
from bot.local.user_record import UserRecord
from bot.local.workspace_identity import BOT_USER_ID, TEAM_ID


class Mail(Protocol):
    """Takes events for the app."""

    def event(self, envelope: Json) -> None: ...


class Team:
    """Everything in the workspace. Checks no argument: that is the Web API's business."""

    def __init__(self, state: State, clock: Callable[[], datetime], feed: PageEvents, mail: Mail) -> None:
        self.state = state
        self.clock = clock
        self.page_events = feed
        self._mail = mail
        self.users = UserRecord(state)
        self.conversations = ConversationRecord(state)
        self.messages = MessageRecord(state, clock)
        self.views = Views(state)
        self.triggers = Triggers()
        self.response_urls = ResponseUrls(state)

    def say(self, room: Json, body: Json, *, thread: str | None = None, person: str | None = None) -> Json:
        """Put a message into a conversation; only ``person`` sees it when one is given."""
        said = self.messages.add(room["id"], body, thread=thread, audience=person)
        self._show(room["id"], said["ts"], person)
        if person is None and room["kind"] == "im":
            self._message_event(room, said)
        return said

    def speak(
        self, person: Json, room: Json, text: str, *, thread: str | None = None, files: Sequence[Json] = ()
    ) -> Json:
        """A person writes, or shares files; Haru hears of it where an app would."""
        body: Json = {
            "user": person["id"],
            "text": text,
            "team": TEAM_ID,
            "client_msg_id": secrets.token_hex(16),
        }
        if files:
            body |= {"subtype": "file_share", "files": list(files), "upload": False}
        said = self.say(room, body, thread=thread)
        self.read(person["id"], room["id"])
        mentioned = f"<@{BOT_USER_ID}>" in text or f"<@{BOT_USER_ID}|" in text
        if room["kind"] != "im" and mentioned and self.conversations.has(room["id"], BOT_USER_ID):
            self.event({"type": "app_mention", "channel": room["id"], **_heard(said)})
        if room["kind"] == "im" or self.conversations.has(room["id"], BOT_USER_ID):
            for file in files:
                facts = {"file_id": file["id"], "file": {"id": file["id"]}, "user_id": person["id"]}
                self.event({"type": "file_shared", "channel_id": room["id"], **facts})
        return said

    def amend(self, room: Json, ts: str, body: Json, *, person: str | None = None) -> None:
        """Replace a message's content."""
        old = self.messages.get(room["id"], ts)
        self.messages.change(room["id"], ts, body)
        self._show(room["id"], ts, person)
        if person is None and room["kind"] == "im":
            self._message_event(
                room,
                {
                    "subtype": "message_changed",
                    "hidden": True,
                    "message": body,
                    "previous_message": old,
                    "ts": ts,
                },
            )

    def remove(self, room: Json, ts: str) -> None:
        self.messages.remove(room["id"], ts)
        self.page_events.tell("gone", channel=room["id"], ts=ts)

    def join(self, room: Json, person: str, *, inviter: str | None = None) -> None:
        """Into a channel; the app hears of it when it is in there too."""
        if self.conversations.has(room["id"], person):
            return
        self.conversations.join(room["id"], person)
        body: Json = {
            "subtype": "channel_join",
            "user": person,
            "text": f"<@{person}> has joined the channel",
        }
        facts: Json = {"user": person, "channel": room["id"], "channel_type": "C", "team": TEAM_ID}
        if inviter is not None:
            body["inviter"] = facts["inviter"] = inviter
        self.say(room, body)
        if self.conversations.has(room["id"], BOT_USER_ID):
            self.event({"type": "member_joined_channel", **facts})
        self.page_events.tell("channels")

    def leave(self, room: Json, person: str) -> None:
        """Out of a channel, or removed from it."""
        if not self.conversations.has(room["id"], person):
            return
        heard = self.conversations.has(room["id"], BOT_USER_ID)
        self.conversations.leave(room["id"], person)
        self.say(
            room, {"subtype": "channel_leave", "user": person, "text": f"<@{person}> has left the channel"}
        )
        facts: Json = {"user": person, "channel": room["id"], "channel_type": "C", "team": TEAM_ID}
        if heard:
            self.event({"type": "member_left_channel", **facts})
        if person == BOT_USER_ID:
            self.event({"type": "channel_left", "channel": room["id"], "actor_id": room["creator"]})
        self.page_events.tell("channels")

    def archive(self, room: Json, person: str, *, archived: bool) -> None:
        self.conversations.change(room["id"], is_archived=archived)
        if self.conversations.has(room["id"], BOT_USER_ID):
            kind = ("group_" if room["is_private"] else "channel_") + ("archive" if archived else "unarchive")
            self.event({"type": kind, "channel": room["id"], "user": person})
        self.page_events.tell("channels")

    def rename(self, room: Json, name: str) -> None:
        changed = self.conversations.change(room["id"], name=name)
        if self.conversations.has(room["id"], BOT_USER_ID):
            kind = "group_rename" if room["is_private"] else "channel_rename"
            about = {"id": room["id"], "name": name, "created": changed["created"], "is_channel": True}
            self.event({"type": kind, "channel": about})
        self.page_events.tell("channels")

    def read(self, person: str, room: str) -> None:
        """The person has seen all there is in a conversation."""
        latest = self.messages.latest(room)
        if latest is not None:
            self.state.write("INSERT OR REPLACE INTO read_until VALUES (?, ?, ?)", person, room, latest)

    def read_until(self, person: str, room: str) -> float:
        """The ``ts`` up to which the person has read a conversation, 0 for none of it."""
        row = self.state.row("SELECT ts FROM read_until WHERE person = ? AND channel = ?", person, room)
        return 0.0 if row is None else float(row["ts"])

    def unread(self, person: str, room: str) -> bool:
        latest = self.messages.latest(room)
        return latest is not None and self.read_until(person, room) < float(latest)

    def event(self, body: Json) -> None:
        """Send an event to the app."""
        self._mail.event(payloads.event(body))

    def _message_event(self, room: Json, said: Json) -> None:
        kind = payloads.channel_type(room)
        self.event({"type": "message", "channel": room["id"], "channel_type": kind, **_heard(said)})

    def _show(self, room: str, ts: str, person: str | None) -> None:
        message = self.messages.page_copy(room, ts)
        self.page_events.tell("message", person=person, channel=room, message=message)


def _heard(said: Json) -> Json:
    return {key: value for key, value in said.items() if key != "type"} | {"event_ts": said["ts"]}
