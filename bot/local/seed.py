"""Who and what is in a workspace that was just made."""

from __future__ import annotations

import secrets

from bot.local.conversation_record import ConversationRecord
from bot.local.state import State
from bot.local.user_record import UserRecord
from bot.local.workspace_identity import BOT_USER_ID

KOREAN_CHANNEL = "C0NONMUN"
ENGLISH_CHANNEL = "C0PAPERCLUB"
MINJI = "U0MINJI"
JUNHO = "U0JUNHO"
EMMA = "U0EMMA"
ALEX = "U0ALEX"

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "users:read",
)


def seed(state: State) -> None:
    """Fill an empty state file; does nothing to one that was filled before.

    An admin and a member who read Korean, and the same in English, so that everything can
    be tried from each side, one of them half a day away; a Korean and an English channel,
    with Haru and all of them in both.
    """
    if state.fact("seeded"):
        return
    with state.together():
        people, rooms = UserRecord(state), ConversationRecord(state)
        seoul, new_york = "Asia/Seoul", "America/New_York"
        people.add(MINJI, "minji", "민지", locale="ko-KR", zone=seoul, color="c2410c", admin=True, owner=True)
        people.add(JUNHO, "junho", "준호", locale="ko-KR", zone=seoul, color="0f766e")
        people.add(EMMA, "emma", "Emma", locale="en-US", zone=seoul, color="7c3aed", admin=True)
        people.add(ALEX, "alex", "Alex", locale="en-US", zone=new_york, color="1d4ed8")
        people.add(BOT_USER_ID, "haru", "Haru", locale="en-US", zone=seoul, color="22304a", bot=True)
        rooms.add("논문-읽기", MINJI, channel_id=KOREAN_CHANNEL)
        rooms.add("paper-club", EMMA, channel_id=ENGLISH_CHANNEL)
        for room in (KOREAN_CHANNEL, ENGLISH_CHANNEL):
            for person in (MINJI, JUNHO, EMMA, ALEX, BOT_USER_ID):
                rooms.join(room, person)
        for person in (MINJI, JUNHO, EMMA, ALEX):
            rooms.direct_message(person)
        state.remember("scopes", sorted(SCOPES))
        state.remember("bot_token", f"xoxb-local-{secrets.token_hex(12)}")
        state.remember("app_token", f"xapp-local-{secrets.token_hex(12)}")
        state.remember("seeded", True)
