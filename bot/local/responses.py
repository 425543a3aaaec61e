"""Messages that an app sends through a response URL, or in its acknowledgement of a command."""

from __future__ import annotations

from collections.abc import Callable

from bot.local import payloads
from bot.local.api.call import ApiError, Call
from bot.local.api.chat_methods import message_content
from bot.local.state import Json
from bot.local.team import Team


class Responses:
    """Posts, replaces or deletes the message that a response describes. Does not issue response URLs.

    https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
    """

    def __init__(self, team: Team, base_url: Callable[[], str]) -> None:
        self._team = team
        self._base_url = base_url

    def url(self, token: str) -> str:
        """The response URL with this token."""
        return f"{self._base_url()}/actions/{token}"

    def post_to_url(self, token: str, content: Json) -> None:
        """Carry out what was posted to a response URL. TokenError if it is invalid; may raise ApiError."""
        self._carry_out(self._team.response_urls.use(token), content)

    def acknowledge(self, token: str, content: Json) -> None:
        """Carry out a response in an acknowledgement, which does not use up the URL. May raise ApiError."""
        self._carry_out(self._team.response_urls.origin(token), content)

    def _carry_out(self, origin: Json, content: Json) -> None:
        team, user_id = self._team, origin["user"]
        conversation = team.conversations.get(origin["channel"])
        if conversation is None:
            raise ApiError("channel_not_found")
        ts = origin["message"]
        public = team.messages.get(conversation["id"], ts) if ts else None
        original = public or (team.messages.get_ephemeral(conversation["id"], ts, user_id) if ts else None)
        if content.get("delete_original"):
            if original:
                team.delete_message(conversation, ts)
            return
        body = payloads.bot_author() | message_content(Call(team, content, self._base_url()))
        if content.get("replace_original") and original:
            visible_to = None if public else user_id
            team.update_message(conversation, ts, _kept_fields(original) | body, visible_to=visible_to)
            return
        in_channel = content.get("response_type") == "in_channel"
        visible_to = None if in_channel else user_id
        team.post_message(conversation, body, thread_ts=content.get("thread_ts"), visible_to=visible_to)


def _kept_fields(original: Json) -> Json:
    """The fields of a message that stay when a response replaces it."""
    names = ("ts", "thread_ts", "parent_user_id", "type", "metadata")
    kept = {name: original[name] for name in names if name in original}
    # The parent of a thread shows its own ts as thread_ts, which belongs to its replies, not to it.
    if kept.get("thread_ts") == original["ts"]:
        del kept["thread_ts"]
    return kept
