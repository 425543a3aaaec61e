"""Responses an app gives through a response URL, or in its acknowledgement of a command."""

from __future__ import annotations

from collections.abc import Callable

from bot.local import payloads
from bot.local.api.call import ApiError, Call
from bot.local.api.chat_methods import checked_content
from bot.local.state import Json
from bot.local.team import Team


class Responses:
    """https://docs.slack.dev/interactivity/handling-user-interaction#message_responses"""

    def __init__(self, team: Team, base_url: Callable[[], str]) -> None:
        self._team = team
        self._base_url = base_url

    def url(self, token: str) -> str:
        return f"{self._base_url()}/actions/{token}"

    def take(self, token: str, content: Json) -> None:
        """Use a response URL once; TokenError or ApiError when it or the answer is no good."""
        self._answer(self._team.response_urls.spend(token), content)

    def give(self, token: str, content: Json) -> None:
        """An acknowledgement's own message; it costs no use of the URL. ApiError when it is no good."""
        self._answer(self._team.response_urls.about(token), content)

    def _answer(self, about: Json, content: Json) -> None:
        team = self._team
        room = team.conversations.get(about["channel"])
        if room is None:
            raise ApiError("channel_not_found")
        original = about["message"]
        public = team.messages.get(room["id"], original) if original else None
        private = team.messages.ephemeral(room["id"], original, about["person"]) if original else None
        if content.get("delete_original"):
            if public or private:
                team.remove(room, original)
            return
        body = payloads.bot_author() | checked_content(Call(team, content, self._base_url()))
        if content.get("replace_original") and (public or private):
            old = public or private or {}
            kept = {key: old[key] for key in ("ts", "thread_ts", "parent_user_id", "type") if key in old}
            if kept.get("thread_ts") == original and public:
                del kept["thread_ts"]
            metadata = {"metadata": old["metadata"]} if "metadata" in old else {}
            team.amend(room, original, kept | metadata | body, person=None if public else about["person"])
            return
        everyone = content.get("response_type") == "in_channel"
        thread = content.get("thread_ts")
        team.say(room, body, thread=thread, person=None if everyone else about["person"])
