"""What a person types, as Slack passes it on: escaped, with mentions, channels and links marked."""

from __future__ import annotations

import re

from bot.local.team import Team

_LINK = re.compile(r"https?://[^\s<>|]+[^\s<>|.,!?;:'\")\]]")


def written(team: Team, text: str, *, command: bool = False) -> str:
    """The text with ``&<>`` escaped, ``@name`` as ``<@U…>``, ``#channel`` as ``<#C…|name>``, links in ``<>``.

    A command's text (with ``should_escape``) carries names too, ``<@U…|name>``, and leaves links alone.
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if not command:
        text = _LINK.sub(lambda found: f"<{found[0]}>", text)
    handles = {one[key].lower(): one for one in team.users.all() for key in ("name", "real_name")}
    names = "|".join(re.escape(name) for name in sorted(handles, key=len, reverse=True))

    def mention(found: re.Match[str]) -> str:
        person = handles[found[1].lower()]
        return f"<@{person['id']}|{person['name']}>" if command else f"<@{person['id']}>"

    text = re.sub(rf"(?<![\w<])@({names})(?![\w-])", mention, text, flags=re.IGNORECASE)
    rooms = {room["name"]: room for room in team.conversations.all() if room["kind"] == "channel"}
    if rooms:
        labels = "|".join(re.escape(name) for name in sorted(rooms, key=len, reverse=True))
        text = re.sub(
            rf"(?<![\w<&/])#({labels})(?![\w-])",
            lambda found: f"<#{rooms[found[1]]['id']}|{found[1]}>",
            text,
        )
    return text
