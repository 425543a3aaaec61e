"""The workspace's contents, and the actions on them that pages and the app must hear about."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from bot.local import payloads
from bot.local.app_homes import AppHomes
from bot.local.conversation_record import ConversationRecord
from bot.local.file_record import FileRecord
from bot.local.interaction_tokens import ResponseUrls, Triggers
from bot.local.message_record import MessageRecord
from bot.local.modals import Modals
from bot.local.page_events import PageEvents
from bot.local.state import Json, State
from bot.local.user_record import UserRecord
from bot.local.workspace_identity import BOT_USER_ID, TEAM_ID


class Team:
    """Holds every record of the workspace. Its methods change one and announce it to pages and app.

    Does not validate arguments or permissions: the Web API and ``UserActions`` do that first.
    """

    def __init__(
        self,
        state: State,
        clock: Callable[[], datetime],
        page_events: PageEvents,
        send_to_app: Callable[[Json], None],
    ) -> None:
        """``send_to_app`` delivers an event's envelope to the app, without waiting for it."""
        self.state = state
        self.clock = clock
        self.page_events = page_events
        self._send_to_app = send_to_app
        self.users = UserRecord(state)
        self.conversations = ConversationRecord(state)
        self.messages = MessageRecord(state, clock)
        self.files = FileRecord(state)
        self.modals = Modals(state)
        self.app_homes = AppHomes(state)
        self.triggers = Triggers()
        self.response_urls = ResponseUrls(state)

    def post_message(
        self, conversation: Json, body: Json, *, thread_ts: str | None = None, visible_to: str | None = None
    ) -> Json:
        """Add a message to a conversation. ``visible_to`` makes it ephemeral for that user id."""
        message = self.messages.add(conversation["id"], body, thread_ts=thread_ts, visible_to=visible_to)
        self._show_message(conversation["id"], message["ts"], visible_to)
        if visible_to is None and conversation["kind"] == "im":
            self._send_message_event(conversation, message)
        return message

    def post_as_user(
        self,
        user: Json,
        conversation: Json,
        text: str,
        *,
        thread_ts: str | None = None,
        files: Sequence[Json] = (),
    ) -> Json:
        """Add a message or files from a user. The app hears of it where Slack would tell it.

        That is in direct messages, and in its channels when it is mentioned or files are shared.
        """
        body: Json = {
            "user": user["id"],
            "text": text,
            "team": TEAM_ID,
            "client_msg_id": secrets.token_hex(16),
        }
        if files:
            body |= {"subtype": "file_share", "files": list(files), "upload": False}
        message = self.post_message(conversation, body, thread_ts=thread_ts)
        self.mark_read(user["id"], conversation["id"])
        bot_is_member = self.conversations.has(conversation["id"], BOT_USER_ID)
        mentioned = f"<@{BOT_USER_ID}>" in text or f"<@{BOT_USER_ID}|" in text
        if conversation["kind"] != "im" and mentioned and bot_is_member:
            self.send_event({"type": "app_mention", "channel": conversation["id"], **_event_fields(message)})
        links = _paper_links(text)
        if links and bot_is_member:
            shown = {"channel": conversation["id"], "message_ts": message["ts"], "links": links}
            unfurl = {"is_bot_user_member": True, "unfurl_id": secrets.token_hex(8)}
            source = {"source": "conversations_history", "user": user["id"]}
            self.send_event({"type": "link_shared", **shown, **unfurl, **source})
        if bot_is_member:
            for file in files:
                facts = {"file_id": file["id"], "file": {"id": file["id"]}, "user_id": user["id"]}
                self.send_event({"type": "file_shared", "channel_id": conversation["id"], **facts})
        return message

    def update_message(
        self, conversation: Json, ts: str, body: Json, *, visible_to: str | None = None
    ) -> None:
        """Replace the content of a message. ``visible_to`` is the user id of an ephemeral one."""
        previous = self.messages.get(conversation["id"], ts)
        self.messages.replace(conversation["id"], ts, body)
        self._show_message(conversation["id"], ts, visible_to)
        if visible_to is None and conversation["kind"] == "im":
            changed: Json = {
                "subtype": "message_changed",
                "hidden": True,
                "message": body,
                "previous_message": previous,
                "ts": ts,
            }
            self._send_message_event(conversation, changed)

    def delete_message(self, conversation: Json, ts: str) -> None:
        self.messages.delete(conversation["id"], ts)
        self.page_events.publish("message_deleted", channel=conversation["id"], ts=ts)

    def join(self, conversation: Json, user_id: str, *, inviter_id: str | None = None) -> None:
        """Add a user to a channel. Does nothing if they are in it already."""
        if self.conversations.has(conversation["id"], user_id):
            return
        self.conversations.join(conversation["id"], user_id)
        message: Json = {
            "subtype": "channel_join",
            "user": user_id,
            "text": f"<@{user_id}> has joined the channel",
        }
        event = _membership_event("member_joined_channel", conversation, user_id)
        if inviter_id is not None:
            message["inviter"] = event["inviter"] = inviter_id
        self.post_message(conversation, message)
        if self.conversations.has(conversation["id"], BOT_USER_ID):
            self.send_event(event)
        self.page_events.publish("channels")

    def leave(self, conversation: Json, user_id: str) -> None:
        """Remove a user from a channel. Does nothing if they are not in it."""
        if not self.conversations.has(conversation["id"], user_id):
            return
        bot_was_member = self.conversations.has(conversation["id"], BOT_USER_ID)
        self.conversations.leave(conversation["id"], user_id)
        message = {
            "subtype": "channel_leave",
            "user": user_id,
            "text": f"<@{user_id}> has left the channel",
        }
        self.post_message(conversation, message)
        if bot_was_member:
            self.send_event(_membership_event("member_left_channel", conversation, user_id))
        if user_id == BOT_USER_ID:
            left = {"channel": conversation["id"], "actor_id": conversation["creator"]}
            self.send_event({"type": "channel_left", **left})
        self.page_events.publish("channels")

    def set_archived(self, conversation: Json, user_id: str, archived: bool) -> None:
        """Archive a channel or bring it back, as done by a user."""
        self.conversations.change(conversation["id"], is_archived=archived)
        if self.conversations.has(conversation["id"], BOT_USER_ID):
            prefix = "group_" if conversation["is_private"] else "channel_"
            kind = prefix + ("archive" if archived else "unarchive")
            self.send_event({"type": kind, "channel": conversation["id"], "user": user_id})
        self.page_events.publish("channels")

    def rename(self, conversation: Json, name: str) -> None:
        """Give a channel a new name, without ``#``."""
        renamed = self.conversations.change(conversation["id"], name=name)
        if self.conversations.has(conversation["id"], BOT_USER_ID):
            kind = "group_rename" if conversation["is_private"] else "channel_rename"
            channel = {"id": renamed["id"], "name": name, "created": renamed["created"], "is_channel": True}
            self.send_event({"type": kind, "channel": channel})
        self.page_events.publish("channels")

    def mark_read(self, user_id: str, channel_id: str) -> None:
        """Record that a user has read everything in a conversation."""
        latest = self.messages.latest_ts(channel_id)
        if latest is not None:
            self.state.write("INSERT OR REPLACE INTO last_read VALUES (?, ?, ?)", user_id, channel_id, latest)

    def last_read(self, user_id: str, channel_id: str) -> float:
        """The ``ts`` of the newest message a user has read in a conversation, 0 if none."""
        row = self.state.row(
            "SELECT ts FROM last_read WHERE user_id = ? AND channel_id = ?", user_id, channel_id
        )
        return 0.0 if row is None else float(row["ts"])

    def has_unread(self, user_id: str, channel_id: str) -> bool:
        latest = self.messages.latest_ts(channel_id)
        return latest is not None and self.last_read(user_id, channel_id) < float(latest)

    def send_event(self, event: Json) -> None:
        """Send an event to the app, without waiting for it to be acknowledged."""
        self._send_to_app(payloads.event_envelope(event))

    def _send_message_event(self, conversation: Json, message: Json) -> None:
        kind = payloads.channel_type(conversation)
        event = {"channel": conversation["id"], "channel_type": kind, **_event_fields(message)}
        self.send_event({"type": "message", **event})

    def _show_message(self, channel_id: str, ts: str, visible_to: str | None) -> None:
        message = self.messages.get_for_page(channel_id, ts)
        self.page_events.publish("message", user_id=visible_to, channel=channel_id, message=message)


_URL = re.compile(r"<(https?://[^\s<>|]+)(?:\|[^<>]*)?>")
_DOMAINS = ("arxiv.org", "huggingface.co", "alphaxiv.org", "openreview.net", "ar5iv.org")
"""What the manifest asks Slack to tell the app of."""


def _paper_links(text: str) -> list[Json]:
    """The links of a text to the domains of the manifest, as ``link_shared`` lists them."""
    found = []
    for url in dict.fromkeys(_URL.findall(text)):
        host = urlsplit(url).hostname or ""
        if domain := next((one for one in _DOMAINS if host == one or host.endswith(f".{one}")), None):
            found.append({"domain": domain, "url": url})
    return found


def _event_fields(message: Json) -> Json:
    """The fields of a message that its event carries. The event has a ``type`` of its own."""
    return {key: value for key, value in message.items() if key != "type"} | {"event_ts": message["ts"]}


def _membership_event(kind: str, conversation: Json, user_id: str) -> Json:
    return {
        "type": kind,
        "user": user_id,
        "channel": conversation["id"],
        "channel_type": "C",
        "team": TEAM_ID,
    }
