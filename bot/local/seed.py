"""The users and channels of a new local workspace."""

from __future__ import annotations

import secrets

from bot.local.conversation_record import ConversationRecord
from bot.local.state import State
from bot.local.user_record import NewUser, UserRecord
from bot.local.workspace_identity import BOT_NAME, BOT_USER_ID

KOREAN_CHANNEL = "C0NONMUN"
ENGLISH_CHANNEL = "C0PAPERCLUB"
MINJI = "U0MINJI"
JUNHO = "U0JUNHO"
EMMA = "U0EMMA"
ALEX = "U0ALEX"

_SEOUL = "Asia/Seoul"
_USERS = (
    NewUser(MINJI, "minji", "민지", "ko-KR", _SEOUL, "c2410c", is_owner=True),
    NewUser(JUNHO, "junho", "준호", "ko-KR", _SEOUL, "0f766e"),
    NewUser(EMMA, "emma", "Emma", "en-US", _SEOUL, "7c3aed", is_admin=True),
    NewUser(ALEX, "alex", "Alex", "en-US", "America/New_York", "1d4ed8"),
    NewUser(BOT_USER_ID, BOT_NAME, "Haru", "en-US", _SEOUL, "22304a", is_bot=True),
)
SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "links:read",
    "links:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "users:read",
)
"""The scopes granted to Haru's bot token."""


def seed(state: State) -> None:
    """Fill an empty state file. Does nothing if the file has been filled before.

    There is an admin and a member who use Korean, and an admin and a member who use English,
    so that everything can be tried from each side. One of them lives in New York, so that
    time zones show. All four and Haru are in both channels, one Korean and one English.
    """
    if state.fact("seeded"):
        return
    with state.transaction():
        users, conversations = UserRecord(state), ConversationRecord(state)
        for user in _USERS:
            users.add(user)
        conversations.add("논문-읽기", MINJI, channel_id=KOREAN_CHANNEL)
        conversations.add("paper-club", EMMA, channel_id=ENGLISH_CHANNEL)
        for user_id in (MINJI, JUNHO, EMMA, ALEX):
            conversations.direct_message(user_id)
        for channel_id in (KOREAN_CHANNEL, ENGLISH_CHANNEL):
            for user_id in (MINJI, JUNHO, EMMA, ALEX, BOT_USER_ID):
                conversations.join(channel_id, user_id)
        state.remember("scopes", sorted(SCOPES))
        state.remember("bot_token", f"xoxb-local-{secrets.token_hex(12)}")
        state.remember("app_token", f"xapp-local-{secrets.token_hex(12)}")
        state.remember("seeded", True)
