"""Converts text as a user types it into the text that Slack passes to an app."""

from __future__ import annotations

import re

from bot.local.team import Team

_LINK = re.compile(r"https?://[^\s<>|]+[^\s<>|.,!?;:'\")\]]")


def escape_typed_text(team: Team, text: str, *, command: bool = False) -> str:
    """Escape ``&<>`` and mark up mentions: ``@name`` becomes ``<@U…>``, ``#channel`` ``<#C…|name>``.

    Links in a message are put in angle brackets. With ``command``, as for a slash command with
    ``should_escape``, links stay as typed and mentions carry the name: ``<@U…|name>``.
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if not command:
        text = _LINK.sub(lambda found: f"<{found[0]}>", text)
    users = {user[key].lower(): user for user in team.users.all() for key in ("name", "real_name")}

    def mention(found: re.Match[str]) -> str:
        user = users[found[1].lower()]
        return f"<@{user['id']}|{user['name']}>" if command else f"<@{user['id']}>"

    text = re.sub(rf"(?<![\w<])@({_any_of(users)})(?![\w-])", mention, text, flags=re.IGNORECASE)
    channels = {found["name"]: found for found in team.conversations.all() if found["kind"] == "channel"}
    if channels:
        text = re.sub(
            rf"(?<![\w<&/])#({_any_of(channels)})(?![\w-])",
            lambda found: f"<#{channels[found[1]]['id']}|{found[1]}>",
            text,
        )
    return text


def _any_of(names: dict[str, object] | dict[str, dict[str, object]]) -> str:
    """A pattern that matches one of the names. Longer ones come first, so that a prefix does not win."""
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
